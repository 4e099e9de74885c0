"""Time to first review: from the start of an application to the first human act on it after that.

An act is any decision or arrangement of ours: screening, moving, scheduling, interviewing, a
scorecard, an offer, a rejection, and so on. What a rule decided is none, nor what the candidate
does: applying, accepting, declining, withdrawing.
"""

from projections import applications
from projections.metrics.metric import Durations, Metric
from projections.metrics.policy import DaysPolicy

# Applications with an act in the window, and the first of these. It is the first act of all if
# the application began in the window and before it; otherwise that one is looked up.
CASES = """
WITH reviewed AS MATERIALIZED (
    SELECT DISTINCT ON (application_id)
        application_id,
        occurred_at,
        origin
    FROM application_steps
    WHERE milestone IN (
        'screened',
        'moved',
        'scheduled',
        'interviewed',
        'scored',
        'offered',
        'expired',
        'rescinded',
        'hired',
        'hire_reversed',
        'rejected',
        'reopened'
      )
      AND NOT by_rule
      AND position <= %(p)s
      AND superseded_at > %(p)s
      AND occurred_at <= %(t)s
      AND (%(from)s::timestamptz IS NULL OR occurred_at >= %(from)s)
      AND (%(to)s::timestamptz IS NULL OR occurred_at < %(to)s)
    ORDER BY application_id, occurred_at, origin
)
SELECT
    NULL::text AS step,
    start.application_id AS case_id,
    start.candidate_id,
    start.application_id,
    NULL::uuid AS requisition_id,
    NULL::uuid AS campaign_id,
    start.source,
    start.candidate_origin AS origin,
    start.occurred_at AS started_at,
    COALESCE(act.occurred_at, reviewed.occurred_at) AS ended_at,
    NULL::float8 AS num,
    1::float8 AS den,
    0::float8 AS extra
FROM reviewed
CROSS JOIN LATERAL (
    SELECT
        application_id,
        candidate_id,
        source,
        candidate_origin,
        occurred_at,
        origin
    FROM application_steps
    WHERE application_id = reviewed.application_id
      AND milestone = 'applied'
      AND position <= %(p)s
      AND superseded_at > %(p)s
      AND occurred_at <= %(t)s
    ORDER BY occurred_at, origin
    LIMIT 1
) AS start
CROSS JOIN LATERAL (
    SELECT
        (reviewed.occurred_at, reviewed.origin) > (start.occurred_at, start.origin)
            AND (%(from)s::timestamptz IS NULL OR start.occurred_at >= %(from)s) AS is_first
) AS found
LEFT JOIN LATERAL (
    SELECT occurred_at
    FROM application_steps
    WHERE NOT found.is_first
      AND application_id = start.application_id
      AND milestone NOT IN ('applied', 'accepted', 'declined', 'withdrawn')
      AND NOT by_rule
      AND position <= %(p)s
      AND superseded_at > %(p)s
      AND (occurred_at, origin) > (start.occurred_at, start.origin)
    ORDER BY occurred_at, origin
    LIMIT 1
) AS act ON true
WHERE found.is_first
   OR (
    act.occurred_at <= %(t)s
    AND (%(from)s::timestamptz IS NULL OR act.occurred_at >= %(from)s)
    AND (%(to)s::timestamptz IS NULL OR act.occurred_at < %(to)s)
  )
"""

TIME_TO_FIRST_REVIEW = Metric(
    name="time-to-first-review",
    title="Time to first review",
    definition="From the start of the application to the first act on it by one of us, not by a"
    " rule or the candidate; applications first reviewed in the window.",
    unit="days",
    figures=Durations,
    cases=CASES,
    reads=(applications.READ_MODEL,),
    policy=DaysPolicy,
    durations=True,
    value="mean_days",
)
