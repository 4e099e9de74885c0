"""What a metric is, and how its cases become figures."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Annotated, Any, Self
from uuid import UUID

from psycopg.rows import class_row
from pydantic import BaseModel, Field

from domain.errors import Refusal
from projections import applications, candidates, people, requisitions
from projections.asked import Asked
from projections.metrics.days import days
from projections.metrics.policy import Policy
from projections.metrics.question import Question
from projections.policies import READ_MODEL as POLICIES
from projections.read_model import ReadModel
from store.database import Connection

GROUPING_READS = (
    requisitions.READ_MODEL,
    applications.READ_MODEL,
    candidates.READ_MODEL,
    people.READ_MODEL,
)

# What a requisition was said to be, from when to when; fields said earlier still stand. What no
# group asks for is left out in the ON clauses, which spares its look-ups for every case.
ATTRIBUTED = """
said AS MATERIALIZED (
    SELECT
        requisition_id,
        occurred_at AS since,
        lead(occurred_at, 1, 'infinity') OVER changes AS until,
        first_value(occurred_at) OVER changes AS first_at,
        array_agg(number) FILTER (WHERE number IS NOT NULL) OVER changes AS numbers,
        array_agg(department) FILTER (WHERE department IS NOT NULL) OVER changes AS departments,
        array_agg(location) FILTER (WHERE location IS NOT NULL) OVER changes AS locations,
        array_agg(level) FILTER (WHERE level IS NOT NULL) OVER changes AS levels,
        array_agg(hiring_manager_id::text) FILTER (WHERE hiring_manager_id IS NOT NULL)
            OVER changes AS hiring_managers,
        array_agg(recruiter_ids[1]::text) FILTER (WHERE recruiter_ids[1] IS NOT NULL)
            OVER changes AS recruiters
    FROM requisition_details
    WHERE position <= %(p)s
      AND superseded_at > %(p)s
      AND occurred_at <= %(t)s
    WINDOW changes AS (PARTITION BY requisition_id ORDER BY occurred_at, origin)
),
attributed AS (
    SELECT
        cases.*,
        concat_ws(
            ' / ',
            CASE WHEN 'requisition' = ANY(%(by)s)
                THEN COALESCE(said.numbers[cardinality(said.numbers)], 'not stated') END,
            CASE WHEN 'department' = ANY(%(by)s)
                THEN COALESCE(said.departments[cardinality(said.departments)], 'not stated') END,
            CASE WHEN 'location' = ANY(%(by)s)
                THEN COALESCE(said.locations[cardinality(said.locations)], 'not stated') END,
            CASE WHEN 'level' = ANY(%(by)s)
                THEN COALESCE(said.levels[cardinality(said.levels)], 'not stated') END,
            CASE WHEN 'source' = ANY(%(by)s)
                THEN COALESCE(cases.source, begun.source, person.source, 'not stated') END,
            CASE WHEN 'origin' = ANY(%(by)s)
                THEN COALESCE(cases.origin, begun.candidate_origin, person.candidate_origin,
                    'not stated') END,
            CASE WHEN 'recruiter' = ANY(%(by)s)
                THEN COALESCE(owner.owner_id::text, said.recruiters[cardinality(said.recruiters)],
                    'not stated') END,
            CASE WHEN 'hiring_manager' = ANY(%(by)s)
                THEN COALESCE(said.hiring_managers[cardinality(said.hiring_managers)],
                    'not stated') END,
            CASE WHEN 'campaign' = ANY(%(by)s)
                THEN COALESCE(cases.campaign_id::text, 'not stated') END
        ) AS "group"
    FROM cases
    LEFT JOIN LATERAL (
        SELECT requisition_id
        FROM application_assignments
        WHERE cases.requisition_id IS NULL
          AND application_id = cases.application_id
          AND position <= %(p)s
          AND superseded_at > %(p)s
          AND occurred_at <= CASE %(attributes)s WHEN 'event' THEN cases.ended_at ELSE %(t)s END
        ORDER BY occurred_at DESC, origin DESC
        LIMIT 1
    ) AS assigned
        ON %(by)s && '{requisition,department,location,level,recruiter,hiring_manager}'::text[]
    LEFT JOIN said
        ON said.requisition_id = COALESCE(cases.requisition_id, assigned.requisition_id)
        AND CASE %(attributes)s
            WHEN 'event' THEN
                said.until > cases.ended_at
                AND (said.since <= cases.ended_at OR said.since = said.first_at)
                AND said.until > said.since
            ELSE said.until = 'infinity'
        END
    LEFT JOIN LATERAL (
        SELECT
            source,
            candidate_origin
        FROM application_steps
        WHERE COALESCE(cases.source, cases.origin) IS NULL
          AND application_id = cases.application_id
          AND milestone = 'applied'
          AND position <= %(p)s
          AND superseded_at > %(p)s
          AND occurred_at <= %(t)s
        ORDER BY occurred_at, origin
        LIMIT 1
    ) AS begun ON %(by)s && '{source,origin}'::text[]
    LEFT JOIN one_person ON one_person.candidate_id = cases.candidate_id
    LEFT JOIN LATERAL (
        SELECT
            source,
            candidate_origin
        FROM candidate_profiles
        WHERE cases.application_id IS NULL
          AND candidate_id = ANY(COALESCE(one_person.histories, ARRAY[cases.candidate_id]))
          AND registered
          AND position <= %(p)s
          AND superseded_at > %(p)s
          AND occurred_at <= %(t)s
        ORDER BY occurred_at, origin
        LIMIT 1
    ) AS person ON %(by)s && '{source,origin}'::text[]
    LEFT JOIN LATERAL (
        SELECT owner_id
        FROM ownerships
        WHERE application_id = cases.application_id
          AND owner_id IS NOT NULL
          AND position <= %(p)s
          AND superseded_at > %(p)s
          AND occurred_at <= CASE %(attributes)s WHEN 'event' THEN cases.ended_at ELSE %(t)s END
        ORDER BY occurred_at DESC, origin DESC
        LIMIT 1
    ) AS owner ON 'recruiter' = ANY(%(by)s)
)
"""

DURATIONS = f"""
SELECT
    step,
    case_id,
    candidate_id,
    application_id,
    requisition_id,
    campaign_id,
    source,
    origin,
    started_at,
    ended_at,
    {days("started_at", "ended_at")} - extra AS num,
    den,
    extra
