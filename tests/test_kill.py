"""Black box: writers and projectors are killed at random, and the log is none the worse for it."""

import os
import random
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from uuid import UUID

import pytest

from domain.application import Status
from domain.requisition import OpeningState
from projections.engine import Projector
from projections.health import differences
from store.envelope import Attribution
from store.log import Log
from store.settings import Settings
from tests import examples

ROOT = Path(__file__).parent.parent
WRITERS = 8
RECORDED = """
SELECT command_id, count(*), max(command_seq) + 1
FROM events
GROUP BY command_id
"""
IN_ORDER = "SELECT position, recorded_at, stream_id, version FROM events ORDER BY position"
STREAMS = "SELECT DISTINCT stream_id FROM events WHERE stream_type = %(type)s"


class Victim:
    """A child process that comes back after each kill; what it says is kept in a file."""

    def __init__(
        self,
        environment: dict[str, str],
        said: Path,
        *arguments: str,
        module: str = "tests.kill_writer",
    ) -> None:
        self.environment = environment
        self.said = said
        self.command = [sys.executable, "-m", module, *arguments]
        self.start()

    def start(self) -> None:
        with self.said.open("ab") as said:
            self.process = subprocess.Popen(
                self.command, env=self.environment, cwd=ROOT, stdout=said
            )

    def kill(self) -> None:
        assert self.process.poll() is None, f"{self.command} ended by itself"
        self.end()

    def end(self) -> None:
        self.process.kill()
        self.process.wait()

    @property
    def acknowledged(self) -> Iterator[tuple[UUID, int]]:
        """The commands it was told are recorded, and how many events they made."""
        for line in self.said.read_text().splitlines(keepends=True):
            if line.endswith("\n"):
                command_id, events = line.split()
                yield UUID(command_id), int(events)


def environment_of(settings: Settings, log: Log) -> dict[str, str]:
    """What a process needs to work on the same database."""
    return os.environ | {
        "HIRELEDGER_DATABASE_URL": log.database.admin_url,
        "HIRELEDGER_DATA_DIR": str(settings.data_dir),
    }


@contextmanager
def victims(settings: Settings, log: Log, folder: Path) -> Iterator[list[Victim]]:
    """Eight writers and a projector."""
    environment = environment_of(settings, log)
    tasks = ["follow"] + ["write"] * WRITERS
    with ExitStack() as stack:
        running = []
        for number, task in enumerate(tasks):
            victim = Victim(environment, folder / str(number), task, log.organisation.name)
            stack.callback(victim.end)
            running.append(victim)
        yield running


def test_nothing_acknowledged_is_lost_when_processes_are_killed(
    settings: Settings, log: Log, recruiter: Attribution, tmp_path: Path
) -> None:
    outlive(settings, log, recruiter, tmp_path, seconds=12)


@pytest.mark.soak
def test_nothing_is_lost_over_minutes_of_killing(
    settings: Settings, log: Log, recruiter: Attribution, tmp_path: Path
) -> None:
    outlive(settings, log, recruiter, tmp_path, seconds=120)


def outlive(
    settings: Settings, log: Log, recruiter: Attribution, folder: Path, seconds: float
) -> None:
    """Kills processes for so many seconds, then looks whether all is well."""
    log.record(
        *(examples.open_requisition(openings=3) for _ in range(3)),
        *(examples.pool() for _ in range(2)),
        by=recruiter,
    )
    with victims(settings, log, folder) as running:
        wait_for_the_first_words(running)
        until, kills = time.monotonic() + seconds, 0
        while time.monotonic() < until:
            time.sleep(random.uniform(0.05, 0.6))
            victim = random.choice(running)
            victim.kill()
            victim.start()
            kills += 1
    acknowledged = dict(pair for victim in running for pair in victim.acknowledged)
    assert kills > seconds / 2
    assert len(acknowledged) > 5 * seconds
    assert_all_is_recorded(log, acknowledged)
    assert_the_log_is_whole(log)
    assert_hires_have_openings(log)
    catch_up(Projector(log.database, log.organisation))
    assert differences(log.database, log.organisation) == []


def wait_for_the_first_words(running: list[Victim]) -> None:
    deadline = time.monotonic() + 60
    while not all(any(victim.acknowledged) for victim in running[1:]):
        assert time.monotonic() < deadline, "a writer never wrote"
        assert all(victim.process.poll() is None for victim in running), "one ended by itself"
        time.sleep(0.1)


def assert_all_is_recorded(log: Log, acknowledged: dict[UUID, int]) -> None:
    with log.database.transaction(log.organisation) as connection:
        rows = connection.execute(RECORDED).fetchall()
    assert all(events == last for _, events, last in rows), "a command is there in part"
    recorded = {command_id: events for command_id, events, _ in rows}
    assert acknowledged.items() <= recorded.items()


def assert_the_log_is_whole(log: Log) -> None:
    with log.database.transaction(log.organisation) as connection:
        rows = connection.execute(IN_ORDER).fetchall()
    assert [position for position, *_ in rows] == list(range(1, len(rows) + 1))
    times = [recorded_at for _, recorded_at, *_ in rows]
    assert times == sorted(times)
    heads: dict[UUID, int] = {}
    for _, _, stream_id, version in rows:
        assert version == heads.get(stream_id, 0) + 1
        heads[stream_id] = version


def assert_hires_have_openings(log: Log) -> None:
    """Each hire of the racing writers took one opening, and no opening was taken twice."""
    with log.database.transaction(log.organisation) as connection:
        ids = {
            type: [id for (id,) in connection.execute(STREAMS, {"type": type})]
            for type in ("candidate", "requisition")
        }
    hired = [
        application.opening_id
        for id in ids["candidate"]
        for application in log.candidate(id).applications.values()
        if application.now.status == Status.HIRED
    ]
    filled = [
        opening
        for id in ids["requisition"]
        for opening, state in log.requisition(id).openings.items()
        if state == OpeningState.FILLED
    ]
    assert sorted(map(str, hired)) == sorted(map(str, filled))


def catch_up(projector: Projector) -> None:
    """Projects to the end; a killed projector's lease ends when the server notices."""
    deadline = time.monotonic() + 60
    while behind(projector):
        assert time.monotonic() < deadline, "the projector does not catch up"
        if projector.step() is None:
            time.sleep(0.05)


def behind(projector: Projector) -> bool:
    with projector.database.transaction(projector.organisation) as connection:
        row = connection.execute(
            """
            SELECT (SELECT min(position) FROM read_models) IS DISTINCT FROM max(position)
            FROM events
            """
        ).fetchone()
    return bool(row and row[0])
