"""Lists of people somebody found, as CSV (RFC 4180): one a line, columns by their names.

A file is read a line at a time, however long it is. A cell that a spreadsheet would take for a
formula is a text like any other, but nobody is called that, and no tag is.
"""

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Annotated, Any, BinaryIO

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    EmailStr,
    Field,
    ValidationError,
)

from domain.errors import Refusal
from domain.event import Code, Moment, Words, storable

LONGEST_CELL = 10_000
LONGEST_LINE = 1_000_000
SEPARATORS = ",;\t"
FORMULA = ("=", "+", "-", "@", "\t", "\r")
"""How a cell begins that a spreadsheet runs (OWASP, CSV injection)."""


def _no_formula(text: str) -> str:
    if text.startswith(FORMULA):
        raise ValueError("begins like a formula")
    return text


def _said(text: str | None) -> str | None:
    return None if text is None else storable(text)


Cell = Annotated[str, Field(max_length=1000), AfterValidator(storable)]
Name = Annotated[str, Field(min_length=1, max_length=1000), AfterValidator(_no_formula)]
Tags = Annotated[
    tuple[Code, ...],
    Field(max_length=50),
    BeforeValidator(lambda said: said.replace(";", " ").split() if isinstance(said, str) else said),
]


class Prospect(BaseModel):
    """One person of a list."""

    model_config = ConfigDict(frozen=True, extra="forbid", str_strip_whitespace=True)

    full_name: Name
    email: EmailStr | None = None
    phone: Cell | None = None
    location: Cell | None = None
    links: Cell | None = None
    summary: Annotated[str | None, Field(max_length=LONGEST_CELL), AfterValidator(_said)] = None
    region: Code | None = None
    time_zone: Words | None = None
    jurisdiction: Code | None = None
    tags: Tags = ()
    """Separated by spaces or semicolons."""
    event_code: Code | None = None
    """An event of ours where we met."""
    consent_version: Code | None = None
    """The text they agreed to."""
    consent_expires_at: Moment | None = None
    notice_version: Code | None = None
    """The notice they were given."""
    notice_expires_at: Moment | None = None


@dataclass(frozen=True)
class Row:
    """A line of the list; its person, or what is wrong with it."""

    line: int
    prospect: Prospect | None
    problems: tuple[str, ...] = ()


class NoColumns(Refusal):
    """The first line names no columns; full_name has to be among them: {known}."""


class UnknownColumn(Refusal):
    """Column {column} is not known; known are {known}."""


class ColumnTwice(Refusal):
    """Column {column} is there twice."""


class LineTooLong(Refusal):
    """Line {line} is longer than {limit} bytes."""


class NotText(Refusal):
    """The file is not UTF-8 text (line {line})."""


def rows(file: BinaryIO) -> Iterator[Row]:
    """The people of a list, in order. Empty lines are left out.

    Raises NoColumns, UnknownColumn, ColumnTwice, NotText, LineTooLong.
    """
    lines = _decoded(file)
    first = next(lines, "")
    columns = _columns(first)
    separator = max(SEPARATORS, key=first.count)
    reader = csv.reader(lines, delimiter=separator, strict=True)
    while True:
        line = reader.line_num + 2
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            yield Row(line, None, (f"line: {error}",))
            continue
        if any(cell.strip() for cell in cells):
            yield _row(line, columns, cells)


def _columns(first: str) -> list[str]:
    separator = max(SEPARATORS, key=first.count)
    known = ", ".join(Prospect.model_fields)
    columns = [name.strip().lower() for name in next(csv.reader([first], delimiter=separator), [])]
    if "full_name" not in columns:
        raise NoColumns(known=known)
    for column in columns:
        if column not in Prospect.model_fields:
            raise UnknownColumn(column=column[:100], known=known)
        if columns.count(column) > 1:
            raise ColumnTwice(column=column)
    return columns


def _row(line: int, columns: list[str], cells: list[str]) -> Row:
    if len(cells) != len(columns):
        return Row(line, None, (f"line: has {len(cells)} cells, not {len(columns)}",))
    said: dict[str, Any] = {
        column: cell.strip() for column, cell in zip(columns, cells, strict=True) if cell.strip()
    }
    try:
        return Row(line, Prospect(**said))
    except ValidationError as error:
        # What was said stays out of the words: it may be about a person.
        told = (f"{'.'.join(map(str, e['loc'])) or 'line'}: {e['msg']}" for e in error.errors())
        return Row(line, None, tuple(told))


def _decoded(file: BinaryIO) -> Iterator[str]:
    for number, octets in enumerate(iter(lambda: file.readline(LONGEST_LINE), b""), 1):
        if len(octets) == LONGEST_LINE:
            raise LineTooLong(line=number, limit=LONGEST_LINE)
        try:
            text = octets.decode("utf-8-sig" if number == 1 else "utf-8")
        except UnicodeDecodeError:
            raise NotText(line=number) from None
        yield text
