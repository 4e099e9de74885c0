"""Requisitions as a list: what each is, where it is in its life, how many openings are left."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from psycopg.rows import class_row
from pydantic import BaseModel, Field

from domain.plan import Stage
from projections.asked import Asked
from projections.read_model import ReadModel
from store.database import Connection

DETAILS = """
INSERT INTO requisition_details (
    position,
    origin,
    superseded_at,
    occurred_at,
    requisition_id,
    number,
    title,
    department,
    location,
    level,
    plan,
    hiring_manager_id,
    recruiter_ids,
    jurisdiction,
    coordinator_ids,
    interviewer_ids,
    budget_amount,
    currency,
    basic_qualifications,
    description,
    plan_template
)
SELECT
    position,
    origin,
    9223372036854775807,
    occurred_at,
    stream_id,
    data ->> 'number',
    data ->> 'title',
    data ->> 'department',
    data ->> 'location',
    data ->> 'level',
    data -> 'plan' -> 'stages',
    (data ->> 'hiring_manager_id')::uuid,
    CASE
        WHEN data ? 'recruiter_ids' THEN ARRAY(
            SELECT member.id::uuid
            FROM jsonb_array_elements_text(data -> 'recruiter_ids')
                WITH ORDINALITY AS member(id, nth)
            ORDER BY member.nth
        )
    END,
    data ->> 'jurisdiction',
    CASE
        WHEN data ? 'coordinator_ids' THEN ARRAY(
            SELECT member.id::uuid
            FROM jsonb_array_elements_text(data -> 'coordinator_ids')
                WITH ORDINALITY AS member(id, nth)
            ORDER BY member.nth
        )
    END,
    CASE
        WHEN data ? 'interviewer_ids' THEN ARRAY(
            SELECT member.id::uuid
            FROM jsonb_array_elements_text(data -> 'interviewer_ids')
                WITH ORDINALITY AS member(id, nth)
            ORDER BY member.nth
        )
    END,
    data ->> 'budget_amount',
    data ->> 'currency',
    data -> 'basic_qualifications',
    data ->> 'description',
    data ->> 'plan_template'
FROM facts
WHERE position > %(after)s
  AND position <= %(upto)s
  AND type IN (
    'requisition.drafted',
    'requisition.details_changed',
    'requisition.plan_changed'
  )
"""

STATES = """
INSERT INTO requisition_states (
    position,
    origin,
    superseded_at,
    occurred_at,
    requisition_id,
    state,
    reason_code
)
SELECT
    position,
    origin,
    9223372036854775807,
    occurred_at,
    stream_id,
    CASE type
        WHEN 'requisition.drafted' THEN 'draft'
        WHEN 'requisition.approval_requested' THEN 'awaiting_approval'
        WHEN 'requisition.approval_refused' THEN 'draft'
        WHEN 'requisition.approved' THEN 'approved'
        WHEN 'requisition.opened' THEN 'open'
        WHEN 'requisition.put_on_hold' THEN 'on_hold'
        WHEN 'requisition.resumed' THEN 'open'
        WHEN 'requisition.closed' THEN 'closed'
        WHEN 'requisition.reopened' THEN 'open'
    END,
    reason_code
FROM facts
WHERE position > %(after)s
  AND position <= %(upto)s
  AND type IN (
    'requisition.drafted',
    'requisition.approval_requested',
    'requisition.approval_refused',
    'requisition.approved',
    'requisition.opened',
    'requisition.put_on_hold',
    'requisition.resumed',
    'requisition.closed',
    'requisition.reopened'
  )
"""

OPENINGS = """
INSERT INTO opening_states (
    position,
    origin,
    superseded_at,
    occurred_at,
    opening_id,
    requisition_id,
    state,
    application_id
)
SELECT
    position,
    origin,
    9223372036854775807,
    occurred_at,
    opening.id::uuid,
    stream_id,
    CASE type
        WHEN 'requisition.opening_filled' THEN 'filled'
        WHEN 'requisition.opening_closed' THEN 'closed'
        ELSE 'free'
    END,
    (data ->> 'application_id')::uuid
