"""The thread that keeps all organisations up to date: woken or not, and whatever befalls one."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import psycopg
import pytest

from app import Hireledger
from projections import follower
from projections.engine import Projector, Step
from projections.follower import Follower
from projections.health import differences
from projections.live import standing
from store import organisations
from store.database import Database
from store.envelope import Attribution
from store.ids import new_id
from store.log import Log
from tests import examples

PATIENCE = 120.0
"""A follower looks at every organisation first, of which other tests leave many."""
TROUBLE = [RuntimeError("a bug"), psycopg.OperationalError("lost"), psycopg.DataError("poison")]


@contextmanager
def following(log: Log) -> Iterator[Follower]:
    """A follower, once it has caught up and waits."""
    thread = Follower(log.database)
    thread.start()
    try:
        until(lambda: is_caught_up(log))
        time.sleep(0.2)
        yield thread
    finally:
        thread.stop()
        record(log)
        thread.join()


def record(log: Log) -> None:
    log.record(examples.pool(), by=Attribution("person", new_id(), "recruiter", "api"))


def until(done: Callable[[], bool], patience: float = PATIENCE) -> None:
    deadline = time.monotonic() + patience
    while not done():
        assert time.monotonic() < deadline
        time.sleep(0.01)


def is_caught_up(log: Log) -> bool:
    with log.database.transaction(log.organisation) as connection:
        now = standing(connection)
    return now.taken_in == now.head


@pytest.fixture
def neighbour(hireledger: Hireledger, log: Log) -> Log:
    """Another organisation's log; the follower comes to it after the fresh one's."""
    assert log.organisation
    return hireledger.log(organisations.create(hireledger.database, f"test {new_id()}"))


def test_a_notification_wakes_the_follower_before_it_polls(
    log: Log, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(follower, "POLL_SECONDS", 60.0)
    with following(log):
        for _ in range(3):
            record(log)
            until(lambda: is_caught_up(log))


def test_a_lost_notification_is_made_good_by_polling(
    log: Log, monkeypatch: pytest.MonkeyPatch
) -> None:
    send = Database.send
    # There are many organisations here, and patience for one short rest only.
    monkeypatch.setattr(follower, "RESTS", 1)
    with following(log):
        with monkeypatch.context() as lost:
            lost.setattr(Database, "send", lambda *asked, **_: send(*asked))
            record(log)
        until(lambda: is_caught_up(log))


@pytest.mark.parametrize("trouble", TROUBLE, ids=lambda trouble: type(trouble).__name__)
def test_trouble_in_one_organisation_holds_up_no_other(
    log: Log, neighbour: Log, monkeypatch: pytest.MonkeyPatch, trouble: Exception
) -> None:
    monkeypatch.setattr(follower, "PAUSE_AFTER_FAILURE", 0.1)
    step = Projector.step

    def stumbling(projector: Projector) -> Step | None:
        if projector.organisation == log.organisation:
            raise trouble
        return step(projector)

    with following(log) as thread:
        monkeypatch.setattr(Projector, "step", stumbling)
        record(log)
        for _ in range(3):
            record(neighbour)
            until(lambda: is_caught_up(neighbour))
        assert thread.is_alive()
        assert not is_caught_up(log)
        monkeypatch.setattr(Projector, "step", step)
        until(lambda: is_caught_up(log))


def test_an_organisation_in_trouble_is_left_alone_for_a_while(
    log: Log, monkeypatch: pytest.MonkeyPatch
) -> None:
    tries: list[float] = []
    step = Projector.step

    def stumbling(projector: Projector) -> Step | None:
        if projector.organisation != log.organisation:
            return step(projector)
        tries.append(time.monotonic())
        raise RuntimeError("a bug")

    with following(log):
        monkeypatch.setattr(follower, "PAUSE_AFTER_FAILURE", 0.5)
        monkeypatch.setattr(Projector, "step", stumbling)
        record(log)
        until(lambda: len(tries) == 3)
    assert tries[2] - tries[0] >= 1.0


def test_a_long_way_behind_holds_up_no_other(
    log: Log, neighbour: Log, monkeypatch: pytest.MonkeyPatch
) -> None:
    step = Projector.step

    def never_there(projector: Projector) -> Step | None:
        if projector.organisation == log.organisation:
            return Step(0, 1, 2)
        return step(projector)

    with following(log):
        monkeypatch.setattr(Projector, "step", never_there)
        record(neighbour)
        until(lambda: is_caught_up(neighbour))


def test_nothing_unexpected_ends_the_follower(log: Log, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(follower, "PAUSE_AFTER_FAILURE", 0.1)
    all_organisations, failures = organisations.all_organisations, iter([RuntimeError("a bug")])

    def stumbling(connection: Any) -> Any:
        for failure in failures:
            raise failure
        return all_organisations(connection)

    with following(log):
        monkeypatch.setattr(organisations, "all_organisations", stumbling)
        record(log)
        until(lambda: is_caught_up(log))
        assert next(failures, None) is None


def test_read_models_of_another_version_are_renewed_without_being_asked(
    log: Log, projector: Projector
) -> None:
    record(log)
    while projector.step():
        pass
    with log.database.transaction(log.organisation) as connection:
        connection.execute("UPDATE read_models SET version = 0 WHERE name = 'talent_pool'")
    assert projector.outdated() == ["talent_pool"]
    with following(log):
        until(lambda: not projector.outdated())
    assert differences(log.database, log.organisation) == []
