"""Whom the rule of a pool matches, in plain Python: see tests/plain_fold.py."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID

from domain.plan import StageKind
from domain.pool_rule import PoolRule
from tests.plain_fold import ENDS, STARTS, Row

KINDS = [kind.value for kind in StageKind]


@dataclass
class Way:
    """One application of a person."""

    began: datetime
    at: int
    reached: int = 0
    stage: str | None = None
    status: str = "open"
    reason: str | None = None


@dataclass
class Background:
    """What is known of one person's way so far."""

    sources: set[str] = field(default_factory=set)
    region: str | None = None
    tags: dict[tuple[UUID | None, str], bool] = field(default_factory=dict)
    ways: dict[UUID | None, Way] = field(default_factory=dict)
    contacted_at: datetime | None = None
    erased: bool = False

    @property
    def latest(self) -> Way | None:
        return max(self.ways.values(), key=lambda way: (way.began, way.at), default=None)


def backgrounds(history: Sequence[Row]) -> dict[UUID, Background]:
    """Of everyone, from what had happened, in the world's order."""
    people = {
        row.stream_id: Background()
        for row in history
        if row.type.startswith(("candidate.", "application.", "offer.", "pool.member"))
    }
    for row in history:
        if row.type in STARTS:
            id = row.id("application_id")
            people[row.stream_id].ways[id] = Way(row.occurred_at, row.position)
    for row in history:
        if row.stream_id in people:
            tell(people[row.stream_id], row)
    return people


def tell(person: Background, row: Row) -> None:
    said = row.data
    if said.get("source") and row.type.startswith(("candidate.", "application.")):
        person.sources.add(said["source"])
    person.region = said.get("region") or person.region
    if row.type in ("candidate.tagged", "candidate.untagged"):
        on = row.id("application_id"), said["tag"]
        person.tags[on] = row.type == "candidate.tagged"
    if row.type == "candidate.nurtured":
        person.contacted_at = row.occurred_at
    if row.type == "candidate.personal_data_erased" and said["whole"]:
        person.erased = True
    way = person.ways.get(row.id("application_id"))
    if way and said.get("stage"):
        way.reached = max(way.reached, KINDS.index(said["stage_kind"]) + 1)
        way.stage, way.status = said["stage_kind"], ENDS.get(row.type, "open")
        way.reason = row.reason_code
    if way and row.type == "offer.extended":
        way.reached = max(way.reached, 4)


def matched(history: Sequence[Row], rule: PoolRule, at: datetime) -> set[UUID]:
    """Whom a rule matches at a time."""
    found = backgrounds(history)
    return {id for id, person in found.items() if not person.erased and holds(rule, person, at)}


def holds(rule: PoolRule, person: Background, at: datetime) -> bool:
    tags = {tag for (_, tag), on in person.tags.items() if on}
    latest = person.latest
    reason = latest.reason if latest and latest.status in ("rejected", "withdrawn") else None
    reached = max((way.reached for way in person.ways.values()), default=0)
    in_process = any(way.status == "open" for way in person.ways.values())
    hired = any(way.status == "hired" for way in person.ways.values())
    applied = latest.began if latest else None
    return (
        set(rule.tags_all) <= tags
        and (not rule.tags_any or bool(tags & set(rule.tags_any)))
        and not tags & set(rule.tags_none)
        and (rule.reached is None or reached > KINDS.index(rule.reached))
        and (not rule.last_stages or (latest is not None and latest.stage in rule.last_stages))
        and (not rule.reason_codes or reason in rule.reason_codes)
        and (not rule.sources or bool(person.sources & set(rule.sources)))
        and (not rule.regions or within(person.region, rule.regions))
        and recent(applied, rule.applied_within_days, at)
        and not_recent(applied, rule.not_applied_within_days, at)
        and not_recent(person.contacted_at, rule.not_contacted_within_days, at)
        and rule.in_process in (None, in_process)
        and rule.hired in (None, hired)
    )


def within(region: str | None, wanted: Iterable[str]) -> bool:
    return any(region == one or (region or "").startswith(f"{one}-") for one in wanted)


def recent(moment: datetime | None, days: int | None, at: datetime) -> bool:
    return days is None or (moment is not None and moment > at - timedelta(days=days))


def not_recent(moment: datetime | None, days: int | None, at: datetime) -> bool:
    return days is None or moment is None or moment <= at - timedelta(days=days)