FROM facts
CROSS JOIN LATERAL jsonb_array_elements_text(
    CASE type
        WHEN 'requisition.drafted' THEN COALESCE(data -> 'openings', '[]'::jsonb)
        ELSE jsonb_build_array(data -> 'opening_id')
    END
) AS opening(id)
WHERE position > %(after)s
  AND position <= %(upto)s
  AND type IN (
    'requisition.drafted',
    'requisition.opening_added',
    'requisition.opening_filled',
    'requisition.opening_closed',
    'requisition.opening_reopened'
  )
"""

POSTINGS = """
INSERT INTO requisition_postings (
    position,
    origin,
    superseded_at,
    occurred_at,
    requisition_id,
    channel,
    posted,
    posted_text,
    basic_qualifications
)
SELECT
    position,
    origin,
    9223372036854775807,
    occurred_at,
    stream_id,
    COALESCE(data ->> 'channel', 'careers_page'),
    type = 'requisition.posted',
    data ->> 'text',
    data -> 'basic_qualifications'
FROM facts
WHERE position > %(after)s
  AND position <= %(upto)s
  AND type IN ('requisition.posted', 'requisition.unposted')
"""

READ_MODEL = ReadModel(
    name="requisitions",
    version=3,
    tables=(
        "requisition_details",
        "requisition_states",
        "opening_states",
        "requisition_postings",
    ),
    statements=(DETAILS, STATES, OPENINGS, POSTINGS),
)

READS = (READ_MODEL,)

LIST = """
WITH said AS (
    SELECT
        requisition_id,
        number,
        title,
        department,
        location,
        level,
        plan,
        plan_template,
        jurisdiction,
        hiring_manager_id,
        recruiter_ids,
        coordinator_ids,
        interviewer_ids,
        budget_amount,
        currency,
        basic_qualifications,
        description,
        row_number() OVER (
            PARTITION BY requisition_id ORDER BY occurred_at DESC, origin DESC
        ) AS ago
    FROM requisition_details
    WHERE position <= %(p)s
      AND superseded_at > %(p)s
      AND occurred_at <= %(t)s
      AND (%(requisitions)s::uuid[] IS NULL OR requisition_id = ANY(%(requisitions)s))
),
details AS (
    SELECT
        requisition_id,
        (array_agg(number ORDER BY ago) FILTER (WHERE number IS NOT NULL))[1] AS number,
        (array_agg(title ORDER BY ago) FILTER (WHERE title IS NOT NULL))[1] AS title,
        (array_agg(department ORDER BY ago) FILTER (WHERE department IS NOT NULL))[1] AS department,
        (array_agg(location ORDER BY ago) FILTER (WHERE location IS NOT NULL))[1] AS location,
        (array_agg(level ORDER BY ago) FILTER (WHERE level IS NOT NULL))[1] AS level,
        (array_agg(plan ORDER BY ago) FILTER (WHERE plan IS NOT NULL))[1] AS plan,
        (
            array_agg(jurisdiction ORDER BY ago) FILTER (WHERE jurisdiction IS NOT NULL)
        )[1] AS jurisdiction,
        (
            array_agg(hiring_manager_id ORDER BY ago) FILTER (WHERE hiring_manager_id IS NOT NULL)
        )[1] AS hiring_manager_id,
        (
            array_agg(budget_amount ORDER BY ago) FILTER (WHERE budget_amount IS NOT NULL)
        )[1] AS budget_amount,
        (array_agg(currency ORDER BY ago) FILTER (WHERE currency IS NOT NULL))[1] AS currency,
        (
            array_agg(basic_qualifications ORDER BY ago)
                FILTER (WHERE basic_qualifications IS NOT NULL)
        )[1] AS basic_qualifications,
        (
            array_agg(description ORDER BY ago) FILTER (WHERE description IS NOT NULL)
        )[1] AS description,
        (
            array_agg(to_jsonb(recruiter_ids) ORDER BY ago) FILTER (WHERE recruiter_ids IS NOT NULL)
        )[1] AS recruiter_ids,
        (
            array_agg(to_jsonb(coordinator_ids) ORDER BY ago)
                FILTER (WHERE coordinator_ids IS NOT NULL)
        )[1] AS coordinator_ids,
        (
            array_agg(to_jsonb(interviewer_ids) ORDER BY ago)
                FILTER (WHERE interviewer_ids IS NOT NULL)
        )[1] AS interviewer_ids,
        (array_agg(plan_template ORDER BY ago) FILTER (WHERE plan IS NOT NULL))[1] AS plan_template
    FROM said
    GROUP BY requisition_id
),
states AS (
    SELECT DISTINCT ON (requisition_id)
        requisition_id,
        state
    FROM requisition_states
    WHERE position <= %(p)s
      AND superseded_at > %(p)s
      AND occurred_at <= %(t)s
      AND (%(requisitions)s::uuid[] IS NULL OR requisition_id = ANY(%(requisitions)s))
    ORDER BY requisition_id, occurred_at DESC, origin DESC
),
openings AS (
    SELECT DISTINCT ON (requisition_id, opening_id)
        requisition_id,
        opening_id,
        state
    FROM opening_states
    WHERE position <= %(p)s
      AND superseded_at > %(p)s
      AND occurred_at <= %(t)s
      AND (%(requisitions)s::uuid[] IS NULL OR requisition_id = ANY(%(requisitions)s))
    ORDER BY requisition_id, opening_id, occurred_at DESC, origin DESC
),
counted AS (
    SELECT
        requisition_id,
        count(*) FILTER (WHERE state = 'free') AS free,
        count(*) FILTER (WHERE state = 'filled') AS filled
    FROM openings
    GROUP BY requisition_id
),
posted AS (
    SELECT
        requisition_id,
        array_agg(channel ORDER BY channel) AS channels
    FROM (
        SELECT DISTINCT ON (requisition_id, channel)
            requisition_id,
            channel,
            posted
        FROM requisition_postings
        WHERE position <= %(p)s
          AND superseded_at > %(p)s
          AND occurred_at <= %(t)s
          AND (%(requisitions)s::uuid[] IS NULL OR requisition_id = ANY(%(requisitions)s))
        ORDER BY requisition_id, channel, occurred_at DESC, origin DESC
    ) AS latest
    WHERE posted
    GROUP BY requisition_id
)
SELECT
    details.requisition_id,
    details.number,
    details.title,
    details.department,
    details.location,
    details.level,
    details.jurisdiction,
    details.hiring_manager_id,
    COALESCE(details.recruiter_ids, '[]'::jsonb) AS recruiter_ids,
    COALESCE(details.coordinator_ids, '[]'::jsonb) AS coordinator_ids,
    COALESCE(details.interviewer_ids, '[]'::jsonb) AS interviewer_ids,
    details.budget_amount,
    details.currency,
    COALESCE(details.basic_qualifications, '[]'::jsonb) AS basic_qualifications,
    details.description,
    details.plan AS stages,
    details.plan_template,
    states.state,
    COALESCE(counted.free, 0) AS openings_free,
    COALESCE(counted.filled, 0) AS openings_filled,
    COALESCE(posted.channels, '{}') AS posted_on
