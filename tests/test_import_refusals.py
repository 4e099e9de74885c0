"""Files that are not imported: every problem is named with its place, and nothing is recorded."""

import json
import os
from pathlib import Path
from typing import Any

import pytest

from app import Hireledger
from exchange import import_file, json_file, ocel, ocel_log
from exchange.refusal import ImportRefused
from store import organisations
from store.ids import new_id
from store.log import Log
from tests.test_import_histories import OFFER, OTHER_OFFER, A, event, importer, source

REJECTION = "2020-03-03T09:00:00+00:00"
GOOD = json.dumps(source(event("submit application", 1), event("send rejection", 2)), indent=1)
LINES = GOOD.splitlines()
ACTIVITY_LINE = next(n for n, line in enumerate(LINES, start=1) if "send rejection" in line)
TIME_LINE = next(n for n, line in enumerate(LINES, start=1) if REJECTION in line)
E2 = "ocel:events/e2"
ACTIVITY, TIME = f"{E2}/ocel:activity", f"{E2}/ocel:timestamp"


@pytest.fixture(scope="module")
def log(hireledger: Hireledger) -> Log:
    """One for all, because it must never change."""
    return hireledger.log(organisations.create(hireledger.database, f"test {new_id()}"))


def refusal(log: Log, path: Path) -> ImportRefused:
    """Why this is refused; it must leave no trace."""
    with pytest.raises(ImportRefused) as refused:
        import_file(log, path, importer())
    assert log.facts.max_notification_id() == 1
    assert str(refused.value).startswith("Nothing was imported: ")
    return refused.value


def refusal_of(log: Log, path: Path, content: bytes | dict[str, Any]) -> ImportRefused:
    text = json.dumps(content, indent=1).encode() if isinstance(content, dict) else content
    path.write_bytes(text)
    return refusal(log, path)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "bad.jsonocel"


def changed(old: str, new: str) -> bytes:
    """The good file, with one thing in it changed."""
    assert GOOD.count(old) == 1
    return GOOD.replace(old, new).encode("utf-8", "surrogateescape")


@pytest.mark.parametrize(
    ("content", "line", "field", "words"),
    [
        (b"", None, "", "empty"),
        (b"candidate,date\n1,2020-01-01", None, "", "no format known here (OCEL 1.0 JSON)"),
        (GOOD[:-20].encode(), len(LINES) - 4, "", "no JSON here, at column"),
        (changed('"send rejection",', '"x"'), TIME_LINE, "", "Expecting ',' delimiter"),
        (changed("send rejection", "send\udcffit"), ACTIVITY_LINE, "", "not UTF-8: byte 0xff"),
        (changed('"send rejection"', "NaN"), None, "", "NaN is not a number"),
        (changed('"send rejection"', "1" * 5000), None, "", "is no JSON: Exceeds the limit"),
        (changed('"send rejection"', "[" * 100_000), None, "", "nested too deeply"),
        (b"[" + GOOD.encode() + b"]", None, "", "valid dictionary"),
        (changed("ocel:events", "ocel:happenings"), None, "ocel:events", "Field required"),
        (changed("send rejection", "send gift"), ACTIVITY_LINE, ACTIVITY, "says 'send gift'"),
        (changed('"send rejection"', "null"), ACTIVITY_LINE, ACTIVITY, "Input should be"),
        (changed(REJECTION, "last week"), TIME_LINE, TIME, "not a time; it says 'last week'"),
        (changed(f'"{REJECTION}"', "1583226000"), TIME_LINE, TIME, "not a time"),
        (changed(f'"{REJECTION}"', "null"), TIME_LINE, TIME, "not a time"),
        (changed(REJECTION, "2020-03-03"), TIME_LINE, TIME, "no offset from UTC"),
        (changed(REJECTION, "2020-03-03T09:00"), TIME_LINE, TIME, "no offset from UTC"),
        (changed(REJECTION, "2999-03-03T09:00Z"), TIME_LINE, TIME, "in the future"),
        (changed(REJECTION, "9999-12-31T23:59-12:00"), TIME_LINE, TIME, "in the future"),
        (changed(REJECTION, "0001-01-01T00:00+12:00"), TIME_LINE, TIME, "before 1900"),
    ],
)
def test_a_bad_file_is_refused_with_the_place(
    log: Log, path: Path, content: bytes, line: int | None, field: str, words: str
) -> None:
    (problem,) = refusal_of(log, path, content).problems
    assert (problem.line, problem.field) == (line, field)
    assert words in problem.words


@pytest.mark.parametrize(
    ("objects", "words"),
    [
        (["Application[7]"], "names Application[7], which ocel:objects does not have"),
        ([OFFER], "names no application"),
        ([], "names no application"),
        ([A, OFFER, OTHER_OFFER], "names more than one offer"),
    ],
)
def test_an_event_must_be_about_objects_of_the_file(
    log: Log, path: Path, objects: list[str], words: str
) -> None:
    content = source(event("submit application", 1))
    content["ocel:events"]["e1"]["ocel:omap"] = objects
    (problem,) = refusal_of(log, path, content).problems
    assert (problem.field, problem.words) == ("ocel:events/e1/ocel:omap", words)
    assert problem.line == line_with(path, '"ocel:omap"')


def line_with(path: Path, text: str) -> int:
    return next(n for n, line in enumerate(path.read_text().splitlines(), 1) if text in line)


