"""A form is a command: what it says goes to the API under the path it names.

Field names are those of the command's body: `reason_code`, `criteria.tags_all[]`. Without scripts
the browser is sent back to the page; with htmx the page is swapped, refusals are shown in place.
"""

import json
import re
from collections.abc import Iterable, Mapping
from datetime import datetime
from http import HTTPStatus
from typing import Annotated, Any
from urllib.parse import quote, urlencode, urlsplit, urlunsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse, Response

from entrance.browser import CSRF_HEADER
from web.app.asking import REACHED, Ask, asking
from web.app.showing import Page
from web.pages import own_address, page

router = APIRouter(tags=["Application"], route_class=Page)

LOCAL_TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d)?")
OURS = "_"
"""Fields that begin so are for this module: `_csrf`, `_back`, `_done`; others fill in the path."""


@router.post("/do/{path:path}")
async def give_command(request: Request, path: str, ask: Annotated[Ask, asking]) -> Response:
    """Gives one command, and goes back to where the form stands or says."""
    form = await request.form()
    said = [(name, value) for name, value in form.multi_items() if isinstance(value, str)]
    ours = {name: value for name, value in said if name.startswith(OURS)}
    zone = ours.get("_zone", "UTC")
    body = body_of(
        (name, with_zone(value, zone)) for name, value in said if not name.startswith(OURS)
    )
    for name, value in ours.items():
        path = path.replace(f"{{{name.removeprefix(OURS)}}}", quote(value, safe=""))
    answer = await ask.call(
        "POST",
        f"/api/{path}",
        body,
        **{
            CSRF_HEADER: ours.get("_csrf", ""),
            "Origin": request.headers.get("origin", str(request.base_url).rstrip("/")),
        },
    )
    if answer.status_code >= HTTPStatus.BAD_REQUEST:
        return _refused(request, answer.json())
    made = answer.json() if answer.content else {}
    if once := made.get("invitation_url") or made.get("key") or made.get("secret"):
        return _told_once(request, once)
    back = _back(ours.get("_back", "/").format_map(_Ids(made)), answer.headers)
    if "hx-request" not in request.headers:
        return RedirectResponse(back, HTTPStatus.SEE_OTHER)
    where = {"path": back, "target": "#page", "select": "#page", "swap": "outerHTML"}
    done = {"done": {"words": ours.get("_done", "Done")}}
    return Response(
        status_code=HTTPStatus.NO_CONTENT,
        headers={"HX-Location": json.dumps(where), "HX-Trigger": json.dumps(done)},
    )


class _Ids(dict[str, Any]):
    """What a command made, for a way back that names it; anything else stays away."""

    def __missing__(self, _: str) -> str:
        return ""


def with_zone(value: str, zone: str) -> str:
    """A date and time as browsers put it, with the offset it has in the form's zone."""
    if not LOCAL_TIME.fullmatch(value):
        return value
    try:
        return datetime.fromisoformat(value).replace(tzinfo=ZoneInfo(zone)).isoformat()
    except (ValueError, ZoneInfoNotFoundError):
        return value


def body_of(fields: Iterable[tuple[str, str]]) -> dict[str, Any]:
    """The body that fields describe: dots lead inwards, what is empty is not said.

    `[]` gathers, `[,]` what commas part. Where all names of a place are numbers, it is a list:
    `ratings.0.attribute`. What contradicts what was said before is left out.
    """
    body: dict[str, Any] = {}
    for name, value in fields:
        if value == "":
            continue
        *path, last = name.split(".")
        place = body
        for part in path:
            inner = place.setdefault(part, {})
            place = inner if isinstance(inner, dict) else {}
        if last.endswith(("[]", "[,]")):
            key, _, parted = last.removesuffix("]").rpartition("[")
            said = [part.strip() for part in value.split(",")] if parted else [value]
            gathered = place.setdefault(key, [])
            if isinstance(gathered, list):
                gathered.extend(part for part in said if part)
        else:
            place[last] = value
    return {name: _with_lists(value) for name, value in body.items()}


def _with_lists(value: Any) -> Any:
    if not isinstance(value, dict):
        return value
    inner = {name: _with_lists(part) for name, part in value.items()}
    if all(name.isdigit() for name in inner):
        return [inner[name] for name in sorted(inner, key=int)]
    return inner


def _back(path: str, headers: Mapping[str, str]) -> str:
    """A page of ours, which waits for what was just recorded."""
    parts = urlsplit(own_address(path))
    reached = headers.get("Log-Position")
    query = "&".join(filter(None, (parts.query, urlencode({REACHED: reached}) if reached else "")))
    return urlunsplit(("", "", parts.path, query, parts.fragment))


def _told_once(request: Request, words: str) -> Response:
    """What is shown this once, and kept nowhere: an invitation's link, a key or a secret."""
    name = "app/once" if "hx-request" in request.headers else "app/once_alone"
    return page(name, words=words)


def _refused(request: Request, problem: dict[str, Any]) -> Response:
    """What the API said against it: in place, or on a page of its own."""
    name = "app/problem" if "hx-request" in request.headers else "app/refused"
    return page(name, problem["status"], problem=problem, now=None)
