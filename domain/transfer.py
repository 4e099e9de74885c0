"""Transfers: an application goes on for another requisition, with its whole history."""

from uuid import UUID

from domain.application import AssignedToRequisition, HasMovedOn
from domain.erasure import Erasure
from domain.errors import Refusal
from domain.offer import NOT_PENDING, OfferState
from domain.plan import StageKind
from domain.requisition import Requisition


class Transferred(AssignedToRequisition, name="application.transferred"):
    sentence = "Transferred to another requisition, to {stage}"
    from_requisition_id: UUID


class NothingToTransfer(Refusal):
    """A general application is not transferred; assign it to the requisition instead."""

    status = 409


class AlreadyThere(Refusal):
    """The application is for requisition {requisition_id} already."""

    status = 409


class OfferOutstanding(Refusal):
    """Offer {offer_id} of this application is {state}; settle it before the transfer."""

    status = 409


class Transfers(Erasure):
    """The decisions to let an application go on elsewhere."""

    def transfer(
        self, application_id: UUID, requisition: Requisition, stage_id: str | None = None
    ) -> None:
        """Takes an application to another open requisition: to a stage of its plan, or the first.

        Raises AlreadyApplied, RequisitionNotOpen, OfferOutstanding, StageNotInPlan.
        """
        application = self._open(application_id)
        if application.requisition_id is None:
            raise NothingToTransfer
        self.guard(
            application.requisition_id != requisition.id,
            AlreadyThere(requisition_id=requisition.id),
        )
        # As a late entry it would take steps along that were made in the other plan.
        since = application.now.since
        self.guard(self.occurring >= since, HasMovedOn(since=since.isoformat()))
        self._guard_offers_settled(application_id)
        plan = self.may_start(requisition)
        stage = self.named(stage_id, plan) if stage_id else plan.first(StageKind.APPLIED)
        self.happened(
            Transferred,
            application_id=application_id,
            requisition_id=requisition.id,
            from_requisition_id=application.requisition_id,
            stage=stage.id,
            stage_kind=stage.kind,
        )

    def _guard_offers_settled(self, application_id: UUID) -> None:
        for offer_id, offer in self.offers.items():
            if offer.application_id != application_id:
                continue
            drafted = offer.draft.state if offer.draft else OfferState.DRAFTED
            for state in (offer.state, drafted):
                self.guard(state in NOT_PENDING, OfferOutstanding(offer_id=offer_id, state=state))

    def note_transfer(self, event: Transferred) -> None:
        """Notes where an application is now, and that it follows another plan."""
        self.note_application(event)
        for interview in self.interviews.values():
            if interview.application_id == event.application_id:
                # It stays arranged, but its stage is of the plan that was left.
                interview.stage_id = None
