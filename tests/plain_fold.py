"""What the read models should answer, computed from the log in plain Python, one event at a time.

Written from the definitions (design: metrics, two clocks), not from the SQL: take what was
recorded by P, apply its corrections, leave out what was taken back by then, order by
(occurred_at, position), cut at T.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from statistics import fmean
from typing import Any
from uuid import UUID

from domain import catalogue
from domain.event import personal_fields
from store.database import Connection

ROWS = """
SELECT
    position,
    type,
    occurred_at,
    recorded_at,
    stream_id,
    version,
    data,
    reason_code
FROM events
ORDER BY position
"""


@dataclass(frozen=True)
class Row:
    """One event of the log."""

    position: int
    type: str
    occurred_at: datetime
    recorded_at: datetime
    stream_id: UUID
    version: int
    data: dict[str, Any]
    reason_code: str | None
    corrected_by: int | None = None

    @property
    def told_at(self) -> int:
        """Where the log says this of it: its own position, or that of its last correction."""
        return self.corrected_by or self.position

    def id(self, name: str) -> UUID | None:
        text = self.data.get(name)
        return UUID(text) if text else None


def read(connection: Connection) -> list[Row]:
    """The whole log."""
    return [Row(*row) for row in connection.execute(ROWS)]


def known(log: Sequence[Row], t: datetime | None, p: int) -> list[Row]:
    """What had happened by t, as known at p, in the world's order."""
    entries: dict[tuple[UUID, int], Row] = {}
    for row in log:
        if row.position > p:
            continue
        if row.type in CORRECTIONS:
            corrects = row.stream_id, row.data["corrects"]
            entries[corrects] = _corrected(entries[corrects], row)
        elif row.data.get("entered_in_error") and "reverses" in row.data:
            del entries[row.stream_id, row.data["reverses"]]
        else:
            entries[row.stream_id, row.version] = row
    stands_for = survivors(log, p)
    happened = [
        replace(row, stream_id=stands_for.get(row.stream_id, row.stream_id))
        for row in entries.values()
        if t is None or row.occurred_at <= t
    ]
    return sorted(happened, key=lambda row: (row.occurred_at, row.position))


def survivors(log: Iterable[Row], p: int) -> dict[UUID, UUID]:
    """Who stands, as known at p, for each candidate merged into another: all their life long."""
    into: dict[UUID, UUID] = {}
    for row in log:
        if row.position <= p and row.type == "candidate.merged_into":
            into[row.stream_id] = UUID(row.data["survivor_id"])
        # The other history says so too; the one that was merged decides.
        is_loser = row.data.get("loser_id") == str(row.stream_id)
        if row.position <= p and row.type == "candidate.unmerged" and is_loser:
            into.pop(row.stream_id, None)
    return {loser: _reached(into, survivor) for loser, survivor in into.items()}


def _reached(into: dict[UUID, UUID], person: UUID) -> UUID:
    return _reached(into, into[person]) if person in into else person


CORRECTIONS = ("candidate.entry_corrected", "requisition.entry_corrected", "cost.entry_corrected")


def _corrected(row: Row, correction: Row) -> Row:
    field, value = correction.data["field"], correction.data.get("value")
    if field in personal_fields(catalogue.events[row.type]):
        return row
    row = replace(row, corrected_by=correction.position)
    if field == "occurred_at":
        return replace(row, occurred_at=datetime.fromisoformat(str(value)))
    if field == "reason_code":
        return replace(row, reason_code=value)
    data = {name: said for name, said in row.data.items() if name != field}
    return replace(row, data=data if value is None else {**data, field: value})


def within(moment: datetime, since: datetime | None, until: datetime | None) -> bool:
    return (since is None or moment >= since) and (until is None or moment < until)


STARTS = ("application.applied", "application.reengaged")
ENDS = {
    "application.hired": "hired",
    "application.rejected": "rejected",
    "application.withdrawn": "withdrawn",
}


@dataclass(frozen=True)
class Standing:
    """Where an application stands, and where the log says so."""

    application_id: UUID
    candidate_id: UUID
    stage: str
    stage_kind: str
    status: str
    reason_code: str | None
    since: datetime
    position: int