def test_what_would_be_lost_is_refused(log: Log, path: Path) -> None:
    content = source(event("submit application", 1))
    content["ocel:objects"]["Lisa"] = {"ocel:type": "recruiters", "ocel:ovmap": {"team": "red"}}
    content["ocel:events"]["e1"]["ocel:vmap"] = {"cost": 5}
    content["ocel:events"]["e1"]["ocel:place"] = "Rome"
    problems = refusal_of(log, path, content).problems
    assert [problem.field for problem in problems] == [
        "ocel:events/e1/ocel:vmap",
        "ocel:events/e1/ocel:place",
        "ocel:objects/Lisa/ocel:type",
        "ocel:objects/Lisa/ocel:ovmap",
    ]


def test_a_key_that_stands_twice_is_refused(log: Log, path: Path) -> None:
    twice = '"ocel:activity": "send rejection", "ocel:activity": "send rejection"'
    content = changed('"ocel:activity": "send rejection"', twice)
    (problem,) = refusal_of(log, path, content).problems
    assert (problem.line, problem.field) == (ACTIVITY_LINE, ACTIVITY)
    assert "twice" in problem.words
    (problem,) = refusal_of(log, path, changed('"e2"', '"e1"')).problems
    assert problem.field == "ocel:events/e1"


def test_what_is_missing_is_told_with_the_line_of_its_event(log: Log, path: Path) -> None:
    content = source(event("submit application", 1), event("send rejection", 2))
    del content["ocel:events"]["e1"]["ocel:timestamp"]
    (problem,) = refusal_of(log, path, content).problems
    assert problem.field == "ocel:events/e1/ocel:timestamp"
    assert problem.line == line_with(path, '"e1"')


def test_all_problems_are_counted_and_twenty_told(log: Log, path: Path) -> None:
    content = source(*(event("submit applications", day) for day in range(33)))
    refused = refusal_of(log, path, content)
    assert len(refused.problems) == 20
    assert str(refused).endswith("\nand 13 more")


def test_problems_of_all_kinds_are_told_together(log: Log, path: Path) -> None:
    content = changed(REJECTION, "now").replace(
        b'"ocel:activity": "submit', b'"ocel:activity": 1, "ocel:activity": "send'
    )
    fields = [problem.field for problem in refusal_of(log, path, content).problems]
    assert fields == ["ocel:events/e1/ocel:activity", "ocel:events/e1/ocel:activity", TIME]


@pytest.mark.parametrize("id", ["", "x" * 301, "\x00", "\ud800"])
def test_ids_that_could_not_be_stored_are_refused(log: Log, path: Path, id: str) -> None:
    content = source(event("submit application", 1, id))
    content["ocel:objects"] = {id: content["ocel:objects"][A]}
    about_it = refusal_of(log, path, content)
    content = source()
    content["ocel:events"] = {id: event("submit application", 1)}
    named_so = refusal_of(log, path, content)
    str(about_it).encode()
    str(named_so).encode()


def test_what_a_file_says_cannot_reach_the_terminal_as_it_is(log: Log, path: Path) -> None:
    content = source(event("send rejection", 1, "\x1b[2J\n\nline 1: all is well" + "!" * 1000))
    (problem,) = refusal_of(log, path, content).problems
    assert "all is well" in problem.words
    assert problem.words.isprintable()
    assert len(problem.words) < 1000


def test_a_byte_order_mark_does_no_harm(log: Log, path: Path) -> None:
    content = b"\xef\xbb\xbf" + changed("send rejection", "send gift")
    (problem,) = refusal_of(log, path, content).problems
    assert problem.field == ACTIVITY


def test_what_is_no_regular_file_is_refused_at_once(log: Log, tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    for place in (pipe, Path("/dev/zero"), Path("/dev/null")):
        assert "not a regular file" in str(refusal(log, place))
    for place in (tmp_path, tmp_path / "missing", Path("\x00"), Path("x" * 5000)):
        assert "cannot be read" in str(refusal(log, place))


def test_a_file_may_be_unreadable(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def denied(*_: object) -> int:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(os, "open", denied)
    with pytest.raises(ImportRefused, match="cannot be read: Permission denied"):
        json_file.read(path)


def test_no_more_than_the_limit_is_ever_read(
    log: Log, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with path.open("wb") as file:
        file.write(GOOD.encode())
        file.truncate(2**40)
    assert "larger than 33,554,432 bytes" in str(refusal(log, path))
    monkeypatch.setattr(json_file, "MOST_BYTES", len(GOOD))
    path.write_text(GOOD + " ")
    assert "larger than" in str(refusal(log, path))


def test_more_than_one_append_can_take_is_refused(
    log: Log, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ocel, "MOST_RECORDED", 4)
    unexpected = refusal_of(log, path, source(event("conduct interview", 1)))
    assert "import it in parts" in str(unexpected)
    monkeypatch.setattr(ocel_log, "MOST_EVENTS", 4)
    many = source(*(event("send gift", day) for day in range(5)))
    several = source(*(event("send rejection", day, A, "Application[2]") for day in range(3)))
    for content in (many, several):
        (problem,) = refusal_of(log, path, content).problems
        assert (problem.field, problem.line) == ("ocel:events", line_with(path, "ocel:events"))
        assert "import it in parts" in problem.words
