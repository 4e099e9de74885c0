"""Tells webhooks of events in the order of the log, each until it is taken: Standard Webhooks 1.0.

Each webhook has a place in the log, which moves on only when an event was taken: none is skipped,
and one may come twice if this program ends just then. What is sent is the event as it was recorded.
"""

import hashlib
import hmac
import json
import logging
import random
import threading
import time
from base64 import b64encode
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from http import HTTPStatus
from urllib.parse import urlsplit
from uuid import UUID

import httpx2

from commands import webhooks as commands
from policies.policy import actor_id
from store import webhooks
from store.database import Connection, Organisation
from store.envelope import Attribution
from store.feed import LoggedEvent, feed
from store.log import Log
from store.outward import NotToBeAsked, address_of, request_to
from store.system import Hireledger
from store.webhooks import WebhookRow

logger = logging.getLogger(__name__)

NAME = "call-webhooks"
AT_ONCE = 50
THREADS = 8
POLL_SECONDS = 0.5
RESTS = 10
"""How many times as long as a look at every organisation took, the rest after it lasts."""
LONGEST_REST_SECONDS = 10.0
TIMEOUT_SECONDS = 15.0
FIRST_WAIT, LONGEST_WAIT = 5.0, 6 * 3600.0
LOCKED_SECONDS = 5.0
"""What was taken is noted at least so often, one slow answer apart."""
GIVES_UP_AFTER = timedelta(days=5)
BOTH_SECRETS = timedelta(days=1)
"""So long after a rotation the old secret signs, too."""


class Webhooks(threading.Thread):
    """Tells the webhooks of all organisations, until stopped."""

    def __init__(self, hireledger: Hireledger) -> None:
        super().__init__(name="webhooks", daemon=True)
        self.hireledger = hireledger
        self.stopped = threading.Event()
        self.in_hand: set[UUID] = set()

    def stop(self) -> None:
        """Ends after the events in hand."""
        self.stopped.set()

    def run(self) -> None:
        with ThreadPoolExecutor(THREADS, "webhook") as threads:
            while not self.stopped.is_set():
                began = time.monotonic()
                try:
                    due = self._due()
                except Exception:
                    logger.exception("webhooks stumbled and are looked at again")
                    due = []
                took = time.monotonic() - began
                for organisation, webhook_id in due:
                    if webhook_id not in self.in_hand:
                        self.in_hand.add(webhook_id)
                        threads.submit(self._call, organisation, webhook_id)
                self.stopped.wait(min(max(POLL_SECONDS, RESTS * took), LONGEST_REST_SECONDS))

    def _due(self) -> list[tuple[Organisation, UUID]]:
        found = []
        for organisation in self.hireledger.organisations():
            with self.hireledger.database.transaction(organisation) as connection:
                found += [(organisation, row.webhook_id) for row in webhooks.due(connection)]
        return found

    def _call(self, organisation: Organisation, webhook_id: UUID) -> None:
        """Tells one for as long as it takes more; one that is slow holds up nobody else."""
        caller = Caller(
            self.hireledger.log(organisation), self.hireledger.settings.webhooks_to_private
        )
        try:
            while not self.stopped.is_set() and caller.call(webhook_id):
                pass
        except Exception:
            logger.exception("a webhook of %s is tried again", organisation.name)
        finally:
            self.in_hand.discard(webhook_id)


