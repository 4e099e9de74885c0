"""Metrics over HTTP: each with its policy, its window, its n, and the cases behind it."""

from collections.abc import Callable
from dataclasses import replace
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, Path, Query
from pydantic import BaseModel, ConfigDict, Field, create_model

from api.asking import FULL_TIME, PROBLEMS, Answered, Asking, asking, getting, parsed
from api.caller import Caller, may
from api.commanding import Answer, Body, Commanding, commanding, example, posting
from commands import organisation as commands
from domain.errors import NotFound
from domain.role import READING, RECRUITING, Role, Scope
from projections.asked import Asked, time_zone
from projections.catalogue import READ_MODELS
from projections.dates import window
from projections.metrics.answer import answer_model, chosen_policy, measure
from projections.metrics.catalogue import BY_ANY_NAME, METRICS
from projections.metrics.cost_per_hire import COST_PER_HIRE
from projections.metrics.explain import MIX, Against, Explanation, compared
from projections.metrics.metric import Case, Metric, cases
from projections.metrics.question import Attributes, Every, Question, grouping
from projections.metrics.recruiting_cost_ratio import (
    PURPOSE,
    RECRUITING_COST_RATIO,
    RecruitingCostRatio,
    ratio,
)
from store.access_log import Access
from store.database import Connection

router = APIRouter(prefix="/api/metrics", tags=["Metrics"])
get, post = getting(router), posting(router)

ADOPTING = frozenset({Role.ADMIN, Role.COMPLIANCE_OFFICER})
KNOWING_PAY = RECRUITING | {Role.COMPLIANCE_OFFICER}

From = Annotated[
    str | None, Query(alias="from", description="From this date or time on, inclusive.")
]
To = Annotated[str | None, Query(description="Up to this date, inclusive, or time, exclusive.")]
PolicyName = Annotated[
    str | None,
    Query(
        max_length=200,
        description="Choices by name (see /api/metrics), `default`, or `in-force-on:DATE`;"
        " omitted: what the organisation has adopted, else the default.",
    ),
]
MetricName = Annotated[str, Path(description="A metric's name.", examples=["time-to-hire"])]


class MetricDescription(BaseModel):
    """What a metric means, and which choices it leaves."""

    name: Annotated[str, Field(examples=["time-to-hire"])]
    title: str
    definition: str
    unit: str
    policies: Annotated[
        str, Field(description="The choices; a policy joins some of them with hyphens.")
    ]


class MetricList(BaseModel):
    """Every metric there is."""

    items: list[MetricDescription]


class CaseList(Answered):
    """The cases a figure was computed from, in the order they ended."""

    metric: str
    policy: str
    items: list[Case]


class WindowParameters:
    """The window and policy a question names; dates are whole days, locally."""

    def __init__(self, from_: From = None, to: To = None, policy: PolicyName = None) -> None:
        self.since = parsed("from", from_)
        self.until = parsed("to", to)
        self.policy = policy

    def question(self, connection: Connection) -> Question:
        """The question, with times for dates."""
        zone = time_zone(connection)
        within = window(self.since, self.until, zone)
        return Question(within["since"], within["until"], zone=zone)


class QuestionParameters(WindowParameters):
    """The window, periods, groups and policy a question names."""

    def __init__(
        self,
        from_: From = None,
        to: To = None,
        by: Annotated[
            str | None,
            Query(
                description="Groups, with commas between: requisition, department, location,"
                " level, source, origin, recruiter, hiring_manager, campaign.",
                examples=["department"],
            ),
        ] = None,
        every: Annotated[
            Every | None, Query(description="A row for each; needs from and to.")
        ] = None,
        attributes: Annotated[
            Attributes,
            Query(description="Groups as they were at the event that counts, or as they are."),
        ] = "event",
        policy: PolicyName = None,
        pool: Annotated[
            UUID | None, Query(description="Only this talent pool, of metrics about pools.")
        ] = None,
    ) -> None:
        super().__init__(from_, to, policy)
        self.by = grouping(by)
        self.every = every
        self.attributes = attributes
        self.pool = pool

    def question(self, connection: Connection) -> Question:
        return replace(
            super().question(connection),
            by=self.by,
            every=self.every,
            attributes=self.attributes,
            pool=self.pool,
        )


