"""Applications: one candidacy each, from applying to being hired, rejected or withdrawn."""

from bisect import insort
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from typing import Any, Self
from uuid import UUID

from domain.errors import NotFound, Refusal
from domain.event import ApplicationText, Code, Count, EvaluationText, Event, Moment
from domain.merging import CandidateEvent, Person
from domain.plan import STANDARD_PLAN, InterviewPlan, Stage, StageKind
from domain.requisition import Requisition


class ApplicationEvent(CandidateEvent):
    """Something that happened to one application of a candidate."""

    application_id: UUID


class StandingEvent(ApplicationEvent):
    """Says where an application stands from then on; nowhere new if it names no stage."""

    stage: Code | None = None
    stage_kind: StageKind | None = None


class Applied(StandingEvent, name="application.applied"):
    sentence = "Applied, source {source}"
    requisition_id: UUID | None = None
    source: Code = "unknown"
    origin: Code = "applied"
    interest_expressed_at: Moment | None = None
    link: Code | None = None
    """The tracking link it came by."""
    campaign: Code | None = None
    agency: Code | None = None
    referrer_id: UUID | None = None
    """The member who referred the person."""
    form_version: Count | None = None
    """The posting that was answered: its version in the requisition's stream."""
    notice_version: Code | None = None
    """The privacy notice that was shown."""
    answers: ApplicationText = None
    """Of the posting's form: a JSON object, question id to answer; otherwise in words."""
    cover_letter: ApplicationText = None


class AssignedToRequisition(StandingEvent, name="application.assigned_to_requisition"):
    sentence = "Application assigned to a requisition"
    requisition_id: UUID


class MovedToStage(StandingEvent, name="application.moved_to_stage"):
    sentence = "Moved from {from_stage} to {stage}"
    from_stage: Code


class Screened(StandingEvent, name="application.screened"):
    sentence = "Screened: {outcome}"
    outcome: Code
    rule: Code | None = None
    notes: EvaluationText = None


class Hired(StandingEvent, name="application.hired"):
    sentence = "Hired, starting {start_date}"
    requisition_id: UUID | None = None
    opening_id: UUID | None = None
    start_date: date | None = None


class Reversal(StandingEvent):
    """Takes back how an application ended: from now on, or as if it had never been."""

    reverses: Count
    """The version, in this stream, of the event taken back."""
    reason_code: Code
    entered_in_error: bool = False


class HireReversed(Reversal, name="application.hire_reversed"):
    sentence = "Hire reversed: {reason_code}"


class Rejected(StandingEvent, name="application.rejected"):
    sentence = "Rejected: {reason_code}"
    reason_code: Code
    rule: Code | None = None
    waiver: Code | None = None
    """Why it did not wait as a reason like this would have it (see domain/check.py)."""
    notes: EvaluationText = None


class RejectionReversed(Reversal, name="application.rejection_reversed"):
    sentence = "Rejection reversed: {reason_code}"


class Withdrawn(StandingEvent, name="application.withdrawn"):
    sentence = "Withdrew: {reason_code}"
    reason_code: Code
    notes: ApplicationText = None


class WithdrawalReversed(Reversal, name="application.withdrawal_reversed"):
    sentence = "Withdrawal reversed: {reason_code}"


class Status(StrEnum):
    """Whether an application still runs, and if not, how it ended."""

    OPEN = "open"
    HIRED = "hired"
    REJECTED = "rejected"
    WITHDRAWN = "withdrawn"


class AlreadyApplied(Refusal):
    """The candidate already has an open application ({application_id}) for this requisition."""

    status = 409


class ApplicationClosed(Refusal):
    """The application is {standing}; it takes no further decision until that is reversed."""

    status = 409


class NotStanding(Refusal):
    """The application is {standing}, not {expected}; there is nothing to reverse."""

    status = 409


class AlreadyAssigned(Refusal):
    """The application already belongs to requisition {requisition_id}."""

    status = 409


class AlreadyInStage(Refusal):
    """The application already stands in {stage}."""

    status = 409


class HireByMove(Refusal):
    """Moving to {stage} would be a hire; hire the candidate instead, which takes an opening."""


class HasMovedOn(Refusal):
    """The application has moved on since, on {since}; a hire cannot have come before that."""

    status = 409


class BeforeApplication(Refusal):
    """That would have happened before the application began on {began}."""


class AfterLaterStep(Refusal):
    """The application's next step was on {on}; it cannot have begun after that."""


