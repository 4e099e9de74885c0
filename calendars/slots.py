"""Which times a rule makes, and which of them are free."""

from collections.abc import Iterable, Iterator
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from calendars.reading import Stretch
from domain.self_scheduling import Slot, SlotRule

EVERY = timedelta(minutes=30)
"""How far apart the times begin that are offered."""


def free_slots(rule: SlotRule, busy: Iterable[Stretch], after: datetime) -> Iterator[Slot]:
    """The times a rule makes that begin after a moment, and meet nothing anybody is busy with."""
    buffer = timedelta(minutes=rule.buffer_minutes)
    taken = sorted(busy)
    for slot in slots_of(rule):
        meets = (one.meets(slot.starts_at - buffer, slot.ends_at + buffer) for one in taken)
        if slot.starts_at > after and not any(meets):
            yield slot


def slots_of(rule: SlotRule) -> Iterator[Slot]:
    """Every time a rule makes, in order. Hours are wall time there, whatever the clocks do."""
    zone, (begins, ends) = ZoneInfo(rule.time_zone), rule.hours
    length = timedelta(minutes=rule.minutes)
    day = rule.opens_at.astimezone(zone).date()
    while day <= rule.closes_at.astimezone(zone).date():
        if day.isoweekday() in rule.weekdays:
            starts_at, end = _moment(day, begins, zone), _moment(day, ends, zone)
            while starts_at + length <= min(end, rule.closes_at):
                if starts_at >= rule.opens_at:
                    yield Slot(starts_at=starts_at, ends_at=starts_at + length)
                starts_at += EVERY
        day += timedelta(days=1)


def is_within_hours(slot: Slot, rule: SlotRule, zone: ZoneInfo) -> bool:
    """Whether a time is within a rule's hours and days in another zone, too."""
    begins, ends = rule.hours
    day = slot.starts_at.astimezone(zone).date()
    within = _moment(day, begins, zone) <= slot.starts_at and slot.ends_at <= _moment(
        day, ends, zone
    )
    return within and day.isoweekday() in rule.weekdays


def _moment(day: date, wall: time, zone: ZoneInfo) -> datetime:
    """The moment of a wall time; one that clocks skip is as much later as they are put forward."""
    return datetime.combine(day, wall, zone).astimezone(UTC)
