"""Tracking links, and how many applied by each."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from psycopg.rows import class_row
from pydantic import BaseModel, Field

from projections import attributed_applications
from projections.asked import Asked
from projections.read_model import ReadModel
from store.database import Connection

LINKS = """
INSERT INTO tracking_links (
    position,
    occurred_at,
    link,
    source,
    origin,
    campaign,
    requisition_id,
    agency,
    referrer_id,
    made_by,
    retired
)
SELECT
    position,
    occurred_at,
    data ->> 'link',
    data ->> 'source',
    data ->> 'origin',
    data ->> 'campaign',
    (data ->> 'requisition_id')::uuid,
    data ->> 'agency',
    (data ->> 'referrer_id')::uuid,
    actor_id,
    type = 'tracking_link.retired'
FROM facts
WHERE position > %(after)s
  AND position <= %(upto)s
  AND type IN ('tracking_link.made', 'tracking_link.retired')
"""

READ_MODEL = ReadModel(
    name="tracking_links",
    version=1,
    tables=("tracking_links",),
    statements=(LINKS,),
    told_anew=False,
)

READS = (READ_MODEL, attributed_applications.READ_MODEL)

LIST = """
SELECT
    made.link,
    made.source,
    made.origin,
    made.campaign,
    made.requisition_id,
    made.agency,
    made.referrer_id,
    made.made_by,
    made.occurred_at AS made_at,
    EXISTS (
        SELECT
        FROM tracking_links later
        WHERE later.link = made.link
          AND later.retired
          AND later.position <= %(p)s
          AND later.occurred_at <= %(t)s
    ) AS retired,
    (
        SELECT count(*)
        FROM attributed_applications applied
        WHERE applied.link = made.link
          AND applied.position <= %(p)s
          AND applied.superseded_at > %(p)s
          AND applied.occurred_at <= %(t)s
    ) AS applications
FROM tracking_links made
WHERE NOT made.retired
  AND made.position <= %(p)s
  AND made.occurred_at <= %(t)s
  AND (%(referrer)s::uuid IS NULL OR made.referrer_id = %(referrer)s)
ORDER BY made.link
"""


class TrackingLinkRow(BaseModel):
    """One tracking link."""

    link: Annotated[str, Field(description="Its code: ?via=CODE.", examples=["autumn-fair"])]
    source: str
    origin: str
    campaign: str | None
    requisition_id: UUID | None
    agency: str | None
    referrer_id: Annotated[UUID | None, Field(description="The member who refers by it.")]
    made_by: UUID
    made_at: datetime
    retired: bool
    applications: Annotated[int, Field(description="How many applied by it. Nobody counts clicks.")]


def tracking_links(
    connection: Connection, asked: Asked, *, referrer_id: UUID | None = None
) -> list[TrackingLinkRow]:
    """The links there are and were, by code; of one member, if one is named."""
    with connection.cursor(row_factory=class_row(TrackingLinkRow)) as rows:
        return rows.execute(LIST, {**asked.parameters, "referrer": referrer_id}).fetchall()
