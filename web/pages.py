"""How pages are made: from a template, under a policy that allows our own files only."""

from collections.abc import Callable
from functools import wraps
from http import HTTPStatus
from pathlib import Path
from typing import Any, ParamSpec
from urllib.parse import urlsplit

from fastapi.responses import HTMLResponse, Response
from jinja2 import Environment, PackageLoader, StrictUndefined

from domain.errors import Refusal
from web.markdown import as_html

Parameters = ParamSpec("Parameters")
Endpoint = Callable[Parameters, Response]

POLICY = (
    "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self';"
    " frame-ancestors 'none'; base-uri 'none'"
)
ASSETS = Path(__file__).parent / "assets"

templates = Environment(
    loader=PackageLoader("web"), autoescape=True, undefined=StrictUndefined, trim_blocks=True
)


templates.filters["markdown"] = as_html


def page(name: str, status: int = HTTPStatus.OK, /, **context: Any) -> HTMLResponse:
    """A template as the answer."""
    html = templates.get_template(f"{name}.html").render(**context)
    return HTMLResponse(html, status, {"Content-Security-Policy": POLICY})


def own_address(address: str) -> str:
    """An address a form or link named, if it is of a page of ours; else the beginning.

    What browsers take for another site is none: a scheme, a host, two slashes, a backslash.
    """
    parts = urlsplit(address)
    strays = parts.scheme or parts.netloc or "\\" in address or not address.isprintable()
    own = address.startswith("/") and not address.startswith("//") and not strays
    return address if own else "/"


def calmly(name: str) -> Callable[[Endpoint[Parameters]], Endpoint[Parameters]]:
    """Lets an endpoint refuse on a page, of this template."""

    def shown(endpoint: Endpoint[Parameters]) -> Endpoint[Parameters]:
        @wraps(endpoint)
        def answer(*args: Parameters.args, **kwargs: Parameters.kwargs) -> Response:
            try:
                return endpoint(*args, **kwargs)
            except Refusal as refusal:
                return page(name, refusal.status, words=refusal.message)

        return answer

    return shown
