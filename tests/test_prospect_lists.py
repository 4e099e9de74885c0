"""Lists of people as CSV: what is read, what is refused by line, and how much memory that takes."""

import tracemalloc
from io import BytesIO
from itertools import chain, repeat

import pytest

from domain.errors import Refusal
from exchange.prospects import (
    LONGEST_LINE,
    ColumnTwice,
    LineTooLong,
    NoColumns,
    NotText,
    Row,
    UnknownColumn,
    rows,
)
from exchange.sourcing import LinesRefused, checked


def read(text: str) -> list[Row]:
    return list(rows(BytesIO(text.encode())))


@pytest.mark.parametrize("separator", [",", ";", "\t"])
def test_columns_go_by_their_names(separator: str) -> None:
    lines = ["Full_Name,email,tags", "Ada Lovelace,ada@example.org,python maths", ",,", ""]
    [row] = read("\ufeff" + "\r\n".join(lines).replace(",", separator))
    assert row.line == 2
    assert row.prospect is not None
    assert row.prospect.full_name == "Ada Lovelace"
    assert row.prospect.tags == ("python", "maths")


def test_a_cell_of_several_lines_does_not_shift_the_numbers() -> None:
    ada, bob = read('full_name,summary\n"Ada","One\nTwo"\nBob,Three')
    assert (ada.line, bob.line) == (2, 4)


@pytest.mark.parametrize(
    ("first", "refusal"),
    [
        ("email", NoColumns),
        ("", NoColumns),
        ("full_name,salary", UnknownColumn),
        ("full_name,email,email", ColumnTwice),
        ("full_name\n\xff".encode("latin-1"), NotText),
        (b"full_name\n" + b"x" * LONGEST_LINE, LineTooLong),
    ],
)
def test_a_file_that_is_no_list_is_refused(first: str | bytes, refusal: type[Refusal]) -> None:
    octets = first if isinstance(first, bytes) else first.encode()
    with pytest.raises(refusal):
        list(rows(BytesIO(octets)))


@pytest.mark.parametrize(
    ("line", "told"),
    [
        (
            '"=HYPERLINK(""http://evil.example"")",',
            "line 2, full_name: Value error, begins like",
        ),
        ("@SUM(A1),", "begins like a formula"),
        ("Ada,not an address", "line 2, email: value is not a valid email address"),
        (",ada@example.org", "line 2, full_name: Field required"),
        ("Ada,ada@example.org,more", "line 2, line: has 3 cells, not 2"),
        ('Ada,"' + "x" * 200_000, "line 2, line:"),
    ],
)
def test_what_is_wrong_with_a_line_is_told_by_line_and_column(line: str, told: str) -> None:
    with pytest.raises(LinesRefused) as refused:
        checked(read(f"full_name,email\n{line}"))
    assert told in refused.value.message
    assert "evil" not in refused.value.message


def test_a_line_that_cannot_be_read_takes_no_other_with_it() -> None:
    bad, good = read(f"full_name\n{'x' * 200_000}\nBob")
    assert bad.problems
    assert good.prospect is not None
    assert good.prospect.full_name == "Bob"


class Endless(BytesIO):
    """A list as long as one likes, of which nothing is kept."""

    def __init__(self, lines: int) -> None:
        super().__init__()
        self.lines = chain([b"full_name,phone\n"], repeat(b"Ada,1\n", lines))

    def readline(self, _: int | None = -1, /) -> bytes:
        return next(self.lines, b"")


def test_memory_does_not_grow_with_the_list() -> None:
    def peak(lines: int) -> int:
        tracemalloc.start()
        for _ in rows(Endless(lines)):
            pass
        _, most = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        return most

    peak(1_000)
    assert peak(20_000) < 2 * peak(1_000)
