"""When somebody is busy, by their calendar (RFC 5545); of what it says, nothing else is kept."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from math import prod
from typing import Any
from zoneinfo import ZoneInfo

import recurring_ical_events
from icalendar import Calendar

from calendars.fetching import CalendarUnreadable

OFTEN = frozenset({"SECONDLY", "MINUTELY", "HOURLY"})
MOST_A_DAY = 48
"""How many times a day a rule may repeat; counting out more is a way to keep us busy."""
MOST_EVENTS = 10_000


@dataclass(frozen=True, order=True)
class Stretch:
    """From when until when, in UTC."""

    starts_at: datetime
    ends_at: datetime

    def meets(self, starts_at: datetime, ends_at: datetime) -> bool:
        return self.starts_at < ends_at and starts_at < self.ends_at


def busy_in(
    calendars: Iterable[bytes], since: datetime, until: datetime, zone: ZoneInfo
) -> list[Stretch]:
    """The stretches within this time in which somebody is busy.

    `zone` is where days and times without a zone are meant. Raises CalendarUnreadable.
    """
    try:
        found = [
            stretch
            for content in calendars
            for calendar in _calendars_in(content)
            for stretch in _busy(calendar, since, until, zone)
        ]
    except CalendarUnreadable:
        raise
    except Exception:  # the parsers meet whatever is there, and raise what they like
        raise CalendarUnreadable("not_a_calendar") from None
    return merged(_within(found, since, until))


def _calendars_in(content: bytes) -> list[Any]:
    found: list[Any] = list(Calendar.from_ical(content, multiple=True))
    if not found:
        raise CalendarUnreadable("not_a_calendar")
    return found


def _busy(calendar: Any, since: datetime, until: datetime, zone: ZoneInfo) -> Iterator[Stretch]:
    if calendar.name != "VCALENDAR":
        raise CalendarUnreadable("not_a_calendar")
    events = calendar.walk("VEVENT")
    if len(events) > MOST_EVENTS:
        raise CalendarUnreadable("too_large")
    for event in events:
        _guard_against_floods(event)
    for event in recurring_ical_events.of(calendar).between(since, until):
        if _takes_time(event):
            yield Stretch(*_span(event, zone))
    for answer in calendar.walk("VFREEBUSY"):
        yield from _said_busy(answer, zone)


def _guard_against_floods(event: Any) -> None:
    rules = event.get("RRULE", [])
    for rule in rules if isinstance(rules, list) else [rules]:
        parts = [rule.get(name, [0]) for name in ("BYHOUR", "BYMINUTE", "BYSECOND")]
        often = {str(freq).upper() for freq in rule.get("FREQ", [])} & OFTEN
        if often or prod(len(part) for part in parts) > MOST_A_DAY:
            raise CalendarUnreadable("repeats_too_often")


def _takes_time(event: Any) -> bool:
    transparent = str(event.get("TRANSP", "OPAQUE")).upper() == "TRANSPARENT"
    return not transparent and str(event.get("STATUS", "")).upper() != "CANCELLED"


def _span(event: Any, zone: ZoneInfo) -> tuple[datetime, datetime]:
    start = event.decoded("DTSTART")
    if "DTEND" in event:
        end = event.decoded("DTEND")
    elif "DURATION" in event:
        end = start + event.decoded("DURATION")
    else:
        end = start if isinstance(start, datetime) else start + timedelta(days=1)
    return _moment(start, zone), _moment(end, zone)


def _said_busy(answer: Any, zone: ZoneInfo) -> Iterator[Stretch]:
    periods = answer.get("FREEBUSY", [])
    for said in periods if isinstance(periods, list) else [periods]:
        if said.params.get("FBTYPE", "BUSY").upper() != "FREE":
            for start, end in (period.dt for period in getattr(said, "dts", [said])):
                ends = start + end if isinstance(end, timedelta) else end
                yield Stretch(_moment(start, zone), _moment(ends, zone))


def _moment(said: date, zone: ZoneInfo) -> datetime:
    if not isinstance(said, datetime):
        said = datetime.combine(said, time())
    return (said if said.tzinfo else said.replace(tzinfo=zone)).astimezone(UTC)


def _within(found: Iterable[Stretch], since: datetime, until: datetime) -> list[Stretch]:
    return [
        Stretch(max(one.starts_at, since), min(one.ends_at, until))
        for one in found
        if one.meets(since, until)
    ]


def merged(found: Iterable[Stretch]) -> list[Stretch]:
    """The same time in as few stretches as possible, in order."""
    result: list[Stretch] = []
    for one in sorted(found):
        if result and one.starts_at <= result[-1].ends_at:
            last = result.pop()
            result.append(Stretch(last.starts_at, max(last.ends_at, one.ends_at)))
        else:
            result.append(one)
    return result
