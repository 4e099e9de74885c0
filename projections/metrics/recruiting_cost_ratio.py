"""Recruiting cost ratio (ANSI/SHRM 06001.2012): costs / first-year pay of the hires of a window.

Costs, hires, policies and currency are those of cost per hire; without costs there is no ratio,
and no pay is looked at. The pay of a hire is that of the offer extended last, in its last
version, among those whose last answer was acceptance, else among all; as corrected since. Pay in
another currency is not added, and counts as none. Pay is sealed: it is opened on the record, only
where it counts, once for a whole answer; what cannot be recorded is not shown.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Annotated

from psycopg.rows import class_row
from pydantic import Field

from domain.candidate import CandidateEntryCorrected
from domain.event import Category
from projections.asked import Asked
from projections.metrics.answer import Measured
from projections.metrics.cost_per_hire import COST_PER_HIRE, CostPerHire
from projections.metrics.metric import Figures, Sums, case_parameters, cases_of, totals
from projections.metrics.policy import Policy
from projections.metrics.question import Question
from store.access_log import Access
from store.database import Connection
from store.log import Log
from store.vault import CLOSED

NAME = "recruiting-cost-ratio"
PURPOSE = f"metric {NAME}"
"""What pay is opened for, as the record of it says."""

# The offer that each hire of the window rests on, and the event that says its pay today.
PAY = """
SELECT
    COALESCE(correction.position, offer.origin) AS position,
    told.data ->> 'currency' AS currency
FROM cases hire
JOIN LATERAL (
    SELECT
        extension.position,
        extension.origin
    FROM application_steps extension
    LEFT JOIN LATERAL (
        SELECT milestone = 'accepted' AS accepted
        FROM application_steps
        WHERE application_id = extension.application_id
          AND about = extension.about
          AND milestone IN ('accepted', 'declined', 'expired', 'rescinded')
          AND position <= %(p)s
          AND superseded_at > %(p)s
          AND occurred_at <= %(t)s
        ORDER BY occurred_at DESC, origin DESC
        LIMIT 1
    ) AS answer ON true
    WHERE extension.application_id = hire.application_id
      AND extension.milestone = 'offered'
      AND extension.position <= %(p)s
      AND extension.superseded_at > %(p)s
      AND extension.occurred_at <= %(t)s
    ORDER BY
        COALESCE(answer.accepted, false) DESC,
        extension.occurred_at DESC,
        extension.origin DESC
    LIMIT 1
) AS offer ON true
JOIN facts told ON told.position = offer.position
JOIN facts stored ON stored.position = offer.origin
LEFT JOIN LATERAL (
    SELECT position
    FROM facts
    WHERE stream_id = stored.stream_id
      AND type = 'candidate.entry_corrected'
      AND (data ->> 'corrects')::int = stored.version
      AND data ->> 'field' = 'first_year_pay'
      AND position <= %(p)s
    ORDER BY position DESC
    LIMIT 1
) AS correction ON true
WHERE hire.den > 0
"""


class CostRatio(Figures):
    """What the hires of the window cost, beside what they are paid in their first year."""

    costs: Annotated[float, Field(description="Costs of the window, in `currency`.")]
    pay: Annotated[float, Field(description="First-year pay of its hires, in `currency`.")]
    hires: Annotated[int, Field(description="Hires of the window that stand.")]
    hires_without_pay: Annotated[
        int, Field(description="Of these, hires whose offer states no pay in `currency`.")
    ]
    n_redacted: Annotated[
        int, Field(description="Hires whose pay was erased, so that it is not added.")
    ]
    recruiting_cost_ratio: Annotated[
        float | None, Field(description="costs / pay; null where no pay is known.")
    ]
    currency: Annotated[str | None, Field(description="ISO 4217; null if there are no costs.")]


RECRUITING_COST_RATIO = replace(
    COST_PER_HIRE,
    name=NAME,
    title="Recruiting cost ratio",
    definition="Costs of the window / first-year pay of the hires of the window that stand"
    " (ANSI/SHRM 06001.2012); by the policies of cost per hire.",
    unit="ratio",
    figures=CostRatio,
    value="recruiting_cost_ratio",
)
"""Not one of the catalogue, because its cases do not add up to it: pay has to be opened."""


class RecruitingCostRatio(Measured, CostRatio):
    """The ratio over a window, and by which policy."""


@dataclass(frozen=True)
class Pay:
    """Where the log says the pay of one hire, and in which currency."""

    position: int
    currency: str | None


def ratio(
    connection: Connection,
    asked: Asked,
    question: Question,
    policy: Policy,
    log: Log,
    access: Access,
) -> RecruitingCostRatio:
    """The ratio, with every pay it needs opened for `access`."""
    sums = totals(connection, asked, COST_PER_HIRE, policy, question)
    spent = CostPerHire.of(Sums.together(sums), sums)
    rests_on = _pay(connection, asked, question, policy)
    counting = [pay.position for pay in rests_on if pay.currency and pay.currency == spent.currency]
    said = list(_opened(connection, counting, log, access))
    known = [Decimal(pay) for pay in said if pay not in CLOSED]
    pay = float(sum(known))
    return RecruitingCostRatio(
        metric=NAME,
        definition=RECRUITING_COST_RATIO.definition,
        unit=RECRUITING_COST_RATIO.unit,
        policy=policy.name,
        since=question.since,
        until=question.until,
        costs=spent.costs,
        pay=pay,
        hires=spent.hires,
        hires_without_pay=spent.hires - len(said),
        n_redacted=len(said) - len(known),
        recruiting_cost_ratio=spent.costs / pay if pay else None,
        currency=spent.currency,
    )


def _pay(connection: Connection, asked: Asked, question: Question, policy: Policy) -> list[Pay]:
    query = cases_of(COST_PER_HIRE) + PAY
    with connection.cursor(row_factory=class_row(Pay)) as rows:
        return rows.execute(
            query.encode(), case_parameters(COST_PER_HIRE, asked, policy, question)
        ).fetchall()


def _opened(
    connection: Connection, positions: list[int], log: Log, access: Access
) -> Iterator[str]:
    """The pay that these events say; `Redacted` where it was erased."""
    facts = log.facts.at_positions(positions)
    opened = log.vault.open(connection, facts, [Category.COMPENSATION], access)
    for fact, fields in zip(facts, opened, strict=True):
        corrected = fact.topic == CandidateEntryCorrected.name
        pay = fields.get("compensation_value" if corrected else "first_year_pay")
        if pay is not None:
            yield pay
