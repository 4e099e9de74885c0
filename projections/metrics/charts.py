"""A metric's answer as a picture: a Vega-Lite specification with its figures in it.

Whatever shows it fetches nothing: no data, no fonts. Bars stand for stages, sources or groups; a
line runs through periods; what is left to divide by becomes small multiples on one scale. A figure
that is null is a gap, never a zero.
"""

from collections.abc import Iterator, Sequence
from datetime import datetime, time, timedelta
from textwrap import wrap
from typing import Any
from zoneinfo import ZoneInfo

import altair as alt
from pydantic import BaseModel

from projections.asked import Asked
from projections.metrics.drawing import Division, Drawing
from projections.metrics.looks import CURRENCY, Look, figures_of, look_of, step_figure, words
from projections.metrics.metric import Metric
from projections.metrics.question import Every, Question

EVERYTHING = "All"
LINE_LENGTH = 100

Row = dict[str, Any]


def chart(metric: Metric, answer: Any, asked: Asked, question: Question) -> dict[str, Any]:
    """The specification; it is checked against the schema it names."""
    look = look_of(metric, getattr(answer, CURRENCY, None) or metric.unit)
    rows = list(_rows(metric, answer, question))
    if question.every:
        rows = _telling(metric, look, rows)
    facts = _facts(metric, look, answer, asked, question)
    divisions = _divisions(metric, look, rows, answer, question)
    picture = Drawing(metric, look, divisions, over_time=question.every is not None).picture()
    return {
        **_checked(
            title={
                "text": metric.title,
                "subtitle": [line for fact in facts for line in wrap(fact, LINE_LENGTH)],
            },
            description=" ".join((f"{metric.title}.", *facts)),
            data={"name": "figures"},
            usermeta={
                **answer.model_dump(mode="json", include={"metric", "policy", "since", "until"}),
                **asked.model_dump(mode="json"),
            },
            **picture,
        ),
        # After the check, which takes a second for ten thousand rows.
        "data": {"values": rows},
    }


def _checked(**spec: Any) -> dict[str, Any]:
    kind = alt.TopLevelFacetSpec if "facet" in spec else alt.TopLevelLayerSpec
    return {"$schema": alt.SCHEMA_URL, **kind(**spec).to_dict()}


def _rows(metric: Metric, answer: Any, question: Question) -> Iterator[Row]:
    """The figures, as the answer tells them, and where each stands."""
    if question.by or question.every:
        for row in answer.rows:
            yield {**_when(row, question), **_group(row), **_figures(metric, row)}
    elif metric.steps_are:
        for step in getattr(answer, metric.steps_are):
            yield _figures(metric, step)
    else:
        yield {"group": EVERYTHING, **_figures(metric, answer)}


def _figures(metric: Metric, figures: BaseModel) -> Row:
    return figures.model_dump(mode="json", include=set(figures_of(metric)))


def _group(row: Any) -> Row:
    return {} if row.group is None else {"group": row.group}


def _when(row: Any, question: Question) -> Row:
    if question.every is None:
        return {}
    return {
        "period": _period(row.since, question.every, question.zone),
        "from": _moment(row.since, question.zone),
        "to": _last(row.until, question.zone),
    }


def _period(since: datetime, every: Every, zone: ZoneInfo) -> str:
    """As its axis names it: the organisation's months, whatever zone the reader is in."""
    local = since.astimezone(zone)
    match every:
        case "month":
            return f"{local:%b %Y}"
        case "quarter":
            return f"Q{(local.month + 2) // 3} {local.year}"
        case "year":
            return f"{local.year}"


def _telling(metric: Metric, look: Look, rows: list[Row]) -> list[Row]:
    """Without the steps that have no value in any period; all of them where none has."""
    step = step_figure(metric)
    if step is None:
        return rows
    told = {row[step] for row in rows if row.get(look.drawn[0]) is not None}
    return [row for row in rows if row[step] in told] or rows


def _divisions(
    metric: Metric, look: Look, rows: Sequence[Row], answer: Any, question: Question
) -> list[Division]:
    """By what the figures are divided: the first gives the places, the others the panels."""
    step = step_figure(metric)
    found = []
    if question.every:
        periods = [one.since for one in question.periods() if one.since]
        names = [_period(since, question.every, question.zone) for since in periods]
        found.append(Division("period", None, names))
    if step is not None and metric.steps_are is not None:
        steps = [_figures(metric, one) for one in getattr(answer, metric.steps_are)]
        met = set(_met(rows, step))
        order = [one for one in _steps(metric, look, step, steps) if one in met]
        found.append(Division(step, words(step), order))
    if question.by:
        title = words(" and ".join(question.by))
        groups = sorted(_met(rows, "group")) if found else _by_value(look, "group", rows)
        found.append(Division("group", title, groups))
    return found or [Division("group", None, [EVERYTHING])]


def _met(rows: Sequence[Row], field: str) -> list[Any]:
    return list(dict.fromkeys(row[field] for row in rows))


def _steps(metric: Metric, look: Look, step: str, rows: Sequence[Row]) -> list[Any]:
    """Steps in the order they follow each other: as numbers, as the metric says, or by value."""
    if all(str(row[step]).isdigit() for row in rows):
        return sorted(_met(rows, step), key=int)
    return _met(rows, step) if metric.steps else _by_value(look, step, rows)


def _by_value(look: Look, field: str, rows: Sequence[Row]) -> list[Any]:
    """The highest first; those without a value last."""

    def lowness(row: Row) -> tuple[bool, float]:
        value = row.get(look.drawn[0])
        return value is None, -(value or 0)

    return _met(sorted(rows, key=lowness), field)


def _facts(metric: Metric, look: Look, answer: Any, asked: Asked, question: Question) -> list[str]:
    """The definition; by what policy, over which window, as known when; of how many."""
    zone = question.zone
    since = _moment(question.since, zone) if question.since else "the beginning"
    until = f" to {_last(question.until, zone)}" if question.until else ""
    as_of = _moment(asked.as_of, zone) if asked.as_of else "now"
    facts = [
        metric.definition,
        f"From {since}{until}, as of {as_of}, known up to log position {asked.log_position}.",
        f"Policy {answer.policy}; n = {_counted(metric, look, answer)}.",
    ]
    if question.pool:
        facts.append(f"Only of the talent pool {question.pool}.")
    if question.by and question.attributes == "current":
        facts.append("Groups as they are, not as they were.")
    if look.note:
        facts.append(look.note)
    if asked.stale_since:
        facts.append(f"Lacks what was recorded since {_moment(asked.stale_since, zone)}.")
    return facts


def _counted(metric: Metric, look: Look, answer: Any) -> str:
    step = step_figure(metric)
    if step is None or metric.steps_are is None:
        return str(getattr(answer, look.n))
    steps = getattr(answer, metric.steps_are)
    return ", ".join(f"{getattr(one, look.n)} ({getattr(one, step)})" for one in steps) or "0"


def _moment(moment: datetime, zone: ZoneInfo) -> str:
    local = moment.astimezone(zone)
    return f"{local:%Y-%m-%d}" if local.time() == time.min else f"{local:%Y-%m-%d %H:%M}"


def _last(end: datetime, zone: ZoneInfo) -> str:
    """What ends at midnight ends with the day before."""
    local = end.astimezone(zone)
    return _moment(local - timedelta(days=1) if local.time() == time.min else local, zone)
