"""How long openings took to fill and requisitions stand open, in plain Python."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import pairwise
from uuid import UUID
from zoneinfo import ZoneInfo

from tests.fold_of_hiring import hires
from tests.fold_of_time import Stretch
from tests.plain_fold import Row, within

OPEN = ("requisition.opened", "requisition.resumed", "requisition.reopened")
LIFE = (
    "requisition.drafted",
    "requisition.approval_requested",
    "requisition.approval_refused",
    "requisition.approved",
    "requisition.put_on_hold",
    "requisition.closed",
    *OPEN,
)
FREEING = ("requisition.drafted", "requisition.opening_added", "requisition.opening_reopened")


@dataclass(frozen=True)
class Span:
    """A stretch of time of an opening or a requisition, and when it was on hold meanwhile."""

    id: UUID
    started: datetime
    ended: datetime
    holds: tuple[tuple[datetime, datetime], ...]

    def days(self, hold: str, counted: str, zone: ZoneInfo) -> float:
        held = self.holds if hold == "without_hold" else ()
        all_in_all, *pauses = (
            Stretch(self.id, since, until).days(counted, zone)
            for since, until in ((self.started, self.ended), *held)
        )
        return all_in_all - sum(pauses)


def filled(
    history: Sequence[Row], since: datetime | None, until: datetime | None, clock: str
) -> Iterator[Span]:
    """Every opening that stands filled by a hire that stands, ended in the window."""
    standing = hires(history)
    for opening_id, rows in _openings(history).items():
        filling = rows[-1]
        application_id = filling.id("application_id")
        if filling.type != "requisition.opening_filled" or application_id not in standing:
            continue
        hire = standing[application_id]
        ended = _accepted(history, hire) or hire.occurred_at
        mine = [row for row in history if row.stream_id == filling.stream_id]
        started = _started(mine, clock)
        if started and within(ended, since, until):
            added = [row.occurred_at for row in rows if row.type in FREEING]
            started = max([started, *added[:1]])
            yield Span(opening_id, started, ended, tuple(_holds(mine, started, ended)))


def _openings(history: Iterable[Row]) -> dict[UUID, list[Row]]:
    """Opening: what was said of it."""
    found: dict[UUID, list[Row]] = {}
    for row in history:
        for id in (*row.data.get("openings", ()), row.data.get("opening_id")):
            if id and row.type.startswith("requisition."):
                found.setdefault(UUID(id), []).append(row)
    return found


def _accepted(history: Iterable[Row], hire: Row) -> datetime | None:
    """The last acceptance before a hire that no rescission followed."""
    accepted = None
    for row in history:
        if row is hire:
            break
        if row.data.get("application_id") == hire.data["application_id"]:
            if row.type == "offer.accepted":
                accepted = row.occurred_at
            if row.type == "offer.rescinded":
                accepted = None
    return accepted


def _started(requisition: Sequence[Row], clock: str) -> datetime | None:
    opened = next((row.occurred_at for row in requisition if row.type in OPEN), None)
    if clock == "opened":
        return opened
    started_by = {"approved": "requisition.approved", "posted": "requisition.posted"}[clock]
    return next(
        (
            row.occurred_at
            for row in requisition
            if row.type == started_by
            and (clock == "approved" or (opened is not None and row.occurred_at >= opened))
        ),
        None,
    )


def _holds(
    requisition: Iterable[Row], started: datetime, ended: datetime
) -> Iterator[tuple[datetime, datetime]]:
    """Stretches on hold between two moments."""
    life = [row for row in requisition if row.type in LIFE]
    for row, following in pairwise([*life, None]):
        if row and row.type == "requisition.put_on_hold":
            since = max(row.occurred_at, started)
            until = min(following.occurred_at, ended) if following else ended
            if since < until:
                yield since, until


def ageing(
    history: Sequence[Row], since: datetime | None, until: datetime | None, t: datetime | None
) -> Iterator[Span]:
    """Every requisition open or on hold at the end of the window or, if sooner, at t or now."""
    moments = [moment for moment in (until, t or datetime.now(UTC)) if moment]
    if since and since > min(moments):
        return
    lives: dict[UUID, list[Row]] = {}
    for row in history:
        if row.type in LIFE and (until is None or row.occurred_at < until):
            lives.setdefault(row.stream_id, []).append(row)
    for id, life in lives.items():
        opened = next((row.occurred_at for row in life if row.type in OPEN), None)
        if opened and life[-1].type in (*OPEN, "requisition.put_on_hold"):
            yield Span(id, opened, min(moments), tuple(_holds(life, opened, min(moments))))
