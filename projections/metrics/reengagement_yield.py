"""Re-engagement yield: what comes of bringing people back, and what talent pools bring in.

reengaged: applications begun in the window by bringing someone back; of these, those that came to
an interview, to an offer, and that stand hired as of the time asked about. yield = hired /
reengaged.

hires: applications that stand hired, by a hire in the window, whoever began them. A hire came from
a pool if its application was begun by bringing someone back, or if the person was in any pool just
before it began. days_saved: the mean elapsed days from the start to the hire of the other hires,
less that of the hires from pools; null where either is missing.
"""

from collections.abc import Sequence
from typing import Annotated, Self

from pydantic import Field

from projections import applications, talent_pool
from projections.metrics.metric import Figures, Metric, Sums

CASES = """
WITH begun AS MATERIALIZED (
    SELECT
        application_id,
        occurred_at AS begun_at
    FROM application_steps
    WHERE reengaged
      AND position <= %(p)s
      AND superseded_at > %(p)s
      AND occurred_at <= %(t)s
      AND (%(from)s::timestamptz IS NULL OR occurred_at >= %(from)s)
      AND (%(to)s::timestamptz IS NULL OR occurred_at < %(to)s)
),
ways AS MATERIALIZED (
    SELECT
        begun.application_id,
        step.candidate_id,
        begun.begun_at,
        min(step.occurred_at) FILTER (WHERE step.milestone = 'interviewed') AS interviewed_at,
        min(step.occurred_at) FILTER (WHERE step.milestone = 'offered') AS offered_at,
        (
            array_agg(step.status ORDER BY step.occurred_at DESC, step.origin DESC)
                FILTER (WHERE step.stage IS NOT NULL)
        )[1] AS status
    FROM begun
    JOIN application_steps step ON step.application_id = begun.application_id
    WHERE step.position <= %(p)s
      AND step.superseded_at > %(p)s
      AND step.occurred_at <= %(t)s
    GROUP BY
        begun.application_id,
        step.candidate_id,
        begun.begun_at
),
hiring AS MATERIALIZED (
    SELECT DISTINCT application_id
    FROM application_steps
    WHERE milestone = 'hired'
      AND position <= %(p)s
      AND superseded_at > %(p)s
      AND occurred_at <= %(t)s
      AND (%(from)s::timestamptz IS NULL OR occurred_at >= %(from)s)
      AND (%(to)s::timestamptz IS NULL OR occurred_at < %(to)s)
),
standings AS (
    SELECT
        hiring.application_id,
        step.candidate_id,
        bool_or(step.reengaged) AS reengaged,
        min(step.occurred_at) FILTER (WHERE step.milestone = 'applied') AS applied_at,
        min(step.origin) FILTER (WHERE step.milestone = 'applied') AS applied,
        max(step.occurred_at) FILTER (WHERE step.milestone = 'hired') AS hired_at,
        (
            array_agg(step.status ORDER BY step.occurred_at DESC, step.origin DESC)
                FILTER (WHERE step.stage IS NOT NULL)
        )[1] AS status
    FROM hiring
    JOIN application_steps step ON step.application_id = hiring.application_id
    WHERE step.position <= %(p)s
      AND step.superseded_at > %(p)s
      AND step.occurred_at <= %(t)s
    GROUP BY
        hiring.application_id,
        step.candidate_id
),
hires AS (
    SELECT
        application_id,
        standings.candidate_id,
        applied_at,
        hired_at,
        reengaged OR EXISTS (
            SELECT
            FROM (
                SELECT DISTINCT ON (pool_id)
                    is_member
                FROM pool_memberships
                WHERE candidate_id = ANY(
                    COALESCE(one_person.histories, ARRAY[standings.candidate_id])
                )
                  AND position <= %(p)s
                  AND superseded_at > %(p)s
                  AND (occurred_at, origin) < (standings.applied_at, standings.applied)
                ORDER BY pool_id, occurred_at DESC, origin DESC
            ) AS membership
            WHERE is_member
        ) AS from_pool
    FROM standings
    LEFT JOIN one_person ON one_person.candidate_id = standings.candidate_id
    WHERE status = 'hired'
      AND applied_at IS NOT NULL
      AND (%(from)s::timestamptz IS NULL OR hired_at >= %(from)s)
      AND (%(to)s::timestamptz IS NULL OR hired_at < %(to)s)
),
counted AS (
    SELECT
        'reengaged' AS step,
        application_id,
        candidate_id,
        begun_at AS started_at,
        begun_at AS ended_at,
        CASE status WHEN 'hired' THEN 1 ELSE 0 END AS num,
        1 AS den,
        0 AS extra
    FROM ways
    UNION ALL
    SELECT
        'interviewed',
        application_id,
        candidate_id,
        begun_at,
        interviewed_at,
        0,
        0,
        0
    FROM ways
    WHERE interviewed_at IS NOT NULL
    UNION ALL
    SELECT
        'offered',
        application_id,
        candidate_id,
        begun_at,
        offered_at,
        0,
        0,
        0
    FROM ways
    WHERE offered_at IS NOT NULL
    UNION ALL
    SELECT
        CASE WHEN from_pool THEN 'hire_from_pool' ELSE 'other_hire' END,
        application_id,
        candidate_id,
        applied_at,
        hired_at,
        0,
        0,
        extract(epoch FROM hired_at - applied_at) / 86400
    FROM hires
)
SELECT
    step,
    application_id AS case_id,
    candidate_id,
    application_id,
    NULL::uuid AS requisition_id,
    NULL::uuid AS campaign_id,
    NULL::text AS source,
    NULL::text AS origin,
    started_at,
    ended_at,
    num::float8 AS num,
    den::float8 AS den,
    extra::float8 AS extra
FROM counted
"""


