"""The words of a PDF."""

from collections.abc import Iterator
from io import BytesIO
from typing import Any

from pypdf import PasswordType, PdfReader
from pypdf.generic import DictionaryObject

from reading.found import Found
from reading.limits import MOST_CHARACTERS, MOST_PAGES
from reading.unreadable import ENCRYPTED, Unreadable

PROGRAMS = frozenset({"/JavaScript", "/Launch", "/ImportData", "/SubmitForm"})


def read(content: bytes) -> Found:
    """What a PDF says, page by page. Raises Unreadable, and whatever its parser stumbles over."""
    reader = PdfReader(BytesIO(content))
    # Many are encrypted only so that they cannot be changed; those open without a password.
    if reader.is_encrypted and reader.decrypt("") == PasswordType.NOT_DECRYPTED:
        raise Unreadable(ENCRYPTED)
    pages = len(reader.pages)
    texts: list[str] = []
    for text in _texts(reader, min(pages, MOST_PAGES)):
        texts.append(text)
        if sum(map(len, texts)) > MOST_CHARACTERS:
            break
    cut = len(texts) < pages
    return Found("\n\n".join(texts), pages=pages, truncated=cut, has_macros=_acts(reader))


def _texts(reader: PdfReader, pages: int) -> Iterator[str]:
    for number in range(pages):
        yield reader.pages[number].extract_text()


def _acts(reader: PdfReader) -> bool:
    """Whether it would do something when opened, or carries files."""
    root = reader.root_object
    names = _of(root, "/Names")
    opening = _of(root, "/OpenAction")
    return (
        "/JavaScript" in names
        or "/EmbeddedFiles" in names
        or "/AA" in root
        or opening.get("/S") in PROGRAMS
    )


def _of(root: DictionaryObject, name: str) -> dict[Any, Any]:
    value = root.get(name)
    found = value.get_object() if value is not None else None
    return found if isinstance(found, DictionaryObject) else {}
