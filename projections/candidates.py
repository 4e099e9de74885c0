"""Candidates: who they are, as far as the reader may know; found by id."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from psycopg.rows import class_row
from pydantic import BaseModel, Field

from projections import people
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

# A corrected personal field is said anew where the event it corrects stands, wherever that is by
# now in time; its own row has no time to go by.
CORRECTED_PROFILES = """
INSERT INTO candidate_profiles (
    position,
    origin,
    superseded_at,
    occurred_at,
    candidate_id,
    registered,
    corrects
)
SELECT
    correction.position,
    correction.origin,
    9223372036854775807,
    corrected.occurred_at,
    correction.stream_id,
    false,
    corrected.position
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
    version=3,
    tables=("candidate_profiles", "ownerships"),
    statements=(PROFILES, CORRECTED_PROFILES, OWNERSHIPS),
)

READS = (READ_MODEL, people.READ_MODEL)

# Those never merged go by the index, up to a page; the others are few. What is said in the history
# of who stands for a person comes after all that the others say, and so counts.
LIST = f"""
WITH {people.ONE_PERSON},
page AS MATERIALIZED (
    (
        SELECT DISTINCT
            candidate_id,
            ARRAY[candidate_id] AS histories
        FROM candidate_profiles
        WHERE position <= %(p)s
          AND superseded_at > %(p)s
          AND occurred_at <= %(t)s
          AND corrects IS NULL
          AND candidate_id NOT IN (SELECT candidate_id FROM one_person)
          AND (%(candidates)s::uuid[] IS NULL OR candidate_id = ANY(%(candidates)s))
          AND (%(cursor)s::uuid IS NULL OR candidate_id > %(cursor)s)
        ORDER BY candidate_id
        LIMIT %(limit)s
    )
    UNION ALL
    (
        SELECT
            person_id,
            histories
        FROM one_person
        WHERE candidate_id = person_id
          AND (%(candidates)s::uuid[] IS NULL OR person_id = ANY(%(candidates)s))
          AND (%(cursor)s::uuid IS NULL OR person_id > %(cursor)s)
          AND EXISTS (
            SELECT
            FROM candidate_profiles
            WHERE candidate_profiles.candidate_id = ANY(one_person.histories)
              AND position <= %(p)s
              AND superseded_at > %(p)s
              AND occurred_at <= %(t)s
              AND corrects IS NULL
        )
        ORDER BY person_id
        LIMIT %(limit)s
    )
    ORDER BY candidate_id
    LIMIT %(limit)s
)
SELECT
    page.candidate_id,
    array_remove(page.histories, page.candidate_id) AS merged_ids,
    min(said.occurred_at) AS registered_at,
    (
        array_agg(said.source ORDER BY said.occurred_at, said.origin)
            FILTER (WHERE said.registered)
    )[1] AS source,
    (
        array_agg(said.candidate_origin ORDER BY said.occurred_at, said.origin)
            FILTER (WHERE said.registered)
    )[1] AS origin,
    array_agg(
        also.position
        ORDER BY
            said.candidate_id = page.candidate_id,
            said.occurred_at,
            said.origin,
            also.position
    ) AS positions
FROM page
JOIN candidate_profiles said ON said.candidate_id = ANY(page.histories)
CROSS JOIN LATERAL (
    SELECT said.origin AS position
    UNION ALL
    SELECT correction.position
    FROM candidate_profiles correction
    WHERE correction.candidate_id = said.candidate_id
      AND correction.corrects = said.origin
      AND correction.position <= %(p)s
      AND correction.superseded_at > %(p)s
) AS also
WHERE said.corrects IS NULL
  AND said.position <= %(p)s
  AND said.superseded_at > %(p)s
  AND said.occurred_at <= %(t)s
GROUP BY
    page.candidate_id,
    page.histories
ORDER BY page.candidate_id
"""  # noqa: S608  # composed of what stands in this folder


class CandidateRow(BaseModel):
    """One candidate, without what is personal."""

    candidate_id: Annotated[UUID, Field(description="Who stands for the person.")]
    merged_ids: Annotated[
        list[UUID], Field(description="Candidates found to be the same person, and merged.")
    ]
    registered_at: Annotated[datetime, Field(description="When we first knew of them.")]
    source: Annotated[str | None, Field(description="The channel they came by.")]
    origin: Annotated[str | None, Field(description="applied, sourced, referred, agency ...")]
    positions: Annotated[
        list[int],
        Field(
            exclude=True,
            description="The events that say who they are, in order, corrections after what they"
            " correct.",
        ),
    ]


def candidates(
    connection: Connection,
    asked: Asked,
    *,
    candidate_ids: list[UUID] | None = None,
    cursor: UUID | None = None,
    limit: int = 100,
) -> list[CandidateRow]:
    """Candidates in a stable order, after the cursor; each person once, by who stands for them."""
    with connection.cursor(row_factory=class_row(CandidateRow)) as rows:
        parameters = {
            **asked.parameters,
            "candidates": candidate_ids,
            "cursor": cursor,
            "limit": limit,
        }
        return rows.execute(LIST.encode(), parameters).fetchall()
