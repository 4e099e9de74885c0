"""Requisition ageing: how long ago the requisitions that stand open, or on hold, were opened.

The window only says of when: its end or, if that comes first, the time asked about. A window that
has not begun by then has no requisitions. By policy, days on hold since then do not count.
"""

from typing import ClassVar, Literal

from projections import requisitions
from projections.metrics.metric import Durations, Metric
from projections.metrics.policy import Days, Policy


class AgeingPolicy(Policy):
    """Whether days on hold count, and how days are counted."""

    spoken: ClassVar[frozenset[str]] = frozenset({"hold"})

    hold: Literal["with_hold", "without_hold"] = "with_hold"
    days: Days = "elapsed"


CASES = """
WITH asked AS (
    SELECT LEAST(%(to)s, COALESCE(%(as_of)s, now()))::timestamptz AS at
),
stays AS MATERIALIZED (
    SELECT
        requisition_id,
        state,
        occurred_at AS since,
        lead(occurred_at, 1, 'infinity') OVER states AS until,
        min(occurred_at) FILTER (WHERE state = 'open') OVER whole AS opened_at
    FROM requisition_states
    WHERE position <= %(p)s
      AND superseded_at > %(p)s
      AND occurred_at <= %(t)s
      AND (%(to)s::timestamptz IS NULL OR occurred_at < %(to)s)
    WINDOW
        whole AS (PARTITION BY requisition_id),
        states AS (PARTITION BY requisition_id ORDER BY occurred_at, origin)
),
held AS (
    SELECT
        stays.requisition_id,
        sum(
            CASE %(days)s
                WHEN 'calendar' THEN to_day - from_day
                WHEN 'business' THEN
                    (5 * (to_day / 7) + LEAST(MOD(to_day, 7), 5))
                    - (5 * (from_day / 7) + LEAST(MOD(from_day, 7), 5))
                ELSE extract(epoch FROM resumed_at - held_at) / 86400
            END
        ) AS days
    FROM stays
    CROSS JOIN asked
    CROSS JOIN LATERAL (
        SELECT
            GREATEST(since, opened_at) AS held_at,
            LEAST(until, asked.at) AS resumed_at
    ) AS hold
    CROSS JOIN LATERAL (
        SELECT
            (held_at AT TIME ZONE %(zone)s)::date - DATE '1900-01-01' + 1 AS from_day,
            (resumed_at AT TIME ZONE %(zone)s)::date - DATE '1900-01-01' + 1 AS to_day
    ) AS counted
    WHERE %(hold)s = 'without_hold'
      AND stays.state = 'on_hold'
      AND held_at < resumed_at
    GROUP BY stays.requisition_id
)
SELECT
    NULL::text AS step,
    stays.requisition_id AS case_id,
    NULL::uuid AS candidate_id,
    NULL::uuid AS application_id,
    stays.requisition_id,
    NULL::uuid AS campaign_id,
    NULL::text AS source,
    NULL::text AS origin,
    stays.opened_at AS started_at,
    asked.at AS ended_at,
    NULL::float8 AS num,
    1::float8 AS den,
    COALESCE(held.days, 0)::float8 AS extra
FROM stays
CROSS JOIN asked
LEFT JOIN held ON held.requisition_id = stays.requisition_id
WHERE stays.until = 'infinity'
  AND stays.state IN ('open', 'on_hold')
  AND stays.opened_at IS NOT NULL
  AND (%(from)s::timestamptz IS NULL OR %(from)s <= asked.at)
"""

REQUISITION_AGEING = Metric(
    name="requisition-ageing",
    title="Requisition ageing",
    definition="Days since they were first opened, of the requisitions open or on hold at the end"
    " of the window.",
    unit="days",
    figures=Durations,
    cases=CASES,
    reads=(requisitions.READ_MODEL,),
    policy=AgeingPolicy,
    durations=True,
    value="mean_days",
)
