"""How a metric's figures are drawn: in bars or along a line, with ticks, labels and tooltips.

It is written as Vega-Lite reads it, so its reference is Vega-Lite's own.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from math import ceil
from textwrap import wrap
from typing import Any

from projections.metrics.looks import PERCENT, WHOLE, Look, figures_of, told_as, words
from projections.metrics.metric import Metric

# At least 3:1 against white and against a dark page, and told apart by colour-blind readers.
COLOURS = ("#0072B2", "#D55E00", "#8A8A8A")
# As far from white as from black: 4.5:1 both ways.
INK = "#767676"
LINE: dict[str, Any] = {
    "type": "line",
    "invalid": "break-paths-show-domains",
    "point": {"filled": True, "opacity": 1, "size": 40},
    "strokeJoin": "round",
}
WHISKER = {"type": "rule", "color": INK}
TICK = {"type": "tick", "color": INK, "opacity": 1, "size": 9, "thickness": 2}
LABEL = {"type": "text", "align": "left", "color": INK, "dx": 5}
# Seen on every colour.
MARKER = {
    "type": "point",
    "fill": "#FFFFFF",
    "filled": True,
    "opacity": 1,
    "shape": "diamond",
    "size": 90,
    "stroke": "#222222",
}
WIDTH, HEIGHT, PANEL_WIDTH, PANEL_HEIGHT, COLUMNS = 480, 220, 220, 110, 3
BAR, THIN_BAR, TITLE_LENGTH = 26, 15, 24
LABELS, PANEL_LABELS = 8, 3
BANDS: dict[str, Any] = {"type": "band", "paddingInner": 0.15}
POINTS: dict[str, Any] = {"type": "point", "padding": 0.5}
AXES: dict[str, dict[str, Any]] = {PERCENT: {"format": "~%"}, WHOLE: {"tickMinStep": 1}}
CONFIG: dict[str, Any] = {
    "background": "transparent",
    "mark": {"color": COLOURS[0]},
    "range": {"category": list(COLOURS)},
    "view": {"stroke": None},
    "title": {
        "anchor": "start",
        "frame": "group",
        "color": INK,
        "subtitleColor": INK,
        "offset": 14,
    },
    "axis": {
        "domainColor": INK,
        "gridColor": INK,
        "gridOpacity": 0.2,
        "labelColor": INK,
        "labelLimit": 240,
        "tickColor": INK,
        "titleColor": INK,
        "titleFontWeight": "normal",
    },
    "header": {
        "labelColor": INK,
        "labelLimit": 240,
        "titleColor": INK,
        "titleFontWeight": "normal",
    },
    "legend": {"labelColor": INK, "labelLimit": 240, "orient": "top", "title": None},
}

Vega = dict[str, Any]


@dataclass(frozen=True)
class Division:
    """What divides the figures: a field, what people call it, and its values in order."""

    field: str
    title: str | None
    order: Sequence[Any]


@dataclass(frozen=True)
class Way:
    """Which channels carry the figures, and which the places they stand at."""

    figure: str
    end: str
    place: str
    beside: str


LYING = Way("x", "x2", "y", "yOffset")
RUNNING = Way("y", "y2", "x", "xOffset")


@dataclass(frozen=True)
class Drawing:
    """A picture in the making: places along the first division, a panel for each of the rest."""

    metric: Metric
    look: Look
    divisions: Sequence[Division]
    over_time: bool

    def picture(self) -> Vega:
        """All of it, but for its title and its data."""
        _, *panels = [_channel(division) for division in self.divisions]
        picture = {
            "width": PANEL_WIDTH if panels else WIDTH,
            "height": self._height(bool(panels)),
            "transform": list(self._transforms()),
            "layer": list(self._layers()),
        }
        if not panels:
            return {**picture, "config": CONFIG}
        if len(panels) == 1:
            return {"facet": panels[0], "columns": COLUMNS, "spec": picture, "config": CONFIG}
        facet = {"row": panels[0], "column": panels[1]}
        return {"facet": facet, "spec": picture, "config": CONFIG}

    def _height(self, small: bool) -> Any:
        if self.over_time:
            return PANEL_HEIGHT if small else HEIGHT
        return {"step": THIN_BAR, "for": "offset"} if self._several else {"step": BAR}

    def _layers(self) -> Iterator[Vega]:
        if self.look.upper:
            yield from self._upper(self.look.upper)
        if self._in_parts:
            yield from self._parts()
        elif self.over_time:
            yield from self._lines()
        else:
            yield from self._bars()
        if not self.over_time:
            yield from self._labels()

    def _bars(self) -> Iterator[Vega]:
        for name in self.look.drawn:
            channels = self._at(name) | self._beside(name) | self._told_apart("color", name)
            yield {"mark": "bar", "encoding": channels}

    def _lines(self) -> Iterator[Vega]:
        for name in self.look.drawn:
            channels = self._at(name) | self._told_apart("color", name)
            yield {"mark": LINE, "encoding": channels | self._told_apart("strokeDash", name)}

    def _upper(self, upper: str) -> Iterator[Vega]:
        yield {"mark": WHISKER, "encoding": self._at(self.look.drawn[0], upper)}
        yield {"mark": TICK, "encoding": self._at(upper)}

    def _parts(self) -> Iterator[Vega]:
        for part in self.look.parts:
            channels = self._at(f"{part.name} from", f"{part.name} to")
            yield {"mark": "bar", "encoding": channels | {"color": {"datum": part.name}}}
        if not self.look.parts_axis:
            yield {"mark": MARKER, "encoding": self._at(self.look.drawn[0])}

    def _labels(self) -> Iterator[Vega]:
        """Beyond the bars, what they stand for: a null, too, has its n."""
        for name in self.look.drawn:
            text = {"text": {"field": f"{name} label", "type": "nominal"}}
            channels = self._at(f"{name} ends") | self._beside(name) | text
            yield {"mark": LABEL, "encoding": channels}

    @property
    def _several(self) -> bool:
        return len(self.look.drawn) > 1

    @property
    def _in_parts(self) -> bool:
        """Parts of another unit than the figures' are for bars alone."""
        return bool(self.look.parts) and not (self.over_time and self.look.parts_axis)

    @property
    def _way(self) -> Way:
        return RUNNING if self.over_time else LYING

    def _at(self, field: str, end: str | None = None) -> Vega:
        """A figure at its place, or all from one figure to another."""
        ends = {self._way.end: {"field": end}} if end else {}
        return {
            self._way.figure: self._measured(field),
            **ends,
            self._way.place: self._placed(),
            "tooltip": list(self._tooltips()),
        }

    def _placed(self) -> Vega:
        place, *panels = self.divisions
        if not self.over_time:
            return {**_channel(place), "scale": BANDS}
        # Not left to the renderer, whose choice of labels would not be regular.
        nth = ceil(len(place.order) / (PANEL_LABELS if panels else LABELS)) or 1
        axis = {"labelAngle": 0, "values": place.order[::nth]}
        return {**_channel(place), "scale": BANDS if self._in_parts else POINTS, "axis": axis}

    def _measured(self, field: str) -> Vega:
        look = self.look
        counts = look.parts_axis if self._in_parts else None
        written = None if counts else told_as(self.metric, look.drawn[0])
        axis = AXES.get(written or WHOLE, {})
        # Where all is nothing, or zero, the axis still needs a length.
        least = {"unionWith": [0, 0.01 if written == PERCENT else 1]}
        return {
            "field": field,
            "type": "quantitative",
            "title": wrap(counts or look.axis, TITLE_LENGTH),
            "axis": {"tickCount": 5, **axis},
            "scale": {"domain": list(look.domain) if look.domain else least},
            "stack": None,
        }

    def _beside(self, name: str) -> Vega:
        return self._told_apart(self._way.beside, name)

    def _told_apart(self, channel: str, name: str) -> Vega:
        """One of several figures; a single one needs no name."""
        return {channel: {"datum": words(name)}} if self._several else {}

    def _tooltips(self) -> Iterator[Vega]:
        places = [(one.field, one.title or words(one.field)) for one in self.divisions]
        if self.over_time:
            places += [("from", "From"), ("to", "To")]
        for field, title in places:
            yield {"field": field, "type": "nominal", "title": title}
        for name in figures_of(self.metric):
            if name not in {field for field, _ in places}:
                yield {"field": f"{name} told", "type": "nominal", "title": words(name)}

    def _transforms(self) -> Iterator[Vega]:
        periods, *panels = self.divisions
        if self.over_time and panels:
            # A group without a row for a period has a gap there: no line runs through it.
            yield {
                "impute": self.look.drawn[0],
                "key": periods.field,
                "keyvals": list(periods.order),
                "groupby": [panel.field for panel in panels],
                "value": None,
            }
        for name, expression in self._calculated():
            yield {"calculate": expression, "as": name}

    def _calculated(self) -> Iterator[tuple[str, str]]:
        """What is written of the figures, and where parts and labels stand."""
        look, parts = self.look, self.look.parts if self._in_parts else ()
        for name in figures_of(self.metric):
            yield f"{name} told", f"{self._told(name)} || 'none'"
        for part in parts:
            yield f"{part.name} from", part.start
            yield f"{part.name} to", part.end
        for name in look.drawn if not self.over_time else ():
            reached = [f"{part.name} to" for part in parts] or [name, look.upper or name]
            yield f"{name} ends", f"max(0, {', '.join(map(_datum, reached))})"
            yield f"{name} label", self._label(name)

    def _label(self, name: str) -> str:
        """A figure and, beside the first of several, the n."""
        first, n = self.look.drawn[0], self._told(self.look.n)
        if name != first or self.look.n == first:
            return self._told(name)
        beside = f"isValid({_datum(name)}) ? ' (n = ' + {n} + ')' : 'n = ' + {n}"
        return f"{self._told(name)} + ({beside})"

    def _told(self, name: str) -> str:
        """A figure in words, of which there are none for null."""
        figure, style = _datum(name), told_as(self.metric, name)
        written = f"format({figure}, '{style}')" if style else f"'' + {figure}"
        return f"(isValid({figure}) ? {written} : '')"


def _datum(field: str) -> str:
    return f"datum['{field}']"


def _channel(division: Division) -> Vega:
    return {
        "field": division.field,
        "type": "nominal",
        "sort": list(division.order),
        "title": division.title,
    }
