"""One application of an OCEL log, told to its candidate event by event.

What an event presupposes and the source does not have (the submission, the invitation, the offer)
is recorded at that event's own time and reported, because without it the event has no place here.
"""

from collections.abc import Callable
from dataclasses import dataclass
from uuid import UUID

from domain.application import Applied, AssignedToRequisition, Hired, Rejected, Screened
from domain.candidate import Candidate, NoteAdded
from domain.errors import Refusal
from domain.interview import Interviewed, InterviewScheduled
from domain.offer import OfferDeclined, OfferExtended
from domain.owner import OwnerAssigned
from domain.plan import STANDARD_PLAN, InterviewPlan
from domain.requisition import Requisition
from exchange.ocel_log import Activity, SourceEvent

SYSTEM = "ocel"
NOT_STATED = "not_stated"
SUBMITTED_AGAIN = "submitted_again"
REFERENCES_CHECKED = "references_checked"
MANAGER_CONSULTED = "manager_consulted"

ACTIVITY_BEHIND: dict[tuple[str, str | None], Activity] = {
    (Applied.name, None): Activity.SUBMIT,
    (NoteAdded.name, SUBMITTED_AGAIN): Activity.SUBMIT,
    (OwnerAssigned.name, None): Activity.ASSIGN_RECRUITER,
    (AssignedToRequisition.name, None): Activity.ASSIGN_VACANCY,
    (Screened.name, None): Activity.SCREEN,
    (NoteAdded.name, REFERENCES_CHECKED): Activity.CHECK_REFERENCES,
    (NoteAdded.name, MANAGER_CONSULTED): Activity.CONSULT_MANAGER,
    (InterviewScheduled.name, None): Activity.INVITE,
    (Interviewed.name, None): Activity.INTERVIEW,
    (OfferExtended.name, None): Activity.OFFER,
    (Hired.name, None): Activity.HIRE,
    (OfferDeclined.name, None): Activity.DECLINE,
    (Rejected.name, None): Activity.REJECT,
}
"""What each type of event (of a note, with its topic) stands for in the source."""


class NotSubmitted(Refusal):
    """The source has no submission before this event; the application begins with it."""


class SubmittedAgain(Refusal):
    """The application had begun already; this submission is kept as a note."""


class NotInvited(Refusal):
    """The source has no invitation that this interview could belong to."""


class OfferNotNamed(Refusal):
    """The source does not say which offer this is about."""


class OfferNotMade(Refusal):
    """The source has no offer that could have been declined."""


@dataclass
class ApplicationHistory:
    """An application as the source knows it, and the candidate who is told."""

    external_id: str
    application_id: UUID
    candidate: Candidate
    derive: Callable[..., UUID]
    """Gives the id of our own for an id of the source."""
    plan: InterviewPlan = STANDARD_PLAN

    def tell(self, event: SourceEvent, vacancy: Callable[[], Requisition]) -> list[Refusal]:
        """Records a source event, and gives the rules it broke."""
        candidate = self.candidate.from_history().at(event.at)
        if self.application_id not in candidate.applications:
            candidate.guard(event.activity == Activity.SUBMIT, NotSubmitted())
            self._begin()
        elif event.activity == Activity.SUBMIT:
            candidate.guard(False, SubmittedAgain())
            self._note(SUBMITTED_AGAIN)
        self._record(event, vacancy)
        return candidate.anomalies or []

    def _begin(self) -> None:
        self.candidate.register(origin="applied", source="unknown")
        self.candidate.link_external_id(SYSTEM, self.external_id)
        self.candidate.apply_for(self.application_id, None)

    def _record(self, event: SourceEvent, vacancy: Callable[[], Requisition]) -> None:
        candidate, id = self.candidate, self.application_id
        match event.activity:
            case Activity.ASSIGN_RECRUITER:
                candidate.assign_owner(None, id)
            case Activity.ASSIGN_VACANCY:
                candidate.assign(id, vacancy())
            case Activity.SCREEN:
                candidate.screen(id, self.plan, outcome="recorded")
            case Activity.CHECK_REFERENCES:
                self._note(REFERENCES_CHECKED)
            case Activity.CONSULT_MANAGER:
                self._note(MANAGER_CONSULTED)
            case Activity.INVITE:
                self._schedule()
            case Activity.INTERVIEW:
                candidate.hold_interview(self._awaited() or self._uninvited(), self.plan)
            case Activity.OFFER:
                candidate.extend_offer(id, self._offer(event), self.plan)
            case Activity.DECLINE:
                candidate.decline_offer(self._offer_made(event), NOT_STATED)
            case Activity.HIRE:
                candidate.hire(id, self.plan, opening_id=None)
            case Activity.REJECT:
                candidate.reject(id, NOT_STATED)

    def _note(self, topic: str) -> None:
        self.candidate.add_note(None, topic=topic, application_id=self.application_id)

    def _awaited(self) -> UUID | None:
        """The interview that was arranged first of those not yet held."""
        interviews = self.candidate.interviews.items()
        return next(
            (
                id
                for id, interview in interviews
                if interview.application_id == self.application_id and not interview.held
            ),
            None,
        )

    def _uninvited(self) -> UUID:
        self.candidate.guard(False, NotInvited())
        return self._schedule()

    def _schedule(self) -> UUID:
        """Arranges another interview; the source numbers none, so we count."""
        count = str(len(self.candidate.interviews))
        interview_id = self.derive("interview", str(self.application_id), count)
        self.candidate.schedule_interview(
            self.application_id, interview_id, self.plan, starts_at=None, ends_at=None
        )
        return interview_id

    def _offer_made(self, event: SourceEvent) -> UUID:
        offer_id = self._offer(event)
        if offer_id not in self.candidate.offers:
            self.candidate.guard(False, OfferNotMade())
            self.candidate.extend_offer(self.application_id, offer_id, self.plan)
        return offer_id

    def _offer(self, event: SourceEvent) -> UUID:
        """The offer an event names; of an event that names none, the application's latest."""
        if event.offer is not None:
            return self.derive("offer", str(self.application_id), event.offer)
        self.candidate.guard(False, OfferNotNamed())
        offers = self.candidate.offers.items()
        mine = [id for id, offer in offers if offer.application_id == self.application_id]
        return mine[-1] if mine else self.derive("unnamed offer", str(self.application_id))
