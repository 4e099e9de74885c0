"""Scorecard turnaround: from an interview to each scorecard about it.

Scorecards count when they were submitted. What was entered late may have been submitted before
its interview was held; it counts as it is, with fewer than no days.
"""

from projections import applications
from projections.metrics.metric import Durations, Metric
from projections.metrics.policy import DaysPolicy

CASES = """
SELECT
    NULL::text AS step,
    scorecard.about AS case_id,
    scorecard.candidate_id,
    scorecard.application_id,
    NULL::uuid AS requisition_id,
    NULL::uuid AS campaign_id,
    NULL::text AS source,
    NULL::text AS origin,
    interview.held_at AS started_at,
    scorecard.occurred_at AS ended_at,
    NULL::float8 AS num,
    1::float8 AS den,
    0::float8 AS extra
FROM application_steps scorecard
CROSS JOIN LATERAL (
    SELECT min(occurred_at) AS held_at
    FROM application_steps
    WHERE application_id = scorecard.application_id
      AND about = scorecard.about
      AND milestone = 'interviewed'
      AND position <= %(p)s
      AND superseded_at > %(p)s
      AND occurred_at <= %(t)s
) AS interview
WHERE scorecard.milestone = 'scored'
  AND scorecard.position <= %(p)s
  AND scorecard.superseded_at > %(p)s
  AND scorecard.occurred_at <= %(t)s
  AND (%(from)s::timestamptz IS NULL OR scorecard.occurred_at >= %(from)s)
  AND (%(to)s::timestamptz IS NULL OR scorecard.occurred_at < %(to)s)
  AND interview.held_at IS NOT NULL
"""

SCORECARD_TURNAROUND = Metric(
    name="scorecard-turnaround",
    title="Scorecard turnaround",
    definition="From an interview to each scorecard about it; scorecards submitted in the window.",
    unit="days",
    figures=Durations,
    cases=CASES,
    reads=(applications.READ_MODEL,),
    policy=DaysPolicy,
    durations=True,
    value="mean_days",
)