Asks = Annotated[QuestionParameters, Depends()]


@get("")
def list_metrics(_: Annotated[Caller, may(READING)]) -> MetricList:
    """Every metric, with its definition and its policies."""
    return MetricList(
        items=[
            MetricDescription(
                name=metric.name,
                title=metric.title,
                definition=metric.definition,
                unit=metric.unit,
                policies=metric.policy.choices(),
            )
            for metric in (*METRICS.values(), RECRUITING_COST_RATIO)
        ]
    )


def _measuring(metric: Metric) -> tuple[Callable[..., Any], type[BaseModel]]:
    """The endpoint of one metric, and the shape of its answer."""
    shape = answer_model(metric)
    answer = create_model(f"{shape.__name__}Answer", __base__=(Answered, shape))

    def endpoint(asks: Asks, ask: Asking = asking(READING, metric.reads_all)) -> Any:
        with ask.at() as (connection, asked):
            question = asks.question(connection)
            policy = chosen_policy(connection, asked, metric, asks.policy, question)
            result = measure(connection, asked, metric, policy, question)
        return {**asked.model_dump(), **dict(result)}

    endpoint.__name__ = f"get_{metric.name.replace('-', '_')}"
    endpoint.__doc__ = metric.definition
    return endpoint, answer


for _metric in METRICS.values():
    _endpoint, _answer = _measuring(_metric)
    router.get(f"/{_metric.name}", response_model=_answer, responses=PROBLEMS)(_endpoint)
    for _name in _metric.also:
        router.get(f"/{_name}", response_model=_answer, include_in_schema=False)(_endpoint)


class RecruitingCostRatioAnswer(Answered, RecruitingCostRatio):
    """What hires cost beside what they are paid."""


@get(f"/{RECRUITING_COST_RATIO.name}")
def get_recruiting_cost_ratio(
    asks: Annotated[WindowParameters, Depends()],
    ask: Asking = asking(KNOWING_PAY, COST_PER_HIRE.reads_all, Scope.PERSONAL),
) -> RecruitingCostRatioAnswer:
    """Costs beside the first-year pay of those hired, which is opened for it on the record."""
    with ask.at() as (connection, asked):
        result = _ratio(connection, asked, asks.question(connection), asks.policy, ask)
    return RecruitingCostRatioAnswer(**asked.model_dump(), **dict(result))


def _ratio(
    connection: Connection, asked: Asked, question: Question, policy: str | None, ask: Asking
) -> RecruitingCostRatio:
    access = Access(ask.caller.actor_id, PURPOSE, ask.caller.request_id)
    chosen = chosen_policy(connection, asked, COST_PER_HIRE, policy, question)
    return ratio(connection, asked, question, chosen, ask.log, access)


@get("/{name}/cases")
def list_metric_cases(
    name: MetricName,
    asks: Asks,
    ask: Asking = asking(READING, READ_MODELS),
    step: Annotated[
        str | None, Query(description="Only of this stage, source or day.", max_length=100)
    ] = None,
    group: Annotated[
        str | None, Query(description="Only of this group, as a row names it.", max_length=500)
    ] = None,
    limit: Annotated[int, Query(ge=1, le=10_000, description="At most this many.")] = 1000,
) -> CaseList:
    """The cases behind a figure: whom and what it counts, and how much each adds."""
    metric = metric_named(name)
    with ask.at(metric.reads_all) as (connection, asked):
        question = asks.question(connection)
        policy = chosen_policy(connection, asked, metric, asks.policy, question)
        items = cases(
            connection, asked, metric, policy, question, step=step, group=group, limit=limit
        )
    return CaseList(**asked.model_dump(), metric=name, policy=policy.name, items=items)