class WouldBelongElsewhere(Refusal):
    """Then the application would be for another requisition; only a transfer changes that."""

    status = 409


class WouldStandOtherwise(Refusal):
    """Then the application would be {otherwise}, not {standing}; only a decision changes that."""

    status = 409


@dataclass(frozen=True, order=True)
class Standing:
    """Where an application stood from a time on, and which event said so."""

    since: datetime
    version: int
    stage: str = field(compare=False)
    kind: StageKind = field(compare=False)
    status: Status = field(compare=False)


@dataclass
class Application:
    """What is known of one application, late entries put in their place in time."""

    id: UUID
    began: datetime
    standings: list[Standing] = field(default_factory=list)
    assignments: list[tuple[datetime, int, UUID | None]] = field(default_factory=list)
    opening_id: UUID | None = None

    @property
    def now(self) -> Standing:
        """The latest standing in the world's time."""
        return self.standings[-1]

    @property
    def requisition_id(self) -> UUID | None:
        """The requisition it is for; None for a general application."""
        return self.assignments[-1][2]

    @property
    def is_open(self) -> bool:
        return self.now.status == Status.OPEN

    def standing_at(self, moment: datetime) -> Standing:
        """The standing at a moment; the first one before it began."""
        return max((s for s in self.standings if s.since <= moment), default=self.standings[0])

    @property
    def passed(self) -> set[str]:
        """The stages it has stood in, of the plan it follows now."""
        begun = self.assignments[-1][:2]
        return {s.stage for s in self.standings if (s.since, s.version) >= begun}

    def stand(self, event: StandingEvent, status: Status) -> None:
        if event.stage is not None and event.stage_kind is not None:
            insort(
                self.standings,
                Standing(
                    event.timestamp, event.originator_version, event.stage, event.stage_kind, status
                ),
            )

    def assign(self, event: Event, requisition_id: UUID | None) -> None:
        insort(self.assignments, (event.timestamp, event.originator_version, requisition_id))

    def undo(self, version: int) -> None:
        """Forgets a standing that was entered in error."""
        self.standings = [s for s in self.standings if s.version != version]


