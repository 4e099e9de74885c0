"""Why a metric changed: the difference of two answers, split exactly.

One thing is changed at a time, from the earlier answer to the later one, so the parts sum to the
whole whatever the metric:

1. policy: the earlier window, as it was known, by the later policy;
2. late entries and corrections: the earlier window, as known for the later answer;
3. mix and stage: from the earlier window to the later one. A value is the sum over cells (group
   and step) of the cell's weight (its share of the denominators) times its rate; half of what
   each changed is put to the other's average. A cell that only one window has is all mix.
   Source: E. M. Kitagawa, Components of a Difference Between Two Rates, JASA 50 (1955).

The change within cells is told by stage: by the metric's own steps or, of a duration, by how long
the applications stood in each kind of stage. Elapsed time is apportioned; where days are counted
otherwise, so are they.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, Field

from domain.errors import Refusal
from projections.asked import Asked, as_known_at
from projections.dates import NotAMoment, Said, end_of, moment, window
from projections.metrics.answer import chosen_policy
from projections.metrics.metric import (
    ATTRIBUTED,
    Case,
    Metric,
    case_parameters,
    cases,
    cases_of,
    grouped,
)
from projections.metrics.policy import Policy
from projections.metrics.question import Question
from store.database import Connection

Cell = tuple[str | None, str | None]
"""A group and a step."""

MIX = ("source",)
"""What the mix is of, unless the question names groups."""
MOST_PEOPLE = 1_000
BEFORE_THE_FIRST_STAGE = "before_application"

# How long the cases of each group stood in each kind of stage between their start and their end.
STAGE_TIMES = """,
standings AS (
    SELECT
        attributed."group",
        attributed.case_id,
        attributed.num,
        attributed.started_at,
        attributed.ended_at,
        step.stage_kind,
        step.occurred_at AS since,
        lead(step.occurred_at, 1, 'infinity') OVER (
            PARTITION BY attributed.case_id, attributed.ended_at
            ORDER BY step.occurred_at, step.origin
        ) AS until
    FROM attributed
    JOIN application_steps step ON step.application_id = attributed.application_id
    WHERE attributed.ended_at > attributed.started_at
      AND step.stage IS NOT NULL
      AND step.position <= %(p)s
      AND step.superseded_at > %(p)s
      AND step.occurred_at <= %(t)s
)
SELECT
    "group",
    stage_kind,
    sum(
        num
        * extract(epoch FROM LEAST(until, ended_at) - GREATEST(since, started_at))
        / extract(epoch FROM ended_at - started_at)
    )::float8 AS days
FROM standings
WHERE since < ended_at
  AND until > started_at
GROUP BY
    "group",
    stage_kind
