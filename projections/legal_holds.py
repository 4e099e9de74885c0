"""Legal holds: what each is on, and whether it stands."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from psycopg.rows import class_row
from pydantic import BaseModel, Field

from projections.asked import Asked
from projections.read_model import ReadModel
from store.database import Connection

STEPS = """
INSERT INTO legal_hold_steps (
    position,
    origin,
    superseded_at,
    occurred_at,
    hold_id,
    step,
    stream_type,
    stream_id,
    matter
)
SELECT
    position,
    origin,
    9223372036854775807,
    occurred_at,
    (data ->> 'hold_id')::uuid,
    CASE
        WHEN type LIKE '%%.legal_hold_placed' THEN 'placed'
        WHEN type LIKE '%%.legal_hold_released' THEN 'released'
        ELSE 'release_proposed'
    END,
    stream_type,
    stream_id,
    data ->> 'matter'
FROM facts
WHERE position > %(after)s
  AND position <= %(upto)s
  AND type IN (
    'candidate.legal_hold_placed',
    'candidate.legal_hold_release_proposed',
    'candidate.legal_hold_released',
    'requisition.legal_hold_placed',
    'requisition.legal_hold_release_proposed',
    'requisition.legal_hold_released'
  )
"""

READ_MODEL = ReadModel(
    name="legal_holds",
    version=1,
    tables=("legal_hold_steps",),
    statements=(STEPS,),
)

READS = (READ_MODEL,)

HOLDS = """
SELECT
    hold_id,
    stream_type AS on_type,
    stream_id AS on_id,
    max(matter) AS matter,
    min(occurred_at) AS placed_at,
    max(occurred_at) FILTER (WHERE step = 'release_proposed') AS release_proposed_at,
    max(occurred_at) FILTER (WHERE step = 'released') AS released_at
FROM legal_hold_steps
WHERE position <= %(p)s
  AND superseded_at > %(p)s
  AND occurred_at <= %(t)s
  AND (%(cursor)s::uuid IS NULL OR hold_id > %(cursor)s)
GROUP BY
    hold_id,
    stream_type,
    stream_id
HAVING %(released)s OR bool_and(step <> 'released')
ORDER BY hold_id
LIMIT %(limit)s
"""


class HoldRow(BaseModel):
    """One legal hold."""

    hold_id: UUID
    on_type: Annotated[str, Field(description="candidate or requisition.")]
    on_id: Annotated[UUID, Field(description="Which one.")]
    matter: Annotated[str, Field(description="The matter's code.", examples=["case-2026-17"])]
    placed_at: datetime
    release_proposed_at: Annotated[
        datetime | None, Field(description="When one person proposed to release it.")
    ]
    released_at: Annotated[datetime | None, Field(description="When a second person agreed.")]


def legal_holds(
    connection: Connection,
    asked: Asked,
    *,
    released: bool = False,
    cursor: UUID | None = None,
    limit: int = 100,
) -> list[HoldRow]:
    """The legal holds that stand, and those released too if asked for, in a stable order."""
    with connection.cursor(row_factory=class_row(HoldRow)) as rows:
        parameters = {**asked.parameters, "released": released, "cursor": cursor, "limit": limit}
        return rows.execute(HOLDS, parameters).fetchall()
