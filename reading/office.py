"""The words of office documents (DOCX, ODT): XML in a zip, of which only the text is unpacked."""

import re
from collections.abc import Iterator
from io import BytesIO
from typing import Any
from zipfile import ZipFile

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import fromstring

from reading.found import Found
from reading.limits import PART_BYTES
from reading.unreadable import ENCRYPTED, TOO_LARGE, UNSAFE_XML, Unreadable

W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
TWICE = "{http://schemas.openxmlformats.org/markup-compatibility/2006}Fallback"
"""The same text once more, for programs that cannot show it as it is meant."""
ODF = "{urn:oasis:names:tc:opendocument:xmlns:text:1.0}"
ENCRYPTED_PART = 0x1

_docx_parts = re.compile(r"word/(document|header\d*|footnotes)\.xml")
_programs = re.compile(r"(?i).*vbaProject\.bin|word/(embeddings|activeX)/.+|(Basic|Scripts)/.+")
_breaks = {f"{W}p": "\n", f"{W}br": "\n", f"{W}cr": "\n", f"{W}tab": "\t"}
_odf_breaks = {f"{ODF}line-break": "\n", f"{ODF}tab": "\t", f"{ODF}s": " "}
_odf_paragraphs = {f"{ODF}p", f"{ODF}h"}


def read_docx(content: bytes) -> Found:
    """What a Word document says: its headers first, which hold names and addresses."""
    with ZipFile(BytesIO(content)) as archive:
        names = sorted(filter(_docx_parts.fullmatch, archive.namelist()), key=_headers_first)
        text = "\n".join("".join(_docx_words(_parsed(archive, name))) for name in names)
        return Found(text, has_macros=_has_programs(archive))


def read_odt(content: bytes) -> Found:
    """What an OpenDocument text says."""
    with ZipFile(BytesIO(content)) as archive:
        text = "".join(_odt_words(_parsed(archive, "content.xml")))
        return Found(text, has_macros=_has_programs(archive))


def _headers_first(name: str) -> tuple[bool, str]:
    return not name.startswith("word/header"), name


def _has_programs(archive: ZipFile) -> bool:
    return any(_programs.fullmatch(name) for name in archive.namelist())


def _parsed(archive: ZipFile, name: str) -> Any:
    """A part as XML without any definitions of its own. Raises Unreadable, and what is wrong."""
    if archive.getinfo(name).flag_bits & ENCRYPTED_PART:
        raise Unreadable(ENCRYPTED)
    with archive.open(name) as part:
        # What the directory says of its size may be a lie.
        octets = part.read(PART_BYTES + 1)
    if len(octets) > PART_BYTES:
        raise Unreadable(TOO_LARGE)
    try:
        return fromstring(octets, forbid_dtd=True)
    except DefusedXmlException:
        raise Unreadable(UNSAFE_XML) from None


def _docx_words(root: Any) -> Iterator[str]:
    waiting = [root]
    while waiting:
        element = waiting.pop()
        if element.tag == TWICE:
            continue
        yield _breaks.get(element.tag, "")
        if element.tag == f"{W}t":
            yield element.text or ""
        waiting.extend(reversed(element))


def _odt_words(root: Any) -> Iterator[str]:
    waiting = [(root, False)]
    while waiting:
        element, inside = waiting.pop()
        if isinstance(element, str):
            yield element
            continue
        starts = element.tag in _odf_paragraphs
        yield "\n" if starts else _odf_breaks.get(element.tag, "")
        inside = inside or starts
        after: list[Any] = [element.text] if inside else []
        for child in element:
            after += [child, child.tail] if inside else [child]
        waiting += [(one, inside) for one in reversed(after) if one is not None]
