"""The live stream, over a real server: what it tells, to whom, how it resumes, and how it ends."""

import asyncio
import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import dataclass, field
from functools import partial
from http.client import HTTPConnection, HTTPResponse
from typing import Any

import pytest

from api import live, server
from api.live import Live
from domain.role import Role
from projections import live as taken_in
from projections.engine import Projector
from projections.live import Change
from store import api_keys, organisations
from store.database import Connection, Organisation
from store.envelope import Attribution
from store.feed import feed
from store.ids import new_id
from store.log import Log
from store.system import Hireledger
from tests import examples
from tests.served import served

PATIENCE = 90.0
STREAM = "/api/events/stream"

Answered = AbstractContextManager[HTTPResponse]
Asking = Callable[..., Answered]
Listening = Callable[..., AbstractContextManager["Stream"]]


@dataclass
class Message:
    """What a server-sent event says."""

    id: int
    kinds: list[str] | None


@dataclass
class Stream:
    """An open stream, read message by message."""

    answer: HTTPResponse
    fields: dict[str, str] = field(default_factory=dict)

    def next(self) -> Message:
        """The next message; waits for it."""
        fields: dict[str, str] = {}
        while line := self.answer.readline().decode():
            name, _, value = line.rstrip("\n").partition(": ")
            if name:
                fields[name] = value
            elif "id" in fields:
                self.fields = fields
                data = json.loads(fields["data"]) if "data" in fields else None
                assert data is None or data["log_position"] == int(fields["id"])
                return Message(int(fields["id"]), data and data["kinds"])
        raise EOFError

    def upto(self, position: int) -> list[Message]:
        """The messages up to this position."""
        messages = [self.next()]
        while messages[-1].id < position:
            messages.append(self.next())
        return messages


@dataclass(frozen=True)
class Server:
    """A running server with its projector."""

    live: Live
    port: int


@pytest.fixture(scope="module")
def running(hireledger: Hireledger) -> Iterator[Server]:
    application = server.create(hireledger)
    with served(application) as port:
        yield Server(application.state.live, port)


@pytest.fixture
def key(hireledger: Hireledger, organisation: Organisation) -> str:
    return api_keys.create(hireledger.database, organisation, Role.ANALYST, "listens")


@pytest.fixture
def asking(running: Server, key: str) -> Asking:
    """Asks the server for the stream, or anything else, on behalf of the fresh organisation."""

    def asked(path: str = STREAM, by: str = key, **headers: str) -> Answered:
        return answered(running.port, path, by, **headers)

    return asked


@pytest.fixture
def listening(asking: Asking) -> Listening:
    """Opens a stream."""

    @contextmanager
    def opened(*about: str, **headers: str) -> Iterator[Stream]:
        with asking(*about, **headers) as answer:
            assert answer.status == 200, answer.read()
            yield Stream(answer)

    return opened


@contextmanager
def answered(port: int, path: str, key: str, **headers: str) -> Iterator[HTTPResponse]:
    connection = HTTPConnection("127.0.0.1", port, timeout=PATIENCE)
    try:
        headers = {"Authorization": f"Bearer {key}", **headers}
        connection.request("GET", path, headers=headers)
        with connection.getresponse() as answer:
            yield answer
    finally:
        connection.close()


def record(log: Log) -> int:
    """Someone applies; the position of it."""
    by = Attribution("person", new_id(), "recruiter", "api")
    return log.record(examples.applied(), by=by).position


def kinds(log: Log, after: int, upto: int) -> list[str]:
    """What happened between two positions."""
    with log.database.transaction(log.organisation) as connection:
        return sorted({e.type for e in feed(connection, after, upto - after, None).items})


def until(done: Callable[[], bool]) -> None:
    deadline = time.monotonic() + PATIENCE
    while not done():
        assert time.monotonic() < deadline
        time.sleep(0.02)


def projected(log: Log) -> int | None:
    with log.database.transaction(log.organisation) as connection:
        return taken_in.standing(connection).taken_in


def test_a_stream_says_where_it_begins_and_then_what_has_changed(
    listening: Listening, log: Log
) -> None:
    before = record(log)
    until(lambda: projected(log) == before)
    with listening() as stream:
        assert stream.answer.getheader("Content-Type") == "text/event-stream; charset=utf-8"
        assert stream.next() == Message(before, kinds=None)
        assert stream.fields["retry"] == "1000"
        now = record(log)
        assert stream.upto(now) == [Message(now, ["application.applied", "candidate.registered"])]
        assert stream.fields["event"] == "changed"


def test_a_query_made_after_a_message_takes_it_into_account(
    asking: Asking, listening: Listening, log: Log
) -> None:
    with listening() as stream:
        stream.next()
        for _ in range(5):
            record(log)
            told = stream.next().id
            with asking("/api/candidates") as answer:
                assert json.load(answer)["log_position"] >= told


