"""Why a metric changed: the parts are what one would say by hand, and they sum to the whole."""

from datetime import datetime
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app import Hireledger
from domain.application import Applied
from domain.candidate import Candidate
from domain.event import utc_text
from domain.requisition import Requisition
from projections.asked import Asked, resolve
from projections.catalogue import READ_MODELS
from projections.engine import Projector
from projections.metrics.catalogue import METRICS
from projections.metrics.explain import Against, Explanation, NothingToCompare, compared
from projections.metrics.question import Question
from projections.metrics.time_to_hire import TIME_TO_HIRE
from store.database import Connection
from store.envelope import Attribution
from store.ids import new_id
from store.log import Log
from tests import examples
from tests.examples import day, the_application
from tests.projections.test_against_a_plain_fold import lived, rich
from tests.strategies import Step, histories

FIRST, SECOND = (day(0), day(50)), (day(50), day(100))


def hire(
    requisition: Requisition, source: str, applied: float, screened: float, hired: float
) -> Candidate:
    candidate = Candidate.begin(uuid4()).at(day(applied))
    candidate.register(source=source)
    candidate.apply_for(uuid4(), requisition, source=source)
    application_id = the_application(candidate).id
    candidate.at(day(screened)).screen(application_id, requisition.plan, outcome="passed")
    opening = requisition.free_opening()
    candidate.at(day(hired)).hire(application_id, requisition.plan, opening)
    requisition.at(day(hired)).fill(opening, application_id)
    return candidate


def told(log: Log, *people: Candidate) -> None:
    log.record(*people, by=Attribution("person", new_id(), "recruiter", "api"))
    projector = Projector(log.database, log.organisation)
    while projector.step():
        pass


def why(
    connection: Connection,
    asked: Asked,
    against: Against,
    policy: str | None = None,
    window: tuple[datetime, datetime] = SECOND,
) -> Explanation:
    question = Question(*window, by=("source",))
    return compared(connection, asked, TIME_TO_HIRE, question, policy, against)


def test_a_slower_source_that_brings_more_is_mix_and_a_longer_stage_is_stage(log: Log) -> None:
    requisition = examples.open_requisition(openings=9)
    told(
        log,
        hire(requisition, "referral", 0, 5, 10),
        hire(requisition, "job_board", 0, 5, 30),
        hire(requisition, "referral", 60, 65, 76),
        hire(requisition, "job_board", 60, 65, 90),
        hire(requisition, "job_board", 61, 66, 91),
    )
    with log.database.transaction(log.organisation) as connection:
        found = why(connection, resolve(connection, READ_MODELS), Against())
    # Before: (10 + 30) / 2. After: (16 + 30 + 30) / 3. Referrals take six days longer, all of it
    # after the screening; their share fell from a half to a third.
    assert found.before.value == 20
    assert found.after.value == pytest.approx(76 / 3)
    assert found.stage.effect == pytest.approx((1 / 2 + 1 / 3) / 2 * 6)
    effects = {item.stage: item.effect for item in found.stage.stages}
    assert effects["screen"] == pytest.approx(found.stage.effect)
    assert effects["applied"] == pytest.approx(0)
    assert found.mix.effect == pytest.approx((30 - 13) / 6)
    assert found.policy.effect == found.late_entries_and_corrections.effect == 0


def test_a_correction_is_told_apart_and_opens_its_people(log: Log) -> None:
    requisition = examples.open_requisition(openings=9)
    late, other = hire(requisition, "referral", 0, 5, 40), hire(requisition, "referral", 0, 5, 20)
    told(log, late, other)
    with log.database.transaction(log.organisation) as connection:
        reported = resolve(connection, READ_MODELS)
        then = connection.execute("SELECT max(recorded_at) FROM events").fetchone()
    assert then is not None
    again = log.candidate(late.id)
    [version] = [e.originator_version for e in again.history if isinstance(e, Applied)]
    again.correct_entry(version, "occurred_at", utc_text(day(4)), "typing_error")
    told(log, again)
    with log.database.transaction(log.organisation) as connection:
        now = resolve(connection, READ_MODELS)
        found = why(connection, now, Against(then[0].isoformat()), window=FIRST)
    assert found.before.log_position == reported.log_position
    part = found.late_entries_and_corrections
    assert part.effect == pytest.approx(found.change) != 0
    assert [case.candidate_id for case in part.cases] == [late.id]
    assert found.mix.effect == found.stage.effect == 0


def test_another_policy_is_told_apart(log: Log) -> None:
    requisition = examples.open_requisition(openings=2)
    candidate = examples.applied_on(day(0), requisition)
    application_id, offer_id = the_application(candidate).id, uuid4()
    candidate.at(day(10)).extend_offer(application_id, offer_id, requisition.plan)
    candidate.at(day(12)).accept_offer(offer_id)
    opening = requisition.free_opening()
    candidate.at(day(15)).hire(application_id, requisition.plan, opening)
    told(log, candidate)
    with log.database.transaction(log.organisation) as connection:
        asked = resolve(connection, READ_MODELS)
        same_window = f"{FIRST[0].isoformat()}/{FIRST[1].isoformat()}"
        against = Against(same_window, policy="accepted")
        found = why(connection, asked, against, policy="hired", window=FIRST)
    assert (found.change, found.policy.effect) == (3, 3)
    assert [(case.before, case.after) for case in found.policy.cases] == [(12, 15)]


def test_nothing_is_not_compared(log: Log) -> None:
    told(log, examples.applied())
    with log.database.transaction(log.organisation) as connection:
        asked = resolve(connection, READ_MODELS)
        with pytest.raises(NothingToCompare, match="has no value in the window compared with"):
            why(connection, asked, Against())


@rich
@given(
    steps=histories,
    middle=st.integers(10, 50),
    share=st.floats(0.3, 1),
    by=st.sampled_from([("source",), ("department",), ("source", "origin"), ()]),
)
def test_the_parts_sum_to_the_whole(
    hireledger: Hireledger, steps: list[Step], middle: int, share: float, by: tuple[str, ...]
) -> None:
    log, _ = lived(hireledger, steps)
    projector = Projector(log.database, log.organisation)
    while projector.step():
        pass
    with log.database.transaction(log.organisation) as connection:
        asked = resolve(connection, READ_MODELS)
        row = connection.execute(
            "SELECT recorded_at FROM events WHERE position = %s",
            (max(1, round(share * asked.log_position)),),
        ).fetchone()
        assert row is not None
        for metric in METRICS.values():
            question = Question(day(middle), day(80), by=by)
            against = Against(f"{day(0).isoformat()}/{day(middle).isoformat()}", known_at=row[0])
            try:
                found = compared(connection, asked, metric, question, None, against)
            except NothingToCompare:
                continue
            parts = (
                found.policy.effect,
                found.late_entries_and_corrections.effect,
                found.mix.effect,
                found.stage.effect,
            )
            assert sum(parts) == pytest.approx(found.change, abs=1e-9)
            assert found.change == pytest.approx(found.after.value - found.before.value)
            assert sum(g.effect for g in found.mix.groups) == pytest.approx(parts[2], abs=1e-9)
            assert sum(s.effect for s in found.stage.stages) == pytest.approx(parts[3], abs=1e-9)
