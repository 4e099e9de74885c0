"""Every metric as a chart: valid Vega-Lite that draws what the answer says, and fetches nothing."""

import json
import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import combinations, cycle
from math import dist
from typing import Any
from zoneinfo import ZoneInfo

import altair as alt
import pytest
import vl_convert
from jsonschema import Draft7Validator

from projections.asked import Asked, resolve
from projections.catalogue import READ_MODELS
from projections.engine import Projector
from projections.metrics.answer import answer_model
from projections.metrics.candidate_satisfaction import CANDIDATE_SATISFACTION
from projections.metrics.catalogue import METRICS
from projections.metrics.charts import chart
from projections.metrics.drawing import COLOURS, INK
from projections.metrics.looks import figures_of, look_of, step_figure
from projections.metrics.metric import Figures, Metric
from projections.metrics.question import Question
from projections.metrics.recruiting_cost_ratio import RECRUITING_COST_RATIO
from projections.metrics.stage_conversion import FUNNEL
from projections.metrics.time_to_hire import TIME_TO_HIRE
from simulation.history import simulate
from store import organisations
from store.database import Connection
from store.ids import new_id
from store.log import Log
from store.system import Hireledger
from tests.measured import measured

UNTIL = datetime(2025, 6, 30, 12, tzinfo=UTC)
YEAR: dict[str, Any] = {"since": UNTIL - timedelta(days=365), "until": UNTIL}
WAYS: dict[str, dict[str, Any]] = {
    "together": {},
    "by source": {"by": ("source",)},
    "by month": {"every": "month"},
    "by department and source": {"by": ("department", "source")},
    "by source and quarter": {"by": ("source",), "every": "quarter"},
}
BERLIN = ZoneInfo("Europe/Berlin")
# A window, and the zone it is in.
WINTER = Question(
    datetime(2025, 11, 1, tzinfo=BERLIN), datetime(2026, 3, 1, tzinfo=BERLIN), zone=BERLIN
)
NOW = Asked(as_of=None, log_position=42)
VEGA_LITE = Draft7Validator(alt.load_schema())

Spec = dict[str, Any]


@pytest.fixture(scope="module")
def lively(hireledger: Hireledger) -> Log:
    """An organisation with a small simulated history, its read models up to date."""
    log = hireledger.log(organisations.create(hireledger.database, f"test {new_id()}"))
    simulate(log, lambda _done, _of: None, until=UNTIL, size=0.01)
    projector = Projector(log.database, log.organisation)
    while projector.step():
        pass
    return log


@pytest.fixture(scope="module")
def empty(hireledger: Hireledger) -> Log:
    """An organisation in which nothing has happened."""
    log = hireledger.log(organisations.create(hireledger.database, f"test {new_id()}"))
    projector = Projector(log.database, log.organisation)
    while projector.step():
        pass
    return log


@pytest.fixture
def connection(lively: Log) -> Iterator[Connection]:
    with lively.database.transaction(lively.organisation) as connection:
        yield connection


def charted(connection: Connection, metric: Metric, **asks: Any) -> Spec:
    asked = resolve(connection, READ_MODELS, as_of=UNTIL)
    answer = measured(connection, asked, metric, **YEAR, **asks)
    return chart(metric, answer, asked, Question(**YEAR, **asks))


def told(metric: Metric, figures: Any, rows: Any = (), **asks: Any) -> Spec:
    """The chart of an answer made up here: its figures and, by period and group, its rows."""
    question = Question(WINTER.since, WINTER.until, zone=BERLIN, **asks)
    answer = answer_model(metric)(
        metric=metric.name,
        definition=metric.definition,
        unit=metric.unit,
        policy="applied-accepted",
        since=question.since,
        until=question.until,
        rows=rows,
        **({metric.steps_are: figures} if metric.steps_are else figures),
    )
    return chart(metric, answer, NOW, question)


def took(days: float | None) -> dict[str, Any]:
    """Durations of one application, or none."""
    n = 0 if days is None else 1
    return {"n": n, "median_days": days, "mean_days": days, "p90_days": days}


