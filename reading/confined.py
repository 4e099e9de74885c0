"""The process that reads one document, and has nothing to lose: run by reading/reader.py.

It has no keys, no environment and no network; it opens no file but the program's own, writes none,
starts nothing, and its memory and time are limited. It answers one line of JSON. Whatever goes
wrong in it is told as a code: the words of an error may quote the document.
"""

import json
import logging
import resource
import sys
from contextlib import suppress
from pathlib import Path
from typing import Any

from reading.formats import DOCX, format_of
from reading.found import Found, cleaned
from reading.limits import MEMORY_BYTES, OPEN_FILES, PROCESSOR_SECONDS
from reading.unreadable import CORRUPT, NO_TEXT, NOT_SUPPORTED, TOO_LARGE, Unreadable

FORBIDDEN = (
    "socket.",
    "subprocess.",
    "os.exec",
    "os.fork",
    "os.posix_spawn",
    "os.spawn",
    "os.system",
    "os.kill",
    "os.remove",
    "os.rename",
    "os.mkdir",
    "os.truncate",
    "ctypes.",
    "shutil.",
    "urllib.",
    "webbrowser.",
)
"""What an audit hook (PEP 578) hears of and refuses."""


class Forbidden(BaseException):
    """A reader tried what no reader needs; no `except Exception` of a library hides it."""


def main() -> None:
    """Reads one document from standard input: a line of JSON that says what is wanted, then it."""
    confine()
    wanted = json.loads(sys.stdin.buffer.readline())
    answer: dict[str, Any] = {"format": None}
    try:
        answer = _answer(sys.stdin.buffer.read(), wanted, answer)
    except Unreadable as refusal:
        answer |= {"code": refusal.code, "format": refusal.format or answer["format"]}
    except MemoryError:
        answer |= {"code": TOO_LARGE}
    except Exception:  # whatever a parser stumbles over
        answer |= {"code": CORRUPT}
    sys.stdout.buffer.write(json.dumps(answer).encode())


def confine() -> None:
    """Gives up what reading does not need, for good."""
    logging.disable()
    for limit, most in (
        (resource.RLIMIT_AS, MEMORY_BYTES),
        (resource.RLIMIT_CPU, PROCESSOR_SECONDS),
        (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_NOFILE, OPEN_FILES),
        (resource.RLIMIT_NPROC, 0),
    ):
        # macOS knows no limit of addresses.
        with suppress(ValueError, OSError):
            resource.setrlimit(limit, (most, most))
    sys.addaudithook(_refuse)


_ours = tuple(str(Path(place).resolve()) for place in {*sys.path, sys.prefix, sys.base_prefix})


def _refuse(event: str, arguments: tuple[Any, ...]) -> None:
    if event.startswith(FORBIDDEN):
        raise Forbidden(event)
    if event == "open":
        path, mode, flags = arguments
        writes = (isinstance(mode, str) and set(mode) & set("wax+")) or (flags or 0) & 0x3
        if writes or isinstance(path, int) or not _is_ours(path):
            raise Forbidden(event)


def _is_ours(path: Any) -> bool:
    text = path.decode() if isinstance(path, bytes) else str(path)
    return ".." not in text and text.startswith(_ours)


def _answer(content: bytes, wanted: dict[str, Any], answer: dict[str, Any]) -> dict[str, Any]:
    answer["format"] = format_of(content)
    found = _read(content, answer["format"])
    text, cut = cleaned(found.text)
    if not text:
        raise Unreadable(NO_TEXT)
    return {
        "format": answer["format"],
        "text": text,
        "pages": found.pages,
        "truncated": found.truncated or cut,
        "has_macros": found.has_macros,
        "profile": _profile(found, text, wanted["region"]) if wanted["profile"] else None,
    }


def _read(content: bytes, format: str) -> Found:
    """Loads the reader of a format, and no other. Raises Unreadable."""
    # ruff: noqa: PLC0415
    match format:
        case "pdf":
            from reading import pdf

            return pdf.read(content)
        case "docx" | "odt":
            from reading import office

            return office.read_docx(content) if format == DOCX else office.read_odt(content)
        case "text":
            from reading import plain

            return plain.read(content)
        case "json_resume":
            from reading import json_resume

            return json_resume.read(content)
    raise Unreadable(NOT_SUPPORTED)


def _profile(found: Found, text: str, region: str | None) -> dict[str, Any]:
    if found.resume is None:
        from reading.suggesting import suggested

        return suggested(text, region)
    from reading.json_resume import profile_of

    fields = profile_of(found.resume)
    places = {"summary": "skills", "links": "basics.url"}
    return {
        **fields,
        "resume": found.resume,
        "found_at": {name: places.get(name, "basics") for name in fields},
    }
