"""Cost per hire (ANSI/SHRM 06001.2012): (external + internal costs) / hires of the window.

By policy, all costs (CPHI) or only comparable ones (CPHC). A cost of a period is spread evenly
over its days, in the organisation's zone: each day counts in the window it begins in, once it
has begun. Any other cost counts when it was made. A hire counts when it was made, if it stands:
if nothing later reversed it, rejected or withdrew the application, or rescinded its offer.
Amounts of different currencies are never added: an answer is in one currency.
"""

from collections.abc import Sequence
from typing import Annotated, ClassVar, Literal, Self

from pydantic import Field

from domain.event import Currency
from projections import applications, costs
from projections.asked import Asked
from projections.metrics.metric import Figures, Metric, Sums, totals
from projections.metrics.policy import Policy
from projections.metrics.question import Question
from store.database import Connection


class CostPolicy(Policy):
    """Which costs count, and in which currency: unless said, the one of most entries."""

    spoken: ClassVar[frozenset[str]] = frozenset({"basis"})

    basis: Literal["all", "comparable"] = "all"
    currency: Currency | None = None

    def settled(self, connection: Connection, asked: Asked, question: Question) -> Self:
        if self.currency is not None:
            return self
        found = totals(connection, asked, COST_PER_HIRE, self, question)
        entries = {one.step: one.n for one in found if one.step is not None}
        most = min(entries, key=lambda currency: (-entries[currency], currency), default=None)
        return self.model_copy(update={"currency": most})


CASES = """
WITH at_once AS (
    SELECT
        cost_id,
        requisition_id,
        campaign_id,
        source,
        currency,
        occurred_at AS started_at,
        occurred_at AS ended_at,
        amount
    FROM costs
    WHERE starts_on IS NULL
      AND (%(basis)s = 'all' OR comparable)
      AND position <= %(p)s
      AND superseded_at > %(p)s
      AND occurred_at <= %(t)s
      AND (%(from)s::timestamptz IS NULL OR occurred_at >= %(from)s)
      AND (%(to)s::timestamptz IS NULL OR occurred_at < %(to)s)
),
days(before_first, last) AS (
    SELECT
        ((%(from)s::timestamptz - interval '1 microsecond') AT TIME ZONE %(zone)s)::date,
        LEAST(
            ((%(to)s::timestamptz - interval '1 microsecond') AT TIME ZONE %(zone)s)::date,
            (COALESCE(%(as_of)s, now()) AT TIME ZONE %(zone)s)::date
        )
),
over_days AS (
    SELECT
        cost_id,
        requisition_id,
        campaign_id,
        source,
        currency,
        GREATEST(starts_on, days.before_first + 1) AS first_on,
        LEAST(ends_on, days.last) AS last_on,
        amount / (ends_on - starts_on + 1) AS amount_a_day
    FROM costs
    CROSS JOIN days
    WHERE starts_on <= days.last
      AND ends_on > COALESCE(days.before_first, '-infinity')
      AND (%(basis)s = 'all' OR comparable)
      AND position <= %(p)s
      AND superseded_at > %(p)s
      AND occurred_at <= %(t)s
),
spent AS (
    SELECT
        cost_id,
        requisition_id,
        campaign_id,
        source,
        currency,
        started_at,
        ended_at,
        amount
    FROM at_once
    UNION ALL
    SELECT
        cost_id,
        requisition_id,
        campaign_id,
        source,
        currency,
        first_on::timestamp AT TIME ZONE %(zone)s,
        last_on::timestamp AT TIME ZONE %(zone)s,
        amount_a_day * (last_on - first_on + 1)
    FROM over_days
),
hires AS (
    SELECT
        hire.application_id,
        hire.candidate_id,
        hire.occurred_at AS hired_at
    FROM application_steps hire
    WHERE hire.milestone = 'hired'
      AND hire.position <= %(p)s
      AND hire.superseded_at > %(p)s
      AND hire.occurred_at <= %(t)s
      AND (%(from)s::timestamptz IS NULL OR hire.occurred_at >= %(from)s)
      AND (%(to)s::timestamptz IS NULL OR hire.occurred_at < %(to)s)
      AND NOT EXISTS (
        SELECT
        FROM application_steps later
        WHERE later.application_id = hire.application_id
          AND later.milestone IN ('hired', 'hire_reversed', 'rejected', 'withdrawn', 'rescinded')
          AND later.position <= %(p)s
          AND later.superseded_at > %(p)s
          AND later.occurred_at <= %(t)s
          AND (later.occurred_at, later.origin) > (hire.occurred_at, hire.origin)
      )
)
SELECT
    currency AS step,
    cost_id AS case_id,
    NULL::uuid AS candidate_id,
    NULL::uuid AS application_id,
    requisition_id,
    campaign_id,
    source,
    NULL::text AS origin,
    started_at,
    ended_at,
    CASE WHEN currency = %(currency)s THEN amount ELSE 0 END::float8 AS num,
    0::float8 AS den,
    CASE WHEN currency = %(currency)s THEN 1 ELSE 0 END::float8 AS extra
FROM spent
UNION ALL
SELECT
    NULL::text,
    application_id,
    candidate_id,
    application_id,
    NULL::uuid,
    NULL::uuid,
    NULL::text,
    NULL::text,
    hired_at,
    hired_at,
    0::float8,
    1::float8,
    0::float8
FROM hires
"""


class CostPerHire(Figures):
    """What the hires of the window cost."""

    hires: Annotated[int, Field(description="Hires of the window that stand.")]
    costs: Annotated[float, Field(description="Costs of the window, in `currency`.")]
    cost_per_hire: Annotated[float | None, Field(description="costs / hires; null for no hires.")]
    currency: Annotated[str | None, Field(description="ISO 4217; null if there are no costs.")]
    other_currencies: Annotated[
        list[str], Field(description="There are costs in these too, which are not added.")
    ]

    @classmethod
    def of(cls, sums: Sums, together: Sequence[Sums]) -> Self:
        entries = {one.step: one.extra for one in together if one.step is not None}
        return cls(
            hires=round(sums.den),
            costs=round(sums.num, 2),
            cost_per_hire=round(sums.num / sums.den, 2) if sums.den else None,
            currency=next((currency for currency, counted in entries.items() if counted), None),
            other_currencies=[currency for currency, counted in entries.items() if not counted],
        )


COST_PER_HIRE = Metric(
    name="cost-per-hire",
    title="Cost per hire",
    definition="External and internal costs of the window / hires of the window that stand"
    " (ANSI/SHRM 06001.2012): all costs, or only comparable ones.",
    unit="currency",
    figures=CostPerHire,
    cases=CASES,
    reads=(applications.READ_MODEL, costs.READ_MODEL),
    policy=CostPolicy,
    value="cost_per_hire",
)
