"""Engagement rate: of the people reached in a window, how many did something in return.

reached: people with a touchpoint in the window that was delivered (no bounce within 72 hours of
its delivery) or logged by hand. engaged: of these, people with a reply, a click (not a mail
scanner's), an attendance or an application after such a touchpoint and by the end of the window.
The open rate stands apart, because mail clients fetch pictures by themselves.
"""

from datetime import datetime
from typing import Annotated

from psycopg.rows import class_row
from pydantic import BaseModel, Field, computed_field

from projections.asked import Asked
from projections.read_model import ReadModel
from store.database import Connection

STEPS = """
INSERT INTO outreach_steps (
    position,
    origin,
    superseded_at,
    occurred_at,
    candidate_id,
    touchpoint_id,
    kind,
    pool_id,
    campaign_id,
    channel,
    counts
)
SELECT
    position,
    position,
    9223372036854775807,
    occurred_at,
    stream_id,
    (data ->> 'touchpoint_id')::uuid,
    CASE type
        WHEN 'candidate.nurtured' THEN 'contacted'
        WHEN 'touchpoint.delivered' THEN 'delivered'
        WHEN 'touchpoint.opened' THEN 'opened'
        WHEN 'touchpoint.clicked' THEN 'clicked'
        WHEN 'touchpoint.replied' THEN 'replied'
        WHEN 'touchpoint.bounced' THEN 'bounced'
        WHEN 'candidate.attended_event' THEN 'attended'
        ELSE 'applied'
    END,
    (data ->> 'pool_id')::uuid,
    (data ->> 'campaign_id')::uuid,
    data ->> 'channel',
    CASE type
        WHEN 'candidate.nurtured' THEN COALESCE((data ->> 'logged_by_hand')::boolean, false)
        WHEN 'touchpoint.clicked' THEN NOT COALESCE((data ->> 'by_scanner')::boolean, false)
        ELSE true
    END
FROM facts
WHERE position > %(after)s
  AND position <= %(upto)s
  AND type IN (
    'candidate.nurtured',
    'touchpoint.delivered',
    'touchpoint.opened',
    'touchpoint.clicked',
    'touchpoint.replied',
    'touchpoint.bounced',
    'candidate.attended_event',
    'application.applied',
    'application.reengaged'
  )
"""

READ_MODEL = ReadModel(
    name="engagement",
    version=1,
    tables=("outreach_steps",),
    statements=(STEPS,),
)

ENGAGEMENT = """
WITH steps AS (
    SELECT
        candidate_id,
        touchpoint_id,
        kind,
        occurred_at,
        counts
    FROM outreach_steps
    WHERE position <= %(p)s
      AND superseded_at > %(p)s
      AND occurred_at <= %(t)s
),
delivered AS (
    SELECT
        contact.candidate_id,
        contact.touchpoint_id,
        contact.occurred_at
    FROM steps contact
    WHERE contact.kind = 'contacted'
      AND (%(from)s::timestamptz IS NULL OR contact.occurred_at >= %(from)s)
      AND (%(to)s::timestamptz IS NULL OR contact.occurred_at < %(to)s)
      AND (
        contact.counts
        OR EXISTS (
            SELECT
            FROM steps delivery
            WHERE delivery.touchpoint_id = contact.touchpoint_id
              AND delivery.kind = 'delivered'
              AND NOT EXISTS (
                SELECT
                FROM steps bounce
                WHERE bounce.touchpoint_id = contact.touchpoint_id
                  AND bounce.kind = 'bounced'
                  AND bounce.occurred_at <= delivery.occurred_at + interval '72 hours'
              )
        )
      )
),
people AS (
    SELECT
        candidate_id,
        min(occurred_at) AS first_reached_at,
        array_agg(touchpoint_id) AS touchpoints
    FROM delivered
    GROUP BY candidate_id
)
SELECT
    count(*) AS reached,
    count(*) FILTER (
        WHERE EXISTS (
            SELECT
            FROM steps response
            WHERE response.candidate_id = people.candidate_id
              AND response.kind IN ('replied', 'clicked', 'attended', 'applied')
              AND response.counts
              AND response.occurred_at >= people.first_reached_at
              AND (%(to)s::timestamptz IS NULL OR response.occurred_at < %(to)s)
        )
    ) AS engaged,
    count(*) FILTER (
        WHERE EXISTS (
            SELECT
            FROM steps opening
            WHERE opening.touchpoint_id = ANY(people.touchpoints)
              AND opening.kind = 'opened'
        )
    ) AS opened
FROM people
"""


class Engagement(BaseModel):
    """Engagement of the people reached in a window."""

    reached: Annotated[int, Field(description="People with at least one delivered touchpoint.")]
    engaged: Annotated[int, Field(description="Of these, people who responded.")]
    opened: Annotated[int, Field(description="Of these, people whose mail client opened one.")]
    policy: str = "reply-click-attendance-application"

    @computed_field  # type: ignore[prop-decorator]
    @property
    def engagement_rate(self) -> float | None:
        """engaged / reached; null when nobody was reached."""
        return self.engaged / self.reached if self.reached else None

    @computed_field  # type: ignore[prop-decorator]
    @property
    def open_rate(self) -> float | None:
        """opened / reached; null when nobody was reached."""
        return self.opened / self.reached if self.reached else None


def engagement(
    connection: Connection,
    asked: Asked,
    *,
    since: datetime | None = None,
    until: datetime | None = None,
) -> Engagement:
    """Engagement over touchpoints in [since, until)."""
    with connection.cursor(row_factory=class_row(Engagement)) as rows:
        result = rows.execute(
            ENGAGEMENT, {**asked.parameters, "from": since, "to": until}
        ).fetchone()
    if result is None:
        raise LookupError("an aggregate query answered no row")
    return result