FROM counted
"""  # noqa: S608  # composed of what stands in this folder

SUMS = """
SELECT
    {key}
    count(*) AS n,
    COALESCE(sum(num), 0) AS num,
    COALESCE(sum(den), 0) AS den,
    COALESCE(sum(extra), 0) AS extra,
    count(*) FILTER (WHERE num > 0) AS above,
    count(*) FILTER (WHERE num < 0) AS below,
    {spread}
FROM {cases}
GROUP BY {keys}
ORDER BY {keys}
"""
SPREAD = """
    percentile_cont(0.5) WITHIN GROUP (ORDER BY num) AS median,
    percentile_cont(0.9) WITHIN GROUP (ORDER BY num) AS p90
"""
NO_SPREAD = "NULL::float8 AS median, NULL::float8 AS p90"

CASES = """
SELECT
    step,
    "group",
    case_id,
    COALESCE(person_id, candidate_id) AS candidate_id,
    application_id,
    requisition_id,
    started_at,
    ended_at,
    num,
    den,
    extra
FROM attributed
LEFT JOIN one_person USING (candidate_id)
WHERE (%(only_step)s::text IS NULL OR step = %(only_step)s)
  AND (%(only_group)s::text IS NULL OR "group" = %(only_group)s)
ORDER BY
    ended_at,
    case_id,
    step,
    num
