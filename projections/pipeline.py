"""The pipeline: which application stands where, now or as of any date as known at any date."""

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

BOARD = f"""
WITH {people.ONE_PERSON},
assigned AS (
    SELECT DISTINCT ON (application_id)
        application_id,
        candidate_id,
        requisition_id
    FROM application_assignments
    WHERE application_id IN (
            SELECT application_id
            FROM application_assignments
            WHERE requisition_id = %(requisition)s
              AND position <= %(p)s
        )
      AND position <= %(p)s
      AND superseded_at > %(p)s
      AND occurred_at <= %(t)s
    ORDER BY application_id, occurred_at DESC, origin DESC
)
SELECT
    assigned.application_id,
    COALESCE(one_person.person_id, assigned.candidate_id) AS candidate_id,
    standing.stage,
    standing.stage_kind,
    standing.status,
    standing.reason_code,
    standing.occurred_at AS since,
    standing.position
FROM assigned
LEFT JOIN one_person ON one_person.candidate_id = assigned.candidate_id
CROSS JOIN LATERAL (
    SELECT
        stage,
        stage_kind,
        status,
        reason_code,
        occurred_at,
        position
    FROM application_steps
    WHERE application_id = assigned.application_id
      AND stage IS NOT NULL
      AND position <= %(p)s
      AND superseded_at > %(p)s
      AND occurred_at <= %(t)s
    ORDER BY occurred_at DESC, origin DESC
    LIMIT 1
) AS standing
WHERE assigned.requisition_id = %(requisition)s
  AND (%(status)s::text IS NULL OR standing.status = %(status)s)
ORDER BY since, application_id
"""  # noqa: S608  # composed of what stands in this folder

CHANGED = """
SELECT DISTINCT application_id
FROM application_assignments
WHERE requisition_id = %(requisition)s
  AND position <= %(p)s
  AND application_id IN (
        SELECT (data ->> 'application_id')::uuid
        FROM events
        WHERE position > %(after)s
          AND position <= %(p)s
          AND data ? 'application_id'
    )
"""

SUMMARY = """
WITH standing AS (
    SELECT DISTINCT ON (application_id)
        application_id,
        stage_kind,
        status
    FROM application_steps
    WHERE stage IS NOT NULL
      AND position <= %(p)s
      AND superseded_at > %(p)s
      AND occurred_at <= %(t)s
    ORDER BY application_id, occurred_at DESC, origin DESC
)
SELECT
    stage_kind,
    status,
    count(*) AS applications
FROM standing
GROUP BY stage_kind, status
ORDER BY stage_kind, status
"""

APPLICATIONS = f"""
WITH {people.ONE_PERSON}
SELECT
    applications.application_id,
    COALESCE(one_person.person_id, applications.candidate_id) AS candidate_id,
    assigned.requisition_id,
    standing.stage,
    standing.stage_kind,
    standing.status,
    standing.reason_code,
    standing.occurred_at AS since,
    standing.position
FROM (
    SELECT DISTINCT
        application_id,
        candidate_id
    FROM application_steps
    WHERE (%(application)s::uuid IS NULL OR application_id = %(application)s)
      AND (%(histories)s::uuid[] IS NULL OR candidate_id = ANY(%(histories)s))
      AND (%(cursor)s::uuid IS NULL OR application_id > %(cursor)s)
      AND (
        (%(requisition)s::uuid IS NULL AND %(general)s::boolean IS NOT TRUE)
        OR application_id IN (
            SELECT application_id
            FROM application_assignments
            WHERE requisition_id IS NOT DISTINCT FROM %(requisition)s
        )
      )
) AS applications
LEFT JOIN one_person ON one_person.candidate_id = applications.candidate_id
CROSS JOIN LATERAL (
    SELECT
        stage,
        stage_kind,
        status,
        reason_code,
        occurred_at,
        position
    FROM application_steps
    WHERE application_id = applications.application_id
      AND stage IS NOT NULL
      AND position <= %(p)s
      AND superseded_at > %(p)s
      AND occurred_at <= %(t)s
    ORDER BY occurred_at DESC, origin DESC
    LIMIT 1
) AS standing
CROSS JOIN LATERAL (
    SELECT requisition_id
    FROM application_assignments
    WHERE application_id = applications.application_id
      AND position <= %(p)s
      AND superseded_at > %(p)s
      AND occurred_at <= %(t)s
    ORDER BY occurred_at DESC, origin DESC
    LIMIT 1
) AS assigned
WHERE (%(requisition)s::uuid IS NULL OR assigned.requisition_id = %(requisition)s)
  AND (%(general)s::boolean IS NULL OR (assigned.requisition_id IS NULL) = %(general)s)
  AND (%(status)s::text IS NULL OR standing.status = %(status)s)
  AND (
    %(only)s::uuid[] IS NULL
    OR applications.application_id = ANY(%(only)s)
    OR COALESCE(one_person.person_id, applications.candidate_id) = ANY(%(people)s)
  )
ORDER BY applications.application_id
LIMIT %(limit)s
"""  # noqa: S608  # as above


