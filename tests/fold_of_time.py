"""How long things took, for whom, counted in plain Python: time to hire and time in stage."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from uuid import UUID
from zoneinfo import ZoneInfo

from tests.plain_fold import ENDS, STARTS, Row, assignments, within

SATURDAY = 5
REOPENINGS = (
    "application.hire_reversed",
    "application.rejection_reversed",
    "application.withdrawal_reversed",
)
UNDOING = (
    "application.hire_reversed",
    "application.rejected",
    "application.withdrawn",
    "offer.rescinded",
)


@dataclass(frozen=True)
class Stretch:
    """A stretch of time in the life of one application."""

    application_id: UUID
    started: datetime
    ended: datetime
    step: str | None = None

    def days(self, counted: str, zone: ZoneInfo) -> float:
        """Its length: elapsed, calendar or business days; below 0 if it ends before it starts."""
        if self.ended < self.started:
            return -replace(self, started=self.ended, ended=self.started).days(counted, zone)
        first, last = (moment.astimezone(zone).date() for moment in (self.started, self.ended))
        if counted == "calendar":
            return (last - first).days
        if counted == "business":
            dates = (first + timedelta(days=n + 1) for n in range((last - first).days))
            return sum(date.weekday() < SATURDAY for date in dates)
        return (self.ended - self.started) / timedelta(days=1)


def hires(
    history: Sequence[Row],
    since: datetime | None,
    until: datetime | None,
    *,
    start: str = "applied",
    end: str = "accepted",
    which: str = "last",
) -> list[Stretch]:
    """From the start of each application that ended well in the window to that end."""
    found = []
    for id in assignments(history):
        mine = [row for row in history if row.id("application_id") == id]
        applied = next((row for row in mine if row.type in STARTS), None)
        ended = _ended(mine, end, 0 if which == "first" else -1)
        if applied and ended and within(ended, since, until):
            started = _started[start](history, mine, applied, ended)
            found.append(Stretch(id, started, ended))
    return found


def _ended(mine: Iterable[Row], end: str, which: int) -> datetime | None:
    """When one application ended well: accepted, or hired where nothing was accepted before."""
    accepted: list[tuple[int, datetime]] = []
    hired: list[tuple[int, datetime]] = []
    well = False
    for nth, row in enumerate(mine):
        if row.type in UNDOING:
            hired, well = [], False
        if row.type == "offer.rescinded":
            accepted = []
        if row.type == "offer.accepted":
            accepted, well = [*accepted, (nth, row.occurred_at)], True
        if row.type == "application.hired":
            hired, well = [*hired, (nth, row.occurred_at)], True
    if not well or not (hired or (accepted and end != "hired")):
        return None
    if end == "hired" or (hired and not (accepted and accepted[which] < hired[which])):
        return hired[which][1]
    return accepted[which][1]


Starting = Callable[[Sequence[Row], Sequence[Row], Row, datetime], datetime]


def _applied(_: Sequence[Row], __: Sequence[Row], applied: Row, ___: datetime) -> datetime:
    return applied.occurred_at


def _first_touch(history: Sequence[Row], _: Sequence[Row], applied: Row, __: datetime) -> datetime:
    """The first contact since the person's previous application closed, or having applied."""
    before = [
        row
        for row in history
        if row.stream_id == applied.stream_id and row.occurred_at <= applied.occurred_at
    ]
    closed = [
        row.occurred_at
        for row in before
        if row.type in ENDS and row.data["application_id"] != applied.data["application_id"]
    ]
    touches = [
        row.occurred_at
        for row in before
        if row.type == "candidate.nurtured" and row.occurred_at >= max(closed, default=EVER)
    ]
    return min([*touches, applied.occurred_at])


def _last_reopened(
    _: Sequence[Row], mine: Sequence[Row], applied: Row, ended: datetime
) -> datetime:
    reopened = [row.occurred_at for row in mine if row.type in REOPENINGS]
    return max((at for at in reopened if at <= ended), default=applied.occurred_at)


EVER = datetime.min.replace(tzinfo=UTC)
_started: dict[str, Starting] = {
    "applied": _applied,
    "first_touch": _first_touch,
    "last_reopened": _last_reopened,
}


def stays(
    history: Sequence[Row], since: datetime | None, until: datetime | None
) -> Iterator[Stretch]:
    """Every stay in a stage that was completed in the window."""
    for id in assignments(history):
        told = [
            (row.data["stage"], ENDS.get(row.type, "open"), row)
            for row in history
            if row.id("application_id") == id and row.data.get("stage")
        ]
        changes = [now for before, now in pairwise([None, *told]) if now and _moved(before, now)]
        for (_, status, began), (_, _, left) in pairwise(changes):
            if status == "open" and within(left.occurred_at, since, until):
                kind = began.data["stage_kind"]
                yield Stretch(id, began.occurred_at, left.occurred_at, kind)


def _moved(before: tuple[str, str, Row] | None, now: tuple[str, str, Row]) -> bool:
    return before is None or before[:2] != now[:2]


def source(history: Iterable[Row], application_id: UUID) -> str:
    """The channel an application came by."""
    return next(
        str(row.data["source"])
        for row in history
        if row.type in STARTS and row.id("application_id") == application_id
    )


def department(history: Sequence[Row], application_id: UUID, at: datetime | None) -> str:
    """The department of an application's requisition: at a moment, or as it is."""
    then = [row for row in history if at is None or row.occurred_at <= at]
    requisition_id = assignments(then).get(application_id)
    said = [
        row
        for row in history
        if row.stream_id == requisition_id
        and row.type in ("requisition.drafted", "requisition.details_changed")
    ]
    known_then = [row for row in said if at is None or row.occurred_at <= at]
    first = [row for row in said if row.occurred_at == said[0].occurred_at]
    named = [row.data["department"] for row in known_then or first if row.data.get("department")]
    return named[-1] if named else "not stated"


def months(since: datetime, until: datetime, zone: ZoneInfo) -> Iterator[tuple[datetime, datetime]]:
    """The window cut at each local first of the month."""
    cuts = {since, until}
    for year in range(since.year - 1, until.year + 2):
        for month in range(1, 13):
            first = datetime(year, month, 1, tzinfo=zone).astimezone(UTC)
            cuts |= {first} if since < first < until else set()
    yield from pairwise(sorted(cuts))
