"""An entry that was wrong counts, once corrected, as if it had been right from the beginning."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any, cast
from uuid import uuid4

import pytest
from eventsourcing.persistence import JSONTranscoder
from hypothesis import HealthCheck, Phase, given, settings

from domain import catalogue
from domain.aggregate import Aggregate
from domain.application import AfterLaterStep, BeforeApplication, Status, WouldStandOtherwise
from domain.candidate import Candidate, CandidateEntryCorrected, Registered
from domain.correction import (
    CorrectionInvalid,
    EntryCorrected,
    EntryNotCorrectable,
    FieldNotCorrectable,
    correctable_fields,
    corrected,
)
from domain.errors import HappensInTheFuture, NotFound
from domain.event import Category, Event, Sealed, utc_text
from domain.interview import EndsBeforeItStarts
from domain.plan import STANDARD_PLAN
from domain.requisition import RequisitionEntryCorrected, State, StateWouldDiffer
from store.mapper import FactMapper
from tests import examples
from tests.domain.test_rules_hold import state
from tests.examples import day, the_application, the_offer
from tests.strategies import Step, World, histories

REASON = "entered_wrong"


def correction_of(aggregate: Aggregate) -> EntryCorrected:
    event = aggregate.pending_events[-1]
    assert isinstance(event, EntryCorrected)
    return event


def version_of(aggregate: Aggregate, name: str) -> int:
    return next(e.originator_version for e in aggregate.history if e.name == name)


def rejected_on_day_9() -> Candidate:
    candidate = examples.applied_on(day(1))
    application = the_application(candidate).id
    candidate.at(day(5)).screen(application, STANDARD_PLAN, outcome="passed")
    candidate.at(day(9)).reject(application, "experience", notes="Too junior")
    return candidate.at(None)


def test_a_correction_says_what_was_wrong_and_why() -> None:
    candidate = rejected_on_day_9()
    candidate.correct_entry(4, "reason_code", "location", REASON)
    correction = correction_of(candidate)
    assert isinstance(correction, CandidateEntryCorrected)
    assert (correction.corrects, correction.field, correction.value) == (
        4,
        "reason_code",
        "location",
    )
    assert correction.reason_code == REASON
    assert correction.application_id == the_application(candidate).id
    assert candidate.history[3].plain()["reason_code"] == "location"


def test_a_correction_counts_from_the_entrys_own_time() -> None:
    candidate = rejected_on_day_9()
    candidate.correct_entry(4, "occurred_at", "2025-01-08T01:00:00+01:00", REASON)
    assert correction_of(candidate).value == "2025-01-08T00:00:00.000000Z"
    application = the_application(candidate)
    assert application.now.since == day(7)
    assert application.standing_at(day(6)).stage == "screen"


def test_the_last_correction_of_a_field_counts() -> None:
    candidate = rejected_on_day_9()
    for source in ("linkedin", "agency"):
        candidate.correct_entry(1, "source", source, REASON)
    candidate.correct_entry(1, "jurisdiction", "de", REASON)
    candidate.correct_entry(1, "jurisdiction", None, REASON)
    assert correction_of(candidate).value is None
    assert candidate.history[0].plain() == {"origin": "applied", "source": "agency"}


def test_what_is_sealed_is_corrected_under_seal() -> None:
    candidate = rejected_on_day_9()
    candidate.correct_entry(4, "notes", "Lives too far away", REASON)
    correction = correction_of(candidate)
    assert correction.value is None
    assert correction.personal() == {
        Category.EVALUATION: {"evaluation_value": "Lives too far away"}
    }
    assert candidate.history[3].personal()[Category.EVALUATION] == {"notes": Sealed()}


def test_what_is_sealed_never_becomes_plain() -> None:
    plain = {"source": "referral"}
    assert corrected(Registered, plain, day(1), None, "full_name", "Ada") == (plain, day(1), None)


def test_a_corrected_time_moves_the_start_of_an_application() -> None:
    candidate = rejected_on_day_9()
    candidate.correct_entry(2, "occurred_at", utc_text(day(3)), REASON)
    assert the_application(candidate).began == day(3)
    with pytest.raises(AfterLaterStep, match="next step was on 2025-01-06"):
        candidate.correct_entry(2, "occurred_at", utc_text(day(6)), REASON)
    with pytest.raises(BeforeApplication, match="began on 2025-01-04"):
        candidate.correct_entry(3, "occurred_at", utc_text(day(2)), REASON)


@pytest.mark.parametrize(("version", "moved_to"), [(3, 10), (4, 4)])
def test_a_correction_neither_reopens_nor_ends_an_application(version: int, moved_to: int) -> None:
    candidate = rejected_on_day_9()
    with pytest.raises(WouldStandOtherwise, match="application would be open, not rejected"):
        candidate.correct_entry(version, "occurred_at", utc_text(day(moved_to)), REASON)
    assert the_application(candidate).now.status == Status.REJECTED


def test_what_has_not_happened_yet_is_no_correction() -> None:
    candidate = examples.ada()
    tomorrow = utc_text(datetime.now(UTC) + timedelta(days=1))
    with pytest.raises(HappensInTheFuture):
        candidate.correct_entry(1, "occurred_at", tomorrow, REASON)


def test_an_entry_there_is_not_is_not_found() -> None:
    for version in (0, 2):
        with pytest.raises(NotFound, match=f"no entry {version}"):
            examples.ada().correct_entry(version, "source", "linkedin", REASON)


@pytest.mark.parametrize(
    ("name", "field"),
    [
        ("application.applied", "requisition_id"),
        ("application.applied", "stage"),
        ("application.applied", "originator_id"),
        ("application.applied", "timestamp"),
        ("interview.scheduled", "interviewer_ids"),
        ("interview.scheduled", "stage_to_be"),
        ("offer.extended", "offer_version"),
        ("application.hired", "surprise"),
    ],
)
def test_a_field_others_build_on_is_not_corrected(name: str, field: str) -> None:
    candidate = examples.hired()
    with pytest.raises(FieldNotCorrectable, match=f"{field} of {name} cannot"):
        candidate.correct_entry(version_of(candidate, name), field, "x", REASON)


def test_nor_are_the_plan_and_the_openings_of_a_requisition() -> None:
    for field in ("plan", "openings", "recruiter_ids", "hiring_manager_id"):
        with pytest.raises(FieldNotCorrectable, match="what can is occurred_at, number, title"):
            examples.open_requisition().correct_entry(1, field, "x", REASON)


@pytest.mark.parametrize(
    ("field", "value", "problem"),
    [
        ("source", "Linked In", "match pattern"),
        ("source", None, "valid string"),
        ("full_name", "a\x00b", "cannot be stored"),
        ("full_name", 7, "valid string"),
        ("occurred_at", "2025-01-01T00:00:00", "needs an offset"),
        ("occurred_at", None, "valid datetime"),
    ],
)
def test_a_value_the_field_cannot_have_is_refused(field: str, value: Any, problem: str) -> None:
    candidate = examples.ada()
    with pytest.raises(CorrectionInvalid, match=f"{field} cannot have that value: .*{problem}"):
        candidate.correct_entry(1, field, value, REASON)
    assert candidate.version == 1


def test_a_corrected_interview_still_ends_after_it_starts() -> None:
    candidate = examples.screened()
    candidate.schedule_interview(
        the_application(candidate).id, uuid4(), STANDARD_PLAN, starts_at=day(1), ends_at=day(2)
    )
    with pytest.raises(EndsBeforeItStarts):
        candidate.correct_entry(candidate.version, "ends_at", utc_text(day(1)), REASON)


def test_a_correction_is_not_corrected_but_repeated() -> None:
    candidate = examples.ada()
    candidate.correct_entry(1, "source", "linkedin", REASON)
    with pytest.raises(EntryNotCorrectable, match="it corrects or reverses another"):
        candidate.correct_entry(2, "reason_code", "other", REASON)


def test_neither_a_reversal_nor_what_it_took_back_is_corrected() -> None:
    candidate = rejected_on_day_9()
    candidate.reverse_rejection(the_application(candidate).id, "new_facts", False)
    with pytest.raises(EntryNotCorrectable, match=r"Entry 4 .* has been reversed"):
        candidate.correct_entry(4, "reason_code", "location", REASON)
    with pytest.raises(EntryNotCorrectable, match="reverses another"):
        candidate.correct_entry(5, "reason_code", "location", REASON)
    requisition = examples.open_requisition()
    opening = requisition.free_opening()
    requisition.fill(opening, uuid4())
    requisition.reopen_opening(opening)
    for version in (requisition.version - 1, requisition.version):
        with pytest.raises(EntryNotCorrectable):
            requisition.correct_entry(version, "occurred_at", utc_text(day(1)), REASON)


def test_a_pool_corrects_nothing() -> None:
    with pytest.raises(EntryNotCorrectable, match="no pool corrects its history"):
        examples.pool().correct_entry(1, "title", "Finalists", REASON)


def test_a_requisition_is_corrected_without_opening_or_closing_it() -> None:
    requisition = examples.open_requisition(on=day(0))
    requisition.at(day(9)).close("filled")
    requisition.at(None).correct_entry(1, "title", "Data scientist", REASON)
    assert isinstance(correction_of(requisition), RequisitionEntryCorrected)
    assert requisition.details_at(day(1))["title"] == "Data scientist"
    requisition.correct_entry(5, "occurred_at", utc_text(day(7)), REASON)
    assert (requisition.state, requisition.state_since) == (State.CLOSED, day(7))
    with pytest.raises(StateWouldDiffer, match="requisition would be open, not closed"):
        requisition.correct_entry(4, "occurred_at", utc_text(day(8)), REASON)


def test_an_offers_pay_is_still_decimal_text() -> None:
    candidate = examples.offered()
    version = version_of(candidate, "offer.extended")
    with pytest.raises(CorrectionInvalid, match="first_year_pay"):
        candidate.correct_entry(version, "first_year_pay", "sixty thousand", REASON)
    candidate.correct_entry(version, "first_year_pay", "60000.00", REASON)
    assert candidate.offer(the_offer(candidate)).version == 1


@pytest.mark.parametrize("event_class", catalogue.events.values(), ids=catalogue.events)
def test_what_can_be_corrected_is_a_plain_value_or_sealed(event_class: type[Event]) -> None:
    at, *fields = correctable_fields(event_class)
    assert at == "occurred_at"
    assert not {f for f in fields if f.endswith(("_id", "_ids")) and f != "external_id"}


lived = settings(
    max_examples=100,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
    phases=[Phase.explicit, Phase.reuse, Phase.generate],
)


@lived
@given(steps=histories)
def test_a_corrected_history_reads_as_if_it_had_been_right_from_the_beginning(
    steps: list[Step],
) -> None:
    world = World()
    for step in steps:
        world.take(step)
    for aggregate in world.everyone:
        events = [cast("Event", event) for event in aggregate.pending_events]
        reread = aggregate.replay(None, from_log(events))
        assert reread is not None
        right = aggregate.begin(aggregate.id)
        for event in as_projected(events):
            right.note(event)
        for knows in (aggregate, reread):
            assert facts_of(knows) == facts_of(right)
        assert [e.plain() for e in aggregate.history] == [e.plain() for e in reread.history]


def facts_of(aggregate: Aggregate) -> dict[str, Any]:
    return {name: value for name, value in state(aggregate).items() if name != "_version"}


def from_log(events: list[Event]) -> list[Event]:
    """The events as the log keeps them."""
    mapper = FactMapper(transcoder=JSONTranscoder())
    restored = []
    for event in events:
        fact = mapper.to_stored_event(event)
        sealed: dict[str, Any] = {category.value: {} for category in fact.personal}
        kept = replace(fact, occurred_at=event.timestamp, sealed=sealed)
        restored.append(cast("Event", mapper.to_domain_event(kept)))
    return restored


def as_projected(events: list[Event]) -> list[Event]:
    """The events rewritten as a projection does it: plain rows, one after the other."""
    mapper = FactMapper(transcoder=JSONTranscoder())
    sealed = [mapper.to_stored_event(event).personal for event in events]
    rows = []
    for event in events:
        data = event.plain()
        rows.append((type(event), data, event.timestamp, data.pop("reason_code", None)))
    for event in events:
        if isinstance(event, EntryCorrected):
            cls, data, at, reason_code = rows[event.corrects - 1]
            right = corrected(cls, data, at, reason_code, event.field, event.value)
            rows[event.corrects - 1] = (cls, *right)
    return [
        cls.restored(
            data if reason_code is None else {**data, "reason_code": reason_code},
            sealed[version - 1],
            originator_id=events[0].originator_id,
            originator_version=version,
            timestamp=occurred_at,
        )
        for version, (cls, data, occurred_at, reason_code) in enumerate(rows, start=1)
    ]
