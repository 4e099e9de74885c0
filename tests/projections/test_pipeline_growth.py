"""Growth of talent pools, small enough to count by hand."""

from typing import Any
from uuid import uuid4

import pytest

from domain.candidate import Candidate
from domain.pool import TalentPool
from projections.metrics.metric import NotOfPools
from projections.metrics.pipeline_growth import PIPELINE_GROWTH
from projections.metrics.time_to_hire import TIME_TO_HIRE
from store.log import Log
from tests import examples
from tests.answers import answer, happened
from tests.examples import day

FEBRUARY = {"since": day(31), "until": day(59)}


def member(number: float, *pools: TalentPool) -> Candidate:
    candidate = Candidate.begin(uuid4()).at(day(number))
    candidate.register(full_name="Grace Hopper", origin="sourced")
    for pool in pools:
        candidate.add_to_pool(pool, "met_at_fair")
    return candidate


def left(candidate: Candidate, number: float, pool: TalentPool, reason: str) -> Candidate:
    candidate.at(day(number)).remove_from_pool(pool.id, reason)
    return candidate


def growth(log: Log, **asks: Any) -> Any:
    return answer(log, PIPELINE_GROWTH, **{**FEBRUARY, **asks})


def test_growth_is_the_net_change_as_a_share_of_the_members_at_the_start(log: Log) -> None:
    pool = examples.pool()
    here = [member(5, pool) for _ in range(4)]
    left(here[0], 40, pool, "hired")
    came = [member(35, pool), member(45, pool), left(member(33, pool), 50, pool, "moved_away")]
    late = member(70, pool)
    happened(log, pool, *here, *came, late)
    found = growth(log)
    assert (found.members_at_start, found.members_at_end, found.growth_rate) == (4, 5, 0.25)
    assert (found.gross_adds, found.exits) == (3, 2)
    assert found.exits_by_reason == {"hired": 1, "moved_away": 1}


def test_a_pool_that_was_empty_has_no_rate_of_growth(log: Log) -> None:
    pool = examples.pool()
    happened(log, pool, member(35, pool))
    assert growth(log).growth_rate is None
    assert growth(log, since=None, until=None).members_at_end == 1


def test_the_start_is_before_what_happens_at_it_and_so_is_the_end(log: Log) -> None:
    pool = examples.pool()
    happened(log, pool, member(31, pool), member(59, pool))
    found = growth(log)
    assert (found.members_at_start, found.gross_adds, found.members_at_end) == (0, 1, 1)


def test_a_question_as_of_a_day_ends_with_that_day(log: Log) -> None:
    pool = examples.pool()
    happened(log, pool, member(5, pool), member(35, pool), member(45, pool))
    assert growth(log, as_of=day(40)).members_at_end == 2


def test_a_person_counts_once_per_pool_or_by_policy_once(log: Log) -> None:
    pools = examples.pool(), examples.pool()
    person = left(member(5, *pools), 40, pools[0], "not_interested")
    happened(log, *pools, person, member(6, pools[0]))
    each = growth(log)
    assert (each.members_at_start, each.members_at_end, each.exits) == (3, 2, 1)
    people = growth(log, policy="people")
    assert (people.members_at_start, people.members_at_end, people.exits) == (2, 2, 0)


def test_a_person_is_gone_when_gone_from_the_last_pool(log: Log) -> None:
    pools = examples.pool(), examples.pool()
    person = left(member(5, *pools), 40, pools[0], "not_interested")
    happened(log, *pools, left(person, 45, pools[1], "moved_away"))
    assert growth(log, policy="people").exits_by_reason == {"moved_away": 1}


def test_one_pool_can_be_asked_about_alone(log: Log) -> None:
    pools = examples.pool(), examples.pool()
    happened(log, *pools, member(5, *pools), member(6, pools[0]))
    assert growth(log, pool=pools[0].id).members_at_start == 2
    assert growth(log, pool=pools[1].id).members_at_start == 1


def test_only_metrics_about_pools_can_be_asked_of_one(log: Log) -> None:
    with pytest.raises(NotOfPools, match="time-to-hire is not about talent pools"):
        answer(log, TIME_TO_HIRE, pool=uuid4())


def test_members_are_reachable_by_a_consent_that_holds_at_the_end(log: Log) -> None:
    pool = examples.pool()
    people = [member(5, pool) for _ in range(6)]
    for person, expires in zip(people[1:5], (None, day(58), day(60), None), strict=True):
        person.at(day(6)).grant_consent("contact", "v1", expires)
    people[4].at(day(40)).withdraw_consent("contact")
    people[5].at(day(6)).grant_consent("newsletter", "v1")
    happened(log, pool, *people)
    assert growth(log).reachable == 2  # without end, and until day 60
    assert growth(log, as_of=day(30), until=None).reachable == 4


def test_whoever_opted_out_of_everything_is_not_reachable(log: Log) -> None:
    pool = examples.pool()
    people = [member(5, pool), member(5, pool)]
    for person, channel in zip(people, ("all", "email"), strict=True):
        person.at(day(6)).grant_consent("contact", "v1")
        person.at(day(7)).opt_out(channel)
    happened(log, pool, *people)
    assert growth(log).reachable == 1


def test_growth_can_be_told_by_source_and_month(log: Log) -> None:
    pool = examples.pool()
    friend = Candidate.begin(uuid4()).at(day(40))
    friend.register(full_name="Ada Lovelace", source="referral")
    friend.add_to_pool(pool, "met_at_fair")
    happened(log, pool, member(5, pool), friend)
    found = growth(log, since=day(0), every="month", by=("source",))
    assert [(row.group, row.members_at_start, row.gross_adds) for row in found.rows] == [
        ("unknown", 0, 1),
        ("referral", 0, 1),
        ("unknown", 1, 0),
    ]
