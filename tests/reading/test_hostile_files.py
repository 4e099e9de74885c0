"""Whatever a file does, it ends as a code, and whoever has it read goes on."""

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from io import BytesIO
from itertools import pairwise

import pytest
from pypdf import PdfReader, PdfWriter

from reading import reader
from reading.formats import ENCRYPTED_PACKAGE
from reading.limits import MEMORY_BYTES, MOST_CHARACTERS, MOST_PAGES, SECONDS
from reading.reader import read
from reading.suggesting import suggested
from reading.unreadable import Unreadable
from tests.reading import samples
from tests.reading.samples import packed, paragraph, raw_pdf, stream, word

TEN_TIMES = "".join(f"<!ENTITY {b} '{f'&{a};' * 10}'>" for a, b in pairwise("abcdefghij"))
LAUGHS = f"<!DOCTYPE l [<!ENTITY a 'ha'>{TEN_TIMES}]>"
READS_OUR_FILES = "<!DOCTYPE l [<!ENTITY a SYSTEM 'file:///etc/passwd'>]>"
PAGE = "<</Type/Page/Parent 2 0 R/MediaBox[0 0 9 9]/Contents {}>>"
CATALOGUE = "<</Type/Catalog/Pages 2 0 R>>"
PAGES = "<</Type/Pages/Count 1/Kids[3 0 R]>>"
FONT = "/Resources<</Font<</F<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>>>>>"
OLE = b"\xd0\xcf\x11\xe0" + bytes(600)


def why(content: bytes) -> tuple[str, str | None]:
    with pytest.raises(Unreadable) as refused:
        read(content, profile=True)
    return refused.value.code, refused.value.format


def protected(password: str) -> bytes:
    writer, octets = PdfWriter(PdfReader(BytesIO(samples.pdf()))), BytesIO()
    writer.encrypt(password, "owner")
    writer.write(octets)
    return octets.getvalue()


def acting() -> bytes:
    action = "/OpenAction<</S/JavaScript/JS(app.alert\\(1\\))>>"
    page = PAGE.format("4 0 R").replace("/Parent", f"{FONT}/Parent")
    said = stream(b"BT /F 9 Tf (Ada) Tj ET")
    return raw_pdf(CATALOGUE.replace("/Pages", f"{action}/Pages"), PAGES, page, said)


