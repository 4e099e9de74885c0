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
SELECT
    milestone AS step,
    application_id AS case_id,
    candidate_id,
    application_id,
    NULL::uuid AS requisition_id,
    NULL::uuid AS campaign_id,
    source,
    candidate_origin AS origin,
    entered_at AS started_at,
    CASE %(cohort)s WHEN 'applied' THEN applied_at ELSE entered_at END AS ended_at,
    CASE WHEN advanced_at <= %(t)s THEN 1 ELSE 0 END::float8 AS num,
    CASE WHEN undecided @> %(t)s::timestamptz THEN 0 ELSE 1 END::float8 AS den,
    0::float8 AS extra
FROM application_ways
WHERE position <= %(p)s
  AND superseded_at > %(p)s
  AND entered_at <= %(t)s
  AND (
    (
        %(cohort)s = 'entered'
        AND (%(from)s::timestamptz IS NULL OR entered_at >= %(from)s)
        AND (%(to)s::timestamptz IS NULL OR entered_at < %(to)s)
    )
    OR (
        %(cohort)s = 'applied'
        AND applied_at <= %(t)s
        AND (%(from)s::timestamptz IS NULL OR applied_at >= %(from)s)
        AND (%(to)s::timestamptz IS NULL OR applied_at < %(to)s)
    )
  )
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
    also=("stage-conversion",),
)
