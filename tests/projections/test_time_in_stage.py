"""Time in stage, of histories small enough to compute by hand."""

from typing import Any

from domain.candidate import Candidate
from domain.plan import STANDARD_PLAN
from projections.metrics.time_in_stage import TIME_IN_STAGE
from store.log import Log
from tests import examples
from tests.answers import answer, happened
from tests.examples import day, the_application


def screened_on_day_three() -> Candidate:
    candidate = examples.applied_on(day(0)).at(day(3))
    candidate.screen(the_application(candidate).id, STANDARD_PLAN, outcome="passed")
    return candidate


def stays(log: Log, **asks: Any) -> dict[str, list[float]]:
    """Stage: how many stays, and their mean days; of stages that anyone left."""
    found = answer(log, TIME_IN_STAGE, **asks)
    return {row.stage: [row.n, row.mean_days] for row in found.stages if row.n}


def test_a_stay_lasts_until_the_next_stage(log: Log) -> None:
    happened(log, screened_on_day_three())
    assert stays(log) == {"applied": [1, 3]}


def test_a_stay_not_yet_over_does_not_count(log: Log) -> None:
    happened(log, screened_on_day_three())
    assert stays(log, as_of=day(2.5)) == {}


def test_a_rejection_ends_the_stay(log: Log) -> None:
    candidate = screened_on_day_three().at(day(5))
    candidate.reject(the_application(candidate).id, "experience")
    happened(log, candidate)
    assert stays(log) == {"applied": [1, 3], "screen": [1, 2]}


def test_reopening_begins_a_stay_anew(log: Log) -> None:
    candidate = screened_on_day_three().at(day(5))
    id = the_application(candidate).id
    candidate.reject(id, "experience")
    candidate.at(day(10)).reverse_rejection(id, "new_facts", False)
    candidate.at(day(16)).withdraw(id, "other_job")
    happened(log, candidate)
    assert stays(log) == {"applied": [1, 3], "screen": [2, 4]}


def test_being_told_anew_where_one_stands_begins_nothing(log: Log) -> None:
    candidate = screened_on_day_three().at(day(4))
    id = the_application(candidate).id
    candidate.screen(id, STANDARD_PLAN, outcome="passed", stage_id="screen")
    candidate.at(day(9)).reject(id, "experience")
    happened(log, candidate)
    assert stays(log) == {"applied": [1, 3], "screen": [1, 6]}


def test_the_window_is_of_when_the_stay_was_over(log: Log) -> None:
    candidate = screened_on_day_three().at(day(5))
    candidate.reject(the_application(candidate).id, "experience")
    happened(log, candidate)
    assert stays(log, since=day(4)) == {"screen": [1, 2]}
    assert stays(log, until=day(4)) == {"applied": [1, 3]}