HOSTILE: dict[str, tuple[Callable[[], bytes], tuple[str, str]]] = {
    "html": (lambda: b"<!DOCTYPE html><p>Ada", ("not_supported", "html")),
    "html behind a comment": (lambda: b"  <!-- x --> <HTML>", ("not_supported", "html")),
    "rtf": (lambda: b"{\\rtf1 Ada}", ("not_supported", "rtf")),
    "image": (lambda: b"\x89PNG\r\n\x1a\n", ("not_supported", "image")),
    "program": (lambda: b"\x7fELF" + bytes(100), ("not_supported", "program")),
    "xml": (lambda: b"<?xml version='1.0'?><a/>", ("not_supported", "xml")),
    "old word": (lambda: OLE, ("not_supported", "doc")),
    "word with a password": (lambda: OLE + ENCRYPTED_PACKAGE, ("encrypted", "office")),
    "anything": (lambda: bytes(range(256)), ("not_supported", "unknown")),
    "json": (lambda: b'{"name": "no resume"}', ("not_supported", "json")),
    "not as the schema": (lambda: b'{"basics": {"name": 1}}', ("invalid", "json_resume")),
    "long json": (
        lambda: b'{"basics": "' + b"x" * 100_000 + b'"}',
        ("too_large", "json_resume"),
    ),
    "nothing": (lambda: b" \n\t ", ("no_text", "text")),
    "zip": (lambda: packed(a="b"), ("not_supported", "zip")),
    "zips in zips": (
        lambda: packed(a=packed(b=packed(c=b"0" * 10_000_000))),
        ("not_supported", "zip"),
    ),
    "many parts": (
        lambda: packed(**{f"word/{n}": "" for n in range(3_000)}),
        ("too_many_parts", "zip"),
    ),
    "half a zip": (lambda: b"PK\x03\x04 and nothing that a zip has", ("corrupt", "zip")),
    "cut off": (lambda: samples.docx()[:-300], ("corrupt", "zip")),
    "laughs": (lambda: word("", LAUGHS), ("unsafe_xml", "docx")),
    "our files": (lambda: word(paragraph("&a;"), READS_OUR_FILES), ("unsafe_xml", "docx")),
    "half an xml": (lambda: word("<w:p>"), ("corrupt", "docx")),
    "zip bomb": (lambda: word(" " * 50_000_000), ("too_large", "docx")),
    "no text": (lambda: word(""), ("no_text", "docx")),
    "half a pdf": (lambda: b"%PDF-1.7 nothing", ("corrupt", "pdf")),
    "password": (lambda: protected("secret"), ("encrypted", "pdf")),
    "pages in a circle": (
        lambda: raw_pdf(CATALOGUE, "<</Type/Pages/Count 9/Kids[2 0 R]>>"),
        ("corrupt", "pdf"),
    ),
    "its own catalogue": (lambda: raw_pdf("<</Type/Catalog/Pages 1 0 R>>"), ("no_text", "pdf")),
    "deep pdf": (
        lambda: raw_pdf(CATALOGUE, PAGES, PAGE.format("[" * 50_000)),
        ("corrupt", "pdf"),
    ),
    "pdf bomb": (
        lambda: raw_pdf(CATALOGUE, PAGES, PAGE.format("4 0 R"), stream(bytes(80_000_000), 2)),
        ("no_text", "pdf"),
    ),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_a_file_that_cannot_be_read_says_why(name: str, capfd: pytest.CaptureFixture[str]) -> None:
    make, expected = HOSTILE[name]
    assert why(make()) == expected
    assert capfd.readouterr() == ("", "")


ODD: dict[str, Callable[[], bytes]] = {
    "deep xml": lambda: word("<w:p>" * 300_000 + "</w:p>" * 300_000),
    "deep list": lambda: b"[" * 1_000_000,
    "deep object": lambda: b'{"basics":' * 100_000,
    "long number": lambda: b'{"basics": ' + b"9" * 1_000_000 + b"}",
    "many operators": lambda: raw_pdf(
        CATALOGUE, PAGES, PAGE.format("4 0 R"), stream(b"q " * 1_000_000)
    ),
}


@pytest.mark.parametrize("name", ODD)
def test_a_file_that_might_be_anything_is_read_or_refused(name: str) -> None:
    content = ODD[name]()
    began = time.monotonic()
    with suppress(Unreadable):
        assert len(read(content, profile=True).text) <= MOST_CHARACTERS
    assert time.monotonic() - began < SECONDS


def test_a_pdf_that_only_forbids_changes_is_read() -> None:
    assert "Ada Lovelace" in read(protected(""), profile=False).text


@pytest.mark.parametrize(
    "content",
    [
        word(paragraph("Ada"), parts={"word/vbaProject.bin": b"Sub AutoOpen()"}),
        word(paragraph("Ada"), parts={"word/embeddings/oleObject1.bin": b"MZ"}),
        acting(),
    ],
    ids=["macros", "objects", "script"],
)
def test_programs_in_a_document_are_noted_and_not_run(content: bytes) -> None:
    reading = read(content, profile=False)
    assert reading.has_macros
    assert "Ada" in reading.text


def test_names_of_parts_that_climb_out_lead_nowhere() -> None:
    content = word(paragraph("Ada"), parts={"../../etc/passwd": b"root", "/etc/shadow": b"x"})
    assert read(content, profile=False).text == "Ada"


def test_a_document_without_end_is_read_to_a_limit() -> None:
    kids = " ".join(f"{n} 0 R" for n in range(4, 504))
    pages = [PAGE.format("3 0 R")] * 500
    text = stream(b"BT /F 9 Tf (Ada) Tj ET")
    many = f"<</Type/Pages/Count 500/Kids[{kids}]{FONT}>>"
    reading = read(raw_pdf(CATALOGUE, many, text, *pages), profile=False)
    assert (reading.pages, reading.truncated) == (500, True)
    assert reading.text.split() == ["Ada"] * MOST_PAGES
    long = read(b"lines of words \n" * 3_200_000, profile=True)
    assert (len(long.text), long.truncated) == (MOST_CHARACTERS, True)


def test_who_takes_too_long_is_ended(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reader, "SECONDS", 0.5)
    monkeypatch.setattr(reader, "PROGRAM", "while True: pass")
    assert why(b"Ada") == ("too_slow", None)


@pytest.mark.parametrize(
    "program", ["raise SystemExit(3)", "print('{}')", "print('[' * 9999)", "print('x' * 9_000_000)"]
)
def test_an_answer_that_is_none_is_a_failure(program: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reader, "PROGRAM", program)
    assert why(b"Ada" * 100_000) == ("reader_failed", None)


@pytest.mark.parametrize(
    "attempt",
    [
        "import socket; socket.socket()",
        "import subprocess; subprocess.Popen(['true'])",
        "import os; os.system('true')",
        "import os; os.fork()",
        "import os; os.posix_spawn('/bin/true', ['true'], {})",
        "open('/etc/passwd').read()",
        "open('/tmp/words', 'w')",
        "import os; os.open('/tmp/words', os.O_WRONLY | os.O_CREAT)",
        "import ctypes",
        "import os; os.kill(os.getppid(), 0)",
    ],
)
def test_the_process_that_reads_may_do_nothing_else(attempt: str) -> None:
    assert "Forbidden" in ended(f"confine(); {attempt}")


def test_the_process_that_reads_has_no_secrets_and_little_memory() -> None:
    assert "MemoryError" in ended(f"confine(); bytearray({MEMORY_BYTES})")
    os.environ["HIRELEDGER_DATABASE_URL"] = "postgresql://secret"
    try:
        seen = probe("import os; print(dict(os.environ), os.getcwd(), os.listdir('/proc/self/fd'))")
    finally:
        del os.environ["HIRELEDGER_DATABASE_URL"]
    assert "secret" not in seen
    assert "HIRELEDGER" not in seen
    assert "'LANG': 'C.UTF-8'" in seen
    # Its three pipes, and the one to look at this folder.
    assert seen.strip().endswith("['0', '1', '2', '3']")


def ended(program: str) -> str:
    """How a confined process that tries something ended."""
    said = f"import sys; sys.path.insert(0, {str(reader.ROOT)!r}); "
    said += f"from reading.confined import confine; {program}"
    command = [sys.executable, "-I", "-B", "-c", said]
    done = subprocess.run(command, capture_output=True, text=True, check=False, cwd="/")
    assert done.returncode != 0
    return done.stderr


def probe(program: str) -> str:
    """What a program in the place of the reader's tells."""
    original, reader.PROGRAM = reader.PROGRAM, program
    try:
        octets, _ = reader._answer_to(b"")
    finally:
        reader.PROGRAM = original
    return octets.decode()


@pytest.mark.parametrize(
    "text",
    [
        "a." * 100_000,
        "a@" * 100_000,
        "a@b." * 50_000,
        "1 " * 100_000,
        "+49 " * 50_000,
        "A-" * 100_000,
        "name" + " " * 100_000 + ":",
        "\n" * 200_000,
        "http://" * 30_000,
        "Skills\n" + "a," * 100_000,
    ],
    ids=lambda text: text[:6],
)
def test_no_text_makes_looking_for_a_profile_slow(text: str) -> None:
    began = time.monotonic()
    json.dumps(suggested(text, "DE"))
    assert time.monotonic() - began < 3
