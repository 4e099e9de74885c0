"""Webhooks are told every event in order until they take it, signed, and nowhere else."""

import json
import threading
import time
from base64 import b64decode
from collections.abc import Iterator
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient

from commands import webhooks as commands
from domain.role import Role
from policies import webhooks as calling
from policies.webhooks import Caller, signed
from store import webhooks
from store.envelope import Attribution
from store.feed import feed
from store.ids import new_id
from store.log import Log
from store.settings import Settings
from store.system import Hireledger
from tests import examples
from tests.api.conftest import ClientFor, client_for, http
from tests.api.test_whole_way import get, post
from tests.test_kill import Victim, environment_of

__all__ = ["client_for", "http"]


LONG_AWAY = """
UPDATE webhook_progress
SET failing_since = now() - INTERVAL '6 days',
    next_at = clock_timestamp()
"""


class Receiver(HTTPServer):
    """Another system: it answers as told, and keeps what it was sent."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Answering)
        self.answers: list[int] = []
        self.got: list[tuple[dict[str, str], bytes]] = []

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}/hooks"

    @property
    def types(self) -> list[str]:
        return [json.loads(body)["type"] for _, body in self.got]


class Answering(BaseHTTPRequestHandler):
    server: Receiver

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        status = self.server.answers.pop(0) if self.server.answers else 204
        if status < 300:
            self.server.got.append((dict(self.headers), body))
        self.send_response(status)
        if status == 503:
            self.send_header("Retry-After", "120")
        self.end_headers()

    def log_message(self, *_: Any) -> None:
        """Says nothing."""


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    server = Receiver()
    worker = threading.Thread(target=server.serve_forever)
    worker.start()
    yield server
    server.shutdown()
    worker.join()
    server.server_close()


def by() -> Attribution:
    return Attribution("person", new_id(), "admin", "api")


def row_of(log: Log) -> webhooks.WebhookRow:
    with log.database.transaction(log.organisation) as connection:
        [row] = webhooks.all_webhooks(connection)
    return row


def made(log: Log, receiver: Receiver, *types: str) -> tuple[webhooks.WebhookRow, bytes]:
    _, secret = commands.create(log, by(), "Payroll", receiver.url, types=types)
    return row_of(log), b64decode(secret.removeprefix("whsec_"))


def everything(log: Log) -> list[str]:
    with log.database.transaction(log.organisation) as connection:
        return [event.type for event in feed(connection, 0, 1000, None).items]


def call(log: Log) -> webhooks.WebhookRow:
    """Tells the webhook what there is; how it stands then."""
    caller = Caller(log, to_private=True)
    while caller.call(row_of(log).webhook_id):
        pass
    return row_of(log)


def waits_no_longer(log: Log) -> None:
    with log.database.transaction(log.organisation) as connection:
        connection.execute("UPDATE webhook_progress SET next_at = clock_timestamp()")


def test_every_event_comes_in_order_signed_and_without_what_is_sealed(
    log: Log, receiver: Receiver
) -> None:
    before = len(everything(log))
    _, secret = made(log, receiver)
    log.record(examples.rejected_after_interview(), by=by())
    row = call(log)
    assert receiver.types == everything(log)[before + 1 :]
    assert (row.lag_events, row.last_outcome) == (0, "204")
    for headers, body in receiver.got:
        at = datetime.fromtimestamp(int(headers["webhook-timestamp"]), UTC)
        expected = signed(headers["webhook-id"], at, body, [secret])
        assert headers["webhook-signature"] == expected["webhook-signature"]
        assert json.loads(body)["data"]["event_id"] == headers["webhook-id"]
        assert "sealed" not in json.loads(body)["data"]
        assert b"Lovelace" not in body


def test_a_signature_is_that_of_standard_webhooks() -> None:
    """The example of the specification's libraries."""
    secret = b64decode("MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")
    at = datetime.fromtimestamp(1614265330, UTC)
    headers = signed("msg_p5jXN8AQM9LWM0D4loKWxJek", at, b'{"test": 2432232314}', [secret])
    assert headers["webhook-signature"] == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="


def test_only_the_kinds_asked_for_come(log: Log, receiver: Receiver) -> None:
    made(log, receiver, "application.rejected")
    log.record(examples.rejected_after_interview(), by=by())
    assert call(log).lag_events == 0
    assert receiver.types == ["application.rejected"]


def test_what_is_not_taken_is_tried_again_and_nothing_is_skipped(
    log: Log, receiver: Receiver
) -> None:
    made(log, receiver)
    log.record(examples.rejected_after_interview(), by=by())
    receiver.answers = [204, 500]
    row = call(log)
    assert (row.attempts, row.last_outcome, len(receiver.got)) == (1, "500", 1)
    assert row.next_at > datetime.now(UTC)
    assert call(log) == row
    waits_no_longer(log)
    receiver.answers = [302, 204]
    assert call(log).attempts == 2
    waits_no_longer(log)
    receiver.answers = [503]
    assert (call(log).next_at - datetime.now(UTC)).total_seconds() > 100
    waits_no_longer(log)
    row = call(log)
    assert (row.lag_events, row.failing_since) == (0, None)
    ids = [headers["webhook-id"] for headers, _ in receiver.got]
    assert len(ids) == len(set(ids))


