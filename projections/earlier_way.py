"""What came before an application: the person's other applications, their pools, contacts."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from psycopg.rows import class_row
from pydantic import BaseModel, Field

from projections import applications, people, talent_pool
from projections.asked import Asked
from store.database import Connection

READS = (applications.READ_MODEL, *talent_pool.READS)

WHOSE = """
SELECT
    candidate_id,
    min(occurred_at) AS began
FROM application_steps
WHERE application_id = %(application)s
  AND position <= %(p)s
  AND superseded_at > %(p)s
  AND occurred_at <= %(t)s
GROUP BY candidate_id
"""

APPLICATIONS = """
SELECT
    application_id,
    (
        SELECT requisition_id
        FROM application_assignments assigned
        WHERE assigned.application_id = step.application_id
          AND position <= %(p)s
          AND superseded_at > %(p)s
          AND occurred_at <= %(t)s
        ORDER BY
            occurred_at DESC,
            origin DESC
        LIMIT 1
    ) AS requisition_id,
    min(occurred_at) AS began,
    (
        '{applied,screen,interview,offer,hired}'::text[]
    )[max(array_position('{applied,screen,interview,offer,hired}'::text[], stage_kind))]
        AS furthest,
    (array_agg(status ORDER BY occurred_at DESC, origin DESC) FILTER (WHERE stage IS NOT NULL))[1]
        AS status,
    (
        array_agg(reason_code ORDER BY occurred_at DESC, origin DESC)
        FILTER (WHERE stage IS NOT NULL)
    )[1] AS reason_code,
    max(occurred_at) FILTER (WHERE stage IS NOT NULL) AS since
FROM application_steps step
WHERE candidate_id = ANY(%(histories)s)
  AND application_id <> %(application)s
  AND position <= %(p)s
  AND superseded_at > %(p)s
  AND occurred_at <= %(t)s
GROUP BY application_id
HAVING min(occurred_at) <= %(began)s
ORDER BY
    began,
    application_id
"""

POOLS = """
SELECT
    pool_id,
    occurred_at AS since,
    until
FROM (
    SELECT
        pool_id,
        occurred_at,
        is_member,
        lead(occurred_at) OVER (PARTITION BY pool_id ORDER BY occurred_at, origin) AS until
    FROM pool_memberships
    WHERE candidate_id = ANY(%(histories)s)
      AND position <= %(p)s
      AND superseded_at > %(p)s
      AND occurred_at <= %(t)s
) AS told
WHERE is_member
  AND occurred_at <= %(began)s
ORDER BY
    since,
    pool_id
"""

CONTACTS = """
SELECT
    count(*) FILTER (WHERE kind = 'contacted') AS touchpoints,
    count(*) FILTER (WHERE kind = 'replied') AS replies
FROM outreach_steps
WHERE candidate_id = ANY(%(histories)s)
  AND position <= %(p)s
  AND superseded_at > %(p)s
  AND occurred_at <= %(t)s
  AND occurred_at <= %(began)s
"""


class EarlierApplication(BaseModel):
    """Another application of the person."""

    application_id: UUID
    requisition_id: UUID | None
    began: datetime
    furthest: Annotated[str | None, Field(description="The kind of stage it came to.")]
    status: str
    reason_code: Annotated[str | None, Field(description="Why it ended, if it did.")]
    since: Annotated[datetime, Field(description="Since when it stands like this.")]


class EarlierMembership(BaseModel):
    """A stay in a pool."""

    pool_id: UUID
    since: datetime
    until: datetime | None


class EarlierWay(BaseModel):
    """What came before an application."""

    applications: list[EarlierApplication]
    pools: list[EarlierMembership]
    touchpoints: Annotated[int, Field(description="Contacts until it began.")]
    replies: int


def earlier_way(connection: Connection, asked: Asked, application_id: UUID) -> EarlierWay | None:
    """What came before an application began, in all histories of the person; None if unknown."""
    known = {**asked.parameters, "application": application_id}
    whose = connection.execute(WHOSE, known).fetchone()
    if whose is None:
        return None
    known |= {"histories": people.histories(connection, asked, whose[0]), "began": whose[1]}
    with connection.cursor(row_factory=class_row(EarlierApplication)) as rows:
        found = rows.execute(APPLICATIONS, known).fetchall()
    with connection.cursor(row_factory=class_row(EarlierMembership)) as rows:
        pools = rows.execute(POOLS, known).fetchall()
    contacts = connection.execute(CONTACTS, known).fetchone() or (0, 0)
    return EarlierWay(applications=found, pools=pools, touchpoints=contacts[0], replies=contacts[1])
