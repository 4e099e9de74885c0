"""Candidate satisfaction (cNPS): would candidates recommend us, as they answer from 0 to 10.

cnps = the percentage of promoters (9 and 10) less that of detractors (0 to 6), of all answers given
in the window, rejected people's included; 7 and 8 are passive. Source: F. F. Reichheld, The One
Number You Need to Grow, HBR 81 (2003).

Answers are given in confidence. Fewer than min_n are not told of, nor is a group that could be
computed from the others: where the hidden ones have fewer than min_n answers together, the next
smallest is hidden with them. A question may ask for a larger min_n; only an adopted policy makes
it smaller.
"""

from collections.abc import Sequence
from typing import Annotated, ClassVar, Literal, Self

from pydantic import Field

from projections import surveys
from projections.asked import Asked
from projections.metrics.metric import Figures, Metric, Sums
from projections.metrics.policy import Policy
from projections.metrics.question import Question
from projections.policies import policy_in_force
from store.database import Connection

NAME = "candidate-satisfaction"


class SatisfactionPolicy(Policy):
    """Asked after what, and how many answers there must be for any to be told of."""

    spoken: ClassVar[frozenset[str]] = frozenset({"moment"})

    moment: Literal["any", "application", "interview", "outcome"] = "any"
    min_n: Annotated[int, Field(ge=2, le=1000)] = 5

    def settled(self, connection: Connection, asked: Asked, question: Question) -> Self:  # noqa: ARG002
        adopted = policy_in_force(connection, asked, NAME)
        least = self.parse(NAME, adopted) if adopted else type(self)()
        return self.model_copy(update={"min_n": max(self.min_n, least.min_n)})


CASES = """
SELECT
    NULL::text AS step,
    candidate_id AS case_id,
    candidate_id,
    application_id,
    NULL::uuid AS requisition_id,
    NULL::uuid AS campaign_id,
    NULL::text AS source,
    NULL::text AS origin,
    occurred_at AS started_at,
    occurred_at AS ended_at,
    CASE
        WHEN score >= 9 THEN 100
        WHEN score >= 7 THEN 0
        ELSE -100
    END::float8 AS num,
    1::float8 AS den,
    0::float8 AS extra
FROM survey_answers
WHERE position <= %(p)s
  AND superseded_at > %(p)s
  AND occurred_at <= %(t)s
  AND (%(from)s::timestamptz IS NULL OR occurred_at >= %(from)s)
  AND (%(to)s::timestamptz IS NULL OR occurred_at < %(to)s)
  AND %(moment)s IN ('any', moment)
"""


class Satisfaction(Figures):
    """What candidates answered in a window; null where there are too few to be told of."""

    n: Annotated[int, Field(description="Answers.")]
    hidden: Annotated[bool, Field(description="Whether the answers are too few to be told of.")]
    promoters: Annotated[int | None, Field(description="Answers of 9 or 10.")]
    passives: Annotated[int | None, Field(description="Answers of 7 or 8.")]
    detractors: Annotated[int | None, Field(description="Answers of 0 to 6.")]
    cnps: Annotated[
        float | None, Field(description="100 * (promoters - detractors) / n; from -100 to 100.")
    ]

    @classmethod
    def of(cls, sums: Sums, together: Sequence[Sums]) -> Self:  # noqa: ARG003
        return cls(
            n=sums.n,
            hidden=False,
            promoters=sums.above,
            passives=sums.n - sums.above - sums.below,
            detractors=sums.below,
            cnps=sums.num / sums.den if sums.den else None,
        )

    @classmethod
    def shown(cls, rows: Sequence[Self], policy: Policy) -> list[Self]:
        least = policy.model_dump()["min_n"]
        hidden: list[Self] = []
        for row in sorted(rows, key=lambda row: row.n):
            if row.n < least or 0 < sum(other.n for other in hidden) < least:
                hidden.append(row)
        return [row.withheld() if any(row is one for one in hidden) else row for row in rows]

    def withheld(self) -> Self:
        """How many there are, and nothing else."""
        return type(self)(
            n=self.n, hidden=True, promoters=None, passives=None, detractors=None, cnps=None
        )


CANDIDATE_SATISFACTION = Metric(
    name=NAME,
    title="Candidate satisfaction (cNPS)",
    definition="Of the answers given in the window, from 0 to 10, the percentage of 9 and 10 less"
    " that of 0 to 6; too few are not told of.",
    unit="points",
    figures=Satisfaction,
    cases=CASES,
    reads=(surveys.READ_MODEL,),
    policy=SatisfactionPolicy,
    confidential=True,
    value="cnps",
)