FROM details
JOIN states ON states.requisition_id = details.requisition_id
LEFT JOIN counted ON counted.requisition_id = details.requisition_id
LEFT JOIN posted ON posted.requisition_id = details.requisition_id
WHERE (%(state)s::text IS NULL OR states.state = %(state)s)
  AND (%(cursor)s::uuid IS NULL OR details.requisition_id > %(cursor)s)
ORDER BY details.requisition_id
LIMIT %(limit)s
"""


FOR_MANAGER = """
SELECT requisition_id
FROM (
    SELECT DISTINCT ON (requisition_id)
        requisition_id,
        hiring_manager_id
    FROM requisition_details
    WHERE hiring_manager_id IS NOT NULL
      AND superseded_at = 9223372036854775807
    ORDER BY requisition_id, occurred_at DESC, origin DESC
) AS managed
WHERE hiring_manager_id = %(manager)s
"""

AWAITING_APPROVAL = """
SELECT requisition_id
FROM (
    SELECT DISTINCT ON (requisition_id)
        requisition_id,
        state
    FROM requisition_states
    WHERE superseded_at = 9223372036854775807
    ORDER BY requisition_id, occurred_at DESC, origin DESC
) AS standing
WHERE state = 'awaiting_approval'
"""


SEATS = """
SELECT DISTINCT ON (opening_id)
    opening_id,
    state,
    application_id,
    occurred_at AS since
FROM opening_states
WHERE requisition_id = %(requisition)s
  AND position <= %(p)s
  AND superseded_at > %(p)s
  AND occurred_at <= %(t)s
