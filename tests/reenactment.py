"""Decides again what a log says was decided: the same commands, on what was known at the time."""

from collections.abc import Callable, Iterable
from typing import Any, cast
from uuid import UUID

from domain import catalogue
from domain.event import Event, Sealed
from domain.organisation import Created
from domain.plan import STANDARD_PLAN, InterviewPlan
from domain.pool import TalentPool

ENVELOPE = {"originator_id", "originator_version", "timestamp", "back_dated"}


def reenact(events: Iterable[Event]) -> dict[UUID, Any]:
    """The aggregates after deciding all of it again, in this order; asserts the same came out.

    Only the beginning of the organisation itself is taken as it is.
    """
    known: dict[UUID, Any] = {}
    for event in events:
        kind = next(kind for kind in catalogue.aggregates if isinstance(event, kind.event_class))
        if isinstance(event, Created):
            known[event.originator_id] = kind.replay(None, [event])
            continue
        aggregate = known.setdefault(event.originator_id, kind.begin(event.originator_id))
        DECIDE[event.name](aggregate.at(event.timestamp), Said(event, known))
        [decided] = cast("list[Event]", aggregate.collect_events())
        assert type(decided) is type(event)
        assert decided.originator_version == event.originator_version
        assert decided.timestamp == event.timestamp
        assert decided.plain() == event.plain()
        assert decided.personal().keys() == event.personal().keys()
    return known


class Said:
    """What an event says, some words where it is sealed; and what it is about."""

    def __init__(self, event: Event, known: dict[UUID, Any]) -> None:
        self.event = event
        self.known = known

    def __getattr__(self, name: str) -> Any:
        value = getattr(self.event, name)
        if isinstance(value, Sealed):
            return "60000.00" if name == "first_year_pay" else "words"
        return value

    @property
    def all(self) -> dict[str, Any]:
        return self.but()

    def but(self, *names: str) -> dict[str, Any]:
        """Every field except these."""
        return {
            name: getattr(self, name) for name, _ in self.event if name not in {*names, *ENVELOPE}
        }

    @property
    def requisition(self) -> Any:
        return self.known[self.requisition_id]

    @property
    def plan(self) -> InterviewPlan:
        """Of the requisition that the application is for."""
        candidate = self.known[self.originator_id]
        requisition_id = candidate.application(self.application_id).requisition_id
        return self.known[requisition_id].plan if requisition_id else STANDARD_PLAN

    @property
    def pool(self) -> TalentPool:
        return cast("TalentPool", self.known[self.pool_id])


def correct(aggregate: Any, said: Said) -> None:
    aggregate.correct_entry(said.corrects, said.field, said.value, said.reason_code)


def apply(candidate: Any, said: Said) -> None:
    about = said.but("application_id", "requisition_id", "stage", "stage_kind")
    candidate.apply_for(said.application_id, said.requisition, **about)


def reverse_rejection(candidate: Any, said: Said) -> None:
    application = candidate.application(said.application_id)
    said.known[application.requisition_id].guard_open(candidate)
    candidate.reverse_rejection(said.application_id, said.reason_code, said.entered_in_error)


def schedule(candidate: Any, said: Said) -> None:
    about = said.but("application_id", "interview_id", "stage_to_be")
    candidate.schedule_interview(
        said.application_id, said.interview_id, said.plan, stage_id=said.stage_to_be, **about
    )


def extend(candidate: Any, said: Said) -> None:
    about = said.but("application_id", "offer_id", "offer_version", "stage", "stage_kind")
    candidate.extend_offer(said.application_id, said.offer_id, said.plan, **about)


def screen(candidate: Any, said: Said) -> None:
    about = {"outcome": said.outcome, "rule": said.rule, "notes": said.notes}
    candidate.screen(said.application_id, said.plan, **about)


def reengage(candidate: Any, said: Said) -> None:
    before = {"pool_id": said.pool_id, "previous_application_id": said.previous_application_id}
    candidate.reengage(said.application_id, said.requisition, **before)


