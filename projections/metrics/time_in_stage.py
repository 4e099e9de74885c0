"""Time in stage: how long completed stays in each kind of stage took.

A stay begins when an application comes to stand in a stage, and is completed when it comes to
stand in another, or is closed. Being told anew that it stands where it stood begins nothing.
Stays completed in the window count.
"""

from collections.abc import Sequence
from typing import Annotated, Self

from pydantic import Field

from projections import applications
from projections.metrics.metric import Durations, Metric, Sums
from projections.metrics.policy import Days, Policy


class TimeInStagePolicy(Policy):
    """How days are counted."""

    days: Days = "elapsed"


STAGE_KINDS = ("applied", "screen", "interview", "offer", "hired")

CASES = """
WITH ending AS MATERIALIZED (
    SELECT DISTINCT application_id
    FROM application_steps
    WHERE stage IS NOT NULL
      AND position <= %(p)s
      AND superseded_at > %(p)s
      AND occurred_at <= %(t)s
      AND (%(from)s::timestamptz IS NULL OR occurred_at >= %(from)s)
      AND (%(to)s::timestamptz IS NULL OR occurred_at < %(to)s)
),
standings AS MATERIALIZED (
    SELECT
        step.application_id,
        step.candidate_id,
        step.stage,
        step.stage_kind,
        step.status,
        step.occurred_at,
        step.origin,
        lag(step.stage) OVER told AS stage_before,
        lag(step.status) OVER told AS status_before
    FROM ending
    JOIN application_steps step ON step.application_id = ending.application_id
    WHERE step.stage IS NOT NULL
      AND step.position <= %(p)s
      AND step.superseded_at > %(p)s
      AND step.occurred_at <= %(t)s
    WINDOW told AS (PARTITION BY step.application_id ORDER BY step.occurred_at, step.origin)
),
stays AS (
    SELECT
        application_id,
        candidate_id,
        stage_kind,
        status,
        occurred_at AS started_at,
        lead(occurred_at) OVER (
            PARTITION BY application_id ORDER BY occurred_at, origin
        ) AS ended_at
    FROM standings
    WHERE stage_before IS NULL
       OR stage_before <> stage
       OR status_before <> status
)
SELECT
    stage_kind AS step,
    application_id AS case_id,
    candidate_id,
    application_id,
    NULL::uuid AS requisition_id,
    NULL::uuid AS campaign_id,
    NULL::text AS source,
    NULL::text AS origin,
    started_at,
    ended_at,
    NULL::float8 AS num,
    1::float8 AS den,
    0::float8 AS extra
FROM stays
WHERE status = 'open'
  AND ended_at IS NOT NULL
  AND (%(from)s::timestamptz IS NULL OR ended_at >= %(from)s)
  AND (%(to)s::timestamptz IS NULL OR ended_at < %(to)s)
"""


class StageDurations(Durations):
    """How long stays in one kind of stage took, in days."""

    stage: Annotated[str, Field(description="applied, screen, interview, offer or hired.")]

    @classmethod
    def of(cls, sums: Sums, together: Sequence[Sums]) -> Self:
        return cls(stage=sums.step or "", **Durations.of(sums, together).model_dump())


TIME_IN_STAGE = Metric(
    name="time-in-stage",
    title="Time in stage",
    definition="Days from coming to stand in a stage to leaving it, per kind of stage; stays"
    " completed in the window.",
    unit="days",
    figures=StageDurations,
    cases=CASES,
    reads=(applications.READ_MODEL,),
    policy=TimeInStagePolicy,
    steps_are="stages",
    steps=STAGE_KINDS,
    durations=True,
    value="mean_days",
)
