"""The append: whole commands, in order, and never on what has changed meanwhile."""

import os
import subprocess
import sys
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID

import pytest

from domain.aggregate import Aggregate
from domain.errors import Conflict, HappensInTheFuture
from store.append import LOCK_THE_GATE, AlreadyDone
from store.envelope import Attribution
from store.ids import new_id
from store.log import Log
from store.settings import Settings
from tests import examples, plain_fold
from tests.examples import day

ROOT = Path(__file__).parent.parent.parent
PROCESSES, THREADS, COMMANDS = 8, 4, 20
KEYS = "SELECT count(*) FROM vault_keys"


def someone(**about: UUID) -> Attribution:
    return Attribution("person", new_id(), "recruiter", "api", **about)  # type: ignore[arg-type]


def size(log: Log) -> int:
    with log.database.transaction(log.organisation) as connection:
        return len(plain_fold.read(connection))


def test_a_stream_that_moved_on_is_a_conflict(log: Log) -> None:
    candidate = examples.ada()
    log.record(candidate, by=someone())
    mine, theirs = log.candidate(candidate.id), log.candidate(candidate.id)
    theirs.opt_out("sms")
    log.record(theirs, by=someone())
    mine.opt_out("email")
    with pytest.raises(Conflict):
        log.record(mine, by=someone())
    assert size(log) == 3


def test_what_a_command_relied_on_must_not_have_moved(log: Log) -> None:
    requisition, candidate = examples.open_requisition(), examples.ada()
    log.record(requisition, candidate, by=someone())
    seen, applicant = log.requisition(requisition.id), log.candidate(candidate.id)
    applicant.apply_for(new_id(), seen)
    closing = log.requisition(requisition.id)
    closing.close("budget")
    log.record(closing, by=someone())
    with pytest.raises(Conflict):
        log.record(applicant, by=someone(), relying_on=[seen])


def test_two_hires_for_the_last_opening_are_one_hire_and_one_conflict(log: Log) -> None:
    requisition = examples.open_requisition(openings=1)
    first, second = examples.offered(requisition), examples.offered(requisition)
    log.record(requisition, first, second, by=someone())

    def hire(candidate_id: UUID) -> None:
        candidate, seen = log.candidate(candidate_id), log.requisition(requisition.id)
        opening = seen.free_opening()
        together.wait()
        candidate.hire(examples.the_application(candidate).id, seen.plan, opening)
        seen.fill(opening, examples.the_application(candidate).id)
        log.record(candidate, seen, by=someone())

    together = threading.Barrier(2)
    errors = outcomes(lambda: hire(first.id), lambda: hire(second.id))
    assert sorted(map(type, errors), key=str) == sorted([Conflict, type(None)], key=str)


def test_a_repeated_command_adds_nothing(log: Log) -> None:
    command_id = new_id()
    log.record(examples.ada(), by=someone(command_id=command_id))
    with log.database.transaction(log.organisation) as connection:
        keys = connection.execute(KEYS).fetchone()
    with pytest.raises(AlreadyDone, match=str(command_id)):
        log.record(examples.ada(), by=someone(command_id=command_id))
    assert size(log) == 2
    with log.database.transaction(log.organisation) as connection:
        assert connection.execute(KEYS).fetchone() == keys


def test_what_a_command_recorded_is_found_again(log: Log) -> None:
    by = someone()
    recorded = log.record(examples.hired(), by=by)
    again = log.recorded(by.command_id)
    assert again.position == recorded.position
    assert [fact.topic for fact in again.facts] == [fact.topic for fact in recorded.facts]


def test_the_future_is_refused_by_name(log: Log) -> None:
    tomorrow = datetime.now(UTC) + timedelta(days=1)
    candidate = examples.ada().at(tomorrow)
    candidate.opt_out("sms")
    with pytest.raises(HappensInTheFuture, match=tomorrow.date().isoformat()):
        log.record(candidate, by=someone())
    assert size(log) == 1


def test_a_late_entry_keeps_its_own_time(log: Log) -> None:
    recorded = log.record(examples.applied_on(day(10)), by=someone())
    assert {fact.occurred_at for fact in recorded.facts} == {day(10)}
    with log.database.transaction(log.organisation) as connection:
        rows = plain_fold.read(connection)
    assert all(row.recorded_at > day(365) for row in rows)


