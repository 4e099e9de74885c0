"""The timeline: every event as one sentence, of a person, an application, a requisition, a pool."""

from collections import defaultdict
from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from psycopg.rows import class_row
from pydantic import BaseModel, Field, computed_field

from domain import catalogue
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
        ((facts.data ->> 'pool_id')::uuid)
) AS mentioned(id)
WHERE facts.position > %(after)s
  AND facts.position <= %(upto)s
  AND mentioned.id IS NOT NULL
"""

READ_MODEL = ReadModel(
    name="timeline",
    version=2,
    tables=("timeline_mentions",),
    statements=(MENTIONS,),
    told_anew=False,
)

READS = (READ_MODEL,)

TIMELINE = """
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
    data
FROM facts
WHERE position IN (
        SELECT position
        FROM events
        WHERE stream_id = %(entity)s
        UNION
        SELECT position
        FROM timeline_mentions
        WHERE entity_id = %(entity)s
    )
  AND position <= %(p)s
  AND occurred_at <= %(t)s
  AND (
    %(cursor)s::bigint IS NULL
    OR (occurred_at, position) > (
        SELECT
            occurred_at,
            position
        FROM events
        WHERE position = %(cursor)s
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
    data: Annotated[dict[str, Any], Field(exclude=True)]

    @computed_field  # type: ignore[prop-decorator]
    @property
    def sentence(self) -> str:
        """What happened, in words."""
        values = {**self.data, "reason_code": self.reason_code}
        known = {name: _said(value) for name, value in values.items() if value is not None}
        template = catalogue.events[self.type].sentence
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
) -> list[TimelineRow]:
    """What happened, in the order it happened, after the event at the cursor's position."""
    with connection.cursor(row_factory=class_row(TimelineRow)) as rows:
        return rows.execute(
            TIMELINE,
            {
                **asked.parameters,
                "entity": entity_id,
                "cursor": cursor,
                "limit": limit,
            },
        ).fetchall()
