"""What a document is, by its bytes: what its sender says of it is not believed."""

import json
import re
from io import BytesIO
from zipfile import BadZipFile, ZipFile

from reading.limits import MOST_PARTS, TEXT_BYTES
from reading.unreadable import CORRUPT, ENCRYPTED, TOO_MANY_PARTS, Unreadable

PDF, DOCX, ODT, TEXT, JSON_RESUME = "pdf", "docx", "odt", "text", "json_resume"
"""What is read; all else is refused by its name."""

HEADER_BYTES = 1024
"""A PDF may begin as late as this (ISO 32000-1, annex H.3.4.1)."""
ODT_TYPE = b"application/vnd.oasis.opendocument.text"
ENCRYPTED_PACKAGE = "EncryptedPackage".encode("utf-16-le")
"""What an office document with a password holds, in place of its parts."""
RESUME_SECTIONS = frozenset({"basics", "work", "education", "skills"})

_begins: tuple[tuple[bytes, str], ...] = (
    (rb"\{\\rtf", "rtf"),
    (rb"\x89PNG|\xff\xd8\xff|GIF8|II\*\x00|MM\x00\*|RIFF....WEBP|....ftyphei", "image"),
    (rb"\x1f\x8b|7z\xbc\xaf|Rar!|BZh|\xfd7zXZ", "archive"),
    (rb"\x7fELF|MZ", "program"),
    (rb"%!PS", "postscript"),
    (rb"(?i)\s*(<!--.*?-->\s*)*<(!doctype html|html|head|body)", "html"),
    (rb"\s*<\?xml|\s*<svg", "xml"),
)
_patterns = [(re.compile(pattern, re.DOTALL), name) for pattern, name in _begins]
_byte_order_marks = (b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff")
_binary = re.compile(rb"[\x00-\x08\x0e-\x1a\x1c-\x1f]")


def format_of(content: bytes) -> str:
    """The name of what a document is; `unknown` where nobody can tell. Raises Unreadable."""
    beginning = content[:HEADER_BYTES]
    if b"%PDF-" in beginning:
        return PDF
    if content.startswith(b"PK"):
        return _packed(content)
    if content.startswith(b"\xd0\xcf\x11\xe0"):
        if ENCRYPTED_PACKAGE in content:
            raise Unreadable(ENCRYPTED, "office")
        return "doc"
    unmarked = beginning.removeprefix(b"\xef\xbb\xbf")
    for pattern, name in _patterns:
        if pattern.match(unmarked):
            return name
    if unmarked.lstrip()[:1] in (b"{", b"["):
        return _json(content)
    if content.startswith(_byte_order_marks) or not _binary.search(content[:TEXT_BYTES]):
        return TEXT
    return "unknown"


def _packed(content: bytes) -> str:
    """What a zip is, by the names of its parts. None of them is unpacked but a short one."""
    try:
        with ZipFile(BytesIO(content)) as archive:
            names = set(archive.namelist())
            if len(names) > MOST_PARTS:
                raise Unreadable(TOO_MANY_PARTS, "zip")
            if "word/document.xml" in names:
                return DOCX
            if "mimetype" in names:
                with archive.open("mimetype") as part:
                    return ODT if part.read(100).startswith(ODT_TYPE) else "zip"
    except (BadZipFile, NotImplementedError, RuntimeError, EOFError, OSError):
        raise Unreadable(CORRUPT, "zip") from None
    return "zip"


def _json(content: bytes) -> str:
    try:
        said = json.loads(content)
    except (ValueError, RecursionError):
        return TEXT
    return JSON_RESUME if isinstance(said, dict) and said.keys() & RESUME_SECTIONS else "json"
