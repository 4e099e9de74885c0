"""Black box: senders are killed at random; no mail goes out twice, and none is lost unseen."""

import os
import random
import signal
import subprocess
import sys
import time
from collections import Counter
from contextlib import ExitStack, suppress
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID

import pytest

from domain.candidate import Candidate
from domain.message import MessageState
from policies.reactor import Reactor
from policies.standing import unsettled
from projections.engine import Projector
from projections.rebuild import Rebuild
from store.envelope import Attribution
from store.ids import new_id
from store.log import Log
from store.settings import Settings
from tests.mail.conftest import MailServer, run_out
from tests.test_kill import ROOT, environment_of

PATIENCE = 240.0
A_CANDIDATE = 10
"""Messages to each."""
LEFT = """
SELECT (SELECT count(*) FROM events WHERE type = 'message.requested')
    - (SELECT count(*) FROM outbox WHERE state <> 'waiting')
"""


class Sender:
    """A process that sends, and is replaced as soon as it is killed."""

    def __init__(
        self, environment: dict[str, str], said: Path, name: str, policy: str = "send-messages"
    ) -> None:
        self.said = said
        command = [sys.executable, "-m", "tests.mail.kill_sender", name, policy]
        with said.open("wb") as file:
            self.nursery = subprocess.Popen(command, env=environment, cwd=ROOT, stdout=file)

    def kill(self) -> bool:
        """Kills the one that sends now; whether there was one."""
        lines = self.said.read_text().splitlines(keepends=True)
        born = [int(line) for line in lines if line.endswith("\n")]
        with suppress(ProcessLookupError):
            if born:
                os.kill(born[-1], signal.SIGKILL)
                return True
        return False

    def __enter__(self) -> "Sender":
        return self

    def __exit__(self, *_: object) -> None:
        self.nursery.kill()
        self.nursery.wait()
        self.kill()


def test_each_message_goes_out_once_although_its_senders_are_killed(
    settings: Settings, log: Log, sender: Reactor, smtp: MailServer, tmp_path: Path
) -> None:
    outlive(settings, log, sender, smtp, tmp_path, messages=300)


@pytest.mark.soak
@pytest.mark.timeout(1200)
def test_each_of_two_thousand_messages_goes_out_once(
    settings: Settings, log: Log, sender: Reactor, smtp: MailServer, tmp_path: Path
) -> None:
    outlive(settings, log, sender, smtp, tmp_path, messages=2_000)


def outlive(
    settings: Settings, log: Log, sender: Reactor, smtp: MailServer, folder: Path, messages: int
) -> None:
    """Lets two senders at a time be killed again and again until everything is sent."""
    written = write(log, messages)
    environment = environment_of(settings, log) | {"HIRELEDGER_SMTP_URL": smtp.url}
    kills = 0
    with ExitStack() as stack:
        senders = [
            stack.enter_context(Sender(environment, folder / str(number), log.organisation.name))
            for number in range(2)
        ]
        deadline = time.monotonic() + PATIENCE * max(1, messages / 500)
        while left(log):
            until = count(smtp) + random.randint(3, 25)
            while left(log) and count(smtp) < until:
                assert time.monotonic() < deadline, f"{left(log)} are still waiting"
                time.sleep(0.05)
            kills += random.choice(senders).kill()
    assert kills >= messages / 30
    run_out(sender)
    assert_each_once_or_in_doubt(log, smtp, written)
    assert_a_rebuild_sends_nothing(log, sender, smtp)


def write(log: Log, messages: int) -> dict[UUID, UUID]:
    """Messages, and the candidates they are to."""
    written = {}
    for _ in range(messages // A_CANDIDATE):
        candidate = Candidate.begin(new_id())
        candidate.register(full_name="Ada", email="ada@example.org")
        application_id = new_id()
        candidate.apply_for(application_id, None)
        for _ in range(A_CANDIDATE):
            message_id = new_id()
            candidate.request_message(
                application_id,
                message_id,
                subject="Hello",
                body="We would like to meet you.",
                send_at=datetime.now(UTC),
            )
            written[message_id] = candidate.id
        log.record(candidate, by=Attribution("person", new_id(), "recruiter", "api"))
    return written


def left(log: Log) -> int:
    """Messages that nobody has attempted yet."""
    with log.database.transaction(log.organisation) as connection:
        row = connection.execute(LEFT).fetchone()
    return int(row[0]) if row else 0


def count(smtp: MailServer) -> int:
    return sum(1 for _ in smtp.folder.glob("*.eml"))


def assert_each_once_or_in_doubt(log: Log, smtp: MailServer, written: dict[UUID, UUID]) -> None:
    taken = Counter(mail["Message-ID"] for mail in smtp.mails)
    assert set(taken.values()) == {1}, "a mail went out twice"
    with log.database.transaction(log.organisation) as connection:
        rows = unsettled(connection, limit=1000)
    assert {row.state for row in rows} <= {"in_doubt"}
    doubts = {row.about for row in rows}
    candidates = {id: log.candidate(id) for id in set(written.values())}
    states = {id: candidates[of].message(id).state for id, of in written.items()}
    sent = {id for id, state in states.items() if state == MessageState.SENT}
    assert sent.isdisjoint(doubts)
    assert sent | doubts == written.keys()
    assert len(sent) <= len(taken) <= len(written)


def assert_a_rebuild_sends_nothing(log: Log, sender: Reactor, smtp: MailServer) -> None:
    before = count(smtp)
    projector = Projector(log.database, log.organisation)
    while projector.step():
        pass
    Rebuild(log.database, log.organisation, ["messages", "applications"]).run()
    run_out(sender)
    assert count(smtp) == before
