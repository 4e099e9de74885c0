"""Webhooks in force: where each goes, how far it has been told, and what signs it.

A secret is computed from the installation's own, so none is kept that could be read here.
"""

import hashlib
import hmac
from base64 import b64encode
from datetime import datetime
from typing import Annotated
from uuid import UUID

from psycopg.rows import class_row
from pydantic import BaseModel, Field

from store.database import Connection, Database, Organisation
from store.keyring import Keyring

PREFIX = "whsec_"

ADD = """
INSERT INTO webhooks (
    webhook_id,
    label,
    url,
    types,
    position
)
SELECT
    %(webhook_id)s,
    %(label)s,
    %(url)s,
    %(types)s,
    COALESCE(%(after)s, max(position))
FROM events
"""
LIST = """
SELECT
    webhook_id,
    label,
    url,
    types,
    generation,
    rotated_at,
    created_at,
    stopped_because,
    position,
    (SELECT max(position) FROM events) - position AS lag_events,
    attempts,
    next_at,
    failing_since,
    last_outcome,
    last_tried_at
FROM webhooks
"""
ALL = LIST + "ORDER BY webhook_id"
DUE = """
SELECT webhook_id
FROM webhooks
WHERE stopped_because IS NULL
  AND next_at <= clock_timestamp()
  AND position < (SELECT max(position) FROM events)
ORDER BY next_at
"""
TAKE = (
    LIST
    + """
WHERE webhook_id = %(webhook_id)s
  AND stopped_because IS NULL
  AND next_at <= clock_timestamp()
FOR UPDATE SKIP LOCKED
"""
)
ROTATE = """
UPDATE webhooks
SET generation = %(generation)s,
    rotated_at = clock_timestamp()
WHERE webhook_id = %(webhook_id)s
"""
STOP = """
UPDATE webhooks
SET stopped_because = %(because)s
WHERE webhook_id = %(webhook_id)s
"""
RESUME = """
UPDATE webhooks
SET stopped_because = NULL,
    attempts = 0,
    failing_since = NULL,
    next_at = clock_timestamp()
WHERE webhook_id = %(webhook_id)s
"""
REMOVE = "DELETE FROM webhooks WHERE webhook_id = %(webhook_id)s"
TOLD = """
UPDATE webhooks
SET position = %(position)s,
    attempts = 0,
    failing_since = NULL,
    last_outcome = COALESCE(%(outcome)s, last_outcome),
    last_tried_at = CASE WHEN %(outcome)s::text IS NULL THEN last_tried_at
        ELSE clock_timestamp() END
WHERE webhook_id = %(webhook_id)s
"""
FAILED = """
UPDATE webhooks
SET attempts = attempts + 1,
    failing_since = COALESCE(failing_since, clock_timestamp()),
    last_outcome = %(outcome)s,
    last_tried_at = clock_timestamp(),
    next_at = clock_timestamp() + make_interval(secs => %(wait)s)
WHERE webhook_id = %(webhook_id)s
"""


class WebhookRow(BaseModel):
    """A webhook and how it stands, without its secret."""

    webhook_id: UUID
    label: Annotated[str, Field(description="What it is for.")]
    url: str
    types: Annotated[list[str], Field(description="Which events it is told of; empty: all.")]
    generation: Annotated[int, Field(description="How many secrets it has had.")]
    rotated_at: datetime | None
    created_at: datetime
    stopped_because: Annotated[str | None, Field(description="by_hand, gone or unreachable.")]
    position: Annotated[int, Field(description="It has been told everything up to here.")]
    lag_events: Annotated[int, Field(description="Events recorded since.")]
    attempts: Annotated[int, Field(description="How often the next one was tried in vain.")]
    next_at: Annotated[datetime, Field(description="When it is tried next, at the earliest.")]
    failing_since: datetime | None
    last_outcome: Annotated[
        str | None, Field(description="The last answer's status, or why there was none.")
    ]
    last_tried_at: datetime | None


def add(
    database: Database,
    organisation: Organisation,
    webhook_id: UUID,
    label: str,
    url: str,
    types: tuple[str, ...],
    after: int | None,
) -> None:
    """Tells it of what comes after a position; omitted: of what is recorded from now on."""
    said = {"webhook_id": webhook_id, "label": label, "url": url, "types": list(types)}
    _execute(database, organisation, ADD, **said, after=after)


def rotate(
    database: Database, organisation: Organisation, webhook_id: UUID, generation: int
) -> None:
    """Signs by another secret, and for a day by the one before, too."""
    _execute(database, organisation, ROTATE, webhook_id=webhook_id, generation=generation)


def stop(database: Database, organisation: Organisation, webhook_id: UUID, because: str) -> None:
    """Tells it nothing for now."""
    _execute(database, organisation, STOP, webhook_id=webhook_id, because=because)


def resume(database: Database, organisation: Organisation, webhook_id: UUID) -> None:
    """Goes on where it was."""
    _execute(database, organisation, RESUME, webhook_id=webhook_id)


def remove(database: Database, organisation: Organisation, webhook_id: UUID) -> None:
    """Forgets it."""
    _execute(database, organisation, REMOVE, webhook_id=webhook_id)


def all_webhooks(connection: Connection) -> list[WebhookRow]:
    """Every webhook there is, oldest first."""
    with connection.cursor(row_factory=class_row(WebhookRow)) as rows:
        return rows.execute(ALL).fetchall()


def due(connection: Connection) -> list[UUID]:
    """Those that may be told something now."""
    return [row[0] for row in connection.execute(DUE)]


def take(connection: Connection, webhook_id: UUID) -> WebhookRow | None:
    """One that is due, for this transaction alone; None if another has it."""
    with connection.cursor(row_factory=class_row(WebhookRow)) as rows:
        return rows.execute(TAKE, {"webhook_id": webhook_id}).fetchone()


def told(connection: Connection, webhook_id: UUID, position: int, outcome: str | None) -> None:
    """It took everything up to a position; no outcome where nothing there was for it."""
    said = {"webhook_id": webhook_id, "position": position, "outcome": outcome}
    connection.execute(TOLD, said)


def failed(connection: Connection, webhook_id: UUID, outcome: str, wait_seconds: float) -> None:
    """It did not take the next one, which is tried again after a while."""
    connection.execute(FAILED, {"webhook_id": webhook_id, "outcome": outcome, "wait": wait_seconds})


def secret(keyring: Keyring, organisation_id: UUID, webhook_id: UUID, generation: int) -> bytes:
    """What signs a webhook's messages."""
    text = f"{organisation_id}:{webhook_id}:{generation}".encode()
    return hmac.new(keyring.secret("webhooks"), text, hashlib.sha256).digest()


def as_text(secret: bytes) -> str:
    """A secret as it is handed on (Standard Webhooks, "Signature scheme")."""
    return PREFIX + b64encode(secret).decode()


def _execute(database: Database, organisation: Organisation, query: str, **said: object) -> None:
    with database.transaction(organisation) as connection:
        connection.execute(query.encode(), said)
