"""Time to fill: from when an opening could be filled to the acceptance that filled it.

Openings that stand filled count, by an application whose hire stands. The end is the last
acceptance before that hire, if no offer was rescinded after it, else the hire. The start is when
the requisition was approved, first opened, or first posted once open; never before the opening
was added. What is entered late may end before it starts, and counts as it is. By policy, days on
which the requisition was on hold in between do not count.
"""

from typing import ClassVar, Literal

from projections import applications, requisitions
from projections.metrics.metric import Durations, Metric
from projections.metrics.policy import Days, Policy


class TimeToFillPolicy(Policy):
    """What starts the clock, whether it stands still on hold, and how days are counted."""

    spoken: ClassVar[frozenset[str]] = frozenset({"clock", "hold"})

    clock: Literal["opened", "approved", "posted"] = "opened"
    hold: Literal["with_hold", "without_hold"] = "with_hold"
    days: Days = "elapsed"


CASES = """
WITH ending AS MATERIALIZED (
    SELECT DISTINCT application_id
    FROM application_steps
    WHERE milestone IN ('accepted', 'hired')
      AND position <= %(p)s
      AND superseded_at > %(p)s
      AND occurred_at <= %(t)s
      AND (%(from)s::timestamptz IS NULL OR occurred_at >= %(from)s)
      AND (%(to)s::timestamptz IS NULL OR occurred_at < %(to)s)
),
hires AS MATERIALIZED (
    SELECT
        hire.application_id,
        hire.candidate_id,
        hire.occurred_at,
        hire.origin
    FROM ending
    JOIN application_steps hire ON hire.application_id = ending.application_id
    WHERE hire.milestone = 'hired'
      AND hire.position <= %(p)s
      AND hire.superseded_at > %(p)s
      AND hire.occurred_at <= %(t)s
      AND NOT EXISTS (
        SELECT
        FROM application_steps later
        WHERE later.application_id = hire.application_id
          AND later.milestone IN ('hired', 'hire_reversed', 'rejected', 'withdrawn', 'rescinded')
          AND later.position <= %(p)s
          AND later.superseded_at > %(p)s
          AND later.occurred_at <= %(t)s
          AND (later.occurred_at, later.origin) > (hire.occurred_at, hire.origin)
      )
),
ends AS (
    SELECT
        hires.application_id,
        hires.candidate_id,
        COALESCE(acceptance.occurred_at, hires.occurred_at) AS ended_at
    FROM hires
    LEFT JOIN LATERAL (
        SELECT accepted.occurred_at
        FROM application_steps accepted
        WHERE accepted.application_id = hires.application_id
          AND accepted.milestone = 'accepted'
          AND accepted.position <= %(p)s
          AND accepted.superseded_at > %(p)s
          AND (accepted.occurred_at, accepted.origin) < (hires.occurred_at, hires.origin)
          AND NOT EXISTS (
            SELECT
            FROM application_steps rescinded
            WHERE rescinded.application_id = accepted.application_id
              AND rescinded.milestone = 'rescinded'
              AND rescinded.position <= %(p)s
              AND rescinded.superseded_at > %(p)s
              AND rescinded.occurred_at <= %(t)s
              AND (rescinded.occurred_at, rescinded.origin)
                > (accepted.occurred_at, accepted.origin)
          )
        ORDER BY accepted.occurred_at DESC
        LIMIT 1
    ) AS acceptance ON true
),
filled AS (
    SELECT
        filling.opening_id,
        filling.requisition_id,
        ends.application_id,
        ends.candidate_id,
        ends.ended_at
    FROM ends
    JOIN opening_states filling ON filling.application_id = ends.application_id
    WHERE filling.state = 'filled'
      AND filling.position <= %(p)s
      AND filling.superseded_at > %(p)s
      AND filling.occurred_at <= %(t)s
      AND (%(from)s::timestamptz IS NULL OR ends.ended_at >= %(from)s)
      AND (%(to)s::timestamptz IS NULL OR ends.ended_at < %(to)s)
      AND NOT EXISTS (
        SELECT
        FROM opening_states later
        WHERE later.opening_id = filling.opening_id
          AND later.position <= %(p)s
          AND later.superseded_at > %(p)s
          AND later.occurred_at <= %(t)s
          AND (later.occurred_at, later.origin) > (filling.occurred_at, filling.origin)
      )
),
begun AS (
    SELECT
        filled.*,
        CASE %(clock)s
            WHEN 'approved' THEN life.approved_at
            WHEN 'posted' THEN posting.posted_at
            ELSE life.opened_at
        END AS clock_at,
        (
            SELECT min(occurred_at)
            FROM opening_states
            WHERE opening_id = filled.opening_id
              AND state = 'free'
              AND position <= %(p)s
              AND superseded_at > %(p)s
              AND occurred_at <= %(t)s
        ) AS added_at
    FROM filled
    CROSS JOIN LATERAL (
        SELECT
            min(occurred_at) FILTER (WHERE state = 'approved') AS approved_at,
            min(occurred_at) FILTER (WHERE state = 'open') AS opened_at
        FROM requisition_states
        WHERE requisition_id = filled.requisition_id
          AND position <= %(p)s
          AND superseded_at > %(p)s
          AND occurred_at <= %(t)s
    ) AS life
    CROSS JOIN LATERAL (
        SELECT min(occurred_at) AS posted_at
        FROM requisition_postings
        WHERE requisition_id = filled.requisition_id
          AND posted
          AND occurred_at >= life.opened_at
          AND position <= %(p)s
          AND superseded_at > %(p)s
          AND occurred_at <= %(t)s
    ) AS posting
),
spans AS (
    SELECT
        opening_id,
        requisition_id,
        application_id,
        candidate_id,
        GREATEST(clock_at, added_at) AS started_at,
        ended_at
    FROM begun
    WHERE clock_at IS NOT NULL
),
stays AS (
    SELECT
        spans.opening_id,
        state.state,
        spans.started_at,
        spans.ended_at,
        state.occurred_at AS since,
        lead(state.occurred_at, 1, 'infinity') OVER (
            PARTITION BY spans.opening_id ORDER BY state.occurred_at, state.origin
        ) AS until
    FROM spans
    JOIN requisition_states state ON state.requisition_id = spans.requisition_id
    WHERE %(hold)s = 'without_hold'
      AND state.position <= %(p)s
      AND state.superseded_at > %(p)s
      AND state.occurred_at <= %(t)s
),
held AS (
    SELECT
        stays.opening_id,
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
    CROSS JOIN LATERAL (
        SELECT
            GREATEST(since, started_at) AS held_at,
            LEAST(until, ended_at) AS resumed_at
    ) AS hold
    CROSS JOIN LATERAL (
        SELECT
            (held_at AT TIME ZONE %(zone)s)::date - DATE '1900-01-01' + 1 AS from_day,
            (resumed_at AT TIME ZONE %(zone)s)::date - DATE '1900-01-01' + 1 AS to_day
    ) AS counted
    WHERE stays.state = 'on_hold'
      AND held_at < resumed_at
    GROUP BY stays.opening_id
)
SELECT
    NULL::text AS step,
    spans.opening_id AS case_id,
    spans.candidate_id,
    spans.application_id,
    spans.requisition_id,
    NULL::uuid AS campaign_id,
    NULL::text AS source,
    NULL::text AS origin,
    spans.started_at,
    spans.ended_at,
    NULL::float8 AS num,
    1::float8 AS den,
    COALESCE(held.days, 0)::float8 AS extra
FROM spans
LEFT JOIN held ON held.opening_id = spans.opening_id
"""

TIME_TO_FILL = Metric(
    name="time-to-fill",
    title="Time to fill",
    definition="From an opening's being open to the acceptance, or the hire, that filled it;"
    " openings filled in the window.",
    unit="days",
    figures=Durations,
    cases=CASES,
    reads=(applications.READ_MODEL, requisitions.READ_MODEL),
    policy=TimeToFillPolicy,
    durations=True,
    value="mean_days",
)