def test_a_stream_resumes_without_loss_or_repetition(listening: Listening, log: Log) -> None:
    with listening() as stream:
        begin = stream.next().id
        first = stream.upto(record(log))
    missed = record(log)
    with listening(**{"Last-Event-ID": str(first[-1].id)}) as stream:
        assert stream.next() == Message(first[-1].id, kinds=None)
        then = stream.upto(missed) + stream.upto(record(log))
    after = begin
    for message in first + then:
        assert message.kinds == kinds(log, after, message.id)
        after = message.id


def test_a_long_absence_is_told_in_stretches(
    listening: Listening, log: Log, monkeypatch: pytest.MonkeyPatch
) -> None:
    changes, most = taken_in.changes, 3
    monkeypatch.setattr(live, "changes", partial(changes, most=most))
    monkeypatch.setattr(live, "MOST_POSITIONS", most)
    last = [record(log) for _ in range(4)][-1]
    until(lambda: projected(log) == last)
    with listening(f"{STREAM}?after=0") as stream:
        assert stream.next().id == 0
        told = stream.upto(last)
    assert [message.id for message in told] == [3, 6, 9]
    assert [m.kinds for m in told] == [kinds(log, m.id - most, m.id) for m in told]


def test_the_header_prevails_over_the_query(listening: Listening, log: Log) -> None:
    position = record(log)
    with listening(f"{STREAM}?after=0", **{"Last-Event-ID": str(position)}) as stream:
        assert stream.next().id == position


def test_organisations_do_not_hear_each_other(
    listening: Listening, hireledger: Hireledger, log: Log
) -> None:
    other = organisations.create(hireledger.database, f"other {new_id()}")
    other_key = api_keys.create(hireledger.database, other, Role.ADMIN, "other")
    other_log = hireledger.log(other)
    theirs = record(other_log)
    until(lambda: projected(other_log) == theirs)
    with listening() as ours, listening(by=other_key) as stream:
        ours.next(), stream.next()
        ours.upto(record(log))
        by = Attribution("person", new_id(), "recruiter", "api")
        alone = other_log.record(examples.pool(), by=by).position
        assert stream.next() == Message(alone, ["pool.created"])


def test_only_readers_may_listen(asking: Asking, log: Log) -> None:
    interviewer = api_keys.create(log.database, log.organisation, Role.INTERVIEWER, "test")
    for key, status in ((interviewer, 403), ("nonsense", 401)):
        with asking(by=key) as answer:
            assert answer.status == status


@pytest.mark.parametrize("id", ["-1", "soon", "", "1.5"])
def test_an_id_that_is_no_position_is_refused(asking: Asking, id: str) -> None:
    with asking(**{"Last-Event-ID": id}) as answer:
        assert problem(answer)[0] == "Last-Event-ID"


def test_a_position_beyond_the_log_is_of_another_installation(asking: Asking) -> None:
    words = "this log ends at 1, so 4711 is of the log of another installation"
    with asking(**{"Last-Event-ID": "4711"}) as answer:
        assert problem(answer) == ("Last-Event-ID", words)
    with asking(f"{STREAM}?after=4711") as answer:
        assert problem(answer) == ("after", words)


def problem(answer: HTTPResponse) -> tuple[str, str]:
    """The field at fault, and what is wrong with it."""
    assert answer.status == 422
    assert answer.getheader("Content-Type") == "application/problem+json"
    (error,) = json.load(answer)["errors"]
    return error["pointer"], error["detail"]


def test_fifty_clients_cost_one_look_at_a_time_and_leave_nothing(
    running: Server, listening: Listening, log: Log, monkeypatch: pytest.MonkeyPatch
) -> None:
    looks: list[int] = []
    changes = taken_in.changes

    def counted(connection: Connection, afters: set[int]) -> dict[int, Change]:
        looks.append(len(afters))
        return changes(connection, afters)

    monkeypatch.setattr(live, "changes", counted)
    with ExitStack() as open_streams:
        streams = [open_streams.enter_context(listening()) for _ in range(50)]
        for stream in streams:
            stream.next()
        looks.clear()
        began = time.monotonic()
        last = record(log)
        for stream in streams:
            assert stream.upto(last)
        time.sleep(4 * live.LOOK_EVERY_SECONDS)
        assert len(looks) <= (time.monotonic() - began) / live.LOOK_EVERY_SECONDS + 1
        # They have all heard the same, so they wait for the same.
        assert looks[-1] == 1
    until(lambda: not running.live.hubs)


