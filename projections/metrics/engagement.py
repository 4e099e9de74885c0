"""Engagement rate: of the people reached in a window, how many did something in return.

reached: people with a touchpoint in the window that was delivered (no bounce within 72 hours of
its delivery) or logged by hand. engaged: of these, people with a reply, a click (not a mail
scanner's), an attendance or an application after such a touchpoint and by the end of the window.
The open rate stands apart, because mail clients fetch pictures by themselves.
"""

from collections.abc import Sequence
from typing import Annotated, Self

from pydantic import Field

from projections import engagement
from projections.metrics.metric import Figures, Metric, Sums

# The touchpoints of the window that were delivered, and the people reached by them.
REACHED = """
delivered AS MATERIALIZED (
    SELECT
        COALESCE(one_person.person_id, contact.candidate_id) AS candidate_id,
        COALESCE(one_person.histories, ARRAY[contact.candidate_id]) AS histories,
        contact.touchpoint_id,
        contact.campaign_id,
        contact.occurred_at,
        contact.origin
    FROM outreach_steps contact
    LEFT JOIN one_person ON one_person.candidate_id = contact.candidate_id
    WHERE contact.kind = 'contacted'
      AND contact.position <= %(p)s
      AND contact.superseded_at > %(p)s
      AND contact.occurred_at <= %(t)s
      AND (%(from)s::timestamptz IS NULL OR contact.occurred_at >= %(from)s)
      AND (%(to)s::timestamptz IS NULL OR contact.occurred_at < %(to)s)
      AND (
        contact.counts
        OR EXISTS (
            SELECT
            FROM outreach_steps delivery
            WHERE delivery.touchpoint_id = contact.touchpoint_id
              AND delivery.kind = 'delivered'
              AND delivery.position <= %(p)s
              AND delivery.superseded_at > %(p)s
              AND delivery.occurred_at <= %(t)s
              AND NOT EXISTS (
                SELECT
                FROM outreach_steps bounce
                WHERE bounce.touchpoint_id = contact.touchpoint_id
                  AND bounce.kind = 'bounced'
                  AND bounce.position <= %(p)s
                  AND bounce.superseded_at > %(p)s
                  AND bounce.occurred_at <= LEAST(
                    delivery.occurred_at + interval '72 hours',
                    %(t)s
                  )
              )
        )
      )
),
people AS (
    SELECT
        candidate_id,
        histories,
        min(occurred_at) AS first_reached_at,
        (array_agg(campaign_id ORDER BY occurred_at, origin))[1] AS campaign_id,
        array_agg(touchpoint_id) AS touchpoints
    FROM delivered
    GROUP BY
        candidate_id,
        histories
)
"""

CASES = f"""
WITH {REACHED}
SELECT
    NULL::text AS step,
    candidate_id AS case_id,
    candidate_id,
    NULL::uuid AS application_id,
    NULL::uuid AS requisition_id,
    campaign_id,
    NULL::text AS source,
    NULL::text AS origin,
    first_reached_at AS started_at,
    first_reached_at AS ended_at,
    CASE WHEN EXISTS (
        SELECT
        FROM outreach_steps response
        WHERE response.candidate_id = ANY(people.histories)
          AND response.kind IN ('replied', 'clicked', 'attended', 'applied')
          AND response.counts
          AND response.position <= %(p)s
          AND response.superseded_at > %(p)s
          AND response.occurred_at <= %(t)s
          AND response.occurred_at >= people.first_reached_at
          AND (%(to)s::timestamptz IS NULL OR response.occurred_at < %(to)s)
    ) THEN 1 ELSE 0 END::float8 AS num,
    1::float8 AS den,
    CASE WHEN EXISTS (
        SELECT
        FROM outreach_steps opening
        WHERE opening.touchpoint_id = ANY(people.touchpoints)
          AND opening.kind = 'opened'
          AND opening.position <= %(p)s
          AND opening.superseded_at > %(p)s
          AND opening.occurred_at <= %(t)s
    ) THEN 1 ELSE 0 END::float8 AS extra
FROM people
"""  # noqa: S608  # composed of what stands above


class Engagement(Figures):
    """Engagement of the people reached in a window."""

    reached: Annotated[int, Field(description="People with at least one delivered touchpoint.")]
    engaged: Annotated[int, Field(description="Of these, people who responded.")]
    opened: Annotated[int, Field(description="Of these, people whose mail client opened one.")]
    engagement_rate: Annotated[float | None, Field(description="engaged / reached.")]
    open_rate: Annotated[float | None, Field(description="opened / reached.")]

    @classmethod
    def of(cls, sums: Sums, together: Sequence[Sums]) -> Self:  # noqa: ARG003
        return cls(
            reached=sums.n,
            engaged=round(sums.num),
            opened=round(sums.extra),
            engagement_rate=sums.num / sums.n if sums.n else None,
            open_rate=sums.extra / sums.n if sums.n else None,
        )


ENGAGEMENT = Metric(
    name="engagement",
    title="Engagement rate",
    definition="Of the people reached in the window, those who replied, clicked, attended or"
    " applied afterwards and within it.",
    unit="people",
    figures=Engagement,
    cases=CASES,
    reads=(engagement.READ_MODEL,),
    value="engagement_rate",
)
