"""Entries of the log, the newest first: by whom, about what, of which kind, recorded when."""

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from psycopg.rows import class_row
from pydantic import BaseModel, Field, computed_field

from projections import people
from projections.asked import Asked
from projections.timeline import READS, sentence_of
from store.database import Connection

__all__ = ["READS", "EntryRow", "entries"]

# Times recorded rise with positions, so a window of them is a stretch of the log.
ENTRIES = """
SELECT
    position,
    stream_type,
    stream_id,
    version,
    type,
    occurred_at,
    recorded_at,
    actor_type,
    actor_id,
    on_behalf_of,
    authority,
    source,
    reason_code,
    data
FROM events
WHERE position <= %(p)s
  AND occurred_at <= %(t)s
  AND (%(before)s::bigint IS NULL OR position < %(before)s)
  AND (
    %(since)s::timestamptz IS NULL
    OR position >= (
        SELECT position
        FROM events
        WHERE recorded_at >= %(since)s
        ORDER BY recorded_at, position
        LIMIT 1
    )
  )
  AND (
    %(until)s::timestamptz IS NULL
    OR position <= (
        SELECT position
        FROM events
        WHERE recorded_at < %(until)s
        ORDER BY recorded_at DESC, position DESC
        LIMIT 1
    )
  )
  AND (%(actor)s::uuid IS NULL OR actor_id = %(actor)s OR on_behalf_of = %(actor)s)
  AND (%(types)s::text[] IS NULL OR type = ANY(%(types)s))
  AND (
    %(about)s::uuid[] IS NULL
    OR position IN (
        SELECT position
        FROM events
        WHERE stream_id = ANY(%(about)s)
        UNION
        SELECT position
        FROM timeline_mentions
        WHERE entity_id = ANY(%(about)s)
    )
  )
ORDER BY position DESC
LIMIT %(limit)s
"""


class EntryRow(BaseModel):
    """One event: who recorded it, by what right and why, and what it says in words."""

    position: Annotated[int, Field(description="Its place in the log.")]
    stream_type: Annotated[str, Field(examples=["candidate"])]
    stream_id: UUID
    version: Annotated[int, Field(description="Its place in the stream.")]
    type: Annotated[str, Field(examples=["application.rejected"])]
    occurred_at: Annotated[datetime, Field(description="When it happened in the world.")]
    recorded_at: Annotated[datetime, Field(description="When the log learned of it.")]
    actor_type: str
    actor_id: UUID
    on_behalf_of: UUID | None
    authority: Annotated[str, Field(description="The role it was done by.")]
    source: Annotated[str, Field(description="The way it came in.", examples=["api"])]
    reason_code: str | None
    data: Annotated[dict[str, Any], Field(exclude=True)]

    @computed_field  # type: ignore[prop-decorator]
    @property
    def sentence(self) -> str:
        """What happened, in words, as it was recorded."""
        return sentence_of(self.type, self.data, self.reason_code)


def entries(
    connection: Connection,
    asked: Asked,
    *,
    recorded: Mapping[str, datetime | None],
    actor_id: UUID | None = None,
    about: UUID | None = None,
    types: Collection[str] | None = None,
    before: int | None = None,
    limit: int = 100,
) -> list[EntryRow]:
    """The newest entries before a position that are as asked for.

    `recorded` is a window of `since` and `until`. `actor_id` did it, or it was done for them;
    `about` is any thing with a timeline, and of a person all their histories.
    """
    parameters = {
        **asked.parameters,
        **recorded,
        "actor": actor_id,
        "about": about and people.histories(connection, asked, about),
        "types": None if types is None else list(types),
        "before": before,
        "limit": limit,
    }
    with connection.cursor(row_factory=class_row(EntryRow)) as rows:
        return rows.execute(ENTRIES, parameters).fetchall()
