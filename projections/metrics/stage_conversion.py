"""The funnel: of those who reached a milestone, how many went on, and how many still may.

entered: applications that first reached the milestone in the window (or, by policy, that applied
in it). advanced: of these, those that reached any later one. pending: of these, neither advanced
nor decided; an application is decided when it is closed, and an offer also when it was declined,
rescinded or has expired. conversion = advanced / (entered - pending); null when nobody's case is
decided.
"""

from collections.abc import Sequence
from typing import Annotated, ClassVar, Literal, Self

from pydantic import Field

from projections import applications
from projections.metrics.metric import Figures, Metric, Sums
from projections.metrics.policy import Policy


class CohortPolicy(Policy):
    """Whether the window is of when they reached the milestone, or of when they applied."""

    spoken: ClassVar[frozenset[str]] = frozenset({"cohort"})

    cohort: Literal["entered", "applied"] = "entered"


LADDER = ("applied", "screened", "interviewed", "offered", "hired")
SIDE_EXITS = ("rejected", "declined")

CASES = """
WITH ladder(milestone, rung) AS (
    VALUES
        ('applied', 1),
        ('screened', 2),
        ('interviewed', 3),
        ('offered', 4),
        ('hired', 5),
        ('rejected', 6),
        ('declined', 7)
),
entering AS MATERIALIZED (
    SELECT DISTINCT application_id
    FROM application_steps
    WHERE milestone = ANY(CASE %(cohort)s
            WHEN 'applied' THEN '{applied}'::text[]
            ELSE '{applied,screened,interviewed,offered,hired,rejected,declined}'::text[]
        END)
      AND position <= %(p)s
      AND superseded_at > %(p)s
      AND occurred_at <= %(t)s
      AND (%(from)s::timestamptz IS NULL OR occurred_at >= %(from)s)
      AND (%(to)s::timestamptz IS NULL OR occurred_at < %(to)s)
),
steps AS MATERIALIZED (
    SELECT
        step.application_id,
        step.candidate_id,
        step.milestone,
        step.status,
        step.stage,
        step.occurred_at,
        step.origin
    FROM entering
    JOIN application_steps step ON step.application_id = entering.application_id
    WHERE step.position <= %(p)s
      AND step.superseded_at > %(p)s
      AND step.occurred_at <= %(t)s
),
standing AS (
    SELECT DISTINCT ON (application_id)
        application_id,
        status
    FROM steps
    WHERE stage IS NOT NULL
    ORDER BY application_id, occurred_at DESC, origin DESC
),
offers AS (
    SELECT DISTINCT ON (application_id)
        application_id,
        milestone = 'offered' AS awaited
    FROM steps
    WHERE milestone IN ('offered', 'declined', 'rescinded', 'expired')
    ORDER BY application_id, occurred_at DESC, origin DESC
),
reached AS (
    SELECT
        steps.application_id,
        steps.candidate_id,
        ladder.milestone,
        ladder.rung,
        min(steps.occurred_at) AS entered_at
    FROM steps
    JOIN ladder ON ladder.milestone = steps.milestone
    GROUP BY
        steps.application_id,
        steps.candidate_id,
        ladder.milestone,
        ladder.rung
),
ways AS (
    SELECT
        application_id,
        candidate_id,
        milestone,
        rung,
        entered_at,
        max(rung) FILTER (WHERE rung <= 5) OVER (PARTITION BY application_id) AS furthest,
        min(entered_at) FILTER (WHERE rung = 1) OVER (PARTITION BY application_id) AS applied_at
    FROM reached
),
cohort AS (
    SELECT
        ways.*,
        rung <= 4 AND furthest > rung AS advanced,
        standing.status = 'open'
            AND (milestone <> 'offered' OR COALESCE(offers.awaited, true)) AS running,
        CASE %(cohort)s WHEN 'applied' THEN applied_at ELSE entered_at END AS counts_at
    FROM ways
    JOIN standing ON standing.application_id = ways.application_id
    LEFT JOIN offers ON offers.application_id = ways.application_id
)
SELECT
    milestone AS step,
    application_id AS case_id,
    candidate_id,
    application_id,
    NULL::uuid AS requisition_id,
    NULL::uuid AS campaign_id,
    NULL::text AS source,
    NULL::text AS origin,
    entered_at AS started_at,
    counts_at AS ended_at,
    CASE WHEN COALESCE(advanced, false) THEN 1 ELSE 0 END::float8 AS num,
    CASE WHEN COALESCE(advanced, false) OR NOT running THEN 1 ELSE 0 END::float8 AS den,
    0::float8 AS extra
FROM cohort
WHERE (%(from)s::timestamptz IS NULL OR counts_at >= %(from)s)
  AND (%(to)s::timestamptz IS NULL OR counts_at < %(to)s)
"""


class FunnelStage(Figures):
    """One milestone of the funnel."""

    stage: Annotated[
        str,
        Field(description="applied, screened, interviewed, offered, hired, rejected or declined."),
    ]
    entered: Annotated[int, Field(description="Applications that reached it in the window.")]
    advanced: Annotated[
        int | None, Field(description="Of these, those that went on; null where nothing follows.")
    ]
    pending: Annotated[
        int | None, Field(description="Of these, those still open that have not gone on.")
    ]
    conversion: Annotated[
        float | None, Field(description="advanced / (entered - pending); null for 0 / 0.")
    ]

    @classmethod
    def of(cls, sums: Sums, together: Sequence[Sums]) -> Self:  # noqa: ARG003
        stage = sums.step or ""
        leads_on = stage in LADDER[:-1]
        return cls(
            stage=stage,
            entered=sums.n,
            advanced=round(sums.num) if leads_on else None,
            pending=round(sums.n - sums.den) if leads_on else None,
            conversion=sums.num / sums.den if leads_on and sums.den else None,
        )


FUNNEL = Metric(
    name="funnel",
    title="Stage conversion",
    definition="Of the applications that reached a milestone in the window: those that reached a"
    " later one, as a share of those whose case is decided.",
    unit="applications",
    figures=FunnelStage,
    cases=CASES,
    reads=(applications.READ_MODEL,),
    policy=CohortPolicy,
    steps_are="stages",
    steps=(*LADDER, *SIDE_EXITS),
    value="conversion",
)
