"""Takes in lists of people somebody found: checked at the door, a stretch of lines at a time."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice
from uuid import UUID

from commands import prospects
from commands.prospects import Found, Sourced, Sourcing
from domain.errors import Refusal
from exchange.prospects import Row
from projections.asked import resolve
from projections.duplicates import READS, known_by_email
from projections.search import Search
from store.append import AlreadyDone
from store.envelope import Attribution
from store.log import Log
from store.search_keys import SearchKeys

AT_ONCE = 500
"""Lines of a long list that are recorded in one append."""
TOLD = 100
"""Problems told of one list."""


class LinesRefused(Refusal):
    """{count} lines cannot be taken, and so none is: {told}."""


@dataclass
class Report:
    """What became of a list."""

    lines: int = 0
    added: int = 0
    known: int = 0
    suppressed: int = 0
    repeated: int = 0
    """Lines that an earlier attempt had recorded."""
    refused: int = 0
    problems: list[str] = field(default_factory=list)
    """The first of them, by line."""


def checked(rows: Iterable[Row]) -> list[Row]:
    """Rows of which each has its person. Raises LinesRefused."""
    kept, wrong = list[Row](), list[Row]()
    for row in rows:
        (wrong if row.problems else kept).append(row)
    if wrong:
        told = "; ".join(problem for row in wrong[:TOLD] for problem in told_of(row))
        raise LinesRefused(count=len(wrong), told=told)
    return kept


def told_of(row: Row) -> Iterator[str]:
    """What is wrong with a line, naming it and the column."""
    return (f"line {row.line}, {problem}" for problem in row.problems)


def source(log: Log, by: Attribution, rows: Sequence[Row], sourcing: Sourcing) -> Sourced:
    """Records the people of some lines in one append; who is known by then is not told twice.

    Raises SearchBeingBuilt, and what commands.prospects.source does.
    """
    emails = {row.line: row.prospect.email for row in rows if row.prospect and row.prospect.email}
    with log.database.transaction(log.organisation) as connection:
        search = Search(connection, SearchKeys(log.database.keyring), log.organisation)
        known = known_by_email(search, resolve(connection, READS), emails)
    found = [_found(row, known) for row in rows if row.prospect is not None]
    return prospects.source(log, by, found, sourcing)


def source_all(
    log: Log,
    rows: Iterator[Row],
    sourcing: Sourcing,
    attributed: Callable[[int], Attribution],
    show: Callable[[Report], None],
) -> Report:
    """Records a list of any length, a stretch at a time; what is wrong with a line leaves it out.

    `attributed` names the command of each stretch, so that a list that was broken off, and is
    given again, goes on where it was. Memory does not grow with the list.
    """
    report = Report()
    for number in range(2**31):
        stretch = list(islice(rows, AT_ONCE))
        if not stretch:
            break
        good = [row for row in stretch if row.prospect is not None]
        report.lines += len(stretch)
        report.refused += len(stretch) - len(good)
        for row in stretch:
            report.problems += list(told_of(row))[: max(0, TOLD - len(report.problems))]
        _record(log, attributed(number), good, sourcing, report)
        show(report)
    return report


def _record(log: Log, by: Attribution, good: list[Row], sourcing: Sourcing, report: Report) -> None:
    try:
        sourced = source(log, by, good, sourcing)
    except AlreadyDone:
        report.repeated += len(good)
        return
    report.added += len(sourced.added)
    report.known += len(sourced.known)
    report.suppressed += len(sourced.suppressed)


def _found(row: Row, known: dict[int, UUID]) -> Found:
    said = row.prospect.model_dump(exclude_none=True) if row.prospect else {}
    consent, notice = (
        {"text_version": said.pop(f"{what}_version"), "expires_at": said.pop(ends, None)}
        if (ends := f"{what}_expires_at") and f"{what}_version" in said
        else None
        for what in ("consent", "notice")
    )
    return Found(
        line=row.line,
        tags=said.pop("tags", ()),
        event_code=said.pop("event_code", None),
        consent=consent,
        notice=notice,
        known_as=known.get(row.line),
        person={name: value for name, value in said.items() if not name.endswith("_expires_at")},
    )
