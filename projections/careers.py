"""What is public of requisitions: those that are open and posted on the careers page."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from psycopg.rows import class_row
from pydantic import BaseModel, Field

from projections import requisitions
from projections.asked import Asked
from store.database import Connection

READS = requisitions.READS

POSTED = """
SELECT
    posted.requisition_id,
    posted.posted_text AS text,
    posted.occurred_at AS since
FROM (
    SELECT DISTINCT ON (requisition_id)
        requisition_id,
        posted,
        posted_text,
        occurred_at
    FROM requisition_postings
    WHERE channel = 'careers_page'
      AND position <= %(p)s
      AND superseded_at > %(p)s
      AND occurred_at <= %(t)s
    ORDER BY requisition_id, occurred_at DESC, origin DESC
) AS posted
CROSS JOIN LATERAL (
    SELECT state
    FROM requisition_states
    WHERE requisition_id = posted.requisition_id
      AND position <= %(p)s
      AND superseded_at > %(p)s
      AND occurred_at <= %(t)s
    ORDER BY occurred_at DESC, origin DESC
    LIMIT 1
) AS standing
WHERE posted.posted
  AND standing.state = 'open'
"""

MOST = 1000


class PublicPosting(BaseModel):
    """One posting, as anyone may read it."""

    requisition_id: UUID
    title: str
    department: str | None
    location: str | None
    text: Annotated[str | None, Field(description="As posted.")]
    since: Annotated[datetime, Field(description="When it was posted.")]


class _Posted(BaseModel):
    requisition_id: UUID
    text: str | None
    since: datetime


def public_postings(connection: Connection, asked: Asked) -> list[PublicPosting]:
    """What is public now, the newest first, a thousand at most."""
    with connection.cursor(row_factory=class_row(_Posted)) as rows:
        posted = {row.requisition_id: row for row in rows.execute(POSTED, asked.parameters)}
    found = requisitions.requisitions(connection, asked, requisition_ids=list(posted), limit=MOST)
    public = [
        PublicPosting(
            requisition_id=row.requisition_id,
            title=row.title,
            department=row.department,
            location=row.location,
            text=posted[row.requisition_id].text,
            since=posted[row.requisition_id].since,
        )
        for row in found
    ]
    return sorted(public, key=lambda one: (one.since, one.requisition_id), reverse=True)
