"""Talent pools and who is in them."""

from uuid import uuid4

import pytest

from domain.outreach import AddedToPool, AlreadyInPool, NotInPool, RemovedFromPool
from domain.pool import Archived, PoolArchived, Renamed
from tests import examples


def test_a_candidate_is_added_to_a_pool_with_a_reason() -> None:
    talent_pool, candidate = examples.pool(), examples.ada()
    candidate.add_to_pool(talent_pool, "silver_medalist")
    event = candidate.pending_events[-1]
    assert isinstance(event, AddedToPool)
    assert event.reason_code == "silver_medalist"
    assert candidate.pools == {talent_pool.id}


def test_a_member_is_not_added_again() -> None:
    talent_pool = examples.pool()
    with pytest.raises(AlreadyInPool):
        examples.pool_member(talent_pool).add_to_pool(talent_pool, "silver_medalist")


def test_a_member_leaves_and_comes_back() -> None:
    talent_pool = examples.pool()
    candidate = examples.pool_member(talent_pool)
    candidate.remove_from_pool(talent_pool.id, "hired_elsewhere")
    assert isinstance(candidate.pending_events[-1], RemovedFromPool)
    assert candidate.pools == set()
    candidate.add_to_pool(talent_pool, "looking_again")
    assert candidate.pools == {talent_pool.id}


def test_who_is_not_in_a_pool_is_not_removed() -> None:
    with pytest.raises(NotInPool):
        examples.ada().remove_from_pool(uuid4(), "error")


def test_an_archived_pool_takes_no_members_and_keeps_those_it_has() -> None:
    talent_pool = examples.pool()
    member = examples.pool_member(talent_pool)
    talent_pool.archive()
    assert isinstance(talent_pool.pending_events[-1], Archived)
    with pytest.raises(PoolArchived):
        examples.ada().add_to_pool(talent_pool, "silver_medalist")
    assert member.pools == {talent_pool.id}


def test_an_archived_pool_stays_as_it_is() -> None:
    talent_pool = examples.pool()
    talent_pool.rename("Finalists")
    assert isinstance(talent_pool.pending_events[-1], Renamed)
    talent_pool.archive()
    with pytest.raises(PoolArchived):
        talent_pool.rename("Others")
    with pytest.raises(PoolArchived):
        talent_pool.archive()


def test_history_puts_people_into_archived_pools_and_says_so() -> None:
    talent_pool, candidate = examples.pool(), examples.ada().from_history()
    talent_pool.archive()
    candidate.add_to_pool(talent_pool, "silver_medalist")
    assert [type(anomaly) for anomaly in candidate.anomalies or ()] == [PoolArchived]
    assert candidate.pools == {talent_pool.id}
