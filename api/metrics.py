"""Metrics over HTTP: each with its policy, its window, its n, and the cases behind it."""

from collections.abc import Callable
from dataclasses import replace
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Path, Query
from pydantic import BaseModel, Field, create_model

from api.asking import FULL_TIME, PROBLEMS, Answered, Asking, asking, getting, parsed
from api.caller import READING, Caller, may
from api.commanding import Answer, Body, Commanding, commanding, example, posting
from commands import organisation as commands
from domain.errors import NotFound
from domain.role import Role
from projections.asked import time_zone
from projections.catalogue import READ_MODELS
from projections.dates import window
from projections.metrics.answer import answer_model, chosen_policy, measure
from projections.metrics.catalogue import METRICS
from projections.metrics.explain import MIX, Against, Explanation, compared
from projections.metrics.metric import Case, Metric, cases
from projections.metrics.question import Attributes, Every, Question, grouping
from store.database import Connection

router = APIRouter(prefix="/api/metrics", tags=["Metrics"])
get, post = getting(router), posting(router)

ADOPTING = frozenset({Role.ADMIN, Role.COMPLIANCE_OFFICER})

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


class QuestionParameters:
    """The window, periods, groups and policy a question names; dates are whole days, locally."""

    def __init__(
        self,
        from_: Annotated[
            str | None, Query(alias="from", description="From this date or time on, inclusive.")
        ] = None,
        to: Annotated[
            str | None, Query(description="Up to this date, inclusive, or time, exclusive.")
        ] = None,
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
    ) -> None:
        self.since = parsed("from", from_)
        self.until = parsed("to", to)
        self.by = grouping(by)
        self.every = every
        self.attributes = attributes
        self.policy = policy

    def question(self, connection: Connection) -> Question:
        """The question, with times for dates."""
        zone = time_zone(connection)
        return Question(
            by=self.by,
            every=self.every,
            attributes=self.attributes,
            zone=zone,
            **window(self.since, self.until, zone),
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
            for metric in METRICS.values()
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
    policy = metric_named(name).policy.parse(name, body.policy).name
    return command.answer(
        commands.adopt_policy(command.log, command.by, name, policy, occurred_at=body.occurred_at)
    )


def metric_named(name: str) -> Metric:
    """A metric. Raises NotFound."""
    try:
        return METRICS[name]
    except KeyError:
        raise NotFound(what="metric", id=name) from None