def outcome(candidate: Any, said: Said) -> None:
    about = said.but("touchpoint_id")
    candidate.touchpoint_outcome(type(said.event), said.touchpoint_id, **about)


DECIDE: dict[str, Callable[[Any, Said], None]] = {
    "application.applied": apply,
    "application.hire_reversed": lambda c, e: c.reverse_hire(
        e.application_id, e.reason_code, e.entered_in_error
    ),
    "application.hired": lambda c, e: c.hire(e.application_id, e.plan, e.opening_id, e.start_date),
    "application.moved_to_stage": lambda c, e: c.move(e.application_id, e.stage, e.plan),
    "application.reengaged": reengage,
    "application.rejected": lambda c, e: c.reject(**e.but("stage", "stage_kind")),
    "application.rejection_reversed": reverse_rejection,
    "application.screened": screen,
    "application.withdrawn": lambda c, e: c.withdraw(**e.but("stage", "stage_kind")),
    "candidate.attended_event": lambda c, e: c.attend(**e.all),
    "candidate.entry_corrected": correct,
    "candidate.note_added": lambda c, e: c.add_note(**e.all),
    "candidate.nurtured": lambda c, e: c.nurture(**e.but("enrolment_id")),
    "candidate.opted_out": lambda c, e: c.opt_out(**e.all),
    "candidate.owner_assigned": lambda c, e: c.assign_owner(**e.all),
    "candidate.registered": lambda c, e: c.register(**e.all),
    "consent.granted": lambda c, e: c.grant_consent(**e.all),
    "consent.withdrawn": lambda c, e: c.withdraw_consent(**e.all),
    "cost.entry_corrected": correct,
    "cost.recorded": lambda c, e: c.record(**e.all),
    "hire.outcome_recorded": lambda c, e: c.record_outcome(**e.all),
    "interview.held": lambda c, e: c.hold_interview(e.interview_id, e.plan),
    "interview.scheduled": schedule,
    "interview.scorecard_submitted": lambda c, e: c.submit_scorecard(
        **e.but("application_id", "revises")
    ),
    "offer.accepted": lambda c, e: c.accept_offer(e.offer_id),
    "offer.declined": lambda c, e: c.decline_offer(e.offer_id, e.reason_code),
    "offer.expired": lambda c, e: c.expire_offer(e.offer_id),
    "offer.extended": extend,
    "organisation.policy_adopted": lambda o, e: o.adopt_policy(**e.all),
    "pool.created": lambda p, e: p.create(**e.all),
    "pool.member_added": lambda c, e: c.add_to_pool(e.pool, e.reason_code),
    "pool.member_removed": lambda c, e: c.remove_from_pool(**e.all),
    "requisition.approval_refused": lambda r, e: r.refuse_approval(e.reason_code),
    "requisition.approval_requested": lambda r, _: r.request_approval(),
    "requisition.approved": lambda r, e: r.approve(**e.all),
    "requisition.closed": lambda r, e: r.close(**e.all),
    "requisition.details_changed": lambda r, e: r.change_details(**e.all),
    "requisition.drafted": lambda r, e: r.draft(**e.all),
    "requisition.entry_corrected": correct,
    "requisition.opened": lambda r, e: r.open(**e.all),
    "requisition.opening_added": lambda r, e: r.add_opening(**e.all),
    "requisition.opening_closed": lambda r, e: r.close_opening(**e.all),
    "requisition.opening_filled": lambda r, e: r.fill(**e.all),
    "requisition.opening_reopened": lambda r, e: r.reopen_opening(e.opening_id, e.entered_in_error),
    "requisition.posted": lambda r, e: r.post(e.channel),
    "requisition.put_on_hold": lambda r, e: r.put_on_hold(**e.all),
    "requisition.resumed": lambda r, e: r.resume(**e.all),
    "requisition.unposted": lambda r, e: r.unpost(**e.all),
    "survey.answered": lambda c, e: c.answer_survey(**e.all),
    "touchpoint.bounced": outcome,
    "touchpoint.clicked": outcome,
    "touchpoint.delivered": outcome,
    "touchpoint.opened": outcome,
    "touchpoint.replied": outcome,
}