def standings(history: Iterable[Row]) -> dict[UUID, Standing]:
    """Every application where the last event with a stage left it."""
    found = {}
    for row in history:
        id = row.id("application_id")
        if id and row.data.get("stage"):
            found[id] = Standing(
                id,
                row.stream_id,
                row.data["stage"],
                row.data["stage_kind"],
                ENDS.get(row.type, "open"),
                row.reason_code,
                row.occurred_at,
                row.told_at,
            )
    return found


def assignments(history: Iterable[Row]) -> dict[UUID, UUID | None]:
    """The requisition each application was last given."""
    return {
        id: row.id("requisition_id")
        for row in history
        if row.type in (*STARTS, "application.assigned_to_requisition", "application.transferred")
        and (id := row.id("application_id"))
    }


def board(history: Sequence[Row], requisition_id: UUID) -> list[Standing]:
    """The applications of a requisition, longest standing first."""
    assigned = assignments(history)
    cards = [s for id, s in standings(history).items() if assigned.get(id) == requisition_id]
    return sorted(cards, key=lambda card: (card.since, card.application_id))


def summary(history: Sequence[Row]) -> Counter[tuple[str, str]]:
    """How many applications stand in which kind of stage with which status."""
    return Counter((s.stage_kind, s.status) for s in standings(history).values())


@dataclass(frozen=True)
class Member:
    """Someone in a pool, and what contact there was."""

    candidate_id: UUID
    since: datetime
    reason_code: str | None
    touchpoints: int
    replies: int
    last_contact_at: datetime | None


def members(history: Sequence[Row], pool_id: UUID) -> list[Member]:
    """The members of a pool, by id."""
    inside: dict[UUID, Row] = {}
    for row in history:
        if row.id("pool_id") != pool_id:
            continue
        if row.type == "pool.member_added":
            inside[row.stream_id] = row
        if row.type == "pool.member_removed":
            inside.pop(row.stream_id, None)
    return [_member(history, inside[id]) for id in sorted(inside)]


def _member(history: Sequence[Row], added: Row) -> Member:
    mine = [row for row in history if row.stream_id == added.stream_id]
    contacts = [row.occurred_at for row in mine if row.type == "candidate.nurtured"]
    return Member(
        added.stream_id,
        added.occurred_at,
        added.reason_code,
        len(contacts),
        sum(row.type == "touchpoint.replied" for row in mine),
        contacts[-1] if contacts else None,
    )


KNOCKED_OUT, WAIVED = "application.knocked_out", "application.knock_out_waived"
DONE_BY_PEOPLE = (
    *STARTS,
    *ENDS,
    "application.assigned_to_requisition",
    "application.moved_to_stage",
    "application.screened",
    "application.hire_reversed",
    "application.rejection_reversed",
    "application.withdrawal_reversed",
    "interview.scheduled",
    "interview.held",
    "interview.scorecard_submitted",
    "offer.extended",
    "offer.accepted",
    "offer.declined",
    "offer.rescinded",
    "offer.expired",
)


def knocked_out(history: Sequence[Row]) -> dict[UUID, tuple[UUID, list[str], datetime]]:
    """Applications whose rules wait for a person: who, which rules, and since when."""
    about: dict[UUID, list[Row]] = {}
    for row in history:
        if id := row.id("application_id"):
            about.setdefault(id, []).append(row)
    return {id: waiting for id, rows in about.items() if (waiting := _waiting(rows))}


def _waiting(rows: Sequence[Row]) -> tuple[UUID, list[str], datetime] | None:
    types = [row.type for row in rows]
    waived = len(rows) - 1 - types[::-1].index(WAIVED) if WAIVED in types else -1
    rules = [n for n, type in enumerate(types) if n > waived and type == KNOCKED_OUT]
    decided = rules and any(
        row.type in ENDS or (row.type in DONE_BY_PEOPLE and "rule" not in row.data)
        for row in rows[rules[-1] :]
    )
    if not rules or decided:
        return None
    first = rows[rules[0]]
    return first.stream_id, [rows[n].data["rule"] for n in rules], first.occurred_at