def test_refused_commands_leave_the_others_of_their_batch_in(log: Log) -> None:
    """While the gate is held, commands gather; then all are written in one transaction."""
    known, repeated = examples.ada(), someone()
    log.record(known, by=repeated)
    moved_on = log.candidate(known.id)
    stale = [log.candidate(known.id) for _ in range(2)]
    moved_on.opt_out("sms")
    log.record(moved_on, by=someone())
    for candidate in stale:
        candidate.opt_out("email")
    future = examples.ada().at(datetime.now(UTC) + timedelta(hours=1))
    future.opt_out("sms")
    good = [examples.rejected_after_interview() for _ in range(6)]
    with ThreadPoolExecutor(12) as pool, gate_held(log) as release:
        first = pool.submit(log.record, examples.ada(), by=someone())
        while not log.facts.appender._someone_writes:
            pass
        waiting = [pool.submit(log.record, one, by=someone()) for one in (*good, *stale, future)]
        waiting.append(pool.submit(log.record, examples.ada(), by=repeated))
        while len(log.facts.appender._waiting) < len(waiting):
            pass
        release.set()
    assert first.result().position
    assert [type(done.exception()) for done in waiting[6:]] == [
        Conflict, Conflict, HappensInTheFuture, AlreadyDone,
    ]  # fmt: skip
    positions = [fact.position or 0 for done in waiting[:6] for fact in done.result().facts]
    assert sorted(positions) == list(range(min(positions), min(positions) + len(positions)))
    with log.database.transaction(log.organisation) as connection:
        rows = {row.position: row for row in plain_fold.read(connection)}
    assert len({rows[position].recorded_at for position in positions}) == 1


class gate_held:  # noqa: N801
    """Holds the gate, so that no append goes through, until told to let go."""

    def __init__(self, log: Log) -> None:
        self.log, self.let_go, self.held = log, threading.Event(), threading.Event()
        self.thread = threading.Thread(target=self.hold)

    def hold(self) -> None:
        with self.log.database.transaction(self.log.organisation) as connection:
            connection.execute(LOCK_THE_GATE)
            self.held.set()
            self.let_go.wait(timeout=30)

    def __enter__(self) -> threading.Event:
        self.thread.start()
        self.held.wait()
        return self.let_go

    def __exit__(self, *_: object) -> None:
        self.let_go.set()
        self.thread.join()


@pytest.mark.parametrize("appenders", [1, 2])
def test_of_two_commands_that_rely_on_each_other_one_is_refused(log: Log, appenders: int) -> None:
    """Write skew: A writes X having read Y, B writes Y having read X."""
    logs = [log, log if appenders == 1 else Log(log.database, log.organisation)]
    people = examples.ada(), examples.ada()
    log.record(*people, by=someone())
    x, y = (person.id for person in people)

    def write(log: Log, written: UUID, read: UUID) -> None:
        candidate, relied = log.candidate(written), log.candidate(read)
        candidate.opt_out("sms")
        together.wait()
        log.record(candidate, by=someone(), relying_on=[relied])

    for _ in range(25):
        together = threading.Barrier(2)
        errors = outcomes(lambda: write(logs[0], x, y), lambda: write(logs[1], y, x))
        assert sorted(map(type, errors), key=str) == sorted([Conflict, type(None)], key=str)


def outcomes(*commands: Callable[[], None]) -> list[BaseException | None]:
    """What came of commands run at the same time: None, or the error."""
    with ThreadPoolExecutor(len(commands)) as pool:
        return [done.exception() for done in [pool.submit(command) for command in commands]]


def test_many_threads_write_each_its_own(log: Log) -> None:
    people: list[Aggregate] = [examples.ada() for _ in range(200)]
    with ThreadPoolExecutor(32) as pool:
        written = list(pool.map(lambda one: log.record(one, by=someone()).position, people))
    assert sorted(written) == list(range(2, 202))


BURST = f"""
import sys
from concurrent.futures import ThreadPoolExecutor
import app
from store import organisations
from store.envelope import Attribution
from store.ids import new_id
from tests import examples

system = app.start()
log = system.log(organisations.find(system.database, sys.argv[1]))

def record(_):
    log.record(examples.screened(), by=Attribution("person", new_id(), "recruiter", "api"))

with ThreadPoolExecutor({THREADS}) as pool:
    list(pool.map(record, range({THREADS * COMMANDS})))
"""


def test_positions_have_no_gap_under_many_processes_and_threads(
    log: Log, settings: Settings
) -> None:
    environment = os.environ | {
        "HIRELEDGER_DATABASE_URL": log.database.admin_url,
        "HIRELEDGER_DATA_DIR": str(settings.data_dir),
    }
    running = [
        subprocess.Popen(
            [sys.executable, "-c", BURST, log.organisation.name], env=environment, cwd=ROOT
        )
        for _ in range(PROCESSES)
    ]
    assert [process.wait() for process in running] == [0] * PROCESSES
    with log.database.transaction(log.organisation) as connection:
        rows = plain_fold.read(connection)
    events = 1 + 3 * PROCESSES * THREADS * COMMANDS
    assert [row.position for row in rows] == list(range(1, events + 1))
    times = [row.recorded_at for row in rows]
    assert times == sorted(times)