LIMIT %(limit)s
"""


class NotOfPools(Refusal):
    """{metric} is not about talent pools; leave pool out."""


class ToldInConfidence(Refusal):
    """What {metric} counts was told in confidence; it has no cases or explanation to open."""

    status = 403


@dataclass(frozen=True)
class Sums:
    """Cases added up, of one step and one group."""

    step: str | None = None
    group: str | None = None
    n: int = 0
    num: float = 0.0
    den: float = 0.0
    extra: float = 0.0
    above: int = 0
    below: int = 0
    median: float | None = None
    p90: float | None = None

    @classmethod
    def together(cls, parts: Sequence["Sums"]) -> "Sums":
        """All these cases added up; a median only of one part, for medians do not add up."""
        if len(parts) == 1:
            return replace(parts[0], step=None)
        added = ("n", "num", "den", "extra", "above", "below")
        return cls(**{name: sum(getattr(part, name) for part in parts) for name in added})


class Figures(BaseModel):
    """What a metric says of some cases."""

    @classmethod
    def of(cls, sums: Sums, together: Sequence[Sums]) -> Self:
        """The figures of some cases; `together` are those of all steps of the same group."""
        raise NotImplementedError

    @classmethod
    def shown(cls, rows: Sequence[Self], policy: Policy) -> Sequence[Self]:  # noqa: ARG003
        """Figures of cases apart, as they may be shown side by side; some are told in part."""
        return rows


class Durations(Figures):
    """How long it took, in days."""

    n: Annotated[int, Field(description="Cases counted.")]
    median_days: Annotated[float | None, Field(description="Days; null of nothing.")]
    mean_days: Annotated[float | None, Field(description="Days; null of nothing.")]
    p90_days: Annotated[float | None, Field(description="Nine in ten took no longer; days.")]

    @classmethod
    def of(cls, sums: Sums, together: Sequence[Sums]) -> Self:  # noqa: ARG003
        mean = sums.num / sums.den if sums.den else None
        return cls(n=sums.n, median_days=sums.median, mean_days=mean, p90_days=sums.p90)


class Case(BaseModel):
    """One thing a metric counts."""

    step: Annotated[str | None, Field(description="The stage, source or day it counts for.")]
    group: Annotated[str | None, Field(description="The group it falls into.")] = None
    case_id: Annotated[
        UUID, Field(description="The application, offer, interview, opening, member, cost ...")
    ]
    candidate_id: UUID | None
    application_id: UUID | None
    requisition_id: UUID | None
    started_at: datetime | None
    ended_at: Annotated[datetime | None, Field(description="What puts it into the window.")]
    num: Annotated[float, Field(description="What it adds to the numerator.")]
    den: Annotated[float, Field(description="What it adds to the denominator.")]
    extra: Annotated[float, Field(description="What it adds to the second numerator, if any.")]


@dataclass(frozen=True)
class Metric:
    """A metric: its name, its definition, its policies, and the query of its cases.

    `cases` is one SELECT with the columns step, case_id, candidate_id, application_id,
    requisition_id, campaign_id, source, origin, started_at, ended_at, num, den, extra, and the
    parameters t, p, from, to, zone and the policy's; `one_person` (projections/people.py) may be
    joined. Its value is sum(num) / sum(den).
    """

    name: str
    title: str
    definition: str
    unit: str
    figures: type[Figures]
    cases: str
    reads: tuple[ReadModel, ...]
    policy: type[Policy] = Policy
    steps_are: str | None = None
    """What its steps are called, if its answer lists them: stages, sources, days. Otherwise its
    figures are of all cases, and may tell those of different steps apart."""
    steps: tuple[str, ...] = ()
    """Steps that are always told of, in this order, even where no case has them."""
    durations: bool = False
    """Whether its cases are durations: their numerator is then the time from started_at to
    ended_at, less `extra` days that do not count."""
    spread: bool = False
    """Whether its figures tell of the middle and the upper end of its numerators, not only of
    their sum; those of durations always do."""
    value: str = ""
    """The figure that is sum(num) / sum(den), times `scale`."""
    confidential: bool = False
    """Whether its single cases are not to be told: its figures hide what is of too few."""
    of_pools: bool = False
    """Whether it can be asked of one talent pool."""
    also: tuple[str, ...] = ()
    """Other names people know it by."""
    scale: float = 1.0
    """What the quotient is multiplied by to give that figure: 100 for a percentage."""

    @property
    def reads_all(self) -> tuple[ReadModel, ...]:
        """The read models an answer may need, for its groups and its policy too."""
        return tuple(dict.fromkeys((*self.reads, *GROUPING_READS, POLICIES)))


def totals(
    connection: Connection, asked: Asked, metric: Metric, policy: Policy, question: Question
) -> list[Sums]:
    """All cases of the window added up, a row for each step."""
    query = cases_of(metric) + _sums(metric, "cases", "step")
    return _fetch(connection, query, case_parameters(metric, asked, policy, question))


def grouped(
    connection: Connection, asked: Asked, metric: Metric, policy: Policy, question: Question
) -> list[Sums]:
    """The cases of the window added up, a row for each step and group."""
    query = f"{cases_of(metric)}, {ATTRIBUTED}" + _sums(metric, "attributed", 'step, "group"')
    return _fetch(connection, query, case_parameters(metric, asked, policy, question))


def cases(
    connection: Connection,
    asked: Asked,
    metric: Metric,
    policy: Policy,
    question: Question,
    *,
    step: str | None = None,
    group: str | None = None,
    limit: int | None = None,
) -> list[Case]:
    """The cases themselves, in the order they ended: the people behind a figure.

    Raises ToldInConfidence.
    """
    if metric.confidential:
        raise ToldInConfidence(metric=metric.name)
    query = f"{cases_of(metric)}, {ATTRIBUTED}{CASES}"
    parameters = case_parameters(metric, asked, policy, question)
    parameters.update(only_step=step, only_group=group, limit=limit)
    with connection.cursor(row_factory=class_row(Case)) as rows:
        return rows.execute(query.encode(), parameters, prepare=False).fetchall()


def cases_of(metric: Metric) -> str:
    """The query of a metric's cases, as the first of a chain of WITH clauses."""
    if not metric.durations:
        return f"WITH {people.ONE_PERSON}, cases AS MATERIALIZED ({metric.cases})"
    counted = f"counted AS ({metric.cases})"
    return f"WITH {people.ONE_PERSON}, {counted}, cases AS MATERIALIZED ({DURATIONS})"


def _sums(metric: Metric, relation: str, keys: str) -> str:
    return SUMS.format(
        key=f"{keys},",
        keys=keys,
        cases=relation,
        spread=SPREAD if metric.durations or metric.spread else NO_SPREAD,
    )


def _fetch(connection: Connection, query: str, parameters: dict[str, Any]) -> list[Sums]:
    with connection.cursor(row_factory=class_row(Sums)) as rows:
        return rows.execute(query.encode(), parameters, prepare=False).fetchall()


def case_parameters(
    metric: Metric, asked: Asked, policy: Policy, question: Question
) -> dict[str, Any]:
    """The parameters of that query. Raises NotOfPools."""
    if question.pool is not None and not metric.of_pools:
        raise NotOfPools(metric=metric.name)
    return {
        **asked.parameters,
        **policy.model_dump(),
        **question.parameters,
    }
