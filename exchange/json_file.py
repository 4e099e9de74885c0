"""A JSON file from outside, of which anything must be expected: read with every fault told."""

import json
import os
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from stat import S_ISREG
from typing import Any, NoReturn

from exchange.refusal import MOST_PROBLEMS, ImportRefused, Problem

MOST_BYTES = 32 * 1024 * 1024
HEAD_BYTES = 64 * 1024

Way = tuple[str | int, ...]
"""How to get to a value from the outermost one: keys of objects, places in lists."""


@dataclass(frozen=True)
class Document:
    """A JSON text and what it says."""

    text: str
    value: Any
    repeated: list[Way] = field(default_factory=list)
    """Keys that an object has twice, so that one of the two values is lost."""

    def refuse(self, wrong: list[tuple[Way, str]]) -> NoReturn:
        """Raises ImportRefused with the first of these and their lines."""
        problems = [
            Problem(line=self.line(way), field="/".join(map(str, way)), words=words)
            for way, words in wrong[:MOST_PROBLEMS]
        ]
        raise ImportRefused(problems, more=len(wrong) - len(problems))

    def line(self, way: Way) -> int | None:
        """The line on which a value, or else what it is missing from, stands.

        The text is searched for one key after the other. That finds the wrong place only where an
        earlier value happens to hold the same key.
        """
        at, value = 0, self.value
        for key in way:
            if not isinstance(value, dict) or key not in value:
                break
            quoted = re.escape(json.dumps(key, ensure_ascii=False))
            found = re.compile(rf"{quoted}\s*:").search(self.text, at)
            if found is None:
                break
            at, value = found.end(), value[key]
        return self.text.count("\n", 0, at) + 1 if at else None


def read(path: Path) -> Document:
    """Reads a JSON file. Raises ImportRefused."""
    text = _decoded(_content(path, MOST_BYTES))
    doubtful: list[tuple[dict[str, Any], str]] = []

    def unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        values = dict(pairs)
        if len(values) < len(pairs):
            times = Counter(key for key, _ in pairs)
            doubtful.extend((values, key) for key in values if times[key] > 1)
        return values

    try:
        value = json.loads(text, object_pairs_hook=unique, parse_constant=_no_number)
    except json.JSONDecodeError as error:
        words = f"is no JSON here, at column {error.colno}: {error.msg}"
        raise ImportRefused([Problem(line=error.lineno, words=words)]) from None
    except RecursionError:
        raise ImportRefused([Problem(words="is nested too deeply")]) from None
    except ValueError as error:
        raise ImportRefused([Problem(words=f"is no JSON: {error}")]) from None
    return Document(text, value, _ways(value, doubtful) if doubtful else [])


def head(path: Path) -> bytes:
    """The first bytes of a file. Raises ImportRefused."""
    return _content(path, HEAD_BYTES, whole=False)


def _content(path: Path, most: int, whole: bool = True) -> bytes:
    """The file's bytes, never more than `most`."""
    try:
        with open(path, "rb", opener=_without_waiting) as file:
            if not S_ISREG(os.fstat(file.fileno()).st_mode):
                raise ImportRefused([Problem(words="that is not a regular file")])
            content = file.read(most + 1)
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or error
        raise ImportRefused([Problem(words=f"the file cannot be read: {reason}")]) from None
    if not content:
        raise ImportRefused([Problem(words="the file is empty")])
    if whole and len(content) > most:
        raise ImportRefused([Problem(words=f"the file is larger than {most:,} bytes")])
    return content


def _without_waiting(path: str, flags: int) -> int:
    """Opens a pipe even where nobody stands at its other end."""
    return os.open(path, flags | os.O_NONBLOCK)


def _decoded(content: bytes) -> str:
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        words = f"is not UTF-8: byte {content[error.start]:#04x}"
        raise ImportRefused([Problem(line=line, words=words)]) from None


def _no_number(name: str) -> NoReturn:
    raise ValueError(f"{name} is not a number")


def _ways(value: Any, wanted: list[tuple[dict[str, Any], str]]) -> list[Way]:
    """The ways to keys of certain objects."""
    ways = {id(found): way for way, found in _objects(value)}
    return [(*ways.get(id(found), ()), key) for found, key in wanted]


def _objects(value: Any) -> Iterator[tuple[Way, dict[str, Any]]]:
    left: list[tuple[Way, Any]] = [((), value)]
    while left:
        way, value = left.pop()
        if isinstance(value, dict):
            yield way, value
            left.extend(((*way, key), inner) for key, inner in value.items())
        elif isinstance(value, list):
            left.extend(((*way, index), inner) for index, inner in enumerate(value))
