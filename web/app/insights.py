"""Insights: each metric as a chart with its definition, policy, n, table, CSV and its cases."""

import csv
import io
from typing import Annotated, Any

from fastapi import APIRouter
from fastapi.responses import Response

from web.app.asking import Ask, Refused, all_of, asking
from web.app.showing import Page, show

router = APIRouter(tags=["Application"], route_class=Page)

SECTION = "insights"
QUESTION = ("from", "to", "by", "every", "pool", "policy")
DIMENSIONS = ("department", "location", "level", "source", "origin", "recruiter", "hiring_manager")
WITHOUT_CASES = frozenset({"recruiting-cost-ratio"})
ABOUT = frozenset(
    {
        "metric",
        "definition",
        "unit",
        "policy",
        "since",
        "until",
        "as_of",
        "log_position",
        "stale_since",
    }
)
"""What an answer says that is no figure."""


@router.get("/insights")
async def show_insights(ask: Annotated[Ask, asking]) -> Response:
    """All metrics, by what they are about."""
    metrics = await ask.get("/api/metrics")
    return show(ask, "insights", SECTION, metrics=metrics["items"])


@router.get("/insights/{name}")
async def show_metric(
    ask: Annotated[Ask, asking],
    name: str,
    against: str = "",
    group: str = "",
    step: str = "",
) -> Response:
    """One metric, and the cases behind it; compared with another time, why it changed."""
    question = _question(ask)
    metrics, answer = await all_of(
        ask.get("/api/metrics"), ask.get(f"/api/metrics/{name}", **question)
    )
    cases = None
    if name not in WITHOUT_CASES:
        path = f"/api/metrics/{name}/cases"
        said = {"group": group or None, "step": step or None}
        cases = await ask.either(path, **question, **said, limit=100)
    why, refusal = await _explained(ask, name, question, against, step)
    rows = answer.get("rows") or _parts(answer)
    return show(
        ask,
        "metric",
        SECTION,
        name=name,
        about=next(one for one in metrics["items"] if one["name"] == name),
        answer=answer,
        figures={key: value for key, value in answer.items() if _is_figure(key, value)},
        rows=rows,
        columns=[key for key in (rows[0] if rows else {}) if _told(key, rows)],
        cases=cases,
        chart=ask.link(f"/insights/{name}/chart.json", **question),
        table=ask.link(f"/insights/{name}/table.csv", **question),
        question=question,
        dimensions=DIMENSIONS,
        against=against,
        why=why,
        refusal=refusal,
        group=group,
        step=step,
    )


@router.get("/insights/{name}/chart.json")
async def show_chart(ask: Annotated[Ask, asking], name: str) -> Any:
    """The specification of a metric's chart."""
    return await ask.get(f"/api/metrics/{name}/chart", **_question(ask))


@router.get("/insights/{name}/table.csv")
async def show_table(ask: Annotated[Ask, asking], name: str) -> Response:
    """A metric's figures as CSV (RFC 4180)."""
    answer = await ask.get(f"/api/metrics/{name}", **_question(ask))
    rows = answer.get("rows") or _parts(answer)
    figures = rows or [{key: value for key, value in answer.items() if _is_figure(key, value)}]
    text = io.StringIO()
    writer = csv.DictWriter(text, fieldnames=list(figures[0]), extrasaction="ignore")
    writer.writeheader()
    writer.writerows({key: _harmless(value) for key, value in row.items()} for row in figures)
    headers = {"Content-Disposition": f'attachment; filename="{answer["metric"]}.csv"'}
    return Response(text.getvalue(), media_type="text/csv", headers=headers)


def _harmless(value: Any) -> Any:
    """Text that no spreadsheet takes for a formula."""
    return (
        f"'{value}" if isinstance(value, str) and value.startswith(("=", "+", "-", "@")) else value
    )


def _question(ask: Ask) -> dict[str, str]:
    """What the address asks of a metric, beside the time it is asked as of."""
    said = ask.request.query_params
    return {name: said[name] for name in QUESTION if said.get(name)}


async def _explained(
    ask: Ask, name: str, question: dict[str, str], against: str, step: str
) -> tuple[Any, str | None]:
    """Why a metric is another than as of another time; or why that cannot be told."""
    if not against:
        return None, None
    try:
        path = f"/api/metrics/{name}/explanation"
        return await ask.get(path, **question, against=against, step=step or None), None
    except Refused as refused:
        return None, str(refused)


def _parts(answer: dict[str, Any]) -> list[dict[str, Any]]:
    """The figures of the stages, sources or days that a metric tells by itself."""
    return next((value for key, value in answer.items() if key != "rows" and _is_table(value)), [])


def _is_table(value: Any) -> bool:
    return isinstance(value, list) and bool(value) and isinstance(value[0], dict)


def _is_figure(key: str, value: Any) -> bool:
    return key not in ABOUT and not isinstance(value, list | dict)


def _told(key: str, rows: list[dict[str, Any]]) -> bool:
    """Whether a column says anything."""
    return any(row.get(key) is not None for row in rows)
