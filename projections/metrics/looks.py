"""Which of a metric's figures a chart draws, and how it writes them."""

from dataclasses import dataclass, replace
from types import UnionType
from typing import Any, Union, get_args, get_origin
from uuid import UUID

from projections.metrics.metric import Metric

SHARES = frozenset({"rate", "ratio", "share", "conversion", "acceptance", "yield", "growth"})
"""A figure with one of these words in its name is a share, told in percent."""

WHOLE, PERCENT, AMOUNT, NUMBER = ",d", ".1%", ",.2f", ",.1f"
"""How figures are written, as formats of d3."""

CURRENCY = "currency"
"""The figure that says which currency amounts are in, if there are any."""

ALONE = int | float | str | UUID


@dataclass(frozen=True)
class Part:
    """A part of a bar: where it begins and where it ends, as Vega expressions."""

    name: str
    start: str
    end: str


@dataclass(frozen=True)
class Look:
    """How a metric is drawn."""

    drawn: tuple[str, ...]
    """The figures drawn, all of one unit; the first is the metric's value, or stands for it."""
    n: str
    """The figure that says of how many."""
    axis: str
    """What the axis of the figures says."""
    note: str | None = None
    """What a reader must be told."""
    upper: str | None = None
    """The figure that a tick beyond the first one stands for."""
    domain: tuple[float, float] | None = None
    """Where the axis begins and ends, if not where the figures do."""
    parts: tuple[Part, ...] = ()
    """What a bar is made of, if it is more than one figure."""
    parts_axis: str | None = None
    """What the axis says of the parts, if their unit is another than that of the figures."""


# Of no answers, and of hidden ones, which are null, there is nothing.
_RATED = "100 / max(1, datum.promoters + datum.passives + datum.detractors)"

# What the figures alone do not tell. The colours go to parts and figures in this order.
EXCEPTIONS: dict[str, dict[str, Any]] = {
    "funnel": {
        "n": "entered",
        "parts": (
            Part("advanced", "0", "datum.advanced"),
            Part("pending", "datum.advanced", "datum.advanced + datum.pending"),
            Part("ended there", "datum.advanced + datum.pending", "datum.entered"),
        ),
        "parts_axis": "Applications",
    },
    "quality-of-hire": {"domain": (0, 100)},
    "source-effectiveness": {"drawn": ("conversion", "share_of_hires"), "axis": "Share"},
    "pipeline-growth": {
        "drawn": ("members_at_end", "reachable"),
        "n": "members_at_end",
        "axis": "Members at the end",
    },
    "engagement-score": {"domain": (0, 100)},
    "candidate-satisfaction": {
        "axis": "cNPS",
        "note": "The diamond is the cNPS: promoters less detractors, in % of the answers.",
        "domain": (-100, 100),
        "parts": (
            Part("promoters (9 or 10)", "0", f"datum.promoters * {_RATED}"),
            Part("detractors (0 to 6)", f"-datum.detractors * {_RATED}", "0"),
            Part(
                "passives (7 or 8)",
                f"datum.promoters * {_RATED}",
                f"(datum.promoters + datum.passives) * {_RATED}",
            ),
        ),
    },
}


def look_of(metric: Metric, unit: str) -> Look:
    """How a metric is drawn; one that the table does not know, by its figures."""
    return replace(_usual(metric, unit), **EXCEPTIONS.get(metric.name, {}))


def _usual(metric: Metric, unit: str) -> Look:
    if metric.durations:
        note = "The tick beyond the median is the 90th percentile."
        return Look(("median_days",), "n", "Median, days", note, upper="p90_days")
    value = words(metric.value)
    axis = value if told_as(metric, metric.value) == PERCENT else f"{value} ({unit})"
    return Look((metric.value,), _count(metric), axis)


def _count(metric: Metric) -> str:
    """The figure that says of how many: n, else the first count."""
    counts = [name for name in figures_of(metric) if told_as(metric, name) == WHOLE]
    return "n" if "n" in counts else next(name for name in counts if name != step_figure(metric))


def step_figure(metric: Metric) -> str | None:
    """The figure that names the step: the stage, the source, the day."""
    if metric.steps_are is None:
        return None
    singular = metric.steps_are.removesuffix("s")
    names = figures_of(metric)
    return singular if singular in names else next(n for n in names if told_as(metric, n) is None)


def figures_of(metric: Metric) -> list[str]:
    """The figures that stand alone; lists and tables have no place in a chart."""
    return [name for name in metric.figures.model_fields if _is_a(ALONE, metric, name)]


def told_as(metric: Metric, name: str) -> str | None:
    """How a figure is written; null for what is no number."""
    if _is_a(bool, metric, name):
        return None
    if _is_a(int, metric, name):
        return WHOLE
    if not _is_a(float, metric, name):
        return None
    if not SHARES.isdisjoint(name.split("_")) and (name != metric.value or metric.scale == 1):
        return PERCENT
    return AMOUNT if CURRENCY in metric.figures.model_fields else NUMBER


def words(name: str) -> str:
    """A figure's name as people read it."""
    return name.replace("_", " ").capitalize()


def _is_a(kind: type | UnionType, metric: Metric, name: str) -> bool:
    annotation = metric.figures.model_fields[name].annotation
    optional = get_origin(annotation) in {Union, UnionType}
    choices = get_args(annotation) if optional else (annotation,)
    return any(isinstance(choice, type) and issubclass(choice, kind) for choice in choices)
