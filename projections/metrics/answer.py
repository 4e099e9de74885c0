"""A metric's answer: its figures over a window, by policy, in periods and groups."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from functools import cache
from typing import Annotated, Any

from pydantic import BaseModel, Field, create_model

from projections.asked import Asked
from projections.dates import NotAMoment, end_of, moment
from projections.metrics.metric import Figures, Metric, Sums, grouped, totals
from projections.metrics.policy import Policy, UnknownPolicy
from projections.metrics.question import Question
from projections.policies import policy_in_force
from store.database import Connection

IN_FORCE_ON = "in-force-on:"
DEFAULT = "default"


class Measured(BaseModel):
    """What every metric's answer says of itself."""

    metric: Annotated[str, Field(examples=["time-to-hire"])]
    definition: str
    unit: Annotated[str, Field(examples=["days"])]
    policy: Annotated[
        str, Field(description="The choices it was computed by.", examples=["applied-accepted"])
    ]
    since: Annotated[
        datetime | None, Field(description="The window's start, inclusive; null: from the first.")
    ]
    until: Annotated[
        datetime | None, Field(description="The window's end, exclusive; null: to as_of.")
    ]


class Place(BaseModel):
    """The period and the group that a row is about."""

    since: datetime | None
    until: datetime | None
    group: Annotated[str | None, Field(description="Null for everything together.")]


@cache
def answer_model(metric: Metric) -> type[BaseModel]:
    """The shape of a metric's answer."""
    name = "".join(word.capitalize() for word in metric.name.split("-"))
    row = create_model(
        f"{name}Row",
        __base__=(Place, metric.figures),
        __doc__=f"{metric.title} in one period and group.",
    )
    by = Field(description="By period and group, if the question asks for some.")
    fields: dict[str, Any] = {"rows": (list[row], by)}
    if metric.steps_are is None:
        return create_model(
            name, __base__=(Measured, metric.figures), __doc__=metric.definition, **fields
        )
    fields[metric.steps_are] = (list[metric.figures], ...)  # type: ignore[name-defined]
    return create_model(name, __base__=Measured, __doc__=metric.definition, **fields)


def measure(
    connection: Connection, asked: Asked, metric: Metric, policy: Policy, question: Question
) -> Any:
    """The answer, an instance of the metric's `answer_model`."""
    everything = _figures(metric, totals(connection, asked, metric, policy, question))
    figures = {metric.steps_are: everything} if metric.steps_are else everything[0].model_dump()
    return answer_model(metric)(
        metric=metric.name,
        definition=metric.definition,
        unit=metric.unit,
        policy=policy.name,
        since=question.since,
        until=question.until,
        rows=list(_rows(connection, asked, metric, policy, question)),
        **figures,
    )


def _rows(
    connection: Connection, asked: Asked, metric: Metric, policy: Policy, question: Question
) -> Iterator[dict[str, Any]]:
    if not question.by and not question.every:
        return
    ask = grouped if question.by else totals
    for period in question.periods():
        for group, sums in _by_group(ask(connection, asked, metric, policy, period), question):
            for figures in _figures(metric, sums):
                yield {
                    "since": period.since,
                    "until": period.until,
                    "group": group,
                    **figures.model_dump(),
                }


def _by_group(sums: Iterable[Sums], question: Question) -> Iterator[tuple[str | None, list[Sums]]]:
    """The sums of each group; of no group, where none is asked for."""
    groups: dict[str | None, list[Sums]] = {} if question.by else {None: []}
    for one in sums:
        groups.setdefault(one.group, []).append(one)
    yield from sorted(groups.items(), key=lambda pair: pair[0] or "")


def _figures(metric: Metric, sums: Sequence[Sums]) -> list[Figures]:
    """The figures of each step, those always told of in their order; of nothing, too."""
    by_step = {one.step: one for one in sums}
    expected: tuple[str | None, ...] = metric.steps if metric.steps_are else (None,)
    every = {**{step: Sums(step=step) for step in expected}, **by_step}
    return [metric.figures.of(one, list(every.values())) for one in every.values()]


def chosen_policy(
    connection: Connection, asked: Asked, metric: Metric, said: str | None, question: Question
) -> Policy:
    """The policy named; else the one in force, as of the time asked about; else the default.

    `in-force-on:DATE` is the one adopted last by the end of that date. Raises UnknownPolicy.
    """
    if said == DEFAULT:
        return metric.policy()
    if said is not None and not said.startswith(IN_FORCE_ON):
        return metric.policy.parse(metric.name, said)
    on = None
    if said is not None:
        try:
            on = end_of(moment(said.removeprefix(IN_FORCE_ON)), question.zone)
        except NotAMoment as error:
            raise UnknownPolicy(metric=metric.name, policy=said, problem=str(error)) from None
    adopted = policy_in_force(connection, asked, metric.name, on)
    return metric.policy.parse(metric.name, adopted) if adopted else metric.policy()