def test_one_that_is_gone_or_long_away_is_stopped_on_the_record_and_goes_on_where_it_was(
    log: Log, receiver: Receiver
) -> None:
    made(log, receiver, "application.rejected", "application.applied")
    log.record(examples.rejected_after_interview(), by=by())
    receiver.answers = [204, 410]
    row = call(log)
    assert row.stopped_because == "gone"
    assert everything(log)[-1] == "webhook.stopped"
    commands.resume(log, by(), row.webhook_id)
    assert row_of(log).failing_since is None
    receiver.answers = [500]
    assert call(log).attempts == 1
    with log.database.transaction(log.organisation) as connection:
        connection.execute(LONG_AWAY)
    receiver.answers = [500]
    assert call(log).stopped_because == "unreachable"
    commands.resume(log, by(), row.webhook_id)
    assert call(log).lag_events == 0
    assert receiver.types == ["application.applied", "application.rejected"]


def test_two_programs_tell_each_event_once_and_a_killed_one_skips_none(
    log: Log, receiver: Receiver, settings: Settings, tmp_path: Path
) -> None:
    made(log, receiver)
    begun = row_of(log).position
    environment = environment_of(settings, log)
    tellers = [
        Victim(environment, tmp_path / f"{n}", log.organisation.name, module="tests.kill_webhook")
        for n in range(2)
    ]
    try:
        for _ in range(4):
            for _ in range(10):
                log.record(examples.rejected_after_interview(), by=by())
            told = len(receiver.got)
            until = time.monotonic() + 120
            while len(receiver.got) == told:
                assert time.monotonic() < until
                time.sleep(0.01)
            tellers[0].kill()
            tellers[0].start()
        while row_of(log).lag_events:
            assert time.monotonic() < until
            time.sleep(0.05)
    finally:
        for teller in tellers:
            teller.end()
    positions = [json.loads(body)["data"]["position"] for _, body in receiver.got]
    assert sorted(set(positions)) == list(range(begun + 1, row_of(log).position + 1))
    again = len(positions) - len(set(positions))
    assert again <= 4 * calling.AT_ONCE
    first = [position for nth, position in enumerate(positions) if position not in positions[:nth]]
    assert first == sorted(first)


def test_both_secrets_sign_for_a_day_after_a_rotation(log: Log, receiver: Receiver) -> None:
    row, old = made(log, receiver)
    _, text = commands.rotate_secret(log, by(), row.webhook_id)
    new = b64decode(text.removeprefix("whsec_"))
    assert old != new
    call(log)
    headers, body = receiver.got[-1]
    at = datetime.fromtimestamp(int(headers["webhook-timestamp"]), UTC)
    expected = signed(headers["webhook-id"], at, body, [new, old])
    assert headers["webhook-signature"] == expected["webhook-signature"]


def test_nothing_goes_to_a_private_network_unless_it_may(
    log: Log, receiver: Receiver, admin: TestClient
) -> None:
    row, _ = made(log, receiver)
    log.record(examples.rejected_after_interview(), by=by())
    Caller(log, to_private=False).call(row.webhook_id)
    assert (row_of(log).last_outcome, receiver.got) == ("not_https", [])
    commands.remove(log, by(), row.webhook_id, "by_hand")
    commands.create(log, by(), "Payroll", receiver.url.replace("http:", "https:"), after=0)
    Caller(log, to_private=False).call(row_of(log).webhook_id)
    assert (row_of(log).last_outcome, receiver.got) == ("private_address", [])
    for url in (receiver.url, "ftp://example.org", "https://", "https://a:b@example.org/"):
        answer = admin.post("/api/webhooks", json={"label": "x", "url": url})
        assert (answer.status_code, answer.json()["title"]) == (422, "Url not allowed"), url


@pytest.fixture
def admin(client_for: ClientFor) -> TestClient:
    return client_for(Role.ADMIN)


def test_an_administrator_makes_stops_and_removes_one_by_http(
    admin: TestClient, log: Log, receiver: Receiver, hireledger: Hireledger, monkeypatch: Any
) -> None:
    monkeypatch.setattr(hireledger.settings, "webhooks_to_private", True)
    monkeypatch.setattr(calling, "POLL_SECONDS", 0.1)
    said = {"label": "Payroll", "url": receiver.url, "types": ["pool.created"]}
    made = post(admin, "/webhooks", **said)
    assert made["secret"].startswith("whsec_")
    assert admin.post("/api/webhooks", json={**said, "types": ["pool.dug"]}).status_code == 404
    post(admin, "/pools", title="Silver medalists")
    until = time.monotonic() + 120
    while receiver.types != ["pool.created"]:
        assert time.monotonic() < until
        time.sleep(0.1)
    path = f"/webhooks/{made['id']}"
    post(admin, f"{path}/stop")
    assert get(admin, "/webhooks")["items"][0]["stopped_because"] == "by_hand"
    assert admin.post(f"/api{path}/stop").status_code == 409
    post(admin, f"{path}/resumption")
    assert post(admin, f"{path}/secret")["secret"] != made["secret"]
    post(admin, f"{path}/removal", reason_code="replaced")
    assert get(admin, "/webhooks")["items"] == []
    assert admin.post(f"/api{path}/resumption").status_code == 409
    kinds = [kind for kind in everything(log) if kind.startswith("webhook.")]
    assert kinds == [
        f"webhook.{what}" for what in ("created", "stopped", "resumed", "secret_rotated", "removed")
    ]