"""


class NothingToCompare(Refusal):
    """{metric} has no value {where}; there is no change to explain."""


class NoWindow(Refusal):
    """There is nothing to compare with: {problem}."""


@dataclass(frozen=True)
class Side:
    """One of the two answers: when it is asked of, over which window, by which policy."""

    asked: Asked
    question: Question
    policy: Policy


@dataclass(frozen=True)
class Against:
    """What an answer is compared with, as far as it is said to differ."""

    window: str | None = None
    """`FROM/TO`; or one date or time: the same window, as it was known then. Omitted: the window
    of the same length just before."""
    known_at: Said = None
    policy: str | None = None


class Shown(BaseModel):
    """One of the two answers compared."""

    since: datetime | None
    until: datetime | None
    log_position: Annotated[int, Field(description="What was known: the log up to here.")]
    policy: str
    value: float


class Changed(BaseModel):
    """A case that counts differently; null where it does not count at all."""

    case_id: UUID
    candidate_id: UUID | None
    step: str | None
    before: float | None
    after: float | None


class ByCase(BaseModel):
    """A part that is due to certain cases."""

    effect: Annotated[float, Field(description="What it adds to the change, in the unit.")]
    count: Annotated[int, Field(description="Cases that count differently.")]
    cases: Annotated[list[Changed], Field(description=f"They, at most {MOST_PEOPLE:,}.")]


class MixItem(BaseModel):
    """A group that became more or less frequent."""

    group: str | None
    step: str | None
    effect: float
    share_before: Annotated[float, Field(description="Its share of the denominators.")]
    share_after: float


class StageItem(BaseModel):
    """A stage, or a step of the metric, that came to count for more or less."""

    stage: Annotated[str | None, Field(description="Null for the metric as a whole.")]
    effect: float


class Mix(BaseModel):
    """What comes of other groups being in it; its people are the cases of each group."""

    effect: float
    groups: list[MixItem]


class Stages(BaseModel):
    """What comes of groups doing otherwise than before; its people are the cases of each stage."""

    effect: float
    stages: list[StageItem]


class Explanation(BaseModel):
    """A change of a metric, and the parts that sum to it."""

    metric: str
    unit: str
    figure: Annotated[str, Field(description="Which figure is explained.", examples=["mean_days"])]
    by: Annotated[list[str], Field(description="What the mix is of.")]
    before: Shown
    after: Shown
    change: float
    policy: ByCase
    late_entries_and_corrections: ByCase
    mix: Mix
    stage: Stages


def compared(
    connection: Connection,
    asked: Asked,
    metric: Metric,
    question: Question,
    policy: str | None,
    against: Against,
    step: str | None = None,
) -> Explanation:
    """Explains an answer against another. Raises NothingToCompare, NoWindow, UnknownPolicy."""
    after = Side(asked, question, chosen_policy(connection, asked, metric, policy, question))
    window, known_at = _window(question, against)
    earlier = replace(question, since=window[0], until=window[1])
    then = as_known_at(connection, asked, known_at) if known_at else asked
    said = against.policy
    by = chosen_policy(connection, then, metric, said, earlier) if said else after.policy
    return explain(connection, metric, Side(then, earlier, by), after, step)


def _window(
    question: Question, against: Against
) -> tuple[tuple[datetime | None, datetime | None], datetime | None]:
    """The window compared with, and when it is to be known, if not now."""
    known_at = end_of(against.known_at, question.zone)
    try:
        if against.window is None:
            if question.since is None or question.until is None:
                raise NoWindow(problem="without both ends of the window, say against what")
            length = question.until - question.since
            return (question.since - length, question.since), known_at
        if "/" not in against.window:
            then = end_of(moment(against.window), question.zone)
            return (question.since, question.until), then
        since, until = (moment(text) for text in against.window.split("/", 1))
    except NotAMoment as error:
        raise NoWindow(problem=str(error)) from None
    found = window(since, until, question.zone)
    return (found["since"], found["until"]), known_at


@dataclass
class Sum:
    """Cases of one cell added up."""

    num: float = 0.0
    den: float = 0.0


def explain(
    connection: Connection, metric: Metric, before: Side, after: Side, step: str | None = None
) -> Explanation:
    """Splits the change from one answer to another; groups are those of `after.question`.

    Raises NothingToCompare where either has no value.
    """
    reported = before
    by_policy = Side(before.asked, before.question, after.policy)
    as_known = Side(after.asked, before.question, after.policy)
    sides = [reported, by_policy, as_known, after]
    cells = [_cells(connection, metric, side, step) for side in sides]
    values = [
        _value(metric, found, where)
        for found, where in zip(
            cells,
            (
                "in the window compared with, as it was known",
                "in the window compared with, by the later policy",
                "in the window compared with, as it is known now",
                "in the window",
            ),
            strict=True,
        )
    ]
    mix, within = _split(metric, cells[2], cells[3])
    return Explanation(
        metric=metric.name,
        unit=metric.unit,
        figure=metric.value,
        by=list(after.question.by),
        before=_shown(before, values[0]),
        after=_shown(after, values[3]),
        change=values[3] - values[0],
        policy=_by_case(connection, metric, reported, by_policy, step, values[1] - values[0]),
        late_entries_and_corrections=_by_case(
            connection, metric, by_policy, as_known, step, values[2] - values[1]
        ),
        mix=mix,
        stage=_stages(connection, metric, as_known, after, cells, within),
    )


def _cells(connection: Connection, metric: Metric, side: Side, step: str | None) -> dict[Cell, Sum]:
    cells: dict[Cell, Sum] = {}
    for sums in grouped(connection, side.asked, metric, side.policy, side.question):
        if step is None or sums.step == step:
            cells[sums.group, sums.step] = Sum(sums.num, sums.den)
    return cells


def _value(metric: Metric, cells: Mapping[Cell, Sum], where: str) -> float:
    den = sum(cell.den for cell in cells.values())
    if not den:
        raise NothingToCompare(metric=metric.name, where=where)
    return metric.scale * sum(cell.num for cell in cells.values()) / den


def _split(
    metric: Metric, before: Mapping[Cell, Sum], after: Mapping[Cell, Sum]
) -> tuple[Mix, dict[Cell, float]]:
    """The mix, and the change within each cell that both windows have."""
    dens = [sum(cell.den for cell in cells.values()) for cells in (before, after)]
    items, within = [], {}
    for cell in sorted(before.keys() | after.keys(), key=repr):
        old, new = before.get(cell, Sum()), after.get(cell, Sum())
        shares = old.den / dens[0], new.den / dens[1]
        total = metric.scale * (new.num / dens[1] - old.num / dens[0])
        if old.den and new.den:
            rates = old.num / old.den, new.num / new.den
            within[cell] = metric.scale * sum(shares) / 2 * (rates[1] - rates[0])
        group, step = cell
        items.append(
            MixItem(
                group=group or None,
                step=step,
                effect=total - within.get(cell, 0.0),
                share_before=shares[0],
                share_after=shares[1],
            )
        )
    return Mix(effect=sum(item.effect for item in items), groups=items), within


def _stages(
    connection: Connection,
    metric: Metric,
    before: Side,
    after: Side,
    cells: list[dict[Cell, Sum]],
    within: dict[Cell, float],
) -> Stages:
    effects: dict[str | None, float] = defaultdict(float)
    if metric.durations and metric.steps_are is None:
        old, new = cells[2], cells[3]
        times = [_stage_times(connection, metric, side) for side in (before, after)]
        dens = [sum(cell.den for cell in side.values()) for side in (old, new)]
        for cell in within:
            weight = metric.scale * (old[cell].den / dens[0] + new[cell].den / dens[1]) / 2
            means = [_mean_times(times[n].get(cell[0], {}), (old, new)[n][cell]) for n in (0, 1)]
            for stage in means[0].keys() | means[1].keys():
                effects[stage] += weight * (means[1].get(stage, 0.0) - means[0].get(stage, 0.0))
    else:
        for (_, step), effect in within.items():
            effects[step] += effect
    return Stages(
        effect=sum(within.values()),
        stages=[
            StageItem(stage=stage, effect=effect)
            for stage, effect in sorted(effects.items(), key=lambda item: -abs(item[1]))
        ],
    )


def _stage_times(
    connection: Connection, metric: Metric, side: Side
) -> dict[str | None, dict[str, float]]:
    """Group: kind of stage: days, of all its cases together."""
    query = f"{cases_of(metric)}, {ATTRIBUTED}{STAGE_TIMES}"
    parameters = case_parameters(side.asked, side.policy, side.question)
    times: dict[str | None, dict[str, float]] = defaultdict(dict)
    for group, stage, days in connection.execute(query.encode(), parameters):
        times[group][stage] = days
    return times


def _mean_times(times: Mapping[str, float], cell: Sum) -> dict[str, float]:
    """Mean days by stage, with what lies before the first stage, so that they sum to the mean."""
    rest = cell.num - sum(times.values())
    means = {stage: days / cell.den for stage, days in times.items()}
    return {**means, BEFORE_THE_FIRST_STAGE: rest / cell.den}


def _by_case(
    connection: Connection, metric: Metric, one: Side, other: Side, step: str | None, effect: float
) -> ByCase:
    """The cases that count differently on the other side."""
    if one == other:
        return ByCase(effect=0.0, count=0, cases=[])
    sides = [
        _by_id(cases(connection, side.asked, metric, side.policy, side.question, step=step))
        for side in (one, other)
    ]
    changed = [
        Changed(
            case_id=case_id,
            step=of_step,
            candidate_id=(sides[0].get(key) or sides[1][key])[0].candidate_id,
            before=_counts(sides[0].get(key)),
            after=_counts(sides[1].get(key)),
        )
        for key in sorted(sides[0].keys() | sides[1].keys(), key=repr)
        if _weights(sides[0].get(key)) != _weights(sides[1].get(key))
        for case_id, of_step in [key]
    ]
    return ByCase(effect=effect, count=len(changed), cases=changed[:MOST_PEOPLE])


def _by_id(found: Iterable[Case]) -> dict[tuple[UUID, str | None], list[Case]]:
    by_id: dict[tuple[UUID, str | None], list[Case]] = {}
    for case in found:
        by_id.setdefault((case.case_id, case.step), []).append(case)
    return by_id


def _weights(found: list[Case] | None) -> list[tuple[float, float]] | None:
    return sorted((case.num, case.den) for case in found) if found else None


def _counts(found: list[Case] | None) -> float | None:
    return sum(case.num for case in found) if found else None


def _shown(side: Side, value: float) -> Shown:
    return Shown(
        since=side.question.since,
        until=side.question.until,
        log_position=side.asked.log_position,
        policy=side.policy.name,
        value=value,
    )
