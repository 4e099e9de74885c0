"""A person's touchpoints: each contact and what came of it."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from psycopg.rows import class_row
from pydantic import BaseModel, Field

from projections import engagement, people
from projections.asked import Asked
from store.database import Connection

READS = (engagement.READ_MODEL, people.READ_MODEL)

OF_PERSON = """
SELECT
    contact.touchpoint_id,
    contact.position,
    contact.occurred_at,
    contact.channel,
    contact.pool_id,
    contact.campaign_id,
    contact.counts AS logged_by_hand,
    outcome.delivered_at,
    outcome.opened,
    outcome.clicked,
    outcome.replied_at,
    outcome.reply_position,
    outcome.bounced
FROM outreach_steps contact
CROSS JOIN LATERAL (
    SELECT
        min(occurred_at) FILTER (WHERE kind = 'delivered') AS delivered_at,
        COALESCE(bool_or(kind = 'opened'), false) AS opened,
        COALESCE(bool_or(kind = 'clicked' AND counts), false) AS clicked,
        min(occurred_at) FILTER (WHERE kind = 'replied') AS replied_at,
        (array_agg(position ORDER BY occurred_at) FILTER (WHERE kind = 'replied'))[1]
            AS reply_position,
        COALESCE(bool_or(kind = 'bounced'), false) AS bounced
    FROM outreach_steps step
    WHERE step.touchpoint_id = contact.touchpoint_id
      AND step.position <= %(p)s
      AND step.superseded_at > %(p)s
      AND step.occurred_at <= %(t)s
) AS outcome
WHERE contact.candidate_id = ANY(%(histories)s)
  AND contact.kind = 'contacted'
  AND contact.position <= %(p)s
  AND contact.superseded_at > %(p)s
  AND contact.occurred_at <= %(t)s
  AND (%(cursor)s::uuid IS NULL OR contact.touchpoint_id > %(cursor)s)
ORDER BY contact.touchpoint_id
LIMIT %(limit)s
"""


class TouchpointRow(BaseModel):
    """One contact, without its words."""

    touchpoint_id: UUID
    position: Annotated[int, Field(description="The log position of its words.")]
    occurred_at: datetime
    channel: str
    pool_id: UUID | None
    campaign_id: UUID | None
    logged_by_hand: Annotated[
        bool, Field(description="A call or meeting, which counts as delivered.")
    ]
    delivered_at: datetime | None
    opened: bool
    clicked: Annotated[bool, Field(description="By the person; scanners do not count.")]
    replied_at: datetime | None
    reply_position: int | None
    bounced: bool


def touchpoints(
    connection: Connection,
    asked: Asked,
    candidate_id: UUID,
    *,
    cursor: UUID | None = None,
    limit: int = 100,
) -> list[TouchpointRow]:
    """A person's touchpoints, in any history of theirs, in a stable order, after the cursor."""
    histories = people.histories(connection, asked, candidate_id)
    known = {**asked.parameters, "histories": histories, "cursor": cursor, "limit": limit}
    with connection.cursor(row_factory=class_row(TouchpointRow)) as rows:
        return rows.execute(OF_PERSON, known).fetchall()
