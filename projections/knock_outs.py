"""Knock-outs: applications with an answer that does not meet a basic qualification."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from psycopg.rows import class_row
from pydantic import BaseModel, Field

from projections import applications, people
from projections.asked import Asked
from projections.read_model import ReadModel
from store.database import Connection

STEPS = """
INSERT INTO knock_outs (
    position,
    origin,
    superseded_at,
    occurred_at,
    candidate_id,
    application_id,
    rule
)
SELECT
    position,
    origin,
    9223372036854775807,
    occurred_at,
    stream_id,
    (data ->> 'application_id')::uuid,
    data ->> 'rule'
FROM facts
WHERE position > %(after)s
  AND position <= %(upto)s
  AND type IN ('application.knocked_out', 'application.knock_out_waived')
"""

READ_MODEL = ReadModel(
    name="knock_outs",
    version=1,
    tables=("knock_outs",),
    statements=(STEPS,),
)

READS = (READ_MODEL, applications.READ_MODEL, people.READ_MODEL)

# A rule waits from its knock-out until it is waived, or a person does anything else about the
# application; whoever was rejected, by the rule as well, waits for nothing.
WAITING = """
knock_outs_known AS (
    SELECT
        candidate_id,
        application_id,
        rule,
        occurred_at,
        origin
    FROM knock_outs
    WHERE position <= %(p)s
      AND superseded_at > %(p)s
      AND occurred_at <= %(t)s
),
rules_waiting AS (
    SELECT
        candidate_id,
        application_id,
        array_agg(rule ORDER BY occurred_at, origin) AS rules,
        min(occurred_at) AS since,
        (array_agg(occurred_at ORDER BY occurred_at DESC, origin DESC))[1] AS last_at,
        (array_agg(origin ORDER BY occurred_at DESC, origin DESC))[1] AS last_origin
    FROM knock_outs_known
    WHERE rule IS NOT NULL
      AND NOT EXISTS (
        SELECT
        FROM knock_outs_known waiver
        WHERE waiver.application_id = knock_outs_known.application_id
          AND waiver.rule IS NULL
          AND (waiver.occurred_at, waiver.origin)
            > (knock_outs_known.occurred_at, knock_outs_known.origin)
      )
    GROUP BY
        candidate_id,
        application_id
),
knock_outs_waiting AS (
    SELECT *
    FROM rules_waiting
    WHERE NOT EXISTS (
        SELECT
        FROM application_steps step
        WHERE step.application_id = rules_waiting.application_id
          AND (step.occurred_at, step.origin) > (rules_waiting.last_at, rules_waiting.last_origin)
          AND (step.status <> 'open' OR NOT step.by_rule)
          AND step.position <= %(p)s
          AND step.superseded_at > %(p)s
          AND step.occurred_at <= %(t)s
    )
)
"""

AWAITING_REVIEW = f"""
WITH {people.ONE_PERSON},
{WAITING}
SELECT
    waiting.application_id,
    COALESCE(one_person.person_id, waiting.candidate_id) AS candidate_id,
    assigned.requisition_id,
    waiting.rules,
    waiting.since
FROM knock_outs_waiting waiting
LEFT JOIN one_person ON one_person.candidate_id = waiting.candidate_id
CROSS JOIN LATERAL (
    SELECT requisition_id
    FROM application_assignments
    WHERE application_id = waiting.application_id
      AND position <= %(p)s
      AND superseded_at > %(p)s
      AND occurred_at <= %(t)s
    ORDER BY occurred_at DESC, origin DESC
    LIMIT 1
) AS assigned
WHERE (%(requisition)s::uuid IS NULL OR assigned.requisition_id = %(requisition)s)
  AND (%(cursor)s::uuid IS NULL OR waiting.application_id > %(cursor)s)
ORDER BY waiting.application_id
LIMIT %(limit)s
"""  # noqa: S608  # composed of what stands in this folder


class KnockOutRow(BaseModel):
    """An application that a person has to look at: an answer does not meet a qualification."""

    application_id: UUID
    candidate_id: Annotated[UUID, Field(description="Who stands for the person.")]
    requisition_id: UUID | None
    rules: Annotated[list[str], Field(description="The questions, by id.", examples=[["permit"]])]
    since: Annotated[datetime, Field(description="When they applied.")]


def awaiting_review(
    connection: Connection,
    asked: Asked,
    *,
    requisition_id: UUID | None = None,
    cursor: UUID | None = None,
    limit: int = 100,
) -> list[KnockOutRow]:
    """Knocked-out applications that nobody has decided about, oldest first."""
    with connection.cursor(row_factory=class_row(KnockOutRow)) as rows:
        return rows.execute(
            AWAITING_REVIEW.encode(),
            {
                **asked.parameters,
                "requisition": requisition_id,
                "cursor": cursor,
                "limit": limit,
            },
        ).fetchall()
