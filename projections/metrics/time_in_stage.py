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
SELECT
    stage_kind AS step,
    application_id AS case_id,
    candidate_id,
    application_id,
    NULL::uuid AS requisition_id,
    NULL::uuid AS campaign_id,
    source,
    candidate_origin AS origin,
    started_at,
    ended_at,
    NULL::float8 AS num,
    1::float8 AS den,
    0::float8 AS extra
FROM stage_stays
WHERE position <= %(p)s
  AND superseded_at > %(p)s
  AND ended_at <= %(t)s
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
