"""Candidates: who they are, as far as the reader may know; found by id or another system's id."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from psycopg.rows import class_row
from pydantic import BaseModel, Field

from projections.asked import Asked
from projections.read_model import ReadModel
from store.database import Connection

PROFILES = """
INSERT INTO candidate_profiles (
    position,
    origin,
    superseded_at,
    occurred_at,
    candidate_id,
    registered,
    source,
    candidate_origin
)
SELECT
    position,
    origin,
    9223372036854775807,
    occurred_at,
    stream_id,
    type = 'candidate.registered',
    data ->> 'source',
    data ->> 'origin'
FROM facts
WHERE position > %(after)s
  AND position <= %(upto)s
  AND type IN ('candidate.registered', 'candidate.profile_updated')
"""

EXTERNAL_IDS = """
INSERT INTO external_ids (
    position,
    origin,
    superseded_at,
    system,
    external_id,
    candidate_id
)
SELECT
    position,
    origin,
    9223372036854775807,
    data ->> 'system',
    data ->> 'external_id',
    stream_id
FROM facts
WHERE position > %(after)s
  AND position <= %(upto)s
  AND type = 'candidate.external_id_linked'
"""

# A corrected personal field is said anew, at the time of what it corrects.
CORRECTED_PROFILES = """
INSERT INTO candidate_profiles (
    position,
    origin,
    superseded_at,
    occurred_at,
    candidate_id,
    registered
)
SELECT
    correction.position,
    correction.origin,
    9223372036854775807,
    corrected.occurred_at,
    correction.stream_id,
    false
FROM facts correction
JOIN events corrected
    ON corrected.stream_id = correction.stream_id
    AND corrected.version = (correction.data ->> 'corrects')::int
WHERE correction.position > %(after)s
  AND correction.position <= %(upto)s
  AND correction.type = 'candidate.entry_corrected'
  AND corrected.type IN ('candidate.registered', 'candidate.profile_updated')
"""

OWNERSHIPS = """
INSERT INTO ownerships (
    position,
    origin,
    superseded_at,
    occurred_at,
    candidate_id,
    application_id,
    owner_id
)
SELECT
    position,
    origin,
    9223372036854775807,
    occurred_at,
    stream_id,
    (data ->> 'application_id')::uuid,
    (data ->> 'owner_id')::uuid
FROM facts
WHERE position > %(after)s
  AND position <= %(upto)s
  AND type = 'candidate.owner_assigned'
"""

READ_MODEL = ReadModel(
    name="candidates",
    version=2,
    tables=("candidate_profiles", "external_ids", "ownerships"),
    statements=(PROFILES, CORRECTED_PROFILES, EXTERNAL_IDS, OWNERSHIPS),
)

READS = (READ_MODEL,)

LIST = """
SELECT
    candidate_id,
    min(occurred_at) AS registered_at,
    (array_agg(source) FILTER (WHERE registered))[1] AS source,
    (array_agg(candidate_origin) FILTER (WHERE registered))[1] AS origin,
    array_agg(origin ORDER BY occurred_at, origin) AS positions
FROM candidate_profiles
WHERE position <= %(p)s
  AND superseded_at > %(p)s
  AND occurred_at <= %(t)s
  AND (%(candidates)s::uuid[] IS NULL OR candidate_id = ANY(%(candidates)s))
  AND (%(cursor)s::uuid IS NULL OR candidate_id > %(cursor)s)
GROUP BY candidate_id
ORDER BY candidate_id
LIMIT %(limit)s
"""

BY_EXTERNAL_ID = """
SELECT candidate_id
FROM external_ids
WHERE system = %(system)s
  AND external_id = %(external_id)s
  AND position <= %(p)s
  AND superseded_at > %(p)s
ORDER BY position DESC
LIMIT 1
"""


class CandidateRow(BaseModel):
    """One candidate, without what is personal."""

    candidate_id: UUID
    registered_at: datetime
    source: Annotated[str | None, Field(description="The channel they came by.")]
    origin: Annotated[str | None, Field(description="applied, sourced, referred, agency ...")]
    positions: Annotated[
        list[int], Field(exclude=True, description="The events that say who they are, in order.")
    ]


def candidates(
    connection: Connection,
    asked: Asked,
    *,
    candidate_ids: list[UUID] | None = None,
    cursor: UUID | None = None,
    limit: int = 100,
) -> list[CandidateRow]:
    """Candidates in a stable order, after the cursor."""
    with connection.cursor(row_factory=class_row(CandidateRow)) as rows:
        parameters = {
            **asked.parameters,
            "candidates": candidate_ids,
            "cursor": cursor,
            "limit": limit,
        }
        return rows.execute(LIST, parameters).fetchall()


def candidate_by_external_id(
    connection: Connection, asked: Asked, system: str, external_id: str
) -> UUID | None:
    """The candidate another system knows by this id."""
    row = connection.execute(
        BY_EXTERNAL_ID, {**asked.parameters, "system": system, "external_id": external_id}
    ).fetchone()
    return row[0] if row else None
