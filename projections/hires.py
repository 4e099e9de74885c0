"""Hires as other systems hear of them: each entry of the log that makes or changes one, in order.

An entry is not taken back: what was entered in error, or corrected, is a further entry.
"""

from datetime import date, datetime
from typing import Annotated
from uuid import UUID

from psycopg.rows import class_row
from pydantic import BaseModel, Field

from projections.asked import Asked
from projections.read_model import ReadModel
from store.database import Connection

ENTRIES = """
INSERT INTO hire_entries (
    position,
    origin,
    superseded_at,
    occurred_at,
    kind,
    candidate_id,
    application_id,
    requisition_id,
    opening_id,
    start_date,
    reason_code,
    entered_in_error
)
SELECT
    entry.position,
    entry.origin,
    9223372036854775807,
    entry.occurred_at,
    CASE entry.type
        WHEN 'application.hired' THEN 'hired'
        WHEN 'application.started' THEN 'started'
        WHEN 'application.start_no_show' THEN 'no_show'
        WHEN 'candidate.personal_data_erased' THEN 'erased'
        ELSE 'hire_reversed'
    END,
    entry.stream_id,
    (entry.data ->> 'application_id')::uuid,
    (entry.data ->> 'requisition_id')::uuid,
    (entry.data ->> 'opening_id')::uuid,
    (entry.data ->> 'start_date')::date,
    COALESCE(entry.reason_code, entry.data ->> 'ground'),
    entry.type = 'retraction'
FROM facts entry
WHERE entry.position > %(after)s
  AND entry.position <= %(upto)s
  AND (
    entry.type IN (
        'application.hired',
        'application.hire_reversed',
        'application.started',
        'application.start_no_show'
    )
    OR (
        entry.type = 'candidate.personal_data_erased'
        AND EXISTS (
            SELECT
            FROM facts hire
            WHERE hire.stream_id = entry.stream_id
              AND hire.position < entry.position
              AND hire.type = 'application.hired'
        )
    )
    OR (
        entry.type = 'retraction'
        AND (SELECT hire.type FROM facts hire WHERE hire.position = entry.origin)
            = 'application.hired'
    )
  )
"""

READ_MODEL = ReadModel(
    name="hires",
    version=1,
    tables=("hire_entries",),
    statements=(ENTRIES,),
)

READS = (READ_MODEL,)

# A reversal and a start are about the hire last told of before them.
FEED = """
SELECT
    entry.position,
    entry.kind,
    entry.occurred_at,
    event.recorded_at,
    entry.candidate_id,
    entry.application_id,
    COALESCE(entry.requisition_id, hire.requisition_id) AS requisition_id,
    COALESCE(entry.opening_id, hire.opening_id) AS opening_id,
    COALESCE(entry.start_date, hire.start_date) AS start_date,
    entry.reason_code,
    entry.entered_in_error,
    CASE WHEN entry.origin <> entry.position THEN entry.origin END AS corrects
FROM hire_entries entry
JOIN events event ON event.position = entry.position
LEFT JOIN LATERAL (
    SELECT
        requisition_id,
        opening_id,
        start_date
    FROM hire_entries
    WHERE application_id = entry.application_id
      AND kind = 'hired'
      AND position < entry.position
    ORDER BY position DESC
    LIMIT 1
) AS hire ON true
WHERE entry.position > %(after)s
  AND entry.position <= %(p)s
  AND entry.occurred_at <= %(t)s
ORDER BY entry.position
LIMIT %(limit)s
"""


class HireEntry(BaseModel):
    """Something that made a hire, or changed what is to be done about one."""

    position: Annotated[int, Field(description="Its place in the log.")]
    kind: Annotated[str, Field(description="hired, hire_reversed, started, no_show or erased.")]
    occurred_at: Annotated[datetime, Field(description="When it happened in the world.")]
    recorded_at: Annotated[datetime, Field(description="When the log learned of it.")]
    candidate_id: UUID
    application_id: Annotated[UUID | None, Field(description="Null where all of a person is.")]
    requisition_id: UUID | None
    opening_id: UUID | None
    start_date: Annotated[date | None, Field(description="The first day, planned or come.")]
    reason_code: Annotated[str | None, Field(description="Of an erasure: its ground.")]
    entered_in_error: Annotated[
        bool, Field(description="For a reversal: the hire had never been; drop it.")
    ]
    corrects: Annotated[
        int | None, Field(description="The position of the entry this says anew, or takes back.")
    ]


def hires(connection: Connection, asked: Asked, after: int, limit: int) -> list[HireEntry]:
    """The entries after a log position, in order."""
    with connection.cursor(row_factory=class_row(HireEntry)) as rows:
        return rows.execute(FEED, {**asked.parameters, "after": after, "limit": limit}).fetchall()
