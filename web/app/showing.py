"""How the application's pages look: one shell around each, and words for times and codes."""

import re
from collections.abc import Callable, Coroutine
from datetime import UTC, date, datetime, timedelta
from http import HTTPStatus
from itertools import groupby
from typing import Any
from urllib.parse import urlencode

from fastapi import Request
from fastapi.responses import RedirectResponse, Response
from fastapi.routing import APIRoute
from markupsafe import Markup, escape

from domain.role import EVERYONE, FOLLOWING, READING, SCHEDULING, Role
from web.app.asking import TIMES, Ask, Refused, SignedOut
from web.pages import page, templates

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:;"
    " connect-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
)

MEETING = READING | {Role.HIRING_MANAGER}
SECTIONS = (
    ("today", "Today", "/", EVERYONE - {Role.CANDIDATE}),
    ("requisitions", "Requisitions", "/requisitions", MEETING | {Role.APPROVER}),
    ("candidates", "Candidates", "/candidates", MEETING),
    ("pools", "Pools", "/pools", READING),
    ("campaigns", "Campaigns", "/campaigns", READING),
    ("insights", "Insights", "/insights", READING),
    ("audit", "Audit", "/audit", FOLLOWING),
    ("settings", "Settings", "/settings", SCHEDULING),
)
"""What the rail leads to, and for whom. The API refuses the rest all the same."""

EXACT_TIME = re.compile(r"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?Z)")
MINUTE, HOUR, DAY = 60, 3_600, 86_400
MONTH_DAYS, YEAR_DAYS = 60, 730


def show(ask: Ask, template: str, section: str, **context: Any) -> Response:
    """A page of the application, in its shell."""
    shell = {
        "ask": ask,
        "link": ask.link,
        "role": ask.role,
        "searches_all": ask.role in MEETING,
        "section": section,
        "sections": [one for one in SECTIONS if ask.role in one[-1]],
    }
    answer = page(f"app/{template}", **shell, **context)
    answer.headers["Content-Security-Policy"] = POLICY
    return answer


class Page(APIRoute):
    """Has a page say what the API refused, and sends whoever is out to sign in."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        handler = super().get_route_handler()

        async def shown(request: Request) -> Response:
            try:
                return await handler(request)
            except SignedOut:
                return RedirectResponse(_sign_in(request), HTTPStatus.SEE_OTHER)
            except Refused as refused:
                past = any(request.query_params.get(name) for name in TIMES)
                now = request.url.path if past else None
                return page("app/refused", refused.status, problem=refused.problem, now=now)

        return shown


def _sign_in(request: Request) -> str:
    """Where to sign in; a page that was asked for is shown afterwards."""
    if request.method != "GET" or request.url.path == "/":
        return "/sign-in"
    where = request.url.path + (f"?{request.url.query}" if request.url.query else "")
    return "/sign-in?" + urlencode({"next": where})


def moment(text: str | None) -> datetime | None:
    """A time as the API says it."""
    return None if text is None else datetime.fromisoformat(text).astimezone(UTC)


def when(text: str | None, missing: str = "—") -> Markup:
    """A date, short, with the exact time on hover; scripts tell it in the reader's zone."""
    at = moment(text)
    if at is None:
        return escape(missing)
    return _time(at, f"{at.day} {at:%b %Y}", "date")


def at_hour(text: str | None, missing: str = "—") -> Markup:
    """A date and a time of day."""
    at = moment(text)
    return escape(missing) if at is None else _time(at, f"{at.day} {at:%b %Y, %H:%M} UTC", "hour")


def age(text: str | None) -> Markup:
    """How long ago, as in 3 d; or, for what is to come, in 3 d."""
    at = moment(text)
    if at is None:
        return escape("—")
    seconds = (datetime.now(UTC) - at).total_seconds()
    words = span(abs(seconds))
    return _time(at, words if seconds >= 0 else f"in {words}", "")


def span(seconds: float) -> str:
    """A length of time in its largest fitting unit."""
    if seconds < HOUR:
        return f"{int(seconds // MINUTE)} min"
    if seconds < DAY:
        return f"{int(seconds // HOUR)} h"
    days = int(seconds // DAY)
    if days < MONTH_DAYS:
        return f"{days} d"
    return f"{days // 30} mo" if days < YEAR_DAYS else f"{days // 365} y"


def _time(at: datetime, words: str, kind: str) -> Markup:
    return Markup('<time datetime="{}" title="{} UTC" data-said="{}">{}</time>').format(
        at.isoformat(), f"{at.day} {at:%B %Y, %H:%M:%S}", kind, words
    )


def brief(text: str, now: datetime) -> Markup:
    """How long before `now`, in few bytes, for where there are thousands of them."""
    at = moment(text) or now
    since = span((now - at).total_seconds())
    return Markup('<time datetime="{}">{}</time>').format(f"{at:%Y-%m-%dT%H:%M:%SZ}", since)


def words(code: str | None) -> str:
    """A code of ours as words: `on_hold` as On hold."""
    text = (code or "").replace("_", " ").replace("-", " ")
    return text[:1].upper() + text[1:]


def number(value: float | str | None, digits: int = 1) -> str:
    """A figure, or a dash where there is none."""
    if value is None:
        return "—"
    figure = float(value)
    return f"{figure:,.0f}" if figure == int(figure) else f"{figure:,.{digits}f}"


def day(text: str) -> str:
    """A day to group by."""
    at = moment(text)
    return "" if at is None else f"{at:%A}, {at.day} {at:%B %Y}"


def today() -> str:
    """The date, as forms take it."""
    return date.today().isoformat()  # noqa: DTZ011  # what a form proposes


def first_day(text: str | None) -> str:
    """The day a period begins on; noon of it is the same day in every zone."""
    return _day_at(text, timedelta(hours=12))


def last_day(text: str | None) -> str:
    """The last day of a period, of which the end is the midnight after."""
    return _day_at(text, timedelta(hours=-12))


def _day_at(text: str | None, away: timedelta) -> str:
    at = moment(text)
    return "—" if at is None else f"{at + away:%d %b %Y}".lstrip("0")


def sentence(text: str) -> Markup:
    """A sentence, its times as people write them."""
    parts = EXACT_TIME.split(text)
    told = (at_hour(part) if nth % 2 else escape(part) for nth, part in enumerate(parts))
    return Markup("").join(told)


def groupby_day(entries: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Entries of a timeline, day by day in the order they come."""
    days = groupby(entries, lambda entry: day(entry["occurred_at"]))
    return [{"day": day, "entries": list(found)} for day, found in days]


for filter in (
    when,
    at_hour,
    age,
    brief,
    words,
    number,
    day,
    first_day,
    last_day,
    groupby_day,
    sentence,
):
    templates.filters[filter.__name__] = filter
templates.globals["today"] = today
