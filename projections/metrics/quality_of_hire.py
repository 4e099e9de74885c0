"""Quality of hire: how hires turned out by a day after their start, on a scale of 0 to 100.

Of one hire and day, the answer recorded last counts, in the window it was recorded for (when it
occurred), as the weighted mean of the indicators it gives: performance, retention (100 if still
there, else 0), ramp-up and the manager's satisfaction. Only hires that stand count: nothing later
reversed them, rejected or withdrew the application, or rescinded its offer.
"""

from collections.abc import Sequence
from typing import Annotated, ClassVar, Self

from pydantic import Field

from projections import applications, hire_outcomes
from projections.metrics.metric import Figures, Metric, Sums
from projections.metrics.policy import Policy

Weight = Annotated[int, Field(ge=0, le=100)]


class QualityPolicy(Policy):
    """How much each indicator weighs beside the others that are given."""

    spoken: ClassVar[frozenset[str]] = frozenset(
        {"performance", "retention", "ramp_up", "manager_satisfaction"}
    )

    performance: Weight = 40
    retention: Weight = 30
    ramp_up: Weight = 15
    manager_satisfaction: Weight = 15


CASES = """
WITH answers AS MATERIALIZED (
    SELECT
        application_id,
        candidate_id,
        day,
        performance,
        CASE WHEN retained THEN 100 WHEN NOT retained THEN 0 END AS retention,
        ramp_up,
        manager_satisfaction,
        occurred_at AS answered_at
    FROM hire_outcomes answer
    WHERE position <= %(p)s
      AND superseded_at > %(p)s
      AND occurred_at <= %(t)s
      AND (%(from)s::timestamptz IS NULL OR occurred_at >= %(from)s)
      AND (%(to)s::timestamptz IS NULL OR occurred_at < %(to)s)
      AND NOT EXISTS (
        SELECT
        FROM hire_outcomes later
        WHERE later.application_id = answer.application_id
          AND later.day = answer.day
          AND later.position <= %(p)s
          AND later.superseded_at > %(p)s
          AND later.occurred_at <= %(t)s
          AND (later.occurred_at, later.origin) > (answer.occurred_at, answer.origin)
      )
)
SELECT
    answers.day::text AS step,
    answers.application_id AS case_id,
    answers.candidate_id,
    answers.application_id,
    NULL::uuid AS requisition_id,
    NULL::uuid AS campaign_id,
    NULL::text AS source,
    NULL::text AS origin,
    hire.occurred_at AS started_at,
    answers.answered_at AS ended_at,
    indicators.weighted::float8 / indicators.weights AS num,
    1::float8 AS den,
    0::float8 AS extra
FROM answers
CROSS JOIN LATERAL (
    SELECT
        milestone,
        occurred_at
    FROM application_steps
    WHERE application_id = answers.application_id
      AND milestone IN ('hired', 'hire_reversed', 'rejected', 'withdrawn', 'rescinded')
      AND position <= %(p)s
      AND superseded_at > %(p)s
      AND occurred_at <= %(t)s
    ORDER BY occurred_at DESC, origin DESC
    LIMIT 1
) AS hire
CROSS JOIN LATERAL (
    SELECT
        sum(value * weight) AS weighted,
        sum(weight) AS weights
    FROM (
        VALUES
            (answers.performance, %(performance)s::int),
            (answers.retention, %(retention)s),
            (answers.ramp_up, %(ramp_up)s),
            (answers.manager_satisfaction, %(manager_satisfaction)s)
    ) AS indicator(value, weight)
    WHERE value IS NOT NULL
) AS indicators
WHERE hire.milestone = 'hired'
  AND indicators.weights > 0
"""


class Quality(Figures):
    """How the hires asked about turned out by one day."""

    day: Annotated[int, Field(description="Days after the start.", examples=[90])]
    hires: Annotated[int, Field(description="Hires with an answer for that day.")]
    quality: Annotated[
        float | None, Field(description="Mean of the hires, 0 to 100; null for none.")
    ]

    @classmethod
    def of(cls, sums: Sums, together: Sequence[Sums]) -> Self:  # noqa: ARG003
        return cls(
            day=int(sums.step or 0),
            hires=sums.n,
            quality=sums.num / sums.den if sums.den else None,
        )


QUALITY_OF_HIRE = Metric(
    name="quality-of-hire",
    title="Quality of hire",
    definition="Weighted mean, 0 to 100, of performance, retention, ramp-up and the manager's"
    " satisfaction, by day after the start; answers of the window, on hires that stand.",
    unit="points",
    figures=Quality,
    cases=CASES,
    reads=(applications.READ_MODEL, hire_outcomes.READ_MODEL),
    policy=QualityPolicy,
    steps_are="days",
    steps=("90", "180", "365"),
    value="quality",
)