ORDER BY opening_id, occurred_at DESC, origin DESC
"""

POSTED = """
SELECT
    channel,
    posted_text AS text,
    COALESCE(basic_qualifications, '[]'::jsonb) AS basic_qualifications,
    occurred_at AS since
FROM (
    SELECT DISTINCT ON (channel)
        channel,
        posted,
        posted_text,
        basic_qualifications,
        occurred_at
    FROM requisition_postings
    WHERE requisition_id = %(requisition)s
      AND position <= %(p)s
      AND superseded_at > %(p)s
      AND occurred_at <= %(t)s
    ORDER BY channel, occurred_at DESC, origin DESC
) AS latest
WHERE posted
ORDER BY channel
"""


class OpeningRow(BaseModel):
    """One seat of a requisition."""

    opening_id: UUID
    state: Annotated[str, Field(description="free, filled or closed.")]
    application_id: Annotated[UUID | None, Field(description="Whose it is, if filled.")]
    since: Annotated[datetime, Field(description="Since when it is so, in the world.")]


class PostingRow(BaseModel):
    """Where a requisition is public, with what was frozen when it was posted."""

    channel: str
    text: Annotated[str | None, Field(description="The public text, as posted.")]
    basic_qualifications: Annotated[list[str], Field(description="As posted.")]
    since: Annotated[datetime, Field(description="When it was posted.")]


class RequisitionRow(BaseModel):
    """One requisition, as of a time."""

    requisition_id: UUID
    number: Annotated[str, Field(description="The number people quote.", examples=["R-104"])]
    title: str
    department: str | None
    location: str | None
    level: str | None
    jurisdiction: Annotated[str | None, Field(examples=["de"])]
    hiring_manager_id: UUID | None
    recruiter_ids: list[UUID]
    coordinator_ids: list[UUID]
    interviewer_ids: list[UUID]
    budget_amount: Annotated[
        str | None, Field(description="Planned pay of a year, as decimal text, in `currency`.")
    ]
    currency: str | None
    basic_qualifications: Annotated[list[str], Field(description="What everyone has to bring.")]
    description: Annotated[str | None, Field(description="The public text, as it is now.")]
    state: Annotated[
        str, Field(description="draft, awaiting_approval, approved, open, on_hold or closed.")
    ]
    stages: Annotated[list[Stage], Field(description="Its interview plan, in order.")]
    plan_template: Annotated[str | None, Field(description="Where the plan was copied from.")]
    openings_free: Annotated[int, Field(description="Openings nobody has been hired into.")]
    openings_filled: Annotated[int, Field(description="Openings somebody has been hired into.")]
    posted_on: Annotated[list[str], Field(description="The channels it is public on.")]


def requisitions(
    connection: Connection,
    asked: Asked,
    *,
    requisition_ids: list[UUID] | None = None,
    state: str | None = None,
    cursor: UUID | None = None,
    limit: int = 100,
) -> list[RequisitionRow]:
    """Requisitions in a stable order, after the cursor."""
    with connection.cursor(row_factory=class_row(RequisitionRow)) as rows:
        return rows.execute(
            LIST,
            {
                **asked.parameters,
                "requisitions": requisition_ids,
                "state": state,
                "cursor": cursor,
                "limit": limit,
            },
        ).fetchall()


def requisitions_for(connection: Connection, hiring_manager_id: UUID) -> list[UUID]:
    """The requisitions somebody hires for, as they stand now."""
    rows = connection.execute(FOR_MANAGER, {"manager": hiring_manager_id}).fetchall()
    return [row[0] for row in rows]


def requisitions_awaiting_approval(connection: Connection) -> list[UUID]:
    """The requisitions that somebody must approve or refuse, as they stand now."""
    return [row[0] for row in connection.execute(AWAITING_APPROVAL).fetchall()]


def openings(connection: Connection, asked: Asked, requisition_id: UUID) -> list[OpeningRow]:
    """The seats of a requisition, in a stable order."""
    with connection.cursor(row_factory=class_row(OpeningRow)) as rows:
        return rows.execute(SEATS, {**asked.parameters, "requisition": requisition_id}).fetchall()


def postings(connection: Connection, asked: Asked, requisition_id: UUID) -> list[PostingRow]:
    """Where a requisition is public."""
    with connection.cursor(row_factory=class_row(PostingRow)) as rows:
        return rows.execute(POSTED, {**asked.parameters, "requisition": requisition_id}).fetchall()
