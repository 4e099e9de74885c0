"""What a file is, by what is in it: what its sender says of it is not believed."""

import json
import zipfile
from io import BytesIO

PDF = "application/pdf"
DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
ODT = "application/vnd.oasis.opendocument.text"
JSON = "application/json"
TEXT = "text/plain"
SUFFIXES = {PDF: ".pdf", DOCX: ".docx", ODT: ".odt", JSON: ".json", TEXT: ".txt"}

PDF_BEGINS_WITHIN = 1024
"""Bytes: readers of PDF look so far for its header."""
ZIP = b"PK\x03\x04"
_allowed_controls = frozenset("\t\n\r\f")


def sniffed(content: bytes) -> str | None:
    """The media type of a PDF, DOCX, ODT, JSON or plain text file; None if it is none of these."""
    if b"%PDF-" in content[:PDF_BEGINS_WITHIN]:
        return PDF
    if content.startswith(ZIP):
        return _office(content)
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return None
    if any(c < " " and c not in _allowed_controls for c in text) or not text.strip():
        return None
    return JSON if _is_json(text) else TEXT


def _office(content: bytes) -> str | None:
    """Which office document a ZIP file is; only its list of names is read, nothing is unpacked."""
    try:
        with zipfile.ZipFile(BytesIO(content)) as archive:
            members = archive.infolist()
    except (zipfile.BadZipFile, ValueError, OverflowError, NotImplementedError):
        return None
    names = {member.filename for member in members}
    if {"[Content_Types].xml", "word/document.xml"} <= names:
        return DOCX
    # OpenDocument 1.3 part 2, 3.3: the type stands first, uncompressed, right after its name.
    if "content.xml" in names and content[30:].startswith(b"mimetype" + ODT.encode()):
        return ODT
    return None


def _is_json(text: str) -> bool:
    if text.lstrip()[:1] not in ("{", "["):
        return False
    try:
        json.loads(text)
    except (ValueError, RecursionError):
        return False
    return True
