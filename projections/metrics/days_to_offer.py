"""Days to offer: from the start of an application to the first offer extended to it."""

from projections import applications
from projections.metrics.metric import Durations, Metric
from projections.metrics.policy import DaysPolicy

CASES = """
SELECT
    NULL::text AS step,
    offer.application_id AS case_id,
    offer.candidate_id,
    offer.application_id,
    NULL::uuid AS requisition_id,
    NULL::uuid AS campaign_id,
    NULL::text AS source,
    NULL::text AS origin,
    start.occurred_at AS started_at,
    offer.occurred_at AS ended_at,
    NULL::float8 AS num,
    1::float8 AS den,
    0::float8 AS extra
FROM application_steps offer
JOIN application_steps start
    ON start.application_id = offer.application_id
    AND start.milestone = 'applied'
    AND start.position <= %(p)s
    AND start.superseded_at > %(p)s
    AND start.occurred_at <= %(t)s
WHERE offer.milestone = 'offered'
  AND offer.position <= %(p)s
  AND offer.superseded_at > %(p)s
  AND offer.occurred_at <= %(t)s
  AND (%(from)s::timestamptz IS NULL OR offer.occurred_at >= %(from)s)
  AND (%(to)s::timestamptz IS NULL OR offer.occurred_at < %(to)s)
  AND NOT EXISTS (
    SELECT
    FROM application_steps earlier
    WHERE earlier.application_id = offer.application_id
      AND earlier.milestone = 'offered'
      AND earlier.position <= %(p)s
      AND earlier.superseded_at > %(p)s
      AND (earlier.occurred_at, earlier.origin) < (offer.occurred_at, offer.origin)
  )
"""

DAYS_TO_OFFER = Metric(
    name="days-to-offer",
    title="Days to offer",
    definition="From the start of the application to its first offer; applications first offered"
    " in the window.",
    unit="days",
    figures=Durations,
    cases=CASES,
    reads=(applications.READ_MODEL,),
    policy=DaysPolicy,
    durations=True,
    value="mean_days",
)
