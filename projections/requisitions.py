"""Requisitions as a list: what each is, where it is in its life, how many openings are left."""

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
    recruiter_ids
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
    (
        SELECT array_agg(recruiter.id::uuid ORDER BY recruiter.nth)
        FROM jsonb_array_elements_text(data -> 'recruiter_ids')
            WITH ORDINALITY AS recruiter(id, nth)
    )
FROM facts
WHERE position > %(after)s
  AND position <= %(upto)s
  AND type IN ('requisition.drafted', 'requisition.details_changed')
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
    posted
)
SELECT
    position,
    origin,
    9223372036854775807,
    occurred_at,
    stream_id,
    COALESCE(data ->> 'channel', 'careers_page'),
    type = 'requisition.posted'
FROM facts
WHERE position > %(after)s
  AND position <= %(upto)s
  AND type IN ('requisition.posted', 'requisition.unposted')
"""

READ_MODEL = ReadModel(
    name="requisitions",
    version=2,
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
        (array_agg(plan ORDER BY ago) FILTER (WHERE plan IS NOT NULL))[1] AS plan
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
)
SELECT
    details.requisition_id,
    details.number,
    details.title,
    details.department,
    details.location,
    details.level,
    details.plan AS stages,
    states.state,
    count(openings.opening_id) FILTER (WHERE openings.state = 'free') AS openings_free,
    count(openings.opening_id) FILTER (WHERE openings.state = 'filled') AS openings_filled
FROM details
JOIN states ON states.requisition_id = details.requisition_id
LEFT JOIN openings ON openings.requisition_id = details.requisition_id
WHERE (%(state)s::text IS NULL OR states.state = %(state)s)
  AND (%(cursor)s::uuid IS NULL OR details.requisition_id > %(cursor)s)
GROUP BY
    details.requisition_id,
    details.number,
    details.title,
    details.department,
    details.location,
    details.level,
    details.plan,
    states.state
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


class RequisitionRow(BaseModel):
    """One requisition, as of a time."""

    requisition_id: UUID
    number: Annotated[str, Field(description="The number people quote.", examples=["R-104"])]
    title: str
    department: str | None
    location: str | None
    level: str | None
    state: Annotated[
        str, Field(description="draft, awaiting_approval, approved, open, on_hold or closed.")
    ]
    stages: Annotated[list[Stage], Field(description="Its interview plan, in order.")]
    openings_free: Annotated[int, Field(description="Openings nobody has been hired into.")]
    openings_filled: Annotated[int, Field(description="Openings somebody has been hired into.")]


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
