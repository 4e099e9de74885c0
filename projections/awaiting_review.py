"""Applications that nobody has looked at yet.

An application waits from its start until the first act on it by one of us (as in time to first
review): what a rule decided is none, nor what the candidate does. What has ended waits no more.
"""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from psycopg.rows import class_row
from pydantic import BaseModel, Field

from projections import applications as steps
from projections import people
from projections.asked import Asked
from store.database import Connection

READS = (steps.READ_MODEL, people.READ_MODEL)

WAITING = f"""
WITH {people.ONE_PERSON},
latest AS (
    SELECT DISTINCT ON (application_id)
        application_id,
        candidate_id,
        status
    FROM application_steps
    WHERE stage IS NOT NULL
      AND position <= %(p)s
      AND superseded_at > %(p)s
      AND occurred_at <= %(t)s
    ORDER BY application_id, occurred_at DESC, origin DESC
)
SELECT
    latest.application_id,
    COALESCE(one_person.person_id, latest.candidate_id) AS candidate_id,
    assigned.requisition_id,
    begun.source,
    begun.occurred_at AS waits_since
FROM latest
LEFT JOIN one_person ON one_person.candidate_id = latest.candidate_id
CROSS JOIN LATERAL (
    SELECT
        source,
        occurred_at,
        origin
    FROM application_steps
    WHERE application_id = latest.application_id
      AND milestone = 'applied'
      AND position <= %(p)s
      AND superseded_at > %(p)s
      AND occurred_at <= %(t)s
    ORDER BY occurred_at, origin
    LIMIT 1
) AS begun
LEFT JOIN LATERAL (
    SELECT requisition_id
    FROM application_assignments
    WHERE application_id = latest.application_id
      AND position <= %(p)s
      AND superseded_at > %(p)s
      AND occurred_at <= %(t)s
    ORDER BY occurred_at DESC, origin DESC
    LIMIT 1
) AS assigned ON true
WHERE latest.status = 'open'
  AND (%(requisitions)s::uuid[] IS NULL OR assigned.requisition_id = ANY(%(requisitions)s))
  AND NOT EXISTS (
    SELECT
    FROM application_steps act
    WHERE act.application_id = latest.application_id
      AND act.milestone NOT IN ('applied', 'accepted', 'declined', 'withdrawn')
      AND NOT act.by_rule
      AND act.position <= %(p)s
      AND act.superseded_at > %(p)s
      AND act.occurred_at <= %(t)s
      AND (act.occurred_at, act.origin) > (begun.occurred_at, begun.origin)
  )
ORDER BY waits_since, application_id
LIMIT %(limit)s
"""  # noqa: S608  # composed of what stands in this folder


class AwaitingReviewRow(BaseModel):
    """An application that waits for somebody to look at it."""

    application_id: UUID
    candidate_id: Annotated[UUID, Field(description="Who stands for the person.")]
    requisition_id: Annotated[UUID | None, Field(description="Null for a general application.")]
    source: str | None
    waits_since: Annotated[datetime, Field(description="When it began.")]


def awaiting_review(
    connection: Connection,
    asked: Asked,
    requisition_ids: list[UUID] | None = None,
    limit: int = 1000,
) -> list[AwaitingReviewRow]:
    """What waits for a first review, longest first; for some requisitions, or for all."""
    with connection.cursor(row_factory=class_row(AwaitingReviewRow)) as rows:
        return rows.execute(
            WAITING.encode(),
            {**asked.parameters, "requisitions": requisition_ids, "limit": limit},
        ).fetchall()