def test_nobody_holds_a_connection_while_waiting(
    hireledger: Hireledger, listening: Listening
) -> None:
    with listening() as stream:
        stream.next()
        pool = hireledger.database.pool
        until(lambda: pool.get_stats()["pool_available"] == pool.get_stats()["pool_size"])


@pytest.mark.parametrize("no_longer", [b"revoked_at = now()", b"expires_at = now()"])
def test_a_key_no_longer_valid_ends_its_streams_and_no_others(
    listening: Listening, log: Log, monkeypatch: pytest.MonkeyPatch, no_longer: bytes
) -> None:
    monkeypatch.setattr(live, "CHECK_KEYS_EVERY_SECONDS", 0.1)
    staying = api_keys.create(log.database, log.organisation, Role.ANALYST, "stays")
    with listening() as ended, listening(by=staying) as going_on:
        ended.next(), going_on.next()
        with log.database.transaction(log.organisation) as connection:
            connection.execute(b"UPDATE api_keys SET %s WHERE label = 'listens'" % no_longer)
        with pytest.raises(EOFError):
            ended.upto(2**53)
        assert going_on.upto(record(log))


def test_trouble_with_the_database_ends_no_stream(
    listening: Listening, log: Log, monkeypatch: pytest.MonkeyPatch
) -> None:
    def failing(*_: Any) -> Any:
        raise ConnectionError("the database is away")

    changes = taken_in.changes
    monkeypatch.setattr(live, "PAUSE_AFTER_FAILURE", 0.1)
    with listening() as stream:
        stream.next()
        monkeypatch.setattr(live, "changes", failing)
        time.sleep(0.6)
        last = record(log)
        monkeypatch.setattr(live, "changes", changes)
        assert stream.upto(last)[-1].id == last


def test_a_stopped_read_model_does_not_hold_up_the_news(listening: Listening, log: Log) -> None:
    last = record(log)
    until(lambda: projected(log) == last)
    with log.database.transaction(log.organisation) as connection:
        connection.execute(
            "UPDATE read_models SET position = 1, error = 'stopped' WHERE name = 'timeline'"
        )
    with listening() as stream:
        assert stream.next().id == last
        assert stream.upto(record(log))


def test_where_no_read_model_runs_there_is_no_news(log: Log) -> None:
    last = record(log)
    with log.database.transaction(log.organisation) as connection:
        connection.execute("UPDATE read_models SET error = 'stopped'")
        assert taken_in.standing(connection) == taken_in.Standing(head=last, taken_in=None)
        assert taken_in.changes(connection, {0, 1}) == {}


def test_who_does_not_listen_is_told_more_at_once(
    hireledger: Hireledger, log: Log, caplog: pytest.LogCaptureFixture
) -> None:
    """What waits for a slow client never grows; the positions it stands for do."""

    async def slow() -> list[int]:
        everyone = Live(hireledger)
        with everyone.listener(log.organisation, "", after=1) as listener:
            first = await asyncio.to_thread(recorded_and_taken_in, log)
            while listener.told < first:
                await asyncio.sleep(0.01)
            for _ in range(3):
                last = await asyncio.to_thread(recorded_and_taken_in, log)
            await asyncio.sleep(2 * live.LOOK_EVERY_SECONDS)
            told = [await listener.changes.receive(), await listener.changes.receive()]
        while everyone.hubs:
            await asyncio.sleep(0.01)
        assert last == 9
        return [change.log_position for change in told]

    assert asyncio.run(slow()) == [3, 9]
    assert not caplog.records


def recorded_and_taken_in(log: Log) -> int:
    position = record(log)
    while projected(log) != position:
        Projector(log.database, log.organisation).step()
    return position


@pytest.mark.parametrize(
    "program", [["cli", "serve"], ["uvicorn", "--factory", "app:application"]], ids=lambda p: p[0]
)
def test_a_server_told_to_stop_ends_its_streams_at_once(
    hireledger: Hireledger, key: str, program: list[str]
) -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    environment = {
        **os.environ,
        "HIRELEDGER_DATABASE_URL": hireledger.database.admin_url,
        "HIRELEDGER_DATA_DIR": str(hireledger.database.keyring.directory.parent),
    }
    command = [sys.executable, "-m", *program, "--port", str(port)]
    with subprocess.Popen(command, env=environment, stderr=subprocess.PIPE) as process:
        try:
            until(lambda: answers(port))
            with answered(port, STREAM, key) as answer:
                stream = Stream(answer)
                stream.next()
                process.send_signal(signal.SIGTERM)
                with pytest.raises(EOFError):
                    stream.next()
                _, errors = process.communicate(timeout=5)
        finally:
            process.kill()
    assert b"Traceback" not in errors


def answers(port: int) -> bool:
    try:
        socket.create_connection(("127.0.0.1", port)).close()
    except OSError:
        return False
    return True
