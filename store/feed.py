"""The log as it is, in position order, for those who follow it."""

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from psycopg.rows import class_row
from pydantic import BaseModel, Field

from store.database import Connection

FEED = """
SELECT
    position,
    event_id,
    stream_type,
    stream_id,
    version,
    type,
    schema_version,
    envelope_version,
    subject_id,
    occurred_at,
    occurred_precision,
    recorded_at,
    actor_type,
    actor_id,
    on_behalf_of,
    authority,
    source,
    command_id,
    command_seq,
    correlation_id,
    causation_id,
    reason_code,
    data,
    sealed
FROM events
WHERE position > %(after)s
  AND position <= %(upto)s
  AND (%(types)s::text[] IS NULL OR type = ANY(%(types)s))
ORDER BY position
LIMIT %(limit)s
"""

HEAD = "SELECT max(position) FROM events"


class LoggedEvent(BaseModel):
    """One event with its whole envelope."""

    position: Annotated[int, Field(description="Its place in the log; no gaps.")]
    event_id: UUID
    stream_type: Annotated[str, Field(examples=["candidate"])]
    stream_id: UUID
    version: Annotated[int, Field(description="Its place in the stream; no gaps.")]
    type: Annotated[str, Field(examples=["application.rejected"])]
    schema_version: int
    envelope_version: int
    subject_id: Annotated[UUID | None, Field(description="Whose personal data it may hold.")]
    occurred_at: Annotated[datetime, Field(description="When it happened in the world.")]
    occurred_precision: str
    recorded_at: Annotated[datetime, Field(description="When the log learned of it.")]
    actor_type: str
    actor_id: UUID
    on_behalf_of: UUID | None
    authority: Annotated[str, Field(description="The role it was done by.")]
    source: Annotated[str, Field(description="The way it came in.", examples=["api"])]
    command_id: UUID
    command_seq: int
    correlation_id: UUID
    causation_id: UUID | None
    reason_code: str | None
    data: Annotated[dict[str, Any], Field(description="What is not personal.")]
    sealed: Annotated[dict[str, Any] | None, Field(exclude=True)]


class FeedPage(BaseModel):
    """A stretch of the log."""

    items: list[LoggedEvent]
    next_after: Annotated[
        int, Field(description="Ask for what comes after this next, even if nothing matched.")
    ]


def feed(connection: Connection, after: int, limit: int, types: list[str] | None) -> FeedPage:
    """The events after a position, at most `limit`, of these types if any are named."""
    row = connection.execute(HEAD).fetchone()
    head = row[0] if row else 0
    with connection.cursor(row_factory=class_row(LoggedEvent)) as rows:
        parameters = {"after": after, "upto": head, "types": types, "limit": limit}
        items = rows.execute(FEED, parameters).fetchall()
    full = len(items) == limit
    return FeedPage(items=items, next_after=items[-1].position if full else max(after, head))