CANDIDATES_FOR = """
SELECT DISTINCT candidate_id
FROM (
    SELECT DISTINCT ON (application_id)
        application_id,
        candidate_id,
        requisition_id
    FROM application_assignments
    WHERE superseded_at = 9223372036854775807
    ORDER BY application_id, occurred_at DESC, origin DESC
) AS assigned
WHERE requisition_id = ANY(%(requisitions)s)
ORDER BY candidate_id
"""


class StandingRow(BaseModel):
    """Where one application stands."""

    application_id: UUID
    candidate_id: Annotated[UUID, Field(description="Who stands for the person.")]
    stage: Annotated[str, Field(description="Id of the stage in the requisition's plan.")]
    stage_kind: Annotated[
        str, Field(description="What the stage is for: applied, screen, interview, offer or hired.")
    ]
    status: Annotated[str, Field(description="open, hired, rejected or withdrawn.")]
    reason_code: Annotated[str | None, Field(description="Why it ended, if it did.")]
    since: Annotated[datetime, Field(description="When it came to stand there, in the world.")]
    position: Annotated[int, Field(description="The log position of the event that says so.")]


class ApplicationRow(StandingRow):
    """One application with the requisition it is for."""

    requisition_id: Annotated[UUID | None, Field(description="Null for a general application.")]


class CountRow(BaseModel):
    """How many applications stand in a kind of stage, by status."""

    stage_kind: str
    status: str
    applications: int


def board(
    connection: Connection, asked: Asked, requisition_id: UUID, status: str | None = "open"
) -> list[StandingRow]:
    """The applications of a requisition where they stand, longest there first."""
    with connection.cursor(row_factory=class_row(StandingRow)) as rows:
        return rows.execute(
            BOARD.encode(), {**asked.parameters, "requisition": requisition_id, "status": status}
        ).fetchall()


def changed_after(
    connection: Connection, asked: Asked, requisition_id: UUID, position: int
) -> set[UUID]:
    """Applications that are, or ever were, for a requisition, and changed after a log position."""
    parameters = {**asked.parameters, "requisition": requisition_id, "after": position}
    return {row[0] for row in connection.execute(CHANGED, parameters)}


def summary(connection: Connection, asked: Asked) -> list[CountRow]:
    """All applications of the organisation, counted by stage kind and status."""
    with connection.cursor(row_factory=class_row(CountRow)) as rows:
        return rows.execute(SUMMARY, asked.parameters).fetchall()


def applications(
    connection: Connection,
    asked: Asked,
    *,
    application_id: UUID | None = None,
    candidate_id: UUID | None = None,
    general: bool | None = None,
    requisition_id: UUID | None = None,
    status: str | None = None,
    application_ids: list[UUID] | None = None,
    person_ids: list[UUID] | None = None,
    cursor: UUID | None = None,
    limit: int | None = None,
) -> list[ApplicationRow]:
    """One application, or all of a candidate, whichever history they began in; or a list.

    `general` are those for no requisition; `application_ids` narrows to these and to those of
    `person_ids`.
    """
    histories = people.histories(connection, asked, candidate_id) if candidate_id else None
    with connection.cursor(row_factory=class_row(ApplicationRow)) as rows:
        return rows.execute(
            APPLICATIONS.encode(),
            {
                **asked.parameters,
                "application": application_id,
                "histories": histories,
                "general": general,
                "requisition": requisition_id,
                "status": status,
                "only": application_ids,
                "people": person_ids or [],
                "cursor": cursor,
                "limit": limit,
            },
        ).fetchall()


def candidates_for(connection: Connection, requisition_ids: list[UUID]) -> list[UUID]:
    """Whoever applies, or applied, for any of these requisitions, as things stand now."""
    rows = connection.execute(CANDIDATES_FOR, {"requisitions": requisition_ids}).fetchall()
    return [row[0] for row in rows]
