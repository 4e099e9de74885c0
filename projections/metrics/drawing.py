"""How a metric's figures are drawn: in bars or along a line, with ticks, labels and tooltips."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from math import ceil
from textwrap import wrap
from typing import Any

import altair as alt

from projections.metrics.looks import Look, figures_of, is_share, told_as, words
from projections.metrics.metric import Metric

# At least 3:1 against white and against a dark page, and told apart by colour-blind readers.
COLOURS = ("#0072B2", "#D55E00", "#8A8A8A")
# As far from white as from black: 4.5:1 both ways.
INK = "#767676"
# Seen on every colour.
MARKER: dict[str, Any] = {
    "fill": "#FFFFFF",
    "stroke": "#222222",
    "filled": True,
    "shape": "diamond",
    "size": 90,
}
WIDTH, HEIGHT, PANEL_WIDTH, PANEL_HEIGHT, COLUMNS = 480, 220, 220, 110, 3
BAR, THIN_BAR, TITLE_LENGTH = 26, 15, 24
LABELS, PANEL_LABELS = 8, 3
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

Channels = dict[str, Any]


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

    def picture(self) -> Any:
        """All of it, but for the data."""
        place, *panels = self.divisions
        layers = (
            alt.layer(*self._layers(), data=alt.NamedData(name="figures"))
            .transform_impute(
                impute=self.look.drawn[0],
                key=place.field,
                keyvals=list(place.order),
                groupby=[panel.field for panel in panels],
                value=None,
            )
            .transform_calculate(**self._calculated())
            .properties(width=PANEL_WIDTH if panels else WIDTH, height=self._height(bool(panels)))
        )
        return _in_panels(layers, panels).configure(**CONFIG)

    def _height(self, small: bool) -> Any:
        if self.over_time:
            return PANEL_HEIGHT if small else HEIGHT
        if len(self.look.drawn) > 1:
            return {"step": THIN_BAR, "for": "offset"}
        return {"step": BAR}

    def _layers(self) -> Iterator[alt.Chart]:
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

    def _bars(self) -> Iterator[alt.Chart]:
        for name in self.look.drawn:
            channels = self._at(name) | self._beside(name) | self._coloured(name)
            yield alt.Chart().mark_bar().encode(**channels)

    def _lines(self) -> Iterator[alt.Chart]:
        for name in self.look.drawn:
            line = alt.Chart().mark_line(
                strokeJoin="round",
                invalid="break-paths-show-domains",
                point={"filled": True, "opacity": 1, "size": 40},
            )
            yield line.encode(**self._at(name) | self._coloured(name))

    def _upper(self, upper: str) -> Iterator[alt.Chart]:
        yield alt.Chart().mark_rule(color=INK).encode(**self._at(self.look.drawn[0], upper))
        yield (
            alt.Chart()
            .mark_tick(color=INK, opacity=1, thickness=2, size=9)
            .encode(**self._at(upper))
        )

    def _parts(self) -> Iterator[alt.Chart]:
        for part in self.look.parts:
            channels = self._at(f"{part.name} from", f"{part.name} to")
            yield alt.Chart().mark_bar().encode(**channels, color={"datum": part.name})
        if not self.look.parts_axis:
            yield alt.Chart().mark_point(**MARKER).encode(**self._at(self.look.drawn[0]))

    def _labels(self) -> Iterator[alt.Chart]:
        """Beyond the bars, what they stand for: a null, too, has its n."""
        for name in self.look.drawn:
            channels = self._at(f"{name} ends") | self._beside(name)
            text = alt.Chart().mark_text(align="left", dx=5, color=INK)
            yield text.encode(**channels, text={"field": f"{name} label", "type": "nominal"})

    @property
    def _in_parts(self) -> bool:
        """Parts of another unit than the figures' are for bars alone."""
        return bool(self.look.parts) and not (self.over_time and self.look.parts_axis)

    @property
    def _way(self) -> Way:
        return RUNNING if self.over_time else LYING

    def _at(self, field: str, end: str | None = None) -> Channels:
        """A figure at its place, or all from one figure to another."""
        ends = {self._way.end: {"field": end}} if end else {}
        return {
            self._way.figure: self._measured(field),
            **ends,
            self._way.place: self._placed(),
            "tooltip": list(self._tooltips()),
        }

    def _placed(self) -> Channels:
        place, *panels = self.divisions
        if not self.over_time:
            return {**_channel(place), "scale": {"type": "band", "paddingInner": 0.15}}
        # Not left to the renderer, whose choice of labels would not be regular.
        nth = ceil(len(place.order) / (PANEL_LABELS if panels else LABELS)) or 1
        scale = (
            {"type": "band", "paddingInner": 0.15}
            if self._in_parts
            else {"type": "point", "padding": 0.5}
        )
        axis = {"labelAngle": 0, "values": place.order[::nth]}
        return {**_channel(place), "scale": scale, "axis": axis}

    def _measured(self, field: str) -> Channels:
        look, title = self.look, self.look.axis
        axis: Channels = {}
        if self._in_parts and look.parts_axis:
            title, axis = look.parts_axis, {"tickMinStep": 1}
        elif is_share(look.drawn[0]):
            axis = {"format": "~%"}
        scale = {"domain": list(look.domain)} if look.domain else {"zero": True}
        return {
            "field": field,
            "type": "quantitative",
            "title": wrap(title, TITLE_LENGTH),
            "axis": {**axis, "tickCount": 5},
            "scale": scale,
            "stack": None,
        }

    def _beside(self, name: str) -> Channels:
        return {self._way.beside: {"datum": words(name)}} if len(self.look.drawn) > 1 else {}

    def _coloured(self, name: str) -> Channels:
        return {"color": {"datum": words(name)}} if len(self.look.drawn) > 1 else {}

    def _tooltips(self) -> Iterator[Channels]:
        places = [(one.field, one.title or words(one.field)) for one in self.divisions]
        if self.over_time:
            places += [("from", "From"), ("to", "To")]
        for field, title in places:
            yield {"field": field, "type": "nominal", "title": title}
        for name in figures_of(self.metric):
            if name not in {field for field, _ in places}:
                yield {"field": f"{name} told", "type": "nominal", "title": words(name)}

    def _calculated(self) -> dict[str, str]:
        """What is written of the figures, and where parts and labels stand."""
        look = self.look
        parts = look.parts if self._in_parts else ()
        said = {f"{name} told": f"{self._told(name)} || 'none'" for name in figures_of(self.metric)}
        for part in parts:
            said |= {f"{part.name} from": part.start, f"{part.name} to": part.end}
        n = self._told(look.n)
        n = f"(isValid({_datum(look.drawn[0])}) ? ' (n = ' + {n} + ')' : 'n = ' + {n})"
        for nth, name in enumerate(look.drawn):
            reached = [f"{part.name} to" for part in parts] or [name, look.upper or name]
            said[f"{name} ends"] = f"max(0, {', '.join(map(_datum, reached))})"
            said[f"{name} label"] = f"{self._told(name)} + {n}" if nth == 0 else self._told(name)
        return said

    def _told(self, name: str) -> str:
        """A figure in words, of which there are none for null."""
        figure, style = _datum(name), told_as(self.metric, name)
        written = f"format({figure}, '{style}')" if style else f"'' + {figure}"
        return f"(isValid({figure}) ? {written} : '')"


def _datum(field: str) -> str:
    return f"datum['{field}']"


def _in_panels(layers: Any, panels: Sequence[Division]) -> Any:
    """A panel for each value of one division, or a row for each of one and a column of another."""
    channels = [_channel(panel) for panel in panels]
    match channels:
        case [one]:
            return layers.facet(facet=alt.Facet(**one), columns=COLUMNS, bounds="flush", spacing=30)
        case [one, other]:
            return layers.facet(row=alt.Row(**one), column=alt.Column(**other))
    return layers


def _channel(division: Division) -> Channels:
    return {
        "field": division.field,
        "type": "nominal",
        "sort": list(division.order),
        "title": division.title,
    }
