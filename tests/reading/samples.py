"""Documents as candidates hand them in, made when they are needed."""

import zlib
from collections.abc import Mapping
from io import BytesIO
from zipfile import ZIP_DEFLATED, ZipFile

from docx import Document
from fpdf import FPDF

LINES = (
    "Ada Lovelace",
    "Location: London",
    "ada@example.org | +44 20 7946 0958 | github.com/ada",
    "",
    "Skills",
    "Languages: Python, SQL; Analytical Engines",
    "Work experience",
    "Analyst, Babbage & Co, 1840 to 1843",
    "Education",
    "Private lessons with De Morgan",
)
W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
TEXT = "urn:oasis:names:tc:opendocument:xmlns:text:1.0"
OFFICE = "urn:oasis:names:tc:opendocument:xmlns:office:1.0"


def pdf(*lines: str, pages: int = 1) -> bytes:
    document = FPDF()
    document.set_font("helvetica", size=12)
    for _ in range(pages):
        document.add_page()
        for line in lines or LINES:
            document.cell(0, 8, line, new_x="LMARGIN", new_y="NEXT")
    return bytes(document.output())


def docx(*lines: str) -> bytes:
    document, octets = Document(), BytesIO()
    document.sections[0].header.paragraphs[0].text = "Confidential"
    for line in lines or LINES:
        document.add_paragraph(line)
    table = document.add_table(1, 2)
    table.cell(0, 0).text, table.cell(0, 1).text = "1843", "Note G"
    document.save(octets)
    return octets.getvalue()


def odt(*lines: str) -> bytes:
    paragraphs = "".join(f"<t:p>{line.replace('&', '&amp;')}</t:p>" for line in lines or LINES)
    content = f'<o:body xmlns:o="{OFFICE}" xmlns:t="{TEXT}">{paragraphs}</o:body>'
    return packed(mimetype="application/vnd.oasis.opendocument.text", **{"content.xml": content})


def packed(**parts: str | bytes) -> bytes:
    """A zip of parts by their names."""
    octets = BytesIO()
    with ZipFile(octets, "w", ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return octets.getvalue()


def word(body: str, before: str = "", parts: Mapping[str, str | bytes] | None = None) -> bytes:
    """A Word document whose text is this XML."""
    xml = f'{before}<w:document xmlns:w="{W}"><w:body>{body}</w:body></w:document>'
    return packed(**{"word/document.xml": xml, **(parts or {})})


def paragraph(text: str) -> str:
    return f"<w:p><w:r><w:t>{text}</w:t></w:r></w:p>"


def raw_pdf(*objects: str | bytes) -> bytes:
    """A PDF of these objects, numbered from 1; the first is its catalogue."""
    octets = b"%PDF-1.7\n"
    places = []
    for number, content in enumerate(objects, 1):
        places.append(len(octets))
        said = content if isinstance(content, bytes) else content.encode()
        octets += b"%d 0 obj\n%s\nendobj\n" % (number, said)
    start = len(octets)
    octets += b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    octets += b"".join(b"%010d 00000 n \n" % place for place in places)
    trailer = b"trailer\n<</Size %d/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF"
    return octets + trailer % (len(objects) + 1, start)


def stream(octets: bytes, times: int = 1) -> bytes:
    """A compressed stream, as many times as wanted."""
    for _ in range(times):
        octets = zlib.compress(octets, 9)
    filters = b"/FlateDecode " * times
    head = b"<</Length %d/Filter[%s]>>stream\n" % (len(octets), filters)
    return head + octets + b"\nendstream"
