"""Webhooks: which there are, as the log says, how far each has been told, and what signs it.

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

from store.database import Connection
from store.keyring import Keyring

PREFIX = "whsec_"

# Whoever resumes a webhook has it tried at once, and its troubles of before forgotten.
LIST = """
SELECT
    made.stream_id AS webhook_id,
    made.data ->> 'label' AS label,
    made.data ->> 'url' AS url,
    ARRAY(SELECT jsonb_array_elements_text(made.data -> 'types')) AS types,
    COALESCE(rotated.generation, 1) AS generation,
    rotated.recorded_at AS rotated_at,
    made.recorded_at AS created_at,
    CASE WHEN standing.type = 'webhook.stopped' THEN standing.reason_code END AS stopped_because,
    progress.position,
    (SELECT max(position) FROM events) - progress.position AS lag_events,
    CASE WHEN standing.recorded_at > progress.last_tried_at THEN 0 ELSE progress.attempts END
        AS attempts,
    CASE
        WHEN standing.recorded_at > progress.last_tried_at THEN standing.recorded_at
        ELSE progress.next_at
    END AS next_at,
    CASE WHEN standing.recorded_at > progress.last_tried_at THEN NULL
        ELSE progress.failing_since END AS failing_since,
    progress.last_outcome,
    progress.last_tried_at
FROM events made
JOIN webhook_progress progress ON progress.webhook_id = made.stream_id
LEFT JOIN LATERAL (
    SELECT
        type,
        reason_code,
        recorded_at
    FROM events
    WHERE stream_id = made.stream_id
      AND type IN ('webhook.stopped', 'webhook.resumed', 'webhook.removed')
    ORDER BY version DESC
    LIMIT 1
) AS standing ON true
LEFT JOIN LATERAL (
    SELECT
        (data ->> 'generation')::int AS generation,
        recorded_at
    FROM events
    WHERE stream_id = made.stream_id
      AND type = 'webhook.secret_rotated'
    ORDER BY version DESC
    LIMIT 1
) AS rotated ON true
WHERE made.type = 'webhook.created'
  AND standing.type IS DISTINCT FROM 'webhook.removed'
ORDER BY made.position
"""
BEGIN = """
INSERT INTO webhook_progress (
    webhook_id,
    position
)
SELECT
    stream_id,
    COALESCE((data ->> 'after')::bigint, position)
FROM events
WHERE type = 'webhook.created'
  AND stream_id NOT IN (SELECT webhook_id FROM webhook_progress)
ON CONFLICT (webhook_id) DO NOTHING
"""
TAKE = """
SELECT webhook_id
FROM webhook_progress
WHERE webhook_id = %(webhook_id)s
FOR UPDATE SKIP LOCKED
"""
TOLD = """
UPDATE webhook_progress
SET position = %(position)s,
    attempts = 0,
    failing_since = NULL,
    last_outcome = COALESCE(%(outcome)s, last_outcome),
    last_tried_at = CASE WHEN %(outcome)s::text IS NULL THEN last_tried_at
        ELSE clock_timestamp() END
WHERE webhook_id = %(webhook_id)s
"""
FAILED = """
UPDATE webhook_progress
SET attempts = %(attempts)s,
    failing_since = COALESCE(%(failing_since)s, clock_timestamp()),
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


def all_webhooks(connection: Connection) -> list[WebhookRow]:
    """Every webhook there is, oldest first."""
    connection.execute(BEGIN)
    with connection.cursor(row_factory=class_row(WebhookRow)) as rows:
        return rows.execute(LIST).fetchall()


def due(connection: Connection) -> list[WebhookRow]:
    """Those that may be told something now."""
    now = connection.execute("SELECT clock_timestamp()").fetchone()
    return [
        row
        for row in all_webhooks(connection)
        if row.stopped_because is None and row.lag_events and now and row.next_at <= now[0]
    ]


def take(connection: Connection, webhook_id: UUID) -> WebhookRow | None:
    """One that is due, for this transaction alone; None if another has it."""
    if connection.execute(TAKE, {"webhook_id": webhook_id}).fetchone() is None:
        return None
    return next((row for row in due(connection) if row.webhook_id == webhook_id), None)


def told(connection: Connection, webhook_id: UUID, position: int, outcome: str | None) -> None:
    """It took everything up to a position; no outcome where nothing there was for it."""
    said = {"webhook_id": webhook_id, "position": position, "outcome": outcome}
    connection.execute(TOLD, said)


def failed(
    connection: Connection,
    webhook_id: UUID,
    outcome: str,
    attempts: int,
    failing_since: datetime | None,
    wait_seconds: float,
) -> None:
    """It did not take the next one, which is tried again after a while."""
    said = {"outcome": outcome, "attempts": attempts, "failing_since": failing_since}
    connection.execute(FAILED, {**said, "webhook_id": webhook_id, "wait": wait_seconds})


def secret(keyring: Keyring, organisation_id: UUID, webhook_id: UUID, generation: int) -> bytes:
    """What signs a webhook's messages."""
    text = f"{organisation_id}:{webhook_id}:{generation}".encode()
    return hmac.new(keyring.secret("webhooks"), text, hashlib.sha256).digest()


def as_text(secret: bytes) -> str:
    """A secret as it is handed on (Standard Webhooks, "Signature scheme")."""
    return PREFIX + b64encode(secret).decode()
