"""Time to hire: from the start of an application to OfferAccepted, or Hired where none precedes.

Durations are elapsed days (hours / 24, not rounded); percentiles interpolate linearly. The
window is by the end. An application whose hire was reversed, or that was rejected, withdrawn or
rescinded afterwards, has no end; nor does a hire that was reversed, or the acceptance of an offer
that was rescinded, end anything later. Source: ANSI/SHRM usage; start and end are policies because
products disagree.
"""

from datetime import datetime
from typing import Annotated, Literal

from psycopg.rows import class_row
from pydantic import BaseModel, Field

from projections.asked import Asked
from store.database import Connection

Policy = Literal["accepted", "hired"]

TIME_TO_HIRE = """
WITH steps AS (
    SELECT
        application_id,
        milestone,
        occurred_at,
        row_number() OVER (PARTITION BY application_id ORDER BY occurred_at, origin) AS nth
    FROM application_steps
    WHERE position <= %(p)s
      AND superseded_at > %(p)s
      AND occurred_at <= %(t)s
      AND milestone IN (
        'applied',
        'accepted',
        'hired',
        'rescinded',
        'hire_reversed',
        'rejected',
        'withdrawn'
      )
),
setbacks AS (
    SELECT
        application_id,
        COALESCE(max(nth) FILTER (WHERE milestone = 'rescinded'), 0) AS rescinded,
        COALESCE(
            max(nth) FILTER (
                WHERE milestone IN ('rescinded', 'hire_reversed', 'rejected', 'withdrawn')
            ),
            0
        ) AS undone
    FROM steps
    GROUP BY application_id
),
marks AS (
    SELECT
        steps.application_id,
        setbacks.undone,
        min(occurred_at) FILTER (WHERE milestone = 'applied') AS started_at,
        max(occurred_at) FILTER (WHERE milestone = 'accepted' AND nth > rescinded) AS accepted_at,
        max(nth) FILTER (WHERE milestone = 'accepted' AND nth > rescinded) AS accepted,
        max(occurred_at) FILTER (WHERE milestone = 'hired' AND nth > undone) AS hired_at,
        max(nth) FILTER (WHERE milestone = 'hired' AND nth > undone) AS hired
    FROM steps
    JOIN setbacks ON setbacks.application_id = steps.application_id
    GROUP BY
        steps.application_id,
        setbacks.undone
),
ends AS (
    SELECT
        started_at,
        CASE
            WHEN %(policy)s = 'hired' THEN hired_at
            WHEN hired IS NULL OR accepted < hired THEN COALESCE(accepted_at, hired_at)
            ELSE hired_at
        END AS ended_at
    FROM marks
    WHERE undone < GREATEST(COALESCE(accepted, 0), COALESCE(hired, 0))
)
SELECT
    count(*) AS n,
    percentile_cont(0.5) WITHIN GROUP (ORDER BY days.elapsed) AS median_days,
    avg(days.elapsed) AS mean_days,
    percentile_cont(0.9) WITHIN GROUP (ORDER BY days.elapsed) AS p90_days
FROM (
    SELECT (extract(epoch FROM ended_at - started_at) / 86400)::float8 AS elapsed
    FROM ends
    WHERE ended_at IS NOT NULL
      AND (%(from)s::timestamptz IS NULL OR ended_at >= %(from)s)
      AND (%(to)s::timestamptz IS NULL OR ended_at < %(to)s)
) AS days
"""


class TimeToHire(BaseModel):
    """Time to hire of the applications that ended well in the window."""

    n: Annotated[int, Field(description="Hires counted.")]
    median_days: Annotated[float | None, Field(description="Days; null when nobody was hired.")]
    mean_days: Annotated[float | None, Field(description="Days; null when nobody was hired.")]
    p90_days: Annotated[float | None, Field(description="Nine in ten took no longer; days.")]
    policy: Annotated[
        str,
        Field(description="Which events start and end the clock.", examples=["applied-accepted"]),
    ] = ""


def time_to_hire(
    connection: Connection,
    asked: Asked,
    *,
    since: datetime | None = None,
    until: datetime | None = None,
    policy: Policy = "accepted",
) -> TimeToHire:
    """Time to hire of those whose end lies in [since, until)."""
    with connection.cursor(row_factory=class_row(TimeToHire)) as rows:
        result = rows.execute(
            TIME_TO_HIRE, {**asked.parameters, "from": since, "to": until, "policy": policy}
        ).fetchone()
    if result is None:
        raise LookupError("an aggregate query answered no row")
    result.policy = f"applied-{policy}"
    return result