LADDER = ("applied", "screened", "interviewed", "offered", "hired")
SIDE_EXITS = ("rejected", "declined")
OFFERS = ("offer.extended", "offer.declined", "offer.rescinded", "offer.expired")
MILESTONES = {
    "application.applied": "applied",
    "application.reengaged": "applied",
    "application.screened": "screened",
    "interview.held": "interviewed",
    "offer.extended": "offered",
    "application.hired": "hired",
    "application.rejected": "rejected",
    "offer.declined": "declined",
}


def funnel(
    history: Sequence[Row],
    since: datetime | None,
    until: datetime | None,
    cohort: str = "entered",
) -> dict[str, tuple[int, int | None, int | None]]:
    """Milestone: (entered, of these advanced, of these pending).

    The window is of when they entered, or of when they applied.
    """
    reached: dict[UUID, dict[str, datetime]] = {}
    for row in history:
        id = row.id("application_id")
        if id and row.type in MILESTONES:
            reached.setdefault(id, {}).setdefault(MILESTONES[row.type], row.occurred_at)
    standing, answered = standings(history), answered_offers(history)
    found: dict[str, tuple[int, int | None, int | None]] = {}
    for rung, milestone in enumerate((*LADDER, *SIDE_EXITS)):
        later = LADDER[rung + 1 :]
        entered = [
            id
            for id, times in reached.items()
            if milestone in times
            and (counts_at := times.get("applied" if cohort == "applied" else milestone))
            and within(counts_at, since, until)
            and id in standing
        ]
        left = [id for id in entered if not any(m in reached[id] for m in later)]
        decided = answered if milestone == "offered" else set()
        pending = [id for id in left if standing[id].status == "open" and id not in decided]
        found[milestone] = (
            (len(entered), len(entered) - len(left), len(pending))
            if later
            else (len(entered), None, None)
        )
    return found


def answered_offers(history: Sequence[Row]) -> set[UUID | None]:
    """Applications whose last offer was declined, rescinded or expired."""
    last = {row.id("application_id"): row.type for row in history if row.type in OFFERS}
    return {id for id, type in last.items() if type != "offer.extended"}


def percentile(ordered: Sequence[float], share: float) -> float | None:
    """Linearly interpolated; None of nothing."""
    if not ordered:
        return None
    place = share * (len(ordered) - 1)
    below, above = ordered[int(place)], ordered[min(int(place) + 1, len(ordered) - 1)]
    return below + (above - below) * (place - int(place))


def mean(numbers: Sequence[float]) -> float | None:
    return fmean(numbers) if numbers else None


RESPONSES = (
    "touchpoint.replied",
    "touchpoint.clicked",
    "candidate.attended_event",
    *STARTS,
)


def engagement(
    history: Sequence[Row], since: datetime | None, until: datetime | None
) -> tuple[int, int, int]:
    """People (reached, engaged, opened) by touchpoints in the window."""
    contacts: dict[UUID, list[Row]] = {}
    for row in history:
        in_window = within(row.occurred_at, since, until)
        if row.type == "candidate.nurtured" and in_window and arrived(history, row):
            contacts.setdefault(row.stream_id, []).append(row)
    engaged = opened = 0
    for candidate_id, theirs in contacts.items():
        engaged += any(
            row.stream_id == candidate_id
            and row.type in RESPONSES
            and not row.data.get("by_scanner")
            and row.occurred_at >= theirs[0].occurred_at
            and within(row.occurred_at, None, until)
            for row in history
        )
        touched = {row.data["touchpoint_id"] for row in theirs}
        opened += any(
            row.type == "touchpoint.opened" and row.data["touchpoint_id"] in touched
            for row in history
        )
    return len(contacts), engaged, opened


def arrived(history: Iterable[Row], contact: Row) -> bool:
    """Whether a touchpoint was logged by hand, or delivered without a bounce within 72 hours."""
    about = [
        row for row in history if row.data.get("touchpoint_id") == contact.data["touchpoint_id"]
    ]
    bounces = [row.occurred_at for row in about if row.type == "touchpoint.bounced"]
    return contact.data["logged_by_hand"] or any(
        not any(bounce <= row.occurred_at + timedelta(hours=72) for bounce in bounces)
        for row in about
        if row.type == "touchpoint.delivered"
    )