def by_month(figures: list[Any], group: str | None = None) -> list[dict[str, Any]]:
    """A row for each month of the winter; none where the figures are left out."""
    months = Question(WINTER.since, WINTER.until, every="month", zone=BERLIN).periods()
    return [
        {"since": month.since, "until": month.until, "group": group, **of_month}
        for month, of_month in zip(months, figures, strict=True)
        if of_month is not None
    ]


def svg(spec: Spec) -> str:
    """Rendered with the network forbidden."""
    picture: str = vl_convert.vegalite_to_svg(spec, allowed_base_urls=[])
    return picture


def lines(spec: Spec) -> list[int]:
    """How many points each unbroken line runs through, across all panels."""
    paths = re.findall(r'aria-roledescription="line mark" d="([^"]*)"', svg(spec))
    return [part.count(",") for path in paths for part in path.split("M") if part]


def bars(spec: Spec) -> list[dict[str, str]]:
    """What each bar says to those who cannot see it."""
    picture = svg(spec).replace("\N{MINUS SIGN}", "-")
    labels = re.findall(r'aria-label="([^"]*)" role="graphics-symbol" [^>]*"bar"', picture)
    return [dict(said.split(": ", 1) for said in label.split("; ")) for label in labels]


def texts(spec: Spec) -> list[str]:
    """The labels beside bars, from the top."""
    return re.findall(r'aria-roledescription="text mark"[^>]*>([^<]*)<', svg(spec))


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("name", METRICS)
def test_every_metric_is_valid_vega_lite(connection: Connection, name: str, way: str) -> None:
    VEGA_LITE.validate(charted(connection, METRICS[name], **WAYS[way]))


def test_the_figures_are_those_of_the_answer(connection: Connection) -> None:
    asked = resolve(connection, READ_MODELS, as_of=UNTIL)
    answer = measured(connection, asked, TIME_TO_HIRE, **YEAR, by=("source",))
    spec = charted(connection, TIME_TO_HIRE, by=("source",))
    assert len(answer.rows) > 1
    assert spec["data"]["values"] == [
        row.model_dump(include={"group", "n", "median_days", "mean_days", "p90_days"})
        for row in answer.rows
    ]


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("name", METRICS)
def test_nothing_makes_a_valid_chart_too(empty: Log, name: str, way: str) -> None:
    with empty.database.transaction(empty.organisation) as connection:
        spec = charted(connection, METRICS[name], **WAYS[way])
    VEGA_LITE.validate(spec)
    svg(spec)


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("name", METRICS)
def test_it_is_drawn_without_a_network(connection: Connection, name: str, way: str) -> None:
    spec = charted(connection, METRICS[name], **WAYS[way])
    assert re.findall(r'"([^"]*)": "\w+://', json.dumps(spec)) == ["$schema"]
    png = vl_convert.vegalite_to_png(spec, allowed_base_urls=[])
    assert png.startswith(b"\x89PNG")


# Opening one takes the notebook's library seconds: every metric, and every way, but not all pairs.
@pytest.mark.parametrize(
    ("name", "way"),
    [*zip(METRICS, cycle(WAYS), strict=False), *((FUNNEL.name, way) for way in WAYS)],
)
def test_a_notebook_opens_it(connection: Connection, name: str, way: str) -> None:
    spec = charted(connection, METRICS[name], **WAYS[way])
    opened = alt.Chart.from_dict(spec).to_dict()
    assert (opened["$schema"], opened["description"]) == (spec["$schema"], spec["description"])
    assert opened.get("layer") == spec.get("layer")
    assert opened.get("spec") == spec.get("spec")
    assert list(opened["datasets"].values()) == [spec["data"]["values"]]


def test_it_says_what_it_shows() -> None:
    spec = told(TIME_TO_HIRE, took(12))
    assert spec["title"]["text"] == "Time to hire"
    assert spec["description"] == (
        f"Time to hire. {TIME_TO_HIRE.definition}"
        " From 2025-11-01 to 2026-02-28, as of now, known up to log position 42."
        " Policy applied-accepted; n = 1."
        " The tick beyond the median is the 90th percentile."
    )
    assert (
        " ".join((f"{spec['title']['text']}.", *spec["title"]["subtitle"])) == (spec["description"])
    )
    assert spec["usermeta"]["metric"] == "time-to-hire"
    assert spec["usermeta"]["log_position"] == 42


