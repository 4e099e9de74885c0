"""Scorecards: as each interviewer handed theirs in last, from the log itself."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from psycopg.rows import class_row
from pydantic import BaseModel, Field

from domain.kit import Rating
from projections import interviews
from projections.asked import Asked
from store.database import Connection

READS = (interviews.READ_MODEL,)

# The read model knows which there are; what they say stays in the log.
OF_APPLICATION = """
WITH submitted AS (
    SELECT
        outcome.position,
        outcome.origin,
        outcome.occurred_at,
        outcome.interview_id,
        outcome.interviewer_id,
        COUNT(*) OVER each AS versions,
        ROW_NUMBER() OVER (each ORDER BY outcome.occurred_at DESC, outcome.origin DESC) AS ago
    FROM interview_outcomes outcome
    WHERE outcome.application_id = %(application)s
      AND outcome.kind = 'scorecard_submitted'
      AND outcome.position <= %(p)s
      AND outcome.superseded_at > %(p)s
      AND outcome.occurred_at <= %(t)s
    WINDOW each AS (PARTITION BY outcome.interview_id, outcome.interviewer_id)
)
SELECT
    COALESCE(corrected.position, submitted.origin) AS notes_position,
    submitted.interview_id,
    submitted.interviewer_id,
    submitted.occurred_at AS submitted_at,
    entry.actor_id AS submitted_by,
    submitted.versions,
    fact.data ->> 'overall' AS overall,
    COALESCE(fact.data -> 'ratings', '[]'::jsonb) AS ratings
FROM submitted
JOIN events entry ON entry.position = submitted.origin
JOIN facts fact ON fact.position = submitted.position
LEFT JOIN LATERAL (
    SELECT correction.position
    FROM events correction
    WHERE correction.stream_id = entry.stream_id
      AND correction.type = 'candidate.entry_corrected'
      AND correction.data ->> 'field' = 'notes'
      AND (correction.data ->> 'corrects')::int = entry.version
      AND correction.position <= %(p)s
    ORDER BY correction.position DESC
    LIMIT 1
) AS corrected ON true
WHERE submitted.ago = 1
ORDER BY
    submitted.occurred_at,
    submitted.origin
"""


class ScorecardRow(BaseModel):
    """One interviewer's assessment of one interview, as handed in last."""

    notes_position: Annotated[
        int, Field(exclude=True, description="The event that says the notes, corrected or not.")
    ]
    interview_id: UUID
    interviewer_id: UUID
    submitted_at: datetime
    submitted_by: Annotated[
        UUID, Field(description="Who entered it: the interviewer, or somebody for them.")
    ]
    versions: Annotated[int, Field(description="How often it was handed in.")]
    overall: Annotated[str, Field(examples=["strong_yes"])]
    ratings: list[Rating]


def scorecards(connection: Connection, asked: Asked, application_id: UUID) -> list[ScorecardRow]:
    """The scorecards of an application, in the order they were handed in."""
    with connection.cursor(row_factory=class_row(ScorecardRow)) as rows:
        return rows.execute(
            OF_APPLICATION, {**asked.parameters, "application": application_id}
        ).fetchall()
