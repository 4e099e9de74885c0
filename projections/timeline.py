"""The timeline: every event as one sentence, of a person, an application, a requisition, a pool."""

from collections import defaultdict
from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from psycopg.rows import class_row
from pydantic import BaseModel, Field, computed_field

from domain import catalogue
from projections import people
from projections.asked import Asked
from projections.read_model import ReadModel
from store.database import Connection

MENTIONS = """
INSERT INTO timeline_mentions (
    entity_id,
    position
)
SELECT
    mentioned.id,
    facts.position
FROM facts
CROSS JOIN LATERAL (
    VALUES
        ((facts.data ->> 'application_id')::uuid),
        ((facts.data ->> 'requisition_id')::uuid),
        ((facts.data ->> 'from_requisition_id')::uuid),
        ((facts.data ->> 'pool_id')::uuid)
) AS mentioned(id)
WHERE facts.position > %(after)s
  AND facts.position <= %(upto)s
  AND mentioned.id IS NOT NULL
"""

READ_MODEL = ReadModel(
    name="timeline",
    version=3,
    tables=("timeline_mentions",),
    statements=(MENTIONS,),
    told_anew=False,
)

READS = (READ_MODEL, people.READ_MODEL)

# Each event as it was told last, corrections included; a correction is an entry of its own too.
TIMELINE = """
WITH entries AS (
    SELECT
        event.position,
        event.stream_type,
        event.stream_id,
        event.type,
        COALESCE(told.occurred_at, event.occurred_at) AS occurred_at,
        event.recorded_at,
        event.actor_type,
        event.actor_id,
        event.source,
        CASE WHEN told.position IS NULL THEN event.reason_code ELSE told.reason_code END
            AS reason_code,
        COALESCE(told.data, event.data) AS data,
        COALESCE(told.position > event.position, false) AS corrected,
        EXISTS (
            SELECT
            FROM current_shapes retraction
            WHERE retraction.origin = event.position
              AND retraction.position <= %(p)s
              AND retraction.type = 'retraction'
        ) AS taken_back
    FROM events event
    LEFT JOIN LATERAL (
        SELECT
            position,
            occurred_at,
            reason_code,
            data
        FROM current_shapes
        WHERE origin = event.position
          AND position <= %(p)s
          AND type <> 'retraction'
        ORDER BY position DESC
        LIMIT 1
    ) AS told ON true
    WHERE (
            %(applications)s::uuid[] IS NULL
            OR NOT event.data ? 'application_id'
            OR (event.data ->> 'application_id')::uuid = ANY(%(applications)s)
        )
      AND event.position IN (
            SELECT position
            FROM events
            WHERE stream_id = ANY(%(histories)s)
            UNION
            SELECT position
            FROM timeline_mentions
            WHERE entity_id = ANY(%(histories)s)
        )
      AND event.position <= %(p)s
)
SELECT
    position,
    stream_type,
    stream_id,
    type,
    occurred_at,
    recorded_at,
    actor_type,
    actor_id,
    source,
    reason_code,
    data,
    corrected,
    taken_back
FROM entries
WHERE occurred_at <= %(t)s
  AND (
    %(cursor)s::bigint IS NULL
    OR (occurred_at, position) > (
        SELECT
            cursor.occurred_at,
            cursor.position
        FROM entries cursor
        WHERE cursor.position = %(cursor)s
    )
  )
ORDER BY occurred_at, position
LIMIT %(limit)s
"""


class TimelineRow(BaseModel):
    """One event, as a person reads it."""

    position: Annotated[int, Field(description="Its place in the log.")]
    stream_type: str
    stream_id: UUID
    type: Annotated[str, Field(examples=["application.rejected"])]
    occurred_at: Annotated[datetime, Field(description="When it happened in the world.")]
    recorded_at: Annotated[datetime, Field(description="When the log learned of it.")]
    actor_type: str
    actor_id: UUID
    source: str
    reason_code: str | None
    corrected: Annotated[
        bool, Field(description="Whether a later entry corrected it; it is told as corrected.")
    ]
    taken_back: Annotated[
        bool, Field(description="Whether it was entered in error, and has been taken back.")
    ]
    data: Annotated[dict[str, Any], Field(exclude=True)]

    @computed_field  # type: ignore[prop-decorator]
    @property
    def sentence(self) -> str:
        """What happened, in words."""
        return sentence_of(self.type, self.data, self.reason_code)


def sentence_of(type: str, data: dict[str, Any], reason_code: str | None) -> str:
    """An event in words, by what is not personal in it."""
    values = {**data, "reason_code": reason_code}
    known = {name: _said(value) for name, value in values.items() if value is not None}
    template = catalogue.events[type].sentence
    return template.format_map(defaultdict(lambda: "not stated", known))


def _said(value: Any) -> Any:
    return value.replace("_", " ") if isinstance(value, str) else value


def timeline(
    connection: Connection,
    asked: Asked,
    entity_id: UUID,
    *,
    cursor: int | None = None,
    limit: int = 200,
    applications: list[UUID] | None = None,
) -> list[TimelineRow]:
    """What happened, in the order it happened, after the event at the cursor's position.

    With `applications`, nothing is told of any other application.
    """
    with connection.cursor(row_factory=class_row(TimelineRow)) as rows:
        return rows.execute(
            TIMELINE,
            {
                **asked.parameters,
                "histories": people.histories(connection, asked, entity_id),
                "cursor": cursor,
                "limit": limit,
                "applications": applications,
            },
        ).fetchall()