def test_a_month_without_hires_is_a_gap_and_not_a_zero() -> None:
    months = by_month([took(30), took(20), took(None), took(25)])
    spec = told(TIME_TO_HIRE, took(25), months, every="month")
    assert lines(spec) == [2, 1]


def test_a_month_without_a_row_of_a_group_is_a_gap_too() -> None:
    rows = [
        *by_month([took(30), took(20), took(21), took(25)], "agency"),
        *by_month([took(30), None, took(20), took(25)], "referral"),
    ]
    spec = told(TIME_TO_HIRE, took(25), rows, every="month", by=("source",))
    assert lines(spec) == [4, 1, 2]


def test_months_stand_in_their_order_in_the_organisations_zone() -> None:
    months = by_month([took(30), took(20), took(None), took(25)])
    spec = told(TIME_TO_HIRE, took(25), months, every="month")
    assert [row["period"] for row in spec["data"]["values"]] == [
        "Nov 2025",
        "Dec 2025",
        "Jan 2026",
        "Feb 2026",
    ]
    assert "4 values: Nov 2025, Dec 2025, Jan 2026, Feb 2026" in svg(spec)
    assert {"from": "2026-02-01", "to": "2026-02-28"}.items() <= spec["data"]["values"][3].items()


def test_of_many_months_some_are_named_at_regular_distances(connection: Connection) -> None:
    months = svg(charted(connection, TIME_TO_HIRE, every="month"))
    names = re.findall(r">(\w{3} 20\d\d)<", months)
    assert names == [
        "Jun 2024",
        "Aug 2024",
        "Oct 2024",
        "Dec 2024",
        "Feb 2025",
        "Apr 2025",
        "Jun 2025",
    ]


def test_groups_stand_by_value_and_those_without_one_last() -> None:
    rows = [
        {"since": WINTER.since, "until": WINTER.until, "group": group, **took(days)}
        for group, days in (("agency", None), ("linkedin", 31.25), ("referral", 40))
    ]
    spec = told(TIME_TO_HIRE, took(35), rows, by=("source",))
    assert "3 values: referral, linkedin, agency" in svg(spec)
    assert sorted(texts(spec)) == ["31.3 (n = 1)", "40.0 (n = 1)", "n = 0"]


def milestone(stage: str, entered: int, advanced: int | None, pending: int | None) -> Spec:
    decided = entered - (pending or 0)
    share = advanced / decided if advanced is not None and decided else None
    return {
        "stage": stage,
        "entered": entered,
        "advanced": advanced,
        "pending": pending,
        "conversion": share,
    }


def test_the_funnel_splits_who_entered_into_who_went_on_who_may_and_who_will_not() -> None:
    spec = told(FUNNEL, [milestone("applied", 10, 6, 1), milestone("hired", 2, None, None)])
    ends = {
        (bar["Stage"], part): (float(bar["Applications"]), float(bar[f"{part} to"]))
        for bar in bars(spec)
        for part in ("advanced", "pending", "ended there")
        if bar.get(f"{part} to", "null") != "null"
    }
    assert ends == {
        ("applied", "advanced"): (0, 6),
        ("applied", "pending"): (6, 7),
        ("applied", "ended there"): (7, 10),
        ("hired", "ended there"): (0, 2),
    }
    assert texts(spec) == ["66.7% (n = 10)", "n = 2"]
    assert {bar["Stage"]: bar["Conversion"] for bar in bars(spec)} == {
        "applied": "66.7%",
        "hired": "none",
    }
    assert "n = 10 (applied), 2 (hired)." in spec["description"]


def test_over_time_a_stage_that_leads_nowhere_has_no_panel() -> None:
    rows = [
        *by_month([milestone("applied", 10, 6, 1)] * 4),
        *by_month([milestone("hired", 2, None, None)] * 4),
    ]
    totals = [milestone("applied", 40, 24, 4), milestone("hired", 8, None, None)]
    spec = told(FUNNEL, totals, rows, every="month")
    assert {row["stage"] for row in spec["data"]["values"]} == {"applied"}


def answered(n: int, promoters: int | None, passives: int | None, detractors: int | None) -> Spec:
    cnps = None if promoters is None or detractors is None else 100 * (promoters - detractors) / n
    return {
        "n": n,
        "hidden": cnps is None,
        "promoters": promoters,
        "passives": passives,
        "detractors": detractors,
        "cnps": cnps,
    }


