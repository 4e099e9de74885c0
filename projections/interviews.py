"""Interviews as they were arranged, and whether they were held and assessed."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from psycopg.rows import class_row
from pydantic import BaseModel, Field

from projections import applications, people
from projections.asked import Asked
from projections.read_model import ReadModel
from store.database import Connection

APPOINTMENTS = """
INSERT INTO interviews (
    position,
    origin,
    superseded_at,
    occurred_at,
    interview_id,
    application_id,
    candidate_id,
    stage,
    starts_at,
    ends_at,
    time_zone,
    interviewer_ids
)
SELECT
    position,
    origin,
    9223372036854775807,
    occurred_at,
    (data ->> 'interview_id')::uuid,
    (data ->> 'application_id')::uuid,
    stream_id,
    data ->> 'stage_to_be',
    (data ->> 'starts_at')::timestamptz,
    (data ->> 'ends_at')::timestamptz,
    data ->> 'time_zone',
    ARRAY(
        SELECT interviewer.id::uuid
        FROM jsonb_array_elements_text(COALESCE(data -> 'interviewer_ids', '[]'::jsonb))
            WITH ORDINALITY AS interviewer(id, nth)
        ORDER BY interviewer.nth
    )
FROM facts
WHERE position > %(after)s
  AND position <= %(upto)s
  AND type = 'interview.scheduled'
"""

OUTCOMES = """
INSERT INTO interview_outcomes (
    position,
    origin,
    superseded_at,
    occurred_at,
    interview_id,
    interviewer_id
)
SELECT
    position,
    origin,
    9223372036854775807,
    occurred_at,
    (data ->> 'interview_id')::uuid,
    (data ->> 'interviewer_id')::uuid
FROM facts
WHERE position > %(after)s
  AND position <= %(upto)s
  AND type IN ('interview.held', 'interview.scorecard_submitted')
"""

READ_MODEL = ReadModel(
    name="interviews",
    version=1,
    tables=("interviews", "interview_outcomes"),
    statements=(APPOINTMENTS, OUTCOMES),
)

READS = (READ_MODEL, applications.READ_MODEL, people.READ_MODEL)

LIST = f"""
WITH {people.ONE_PERSON},
appointments AS (
    SELECT DISTINCT ON (interview_id)
        interview_id,
        application_id,
        candidate_id,
        stage,
        starts_at,
        ends_at,
        time_zone,
        interviewer_ids
    FROM interviews
    WHERE position <= %(p)s
      AND superseded_at > %(p)s
      AND occurred_at <= %(t)s
    ORDER BY interview_id, occurred_at DESC, origin DESC
)
SELECT
    appointments.interview_id,
    appointments.application_id,
    COALESCE(one_person.person_id, appointments.candidate_id) AS candidate_id,
    assigned.requisition_id,
    appointments.stage,
    appointments.starts_at,
    appointments.ends_at,
    appointments.time_zone,
    appointments.interviewer_ids,
    outcomes.held_at,
    COALESCE(outcomes.assessed_by, '{{}}') AS assessed_by
FROM appointments
LEFT JOIN one_person ON one_person.candidate_id = appointments.candidate_id
LEFT JOIN LATERAL (
    SELECT requisition_id
    FROM application_assignments
    WHERE application_id = appointments.application_id
      AND position <= %(p)s
      AND superseded_at > %(p)s
      AND occurred_at <= %(t)s
    ORDER BY occurred_at DESC, origin DESC
    LIMIT 1
) AS assigned ON true
CROSS JOIN LATERAL (
    SELECT
        min(occurred_at) FILTER (WHERE interviewer_id IS NULL) AS held_at,
        array_agg(DISTINCT interviewer_id) FILTER (WHERE interviewer_id IS NOT NULL) AS assessed_by
    FROM interview_outcomes
    WHERE interview_id = appointments.interview_id
      AND position <= %(p)s
      AND superseded_at > %(p)s
      AND occurred_at <= %(t)s
) AS outcomes
WHERE (%(interviewer)s::uuid IS NULL OR %(interviewer)s = ANY(appointments.interviewer_ids))
  AND (%(requisitions)s::uuid[] IS NULL OR assigned.requisition_id = ANY(%(requisitions)s))
  AND (%(cursor)s::uuid IS NULL OR appointments.interview_id > %(cursor)s)
ORDER BY appointments.interview_id
LIMIT %(limit)s
"""  # noqa: S608  # composed of what stands in this folder


class InterviewRow(BaseModel):
    """One interview, as it was arranged last."""

    interview_id: UUID
    application_id: UUID
    candidate_id: UUID
    requisition_id: Annotated[UUID | None, Field(description="Null for a general application.")]
    stage: Annotated[str | None, Field(description="The stage it belongs to, if one was named.")]
    starts_at: datetime | None
    ends_at: datetime | None
    time_zone: str | None
    interviewer_ids: list[UUID]
    held_at: Annotated[datetime | None, Field(description="When it took place, if it did.")]
    assessed_by: Annotated[
        list[UUID], Field(description="The interviewers who have submitted a scorecard.")
    ]


def interviews(
    connection: Connection,
    asked: Asked,
    *,
    interviewer_id: UUID | None = None,
    requisition_ids: list[UUID] | None = None,
    cursor: UUID | None = None,
    limit: int = 100,
) -> list[InterviewRow]:
    """Interviews in a stable order, after the cursor; of one interviewer, or for requisitions."""
    with connection.cursor(row_factory=class_row(InterviewRow)) as rows:
        return rows.execute(
            LIST,
            {
                **asked.parameters,
                "interviewer": interviewer_id,
                "requisitions": requisition_ids,
                "cursor": cursor,
                "limit": limit,
            },
        ).fetchall()
