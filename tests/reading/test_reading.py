"""What documents say is read, and what it suggests is told with the place where it stands."""

import json
from pathlib import Path
from typing import Any

import pytest

from reading.json_resume import as_text, problem_of, profile_of, resume_of
from reading.limits import MOST_CHARACTERS
from reading.profile import Profile, Reading
from reading.reader import read
from reading.suggesting import suggested
from tests.reading import samples

EXPECTED = {
    "full_name": "Ada Lovelace",
    "email": "ada@example.org",
    "phone": "+442079460958",
    "location": "London",
    "links": "https://github.com/ada",
    "summary": "Python, SQL, Analytical Engines",
}


@pytest.fixture
def sample(shared_data: Path) -> dict[str, Any]:
    """The sample of JSON Resume's own makers."""
    text = (shared_data / "jsonresume" / "sample.resume.json").read_text("utf-8")
    return dict(json.loads(text))


def fields(profile: Profile | None) -> dict[str, str]:
    assert profile is not None
    return profile.model_dump(include=set(EXPECTED), exclude_none=True)


@pytest.mark.parametrize(
    ("format", "content"),
    [
        ("pdf", samples.pdf()),
        ("docx", samples.docx()),
        ("odt", samples.odt()),
        ("text", "\n".join(samples.LINES).encode()),
        ("text", "\r\n".join(samples.LINES).encode("utf-16")),
    ],
)
def test_a_resume_suggests_what_stands_in_it(format: str, content: bytes) -> None:
    reading = read(content, profile=True)
    assert (reading.format, reading.truncated, reading.has_macros) == (format, False, False)
    assert reading.pages == (1 if format == "pdf" else None)
    profile = reading.profile
    assert fields(profile) == EXPECTED
    assert profile is not None
    assert profile.resume == {
        "skills": [{"name": name} for name in ("Python", "SQL", "Analytical Engines")],
        "work": [{"summary": "Analyst, Babbage & Co, 1840 to 1843"}],
        "education": [{"summary": education(format)}],
    }
    assert profile.found_at["summary"] == "section skills"
    assert profile.found_at["email"] == ("line 5" if format == "docx" else "line 3") or format in (
        "odt",
        "pdf",
    )


def education(format: str) -> str:
    return "Private lessons with De Morgan" + ("\n1843\nNote G" if format == "docx" else "")


def test_other_kinds_suggest_nothing() -> None:
    reading = read(samples.docx("Dear Sir", "I wrote the first programme."), profile=False)
    assert "first programme" in reading.text
    assert reading.profile is None


def test_a_text_in_an_old_encoding_is_understood() -> None:
    text = "Jürgen Weiß aus Köln schätzt Übersetzungen für größere Behörden. " * 5
    assert read(text.encode("cp1252"), profile=False).text.startswith("Jürgen Weiß aus Köln")


def test_what_an_encoding_cuts_in_two_is_left_out() -> None:
    reading = read(("a" * 99 + "ü").encode() * 30_000, profile=False)
    assert (len(reading.text), reading.truncated) == (MOST_CHARACTERS, True)


def test_text_in_text_boxes_is_read_once_and_deleted_text_not_at_all() -> None:
    mc = 'xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006"'
    box = samples.paragraph("Ada Lovelace")
    both = f"<mc:Choice>{box}</mc:Choice><mc:Fallback>{box}</mc:Fallback>"
    gone = "<w:p><w:del><w:r><w:delText>fired</w:delText></w:r></w:del></w:p>"
    body = f"<w:p><w:r><mc:AlternateContent {mc}>{both}</mc:AlternateContent></w:r></w:p>{gone}"
    assert read(samples.word(body), profile=False).text == "Ada Lovelace"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("CURRICULUM VITAE\n\nLudwig van Beethoven\n", {"full_name": "Ludwig van Beethoven"}),
        ("Name: Ada King\n", {"full_name": "Ada King"}),
        ("I am looking for a job\nas an engineer\n", {}),
        ("Senior Engineer with 5 years\n", {}),
        ("Kenntnisse\n• Löten\n• COBOL.\nSprachen\nDeutsch", {"summary": "Löten, COBOL"}),
        ("write to ada@example.org, or @ada", {"email": "ada@example.org"}),
        ("Wohnort: Köln", {"location": "Köln"}),
        ("mailto:ada@example.org and/or Node.js, C.I.", {"email": "ada@example.org"}),
        ("see https://ada.example/cv.", {"links": "https://ada.example/cv"}),
    ],
)
def test_what_stands_where_one_would_look_is_found_and_no_more(
    text: str, expected: dict[str, str]
) -> None:
    found = suggested(text, None)
    assert {name: found[name] for name in EXPECTED if name in found} == expected


def test_numbers_without_a_prefix_are_those_of_the_country() -> None:
    text = "Tel. 030 12345678"
    assert suggested(text, "DE")["phones"] == ["+493012345678"]
    assert suggested(text, None)["phones"] == []
    assert suggested(text, "EU")["phones"] == []


def test_the_makers_sample_comes_back_as_it_was(sample: dict[str, Any]) -> None:
    reading = read(json.dumps(sample).encode(), profile=True)
    assert reading.profile is not None
    assert reading.format == "json_resume"
    assert "Pied Piper" in reading.text
    said = reading.profile.model_dump(include=set(EXPECTED), exclude_none=True)
    assert said["full_name"] == "Richard Hendriks"
    assert said["summary"].startswith("Programmer. Web Development: HTML, CSS, Javascript.")
    again = Reading.model_validate_json(reading.model_dump_json())
    assert again.profile is not None
    assert again.profile.resume == sample
    assert resume_of(said, json.loads(as_text(sample))) == sample


def test_what_was_said_since_stands_in_the_export(sample: dict[str, Any]) -> None:
    told = resume_of(
        {**profile_of(sample), "full_name": "R. Hendriks", "location": "Tulsa"}, sample
    )
    assert told["basics"] == {
        **sample["basics"],
        "name": "R. Hendriks",
        "location": {"address": "Tulsa"},
    }
    assert {**told, "basics": sample["basics"]} == sample


def test_a_profile_nobody_has_a_resume_of_is_a_valid_one() -> None:
    told = resume_of({**EXPECTED, "links": "https://a.example https://b.example"}, None)
    assert problem_of(told) is None
    assert told["basics"]["profiles"] == [{"url": "https://b.example"}]
    assert problem_of(resume_of({}, None)) is None


def test_where_a_resume_is_no_json_resume_is_said() -> None:
    assert problem_of({"work": [{"startDate": "yesterday"}]}) == "see /work/0/startDate"
    assert problem_of({"basics": {"name": 1}}) == "see /basics/name"
