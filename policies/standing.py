"""Where each policy stands: how far it has followed the log, what it waits for, what it will do."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from psycopg.rows import class_row
from pydantic import BaseModel, Field

from store.database import Connection

IS_PAUSED = """
SELECT type = 'organisation.policy_paused'
FROM events
WHERE stream_id = (SELECT stream_id FROM events WHERE position = 1)
  AND type IN ('organisation.policy_paused', 'organisation.policy_resumed')
  AND data ->> 'policy' = %(policy)s
ORDER BY version DESC
LIMIT 1
"""
IS_RESUMED = """
SELECT count(*) > 0
FROM events
WHERE stream_id = (SELECT stream_id FROM events WHERE position = 1)
  AND type = 'organisation.policy_resumed'
  AND data ->> 'policy' = %(policy)s
  AND recorded_at > %(since)s
"""
STANDINGS = """
SELECT
    standing.policy,
    standing.position,
    (SELECT max(position) FROM events) - standing.position AS lag_events,
    standing.waiting_for,
    standing.failed_position,
    standing.error,
    standing.stopped_since,
    COALESCE(
        (
            SELECT type = 'organisation.policy_paused'
            FROM events
            WHERE stream_id = (SELECT stream_id FROM events WHERE position = 1)
              AND type IN ('organisation.policy_paused', 'organisation.policy_resumed')
              AND data ->> 'policy' = standing.policy
            ORDER BY version DESC
            LIMIT 1
        ),
        false
    ) AS paused,
    (SELECT count(*) FROM outbox WHERE policy = standing.policy AND state = 'waiting') AS waiting,
    (SELECT count(*) FROM outbox WHERE policy = standing.policy AND state = 'in_doubt') AS in_doubt
FROM policy_positions standing
ORDER BY standing.policy
"""
OUTBOX = """
SELECT
    key,
    policy,
    position,
    effect,
    about,
    application_id,
    due_at,
    state,
    attempts,
    attempted_at,
    provider_id,
    outcome
FROM outbox
WHERE state <> 'done'
  AND (%(policy)s::text IS NULL OR policy = %(policy)s)
  AND (%(state)s::text IS NULL OR state = %(state)s)
  AND (
    %(cursor)s::text IS NULL
    OR (due_at, key) > (SELECT due_at, key FROM outbox WHERE key = %(cursor)s)
  )
ORDER BY due_at, key
LIMIT %(limit)s
"""
UNMATCHED = """
SELECT
    mark,
    received_at,
    reason,
    mailbox,
    uid,
    octets
FROM unmatched_mail
WHERE (
    %(cursor)s::text IS NULL
    OR (received_at, mark) < (
        SELECT
            received_at,
            mark
        FROM unmatched_mail
        WHERE mark = %(cursor)s
    )
  )
ORDER BY received_at DESC, mark DESC
LIMIT %(limit)s
"""


class PolicyStanding(BaseModel):
    """Where a policy stands in an organisation."""

    policy: Annotated[str, Field(examples=["send-messages"])]
    position: Annotated[int, Field(description="The last log position it has followed.")]
    lag_events: Annotated[int, Field(description="Events recorded that it has not followed.")]
    paused: Annotated[bool, Field(description="Whether it decides, but does nothing.")]
    waiting: Annotated[int, Field(description="Effects decided on that wait until they are due.")]
    in_doubt: Annotated[
        int, Field(description="Effects of which nobody knows whether they happened.")
    ]
    waiting_for: Annotated[
        str | None,
        Field(
            description="What keeps due mail waiting: smtp_not_set, smtp_not_reached or"
            " smtp_without_tls."
        ),
    ]
    failed_position: Annotated[int | None, Field(description="The event that stopped it.")]
    error: Annotated[str | None, Field(description="The kind of error that stopped it.")]
    stopped_since: datetime | None


class OutboxRow(BaseModel):
    """Something a policy has decided to do, and has not done yet as far as anyone knows."""

    key: Annotated[str, Field(description="Names it.", examples=["send-messages:4711:send"])]
    policy: str
    position: Annotated[int, Field(description="The event it follows from.")]
    effect: Annotated[str, Field(examples=["send"])]
    about: Annotated[UUID, Field(description="The message, offer or interview.")]
    application_id: UUID | None
    due_at: Annotated[datetime, Field(description="When it is done at the earliest.")]
    state: Annotated[str, Field(description="waiting, attempting or in_doubt.")]
    attempts: int
    attempted_at: datetime | None
    provider_id: Annotated[
        str | None, Field(description="SHA-256 of the mail's Message-ID, in part.")
    ]
    outcome: Annotated[
        str | None, Field(description="How the last attempt ended.", examples=["4.2.0"])
    ]


class UnmatchedRow(BaseModel):
    """A mail that belongs to no application. It stays in its mailbox; nothing of it is kept."""

    mark: Annotated[str, Field(description="A keyed hash of the mail.")]
    received_at: datetime
    reason: Annotated[
        str,
        Field(description="no_token, forged_token, unknown_message, no_answer or malformed."),
    ]
    mailbox: Annotated[str, Field(description="Where it came in.", examples=["INBOX"])]
    uid: Annotated[int | None, Field(description="Its number in the mailbox.")]
    octets: int


def is_paused(connection: Connection, policy: str) -> bool:
    """Whether a policy may do nothing now: the log says so, and nothing else."""
    row = connection.execute(IS_PAUSED, {"policy": policy}).fetchone()
    return bool(row and row[0])


def is_resumed(connection: Connection, policy: str, since: datetime) -> bool:
    """Whether someone resumed a policy after a time."""
    row = connection.execute(IS_RESUMED, {"policy": policy, "since": since}).fetchone()
    return bool(row and row[0])


def standings(connection: Connection) -> list[PolicyStanding]:
    """Every policy, by name."""
    with connection.cursor(row_factory=class_row(PolicyStanding)) as rows:
        return rows.execute(STANDINGS).fetchall()


def unsettled(
    connection: Connection,
    *,
    policy: str | None = None,
    state: str | None = None,
    cursor: str | None = None,
    limit: int = 100,
) -> list[OutboxRow]:
    """What is decided and not done, the next due first."""
    parameters = {"policy": policy, "state": state, "cursor": cursor, "limit": limit}
    with connection.cursor(row_factory=class_row(OutboxRow)) as rows:
        return rows.execute(OUTBOX, parameters).fetchall()


def unmatched(
    connection: Connection, *, cursor: str | None = None, limit: int = 100
) -> list[UnmatchedRow]:
    """Mail that belongs to no application, the newest first."""
    with connection.cursor(row_factory=class_row(UnmatchedRow)) as rows:
        return rows.execute(UNMATCHED, {"cursor": cursor, "limit": limit}).fetchall()
