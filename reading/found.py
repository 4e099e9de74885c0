"""What a reader found in a document, before anything is made of it."""

import re
import unicodedata
from dataclasses import dataclass
from typing import Any

from reading.limits import MOST_CHARACTERS

_unstorable = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x84\x86-\x9f\ud800-\udfff\ufeff\u200b]")
_spaces = re.compile(r"[^\S\n]+")
_empty_lines = re.compile(r"\n\s*\n\s*")


@dataclass
class Found:
    """The words of a document, and what else is worth noting of it."""

    text: str
    pages: int | None = None
    truncated: bool = False
    has_macros: bool = False
    resume: dict[str, Any] | None = None
    """A JSON Resume as it is."""


def cleaned(text: str) -> tuple[str, bool]:
    """Text without what cannot be stored or seen, no longer than is kept; whether it was cut."""
    kept = text[: 2 * MOST_CHARACTERS]
    kept = re.sub(r"\r\n?|\x0c|\u2028|\u2029|\x85", "\n", kept)
    kept = unicodedata.normalize("NFC", _unstorable.sub("", kept))
    kept = _empty_lines.sub("\n\n", _spaces.sub(" ", kept)).strip()
    cut = len(kept) > MOST_CHARACTERS or len(text) > 2 * MOST_CHARACTERS
    return kept[:MOST_CHARACTERS], cut
