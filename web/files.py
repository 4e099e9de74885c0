"""The files pages load: ours, and those hatch_build.py brought; nothing comes from elsewhere."""

import hashlib
from functools import cache
from http import HTTPStatus
from pathlib import Path

from fastapi import APIRouter
from fastapi.responses import FileResponse, PlainTextResponse, Response

from entrance.browser import ANYONE
from web.pages import ASSETS, templates

router = APIRouter(tags=["Pages"], dependencies=[ANYONE])

SUFFIXES = frozenset({".css", ".js", ".svg"})
FOR_GOOD = {"Cache-Control": "public, max-age=31536000, immutable"}
FOR_AN_HOUR = {"Cache-Control": "public, max-age=3600"}


@router.get("/assets/{name}")
def serve_asset(name: str, v: str = "") -> Response:
    """One of our own files; for good, where the address names its content."""
    return _file(ASSETS, name, v)


@router.get("/assets/vendor/{name}")
def serve_vendor_asset(name: str, v: str = "") -> Response:
    """A file of a library."""
    return _file(ASSETS / "vendor", name, v)


def _file(folder: Path, name: str, version: str) -> Response:
    file = {one.name: one for one in folder.iterdir() if one.suffix in SUFFIXES}.get(name)
    if file is None:
        return PlainTextResponse("There is no such file.", HTTPStatus.NOT_FOUND)
    return FileResponse(file, headers=FOR_GOOD if version == _digest(file) else FOR_AN_HOUR)


@cache
def _digest(file: Path) -> str:
    return hashlib.sha256(file.read_bytes()).hexdigest()[:12]


def asset(name: str) -> str:
    """The address of a file, which changes with what it says."""
    return f"/assets/{name}?v={_digest(ASSETS / name)}"


templates.globals["asset"] = asset
