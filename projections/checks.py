"""Checks of an applicant: references, assessments, and how background checks stand."""

from datetime import datetime
from decimal import Decimal
from typing import Annotated
from uuid import UUID

from psycopg.rows import class_row
from pydantic import BaseModel, Field

from projections.asked import Asked
from projections.read_model import ReadModel
from store.database import Connection

STEPS = """
INSERT INTO check_steps (
    position,
    origin,
    superseded_at,
    occurred_at,
    candidate_id,
    application_id,
    step,
    check_id,
    kind,
    provider,
    relationship,
    outcome,
    score,
    scale_from,
    scale_to,
    waiting_days,
    waiver
)
SELECT
    position,
    origin,
    9223372036854775807,
    occurred_at,
    stream_id,
    (data ->> 'application_id')::uuid,
    split_part(type, '.', 2),
    (data ->> 'check_id')::uuid,
    data ->> 'kind',
    data ->> 'provider',
    data ->> 'relationship',
    COALESCE(data ->> 'outcome', data ->> 'status'),
    (data ->> 'score')::numeric,
    (data ->> 'scale_from')::numeric,
    (data ->> 'scale_to')::numeric,
    (data ->> 'waiting_days')::int,
    data ->> 'waiver'
FROM facts
WHERE position > %(after)s
  AND position <= %(upto)s
  AND type IN (
    'application.reference_checked',
    'application.assessment_recorded',
    'application.background_check_recorded',
    'application.pre_adverse_notice_given',
    'application.adverse_action_notice_given'
  )
"""

READ_MODEL = ReadModel(
    name="checks",
    version=1,
    tables=("check_steps",),
    statements=(STEPS,),
)

READS = (READ_MODEL,)

OF_APPLICATION = """
SELECT
    origin AS position,
    step,
    occurred_at,
    check_id,
    kind,
    provider,
    relationship,
    outcome,
    score,
    scale_from,
    scale_to,
    waiting_days,
    CASE step
        WHEN 'pre_adverse_notice_given' THEN occurred_at + make_interval(hours => 24 * waiting_days)
    END AS may_answer_until,
    waiver
FROM check_steps
WHERE application_id = %(application)s
  AND position <= %(p)s
  AND superseded_at > %(p)s
  AND occurred_at <= %(t)s
ORDER BY occurred_at, origin
"""


class CheckRow(BaseModel):
    """One step of a check, without what is said in words."""

    position: Annotated[int, Field(description="The log position of the event that says so.")]
    step: Annotated[
        str,
        Field(
            description="reference_checked, assessment_recorded, background_check_recorded,"
            " pre_adverse_notice_given or adverse_action_notice_given."
        ),
    ]
    occurred_at: datetime
    check_id: Annotated[UUID | None, Field(description="The background check it belongs to.")]
    kind: str | None
    provider: str | None
    relationship: Annotated[str | None, Field(description="How the referee knows them.")]
    outcome: Annotated[
        str | None, Field(description="How it ended; of a background check, its status.")
    ]
    score: Decimal | None
    scale_from: Decimal | None
    scale_to: Decimal | None
    waiting_days: int | None
    may_answer_until: Annotated[
        datetime | None, Field(description="Until when nobody is rejected because of it.")
    ]
    waiver: Annotated[str | None, Field(description="Why it did not wait, if it did not.")]


def checks(connection: Connection, asked: Asked, application_id: UUID) -> list[CheckRow]:
    """Every step of an application's checks, in the order they were taken."""
    with connection.cursor(row_factory=class_row(CheckRow)) as rows:
        return rows.execute(
            OF_APPLICATION, {**asked.parameters, "application": application_id}
        ).fetchall()
