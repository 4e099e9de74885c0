"""How pages are made: from a template, under a policy that allows our own files only."""

from http import HTTPStatus
from pathlib import Path
from typing import Any

from fastapi.responses import HTMLResponse
from jinja2 import Environment, PackageLoader, StrictUndefined

from web.markdown import as_html

POLICY = (
    "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self';"
    " frame-ancestors 'none'; base-uri 'none'"
)
ASSETS = Path(__file__).parent / "assets"

templates = Environment(
    loader=PackageLoader("web"), autoescape=True, undefined=StrictUndefined, trim_blocks=True
)


templates.filters["markdown"] = as_html


def page(name: str, status: int = HTTPStatus.OK, **context: Any) -> HTMLResponse:
    """A template as the answer."""
    html = templates.get_template(f"{name}.html").render(**context)
    return HTMLResponse(html, status, {"Content-Security-Policy": POLICY})