class Chart(BaseModel):
    """A Vega-Lite specification with the figures in it: what shows it fetches nothing."""

    model_config = ConfigDict(extra="allow")

    vega_lite: Annotated[
        str,
        Field(
            alias="$schema",
            description="The version of Vega-Lite it is written in.",
            examples=["https://vega.github.io/schema/vega-lite/v6.4.1.json"],
        ),
    ]
    title: Annotated[dict[str, Any], Field(description="As `text`, and what is below it.")]
    description: Annotated[
        str, Field(description="The definition, the window, as known when, the policy and the n.")
    ]
    data: Annotated[dict[str, Any], Field(description="The figures, as `values`.")]
    usermeta: Annotated[
        dict[str, Any], Field(description="The metric, policy, window and log position.")
    ]


@get(f"/{RECRUITING_COST_RATIO.name}/chart")
def get_recruiting_cost_ratio_chart(
    asks: Annotated[WindowParameters, Depends()],
    ask: Asking = asking(KNOWING_PAY, COST_PER_HIRE.reads_all, Scope.PERSONAL),
) -> Chart:
    """The recruiting cost ratio as a chart; the pay it needs is opened on the record."""
    with ask.at() as (connection, asked):
        question = asks.question(connection)
        result = _ratio(connection, asked, question, asks.policy, ask)
    return _chart(RECRUITING_COST_RATIO, result, asked, question)


@get("/{name}/chart")
def get_metric_chart(
    name: MetricName, asks: Asks, ask: Asking = asking(READING, READ_MODELS)
) -> Chart:
    """The metric as a chart that opens in a notebook as it is."""
    metric = metric_named(name)
    with ask.at(metric.reads_all) as (connection, asked):
        question = asks.question(connection)
        policy = chosen_policy(connection, asked, metric, asks.policy, question)
        result = measure(connection, asked, metric, policy, question)
    return _chart(metric, result, asked, question)


def _chart(metric: Metric, result: Any, asked: Asked, question: Question) -> Chart:
    # Here, because altair takes 0.3 s to import, which every start would pay.
    from projections.metrics.charts import chart  # noqa: PLC0415

    return Chart.model_validate(chart(metric, result, asked, question))


class ExplanationAnswer(Answered, Explanation):
    """Why a metric changed."""


@get("/{name}/explanation")
def explain_metric(
    name: MetricName,
    asks: Asks,
    ask: Asking = asking(READING, READ_MODELS),
    against: Annotated[
        str | None,
        Query(
            description="The window to compare with, FROM/TO; or one date or time: the same window"
            " as it was known then. Omitted: the window of the same length before.",
            examples=["2026-01-01/2026-03-31"],
        ),
    ] = None,
    against_known_at: Annotated[
        str | None, Query(description=f"What that window is compared as known at. {FULL_TIME}")
    ] = None,
    against_policy: PolicyName = None,
    step: Annotated[
        str | None, Query(description="Only of this stage, source or day.", max_length=100)
    ] = None,
) -> ExplanationAnswer:
    """Splits a change exactly into policy, late entries and corrections, mix, and stage."""
    metric = metric_named(name)
    other = Against(against, parsed("against_known_at", against_known_at), against_policy)
    with ask.at(metric.reads_all) as (connection, asked):
        question = asks.question(connection)
        question = question if question.by else replace(question, by=MIX)
        found = compared(connection, asked, metric, question, asks.policy, other, step)
    return ExplanationAnswer(**asked.model_dump(), **dict(found))


class PolicyChoice(Body):
    """The policy a metric is to be computed by from now on."""

    model_config = example(policy="applied-hired")

    policy: Annotated[
        str, Field(min_length=1, max_length=200, description="Choices joined by hyphens.")
    ]


@post("/{name}/policies")
def adopt_policy(
    name: MetricName, body: PolicyChoice, command: Commanding = commanding(ADOPTING)
) -> Answer:
    """Adopts a policy for a metric; it is recorded, and in force from its time on."""
    metric = metric_named(name)
    policy = metric.policy.parse(metric.name, body.policy).name
    return command.answer(
        commands.adopt_policy(
            command.log, command.by, metric.name, policy, occurred_at=body.occurred_at
        )
    )


def metric_named(name: str) -> Metric:
    """A metric. Raises NotFound."""
    try:
        return BY_ANY_NAME[name]
    except KeyError:
        raise NotFound(what="metric", id=name) from None