class Caller:
    """Tells one organisation's webhooks."""

    def __init__(self, log: Log, to_private: bool) -> None:
        self.log = log
        self.to_private = to_private

    def call(self, webhook_id: UUID) -> bool:
        """Tells a webhook of the next events; whether there may be more that it takes.

        The row stays locked meanwhile, so that no other program tells it the same.
        """
        with self.log.database.transaction(self.log.organisation) as connection:
            row = webhooks.take(connection, webhook_id)
            if row is None:
                return False
            refusal, more = self._tell(connection, row)
        if refusal is not None and (because := _gives_up(row, refusal)):
            commands.stop(self.log, self._by(), webhook_id, because)
        return more

    def _tell(self, connection: Connection, row: WebhookRow) -> tuple[str | None, bool]:
        """What was in the way, and whether there may be more."""
        page = feed(connection, row.position, AT_ONCE, row.types or None)
        began = time.monotonic()
        for nth, event in enumerate(page.items):
            outcome, waits = self._post(row, event)
            if not outcome.startswith("2"):
                before, since = (0, None) if nth else (row.attempts, row.failing_since)
                wait = waits or _wait(before)
                webhooks.failed(connection, row.webhook_id, outcome, before + 1, since, wait)
                return outcome, False
            webhooks.told(connection, row.webhook_id, event.position, outcome)
            if time.monotonic() - began > LOCKED_SECONDS:
                return None, True
        webhooks.told(connection, row.webhook_id, page.next_after, None)
        return None, len(page.items) == AT_ONCE

    def _post(self, row: WebhookRow, event: LoggedEvent) -> tuple[str, float | None]:
        """The status of the answer, or why there was none; and how long to wait, if it says."""
        body = payload(event)
        headers = {
            "Content-Type": "application/json",
            "User-Agent": "Hireledger-Webhooks",
            **signed(str(event.event_id), datetime.now(UTC), body, self._secrets(row)),
        }
        try:
            answer = _send(row.url, body, headers, self.to_private)
        except NotToBeAsked as refusal:
            return refusal.code, None
        except (httpx2.HTTPError, OSError, ValueError) as error:
            return type(error).__name__, None
        after = answer.headers.get("Retry-After", "")
        return str(answer.status_code), min(float(after), LONGEST_WAIT) if after.isdigit() else None

    def _secrets(self, row: WebhookRow) -> list[bytes]:
        generations = [row.generation]
        if row.rotated_at is not None and row.rotated_at + BOTH_SECRETS > datetime.now(UTC):
            generations.append(row.generation - 1)
        keyring, organisation = self.log.database.keyring, self.log.organisation
        return [
            webhooks.secret(keyring, organisation.id, row.webhook_id, one) for one in generations
        ]

    def _by(self) -> Attribution:
        return Attribution("policy", actor_id(NAME), "policy", "policy")


def payload(event: LoggedEvent) -> bytes:
    """What is sent: the event's type, when it happened, and its envelope without what is sealed."""
    said = event.model_dump(mode="json")
    body = {"type": event.type, "timestamp": event.occurred_at.isoformat(), "data": said}
    return json.dumps(body, ensure_ascii=False, separators=(",", ":")).encode()


def signed(id: str, at: datetime, body: bytes, secrets: Sequence[bytes]) -> dict[str, str]:
    """The headers by which a receiver knows who sent it, when, and that it is whole."""
    attempted = str(int(at.timestamp()))
    content = f"{id}.{attempted}.".encode() + body
    signatures = (hmac.new(one, content, hashlib.sha256).digest() for one in secrets)
    return {
        "webhook-id": id,
        "webhook-timestamp": attempted,
        "webhook-signature": " ".join(f"v1,{b64encode(one).decode()}" for one in signatures),
    }


def _send(url: str, body: bytes, headers: dict[str, str], to_private: bool) -> httpx2.Response:
    """One request. Raises NotToBeAsked."""
    parts = urlsplit(url)
    address = address_of(parts, to_private)
    with httpx2.Client(timeout=TIMEOUT_SECONDS, follow_redirects=False, trust_env=False) as client:
        answer = client.send(request_to(client, address, "POST", parts, headers, body), stream=True)
        # What it says beside its status is nothing to us, however much it is.
        answer.close()
        return answer


def _wait(attempts: int) -> float:
    """Longer each time, and never all at once."""
    return min(FIRST_WAIT * 2.0**attempts, LONGEST_WAIT) * random.uniform(0.8, 1.2)  # noqa: S311


def _gives_up(row: WebhookRow, outcome: str) -> str | None:
    """Why it is told nothing more until somebody resumes it; None if it is tried again."""
    if outcome == str(int(HTTPStatus.GONE)):
        return "gone"
    since = row.failing_since
    if since is not None and since + GIVES_UP_AFTER < datetime.now(UTC):
        return "unreachable"
    return None
