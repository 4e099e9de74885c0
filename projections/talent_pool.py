"""Talent pools: who is in them as of any date, and what contact there was."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from psycopg.rows import class_row
from pydantic import BaseModel, Field

from projections import engagement, people
from projections.asked import Asked
from projections.read_model import ReadModel
from store.database import Connection

DETAILS = """
INSERT INTO pool_details (
    position,
    origin,
    superseded_at,
    occurred_at,
    pool_id,
    title,
    archived
)
SELECT
    position,
    origin,
    9223372036854775807,
    occurred_at,
    stream_id,
    data ->> 'title',
    type = 'pool.archived'
FROM facts
WHERE position > %(after)s
  AND position <= %(upto)s
  AND type IN ('pool.created', 'pool.renamed', 'pool.archived')
"""

MEMBERSHIPS = """
INSERT INTO pool_memberships (
    position,
    origin,
    superseded_at,
    occurred_at,
    pool_id,
    candidate_id,
    is_member,
    reason_code
)
SELECT
    position,
    origin,
    9223372036854775807,
    occurred_at,
    (data ->> 'pool_id')::uuid,
    stream_id,
    type = 'pool.member_added',
    reason_code
FROM facts
WHERE position > %(after)s
  AND position <= %(upto)s
  AND type IN ('pool.member_added', 'pool.member_removed')
"""

PERMISSIONS = """
INSERT INTO contact_permissions (
    position,
    origin,
    superseded_at,
    occurred_at,
    candidate_id,
    kind,
    about,
    expires_at
)
SELECT
    position,
    origin,
    9223372036854775807,
    occurred_at,
    stream_id,
    CASE type
        WHEN 'consent.granted' THEN 'granted'
        WHEN 'consent.withdrawn' THEN 'withdrawn'
        ELSE 'opted_out'
    END,
    COALESCE(data ->> 'purpose', data ->> 'channel'),
    (data ->> 'expires_at')::timestamptz
FROM facts
WHERE position > %(after)s
  AND position <= %(upto)s
  AND type IN ('consent.granted', 'consent.withdrawn', 'candidate.opted_out')
"""

READ_MODEL = ReadModel(
    name="talent_pool",
    version=2,
    tables=("pool_details", "pool_memberships", "contact_permissions"),
    statements=(DETAILS, MEMBERSHIPS, PERMISSIONS),
)

READS = (READ_MODEL, engagement.READ_MODEL, people.READ_MODEL)

MEMBERS = f"""
WITH {people.ONE_PERSON}
SELECT
    membership.candidate_id,
    membership.occurred_at AS since,
    membership.reason_code,
    contact.touchpoints,
    contact.replies,
    contact.last_contact_at
FROM (
    SELECT DISTINCT ON (COALESCE(person_id, candidate_id))
        COALESCE(person_id, candidate_id) AS candidate_id,
        COALESCE(histories, ARRAY[candidate_id]) AS histories,
        occurred_at,
        reason_code,
        is_member
    FROM pool_memberships
    LEFT JOIN one_person USING (candidate_id)
    WHERE pool_id = %(pool)s
      AND position <= %(p)s
      AND superseded_at > %(p)s
      AND occurred_at <= %(t)s
    ORDER BY COALESCE(person_id, candidate_id), occurred_at DESC, origin DESC
) AS membership
CROSS JOIN LATERAL (
    SELECT
        count(*) FILTER (WHERE kind = 'contacted') AS touchpoints,
        count(*) FILTER (WHERE kind = 'replied') AS replies,
        max(occurred_at) FILTER (WHERE kind = 'contacted') AS last_contact_at
    FROM outreach_steps
    WHERE candidate_id = ANY(membership.histories)
      AND position <= %(p)s
      AND superseded_at > %(p)s
      AND occurred_at <= %(t)s
) AS contact
WHERE membership.is_member
  AND (%(cursor)s::uuid IS NULL OR membership.candidate_id > %(cursor)s)
ORDER BY membership.candidate_id
LIMIT %(limit)s
"""  # noqa: S608  # composed of what stands in this folder

POOLS = f"""
WITH {people.ONE_PERSON}
SELECT
    pool_id,
    (array_agg(title ORDER BY occurred_at DESC, origin DESC) FILTER (WHERE title IS NOT NULL))[1]
        AS title,
    bool_or(archived) AS archived,
    (
        SELECT count(*)
        FROM (
            SELECT DISTINCT ON (COALESCE(person_id, candidate_id))
                is_member
            FROM pool_memberships
            LEFT JOIN one_person USING (candidate_id)
            WHERE pool_memberships.pool_id = pool_details.pool_id
              AND position <= %(p)s
              AND superseded_at > %(p)s
              AND occurred_at <= %(t)s
            ORDER BY COALESCE(person_id, candidate_id), occurred_at DESC, origin DESC
        ) AS membership
        WHERE is_member
    ) AS members
FROM pool_details
WHERE position <= %(p)s
  AND superseded_at > %(p)s
  AND occurred_at <= %(t)s
  AND (%(pool)s::uuid IS NULL OR pool_id = %(pool)s)
  AND (%(cursor)s::uuid IS NULL OR pool_id > %(cursor)s)
GROUP BY pool_id
ORDER BY pool_id
LIMIT %(limit)s
"""  # noqa: S608  # as above

OF_CANDIDATE = """
SELECT pool_id
FROM (
    SELECT DISTINCT ON (pool_id)
        pool_id,
        is_member
    FROM pool_memberships
    WHERE candidate_id = ANY(%(histories)s)
      AND position <= %(p)s
      AND superseded_at > %(p)s
      AND occurred_at <= %(t)s
    ORDER BY pool_id, occurred_at DESC, origin DESC
) AS membership
WHERE is_member
ORDER BY pool_id
"""


class MemberRow(BaseModel):
    """One member of a pool."""

    candidate_id: UUID
    since: Annotated[datetime, Field(description="When they were added, in the world.")]
    reason_code: Annotated[str | None, Field(description="Why they were added.")]
    touchpoints: Annotated[int, Field(description="Contacts with them so far.")]
    replies: Annotated[int, Field(description="Replies from them so far.")]
    last_contact_at: datetime | None


class PoolRow(BaseModel):
    """One pool and its size."""

    pool_id: UUID
    title: str
    archived: bool
    members: int


def members(
    connection: Connection,
    asked: Asked,
    pool_id: UUID,
    *,
    cursor: UUID | None = None,
    limit: int = 100,
) -> list[MemberRow]:
    """The members of a pool in a stable order, after the cursor."""
    with connection.cursor(row_factory=class_row(MemberRow)) as rows:
        parameters = {**asked.parameters, "pool": pool_id, "cursor": cursor, "limit": limit}
        return rows.execute(MEMBERS.encode(), parameters).fetchall()


def pools(
    connection: Connection,
    asked: Asked,
    *,
    pool_id: UUID | None = None,
    cursor: UUID | None = None,
    limit: int = 100,
) -> list[PoolRow]:
    """Pools in a stable order, after the cursor."""
    with connection.cursor(row_factory=class_row(PoolRow)) as rows:
        parameters = {**asked.parameters, "pool": pool_id, "cursor": cursor, "limit": limit}
        return rows.execute(POOLS.encode(), parameters).fetchall()


def pools_of(connection: Connection, asked: Asked, candidate_id: UUID) -> list[UUID]:
    """The pools a candidate is in, by any history of theirs."""
    histories = people.histories(connection, asked, candidate_id)
    rows = connection.execute(OF_CANDIDATE, {**asked.parameters, "histories": histories})
    return [row[0] for row in rows]