class ReengagementYield(Figures):
    """What came of bringing people back in a window, and what pools brought in."""

    reengaged: Annotated[
        int, Field(description="Applications begun in the window by bringing someone back.")
    ]
    interviewed: Annotated[int, Field(description="Of these, those that came to an interview.")]
    offered: Annotated[int, Field(description="Of these, those that came to an offer.")]
    hired: Annotated[int, Field(description="Of these, those that stand hired.")]
    reengagement_yield: Annotated[float | None, Field(description="hired / reengaged.")]
    hires: Annotated[int, Field(description="All hires in the window that stand.")]
    hires_from_pools: Annotated[
        int, Field(description="Of these, people brought back, or in a pool when they applied.")
    ]
    share_of_hires_from_pools: Annotated[
        float | None, Field(description="hires_from_pools / hires.")
    ]
    mean_days_from_pools: Annotated[
        float | None, Field(description="Days from the start to the hire, of hires from pools.")
    ]
    mean_days_of_others: Annotated[
        float | None, Field(description="Days from the start to the hire, of the other hires.")
    ]
    days_saved: Annotated[
        float | None, Field(description="mean_days_of_others - mean_days_from_pools.")
    ]

    @classmethod
    def of(cls, sums: Sums, together: Sequence[Sums]) -> Self:
        of_step = {one.step: one for one in together}
        reengaged, interviewed, offered, pools, others = (
            of_step.get(step, Sums())
            for step in ("reengaged", "interviewed", "offered", "hire_from_pool", "other_hire")
        )
        from_pools = pools.extra / pools.n if pools.n else None
        of_others = others.extra / others.n if others.n else None
        hires = pools.n + others.n
        return cls(
            reengaged=reengaged.n,
            interviewed=interviewed.n,
            offered=offered.n,
            hired=round(sums.num),
            reengagement_yield=sums.num / sums.den if sums.den else None,
            hires=hires,
            hires_from_pools=pools.n,
            share_of_hires_from_pools=pools.n / hires if hires else None,
            mean_days_from_pools=from_pools,
            mean_days_of_others=of_others,
            days_saved=None if from_pools is None or of_others is None else of_others - from_pools,
        )


REENGAGEMENT_YIELD = Metric(
    name="reengagement-yield",
    title="Re-engagement yield",
    definition="Of the applications begun in the window by bringing someone back, those that stand"
    " hired; and the share of the window's hires that came from talent pools.",
    unit="applications",
    figures=ReengagementYield,
    cases=CASES,
    reads=(applications.READ_MODEL, talent_pool.READ_MODEL),
    value="reengagement_yield",
)
