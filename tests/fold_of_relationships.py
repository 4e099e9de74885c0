"""What the metrics of relationships should answer, in plain Python: see tests/plain_fold.py."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from uuid import UUID

from tests.plain_fold import STARTS, Row, arrived, standings, within

Member = tuple[UUID | None, UUID]
"""A person in a pool; or, where people are counted once, in any."""


@dataclass
class Growth:
    """How pools grew: who was in them at the start and the end, and what happened between."""

    start: set[Member] = field(default_factory=set)
    end: set[Member] = field(default_factory=set)
    reachable: int = 0
    adds: int = 0
    exits: Counter[str | None] = field(default_factory=Counter)


def growth(
    history: Iterable[Row],
    since: datetime | None,
    until: datetime | None,
    now: datetime,
    policy: str = "each_pool",
    pool_id: UUID | None = None,
) -> Growth:
    """Growth from the moment before `since` to the moment before `until`, or to now."""
    happened = [row for row in history if within(row.occurred_at, None, until)]
    found, inside = Growth(), set[tuple[UUID | None, UUID]]()
    for row in happened:
        before = _counted(inside, policy)
        if row.type == "pool.member_added" and pool_id in (None, row.id("pool_id")):
            inside.add((row.id("pool_id"), row.stream_id))
        if row.type == "pool.member_removed":
            inside.discard((row.id("pool_id"), row.stream_id))
        after = _counted(inside, policy)
        if within(row.occurred_at, since, None):
            found.adds += len(after - before)
            found.exits[row.reason_code] += len(before - after)
        else:
            found.start = after
        found.end = after
    end = min(now, until) if until else now
    found.reachable = sum(_reachable(happened, person, end) for _, person in found.end)
    return found


def _counted(inside: set[Member], policy: str) -> set[Member]:
    return {(None, person) for _, person in inside} if policy == "people" else set(inside)


def _reachable(happened: Iterable[Row], person: UUID, end: datetime) -> bool:
    valid = False
    for row in happened:
        if row.stream_id != person:
            continue
        if row.type == "candidate.opted_out" and row.data["channel"] == "all":
            return False
        if row.type == "consent.granted" and row.data["purpose"] == "contact":
            expires = row.data.get("expires_at")
            valid = expires is None or datetime.fromisoformat(expires) > end
        if row.type == "consent.withdrawn" and row.data["purpose"] == "contact":
            valid = False
    return valid


WEIGHTS = {"reply": 30, "click": 10, "attendance": 25, "application": 35, "half_life_days": 180}
WEIGHED = {
    "touchpoint.replied": "reply",
    "touchpoint.clicked": "click",
    "candidate.attended_event": "attendance",
    **dict.fromkeys(STARTS, "application"),
}


def reached(history: Sequence[Row], since: datetime | None, until: datetime | None) -> set[UUID]:
    """People with a delivered touchpoint in the window."""
    return {
        row.stream_id
        for row in history
        if row.type == "candidate.nurtured"
        and within(row.occurred_at, since, until)
        and arrived(history, row)
    }


def score(
    history: Iterable[Row],
    person: UUID,
    since: datetime | None,
    until: datetime | None,
    now: datetime,
    weights: dict[str, int],
) -> float:
    """How warm contact with someone is at the window's end, or now."""
    end, total = min(now, until) if until else now, 0.0
    for row in history:
        counts = row.type in WEIGHED and not row.data.get("by_scanner")
        if row.stream_id == person and counts and within(row.occurred_at, since, until):
            half_lives = (end - row.occurred_at) / timedelta(days=weights["half_life_days"])
            total += weights[WEIGHED[row.type]] * 0.5 ** max(half_lives, 0)
    return min(total, 100)


def answers(
    history: Iterable[Row], since: datetime | None, until: datetime | None, moment: str
) -> list[int]:
    """The scores candidates gave in the window."""
    return [
        row.data["score"]
        for row in history
        if row.type == "survey.answered"
        and within(row.occurred_at, since, until)
        and moment in ("any", row.data["moment"])
    ]


@dataclass(frozen=True)
class Hire:
    """An application that stands hired."""

    application_id: UUID
    days: float
    from_pool: bool


def brought_back(
    history: Iterable[Row], since: datetime | None, until: datetime | None
) -> list[UUID | None]:
    """Applications begun in the window by bringing someone back."""
    return [
        row.id("application_id")
        for row in history
        if row.type == "application.reengaged" and within(row.occurred_at, since, until)
    ]


def came_to(history: Iterable[Row], type: str) -> set[UUID | None]:
    """Applications to which something of this type ever happened."""
    return {row.id("application_id") for row in history if row.type == type}


def hires(history: Sequence[Row], since: datetime | None, until: datetime | None) -> list[Hire]:
    """The hires in the window that stand."""
    begun: dict[UUID | None, tuple[Row, bool]] = {}
    hired: dict[UUID | None, datetime] = {}
    inside: set[tuple[UUID | None, UUID]] = set()
    for row in history:
        id = row.id("application_id")
        if row.type == "pool.member_added":
            inside.add((row.id("pool_id"), row.stream_id))
        if row.type == "pool.member_removed":
            inside.discard((row.id("pool_id"), row.stream_id))
        if row.type in STARTS:
            member = row.stream_id in {person for _, person in inside}
            begun[id] = row, member or row.type == "application.reengaged"
        if row.type == "application.hired":
            hired[id] = row.occurred_at
    return [
        Hire(id, (hired[id] - begun[id][0].occurred_at) / timedelta(days=1), begun[id][1])
        for id, standing in standings(history).items()
        if standing.status == "hired" and within(hired[id], since, until)
    ]


def now(as_of: datetime | None) -> datetime:
    """The moment a question is asked of."""
    return as_of or datetime.now(UTC)