class Applications(Person):
    """The decisions about a candidate's applications."""

    applications: dict[UUID, Application] = field(default_factory=dict)

    def with_application(self, id: UUID | None) -> Self:
        """The history of the person that an application stands in; this one if none does."""
        return next((one for one in (self, *self.others) if id in one.applications), self)

    def application(self, id: UUID) -> Application:
        """One of the candidate's applications. Raises NotFound."""
        try:
            return self.applications[id]
        except KeyError:
            raise NotFound(what="application", id=id) from None

    def apply_for(
        self,
        application_id: UUID,
        requisition: Requisition | None,
        *,
        source: str = "unknown",
        origin: str = "applied",
        interest_expressed_at: datetime | None = None,
        answers: str | None = None,
        **more: Any,
    ) -> None:
        """Starts an application, for a requisition or a general one.

        `more` are further fields of Applied: what it is attributed to, what was answered.
        """
        self.guard_survivor()
        plan = self.may_start(requisition)
        self.happened(
            Applied,
            application_id=application_id,
            requisition_id=requisition.id if requisition else None,
            source=source,
            origin=origin,
            interest_expressed_at=interest_expressed_at or self.occurring,
            answers=answers,
            **more,
            **_standing(plan.first(StageKind.APPLIED)),
        )

    def may_start(self, requisition: Requisition | None) -> InterviewPlan:
        """The plan a new application would follow. Raises AlreadyApplied, RequisitionNotOpen."""
        if requisition is None:
            return STANDARD_PLAN
        requisition.guard_open(self)
        self._guard_only_one(requisition.id)
        return requisition.plan

    def _guard_only_one(self, requisition_id: UUID) -> None:
        for other in self.person.open_applications():
            self.guard(
                other.requisition_id != requisition_id, AlreadyApplied(application_id=other.id)
            )

    def open_applications(self) -> Iterator[Application]:
        """The applications that still run."""
        return (a for a in self.applications.values() if a.is_open)

    def assign(self, application_id: UUID, requisition: Requisition) -> None:
        """Gives a general application the requisition it turned out to be for."""
        application = self._undecided(application_id)
        self.guard(
            application.requisition_id is None,
            AlreadyAssigned(requisition_id=application.requisition_id),
        )
        plan, standing = self.may_start(requisition), application.standing_at(self.occurring)
        # In an imported history a closed application may be assigned; that does not reopen it.
        runs = standing.status == Status.OPEN
        self.happened(
            AssignedToRequisition,
            application_id=application_id,
            requisition_id=requisition.id,
            **(_standing(plan.first(standing.kind)) if runs else {}),
        )

    def move(self, application_id: UUID, stage_id: str, plan: InterviewPlan) -> None:
        """Moves an application to any stage of its plan, back included."""
        application = self._undecided(application_id)
        stage, standing = self.named(stage_id, plan), application.standing_at(self.occurring)
        self.guard(stage.id != standing.stage, AlreadyInStage(stage=stage.id))
        self.happened(
            MovedToStage,
            application_id=application_id,
            from_stage=standing.stage,
            **_standing(stage),
        )

    def screen(
        self,
        application_id: UUID,
        plan: InterviewPlan,
        *,
        outcome: str,
        stage_id: str | None = None,
        rule: str | None = None,
        notes: str | None = None,
    ) -> None:
        """Records a screening, by a person or by a named rule."""
        application = self._undecided(application_id)
        self.happened(
            Screened,
            application_id=application_id,
            outcome=outcome,
            rule=rule,
            notes=notes,
            **self.forward(application, StageKind.SCREEN, plan, stage_id),
        )

    def hire(
        self,
        application_id: UUID,
        plan: InterviewPlan,
        opening_id: UUID | None,
        start_date: date | None = None,
    ) -> None:
        """Ends an application well. The requisition fills the opening in the same append."""
        application = self._open(application_id)
        since = application.now.since
        # As a late entry it would take an opening and leave the application open.
        self.guard(self.occurring >= since, HasMovedOn(since=since.isoformat()))
        self.happened(
            Hired,
            application_id=application_id,
            requisition_id=application.requisition_id,
            opening_id=opening_id,
            start_date=start_date,
            **_standing(plan.stages[-1]),
        )
        self.wind_up(application)

    def reject(
        self,
        application_id: UUID,
        reason_code: str,
        *,
        notes: str | None = None,
        rule: str | None = None,
        waiver: str | None = None,
    ) -> None:
        """Ends an application: we say no."""
        application = self._open(application_id)
        self.happened(
            Rejected,
            application_id=application_id,
            reason_code=reason_code,
            notes=notes,
            rule=rule,
            waiver=waiver,
            **self._staying(application),
        )
        self.wind_up(application)

    def withdraw(self, application_id: UUID, reason_code: str, notes: str | None = None) -> None:
        """Ends an application: they say no."""
        application = self._open(application_id)
        self.happened(
            Withdrawn,
            application_id=application_id,
            reason_code=reason_code,
            notes=notes,
            **self._staying(application),
        )
        self.wind_up(application)

    def wind_up(self, application: Application) -> None:
        """Ends what an application that has ended still had before it."""

    def reverse_rejection(self, application_id: UUID, reason_code: str, in_error: bool) -> None:
        """Reopens a rejected application: a new fact, or a correction if entered in error."""
        self._reverse(RejectionReversed, Status.REJECTED, application_id, reason_code, in_error)

    def reverse_withdrawal(self, application_id: UUID, reason_code: str, in_error: bool) -> None:
        """Reopens a withdrawn application."""
        self._reverse(WithdrawalReversed, Status.WITHDRAWN, application_id, reason_code, in_error)

    def reverse_hire(self, application_id: UUID, reason_code: str, in_error: bool) -> None:
        """Undoes a hire. The requisition reopens the opening in the same append."""
        self._reverse(HireReversed, Status.HIRED, application_id, reason_code, in_error)

    def _reverse(
        self,
        event_class: type[Reversal],
        expected: Status,
        application_id: UUID,
        reason_code: str,
        in_error: bool,
    ) -> None:
        application = self.application(application_id)
        closing = application.now
        if closing.status != expected:
            raise NotStanding(standing=closing.status, expected=expected)
        if application.requisition_id is not None:
            self._guard_only_one(application.requisition_id)
        earlier = [s for s in application.standings if s < closing and s.status == Status.OPEN]
        before = earlier[-1] if earlier else closing
        self.guard(
            self.occurring >= closing.since, BeforeApplication(began=closing.since.isoformat())
        )
        self.happened(
            event_class,
            application_id=application_id,
            reverses=closing.version,
            reason_code=reason_code,
            entered_in_error=in_error,
            stage=before.stage,
            stage_kind=before.kind,
        )

    def _open(self, application_id: UUID) -> Application:
        """The application, if it is open. Decisions that end it need it to be open now."""
        application = self.application(application_id)
        self.guard(application.is_open, ApplicationClosed(standing=application.now.status))
        self.guard_begun(application)
        return application

    def _undecided(self, application_id: UUID) -> Application:
        """The application, if it is open, or was at the time of a late entry."""
        application = self.application(application_id)
        still_open = application.is_open or self.occurring < application.now.since
        self.guard(still_open, ApplicationClosed(standing=application.now.status))
        self.guard_begun(application)
        return application

    def guard_begun(self, application: Application) -> None:
        """Refuses what would have happened before the application began."""
        self.guard(
            self.occurring >= application.began,
            BeforeApplication(began=application.began.isoformat()),
        )

    def guard_correction(self, entry: Event, instead: Event) -> None:
        super().guard_correction(entry, instead)
        if isinstance(instead, ApplicationEvent) and instead.timestamp != entry.timestamp:
            self._guard_order(instead)
            id = instead.application_id
            before, after = self.application(id), self.as_if(instead).application(id)
            standing, otherwise = before.now.status, after.now.status
            # Otherwise a correction would reopen an application, or end one, without a decision.
            self.guard(
                otherwise == standing, WouldStandOtherwise(standing=standing, otherwise=otherwise)
            )
            self.guard(before.requisition_id == after.requisition_id, WouldBelongElsewhere())

    def _guard_order(self, instead: ApplicationEvent) -> None:
        first, *later = (
            event
            for event in self.history
            if isinstance(event, ApplicationEvent)
            and event.application_id == instead.application_id
        )
        if instead.originator_version == first.originator_version:
            next_step = min((event.timestamp for event in later), default=instead.timestamp)
            self.guard(instead.timestamp <= next_step, AfterLaterStep(on=next_step.isoformat()))
        else:
            self.guard(
                instead.timestamp >= first.timestamp,
                BeforeApplication(began=first.timestamp.isoformat()),
            )

    def forward(
        self,
        application: Application,
        kind: StageKind,
        plan: InterviewPlan,
        stage_id: str | None = None,
    ) -> dict[str, Any]:
        """Where a step of this kind leaves an application: ahead, or where it is.

        What happens after an application was closed (in an imported history) moves it nowhere.
        """
        standing = application.standing_at(self.occurring)
        if standing.status != Status.OPEN:
            return {}
        if stage_id is not None:
            return _standing(self.named(stage_id, plan))
        stage = plan.next(kind, application.passed, standing.stage)
        return _standing(stage) if stage else {}

    def named(self, stage_id: str, plan: InterviewPlan) -> Stage:
        """The stage of this id, which is not the last: only a hire leads there."""
        stage = plan.stage(stage_id)
        self.guard(stage.kind != StageKind.HIRED, HireByMove(stage=stage.id))
        return stage

    def _staying(self, application: Application) -> dict[str, Any]:
        standing = application.standing_at(self.occurring)
        return {"stage": standing.stage, "stage_kind": standing.kind}

    def note_application(self, event: ApplicationEvent) -> None:
        """Notes what happened to an application."""
        if isinstance(event, Applied):
            self.begin_application(event, event.requisition_id)
            return
        application = self.applications[event.application_id]
        if isinstance(event, AssignedToRequisition):
            application.assign(event, event.requisition_id)
        if isinstance(event, Reversal) and event.entered_in_error:
            application.undo(event.reverses)
            return
        if isinstance(event, Hired):
            application.opening_id = event.opening_id
        if isinstance(event, StandingEvent):
            application.stand(event, _status_after.get(type(event), Status.OPEN))

    def begin_application(self, event: StandingEvent, requisition_id: UUID | None) -> None:
        """Notes the start of an application, whichever event it starts with."""
        application = Application(event.application_id, event.timestamp)
        application.assign(event, requisition_id)
        application.stand(event, Status.OPEN)
        self.applications[event.application_id] = application


_status_after = {
    Hired: Status.HIRED,
    Rejected: Status.REJECTED,
    Withdrawn: Status.WITHDRAWN,
}


def _standing(stage: Stage) -> dict[str, Any]:
    return {"stage": stage.id, "stage_kind": stage.kind}