def test_satisfaction_stands_between_its_promoters_and_its_detractors() -> None:
    spec = told(CANDIDATE_SATISFACTION, answered(10, 5, 3, 2))
    ends = {
        part: (float(bar["cNPS"]), float(bar[f"{part} to"]))
        for bar in bars(spec)
        for part in ("promoters (9 or 10)", "detractors (0 to 6)", "passives (7 or 8)")
        if f"{part} to" in bar
    }
    assert ends == {
        "promoters (9 or 10)": (0, 50),
        "detractors (0 to 6)": (-20, 0),
        "passives (7 or 8)": (50, 80),
    }
    assert texts(spec) == ["30.0 (n = 10)"]
    assert "with values from \N{MINUS SIGN}100 to 100" in svg(spec)


def test_too_few_answers_show_their_number_and_nothing_else() -> None:
    spec = told(CANDIDATE_SATISFACTION, answered(3, None, None, None))
    assert texts(spec) == ["n = 3"]
    assert {bar["cNPS"] for bar in bars(spec)} <= {"0"}
    assert "point" not in re.findall(r'aria-roledescription="(\w+)"', svg(spec))


class Surprise(Figures):
    """Figures nobody thought of when charts were made."""

    answers: int
    joy: float | None
    words: list[str]


SURPRISE = Metric(
    name="surprise",
    title="Surprise",
    definition="How glad people were.",
    unit="points",
    figures=Surprise,
    cases="",
    reads=(),
    value="joy",
)


def test_a_metric_it_does_not_know_is_drawn_by_its_figures() -> None:
    spec = told(SURPRISE, {"answers": 7, "joy": 3.21, "words": ["oh"]})
    VEGA_LITE.validate(spec)
    assert spec["data"]["values"] == [{"group": "All", "answers": 7, "joy": 3.21}]
    assert texts(spec) == ["3.2 (n = 7)"]
    assert "Joy (points)" in svg(spec)


@pytest.mark.parametrize("metric", [*METRICS.values(), RECRUITING_COST_RATIO])
def test_a_chart_draws_figures_there_are(metric: Metric) -> None:
    look = look_of(metric, metric.unit)
    expressions = [text for part in look.parts for text in (part.start, part.end)]
    named = {*look.drawn, look.n, *re.findall(r"datum\.(\w+)", " ".join(expressions))}
    named |= {name for name in (look.upper, step_figure(metric)) if name}
    assert named <= set(figures_of(metric))


def linear(colour: str) -> list[float]:
    """Red, green and blue as light."""
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    return [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]


def contrast(one: str, other: str) -> float:
    """As WCAG 2 defines it."""
    lights = [
        sum(w * part for w, part in zip((0.2126, 0.7152, 0.0722), linear(colour), strict=True))
        for colour in (one, other)
    ]
    return (max(lights) + 0.05) / (min(lights) + 0.05)


@pytest.mark.parametrize("page", ["#FFFFFF", "#111111"])
def test_colours_stand_out_on_light_and_dark_pages(page: str) -> None:
    assert all(contrast(colour, page) >= 3 for colour in COLOURS)
    assert contrast(INK, page) >= 4


# Machado, Oliveira and Fernandes (2009): what people without red, green or blue cones see.
SIGHTS = {
    "protanopia": ((0.152, 1.053, -0.205), (0.115, 0.786, 0.099), (-0.004, -0.048, 1.052)),
    "deuteranopia": ((0.367, 0.861, -0.228), (0.280, 0.673, 0.047), (-0.012, 0.043, 0.969)),
    "tritanopia": ((1.256, -0.077, -0.179), (-0.078, 0.931, 0.148), (0.005, 0.691, 0.304)),
}


@pytest.mark.parametrize("sight", SIGHTS)
def test_colours_are_told_apart_by_colour_blind_readers(sight: str) -> None:
    seen = [
        [
            max(0.0, sum(w * part for w, part in zip(row, linear(colour), strict=True))) ** (1 / 3)
            for row in SIGHTS[sight]
        ]
        for colour in COLOURS
    ]
    assert all(dist(one, other) > 0.15 for one, other in combinations(seen, 2))
