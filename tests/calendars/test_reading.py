"""When somebody is busy: repeating, whole days, zones, clocks that change, what takes no time."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from calendars.fetching import CalendarUnreadable
from calendars.reading import Stretch, busy_in, merged
from calendars.slots import free_slots, slots_of
from domain.self_scheduling import SlotRule
from tests.calendars.conftest import calendar

BERLIN = ZoneInfo("Europe/Berlin")
MARCH = datetime(2026, 3, 23, tzinfo=UTC)
"""A Monday; clocks in Berlin are put forward on the Sunday after."""
NEVER = [
    "RRULE:FREQ=SECONDLY",
    "RRULE:FREQ=MINUTELY;INTERVAL=5",
    "RRULE:FREQ=DAILY;BYHOUR=1,2,3,4,5,6,7,8;BYMINUTE=0,10,20,30,40,50;BYSECOND=0,30",
]


def busy(*lines: str, days: int = 14, zone: ZoneInfo = BERLIN) -> list[tuple[str, str]]:
    found = busy_in([calendar(*lines)], MARCH, MARCH + timedelta(days=days), zone)
    return [(f"{one.starts_at:%d %H:%M}", f"{one.ends_at:%d %H:%M}") for one in found]


def test_a_weekly_meeting_stays_at_its_wall_time_when_clocks_change() -> None:
    weekly = ["DTSTART;TZID=Europe/Berlin:20260112T100000", "DURATION:PT1H", "RRULE:FREQ=WEEKLY"]
    assert busy(*weekly) == [("23 09:00", "23 10:00"), ("30 08:00", "30 09:00")]


def test_what_is_left_out_of_a_series_takes_no_time() -> None:
    said = [
        "DTSTART:20260323T080000Z",
        "DTEND:20260323T090000Z",
        "RRULE:FREQ=DAILY;COUNT=3",
        "EXDATE:20260324T080000Z",
    ]
    assert busy(*said) == [("23 08:00", "23 09:00"), ("25 08:00", "25 09:00")]


def test_a_whole_day_is_one_there_and_one_without_a_zone_is_meant_there() -> None:
    # The day on which clocks change has 23 hours.
    assert busy("DTSTART;VALUE=DATE:20260329") == [("28 23:00", "29 22:00")]
    floating = ["DTSTART:20260324T100000", "DTEND:20260324T110000"]
    assert busy(*floating) == [("24 09:00", "24 10:00")]
    assert busy(*floating, zone=ZoneInfo("Asia/Tokyo")) == [("24 01:00", "24 02:00")]


@pytest.mark.parametrize("line", ["TRANSP:TRANSPARENT", "STATUS:CANCELLED"])
def test_what_takes_no_time_takes_none(line: str) -> None:
    assert busy("DTSTART:20260324T100000Z", "DTEND:20260324T110000Z", line) == []


def test_what_a_server_says_of_free_and_busy_is_heeded() -> None:
    said = b"""BEGIN:VCALENDAR\r
VERSION:2.0\r
PRODID:-//Tests//EN\r
BEGIN:VFREEBUSY\r
UID:x\r
DTSTAMP:20260101T000000Z\r
FREEBUSY;FBTYPE=BUSY:20260324T100000Z/20260324T110000Z,20260324T130000Z/PT30M\r
FREEBUSY;FBTYPE=FREE:20260325T100000Z/20260325T110000Z\r
END:VFREEBUSY\r
END:VCALENDAR\r
"""
    found = busy_in([said], MARCH, MARCH + timedelta(days=7), BERLIN)
    assert [one.starts_at.hour for one in found] == [10, 13]
    assert found[1].ends_at - found[1].starts_at == timedelta(minutes=30)


@pytest.mark.parametrize("rule", NEVER)
def test_a_rule_that_would_keep_us_busy_is_not_counted_out(rule: str) -> None:
    with pytest.raises(CalendarUnreadable, match="repeats_too_often"):
        busy("DTSTART:20260101T100000Z", "DURATION:PT1S", rule)


@pytest.mark.parametrize("content", [b"", b"<html>", b"\xff\xfe", b"BEGIN:VEVENT\r\nEND:VEVENT"])
def test_what_is_no_calendar_is_unreadable(content: bytes) -> None:
    with pytest.raises(CalendarUnreadable, match="not_a_calendar"):
        busy_in([content], MARCH, MARCH + timedelta(days=1), BERLIN)


minutes = st.integers(0, 60 * 24 * 5).map(lambda n: MARCH + timedelta(minutes=n))
stretches = st.lists(
    st.tuples(minutes, st.integers(1, 600)).map(
        lambda pair: Stretch(pair[0], pair[0] + timedelta(minutes=pair[1]))
    ),
    max_size=12,
)


@given(stretches)
def test_merged_stretches_are_the_same_time(found: list[Stretch]) -> None:
    result = merged(found)
    assert all(a.ends_at < b.starts_at for a, b in pairwise(result))
    for offset in range(0, 60 * 24 * 6, 97):
        moment = MARCH + timedelta(minutes=offset)

        def holds(times: list[Stretch], moment: datetime = moment) -> bool:
            return any(one.starts_at <= moment < one.ends_at for one in times)

        assert holds(found) == holds(result)


@given(stretches, st.integers(0, 60))
def test_a_free_time_meets_nothing_and_none_is_left_out(found: list[Stretch], buffer: int) -> None:
    rule = SlotRule(
        opens_at=MARCH,
        closes_at=MARCH + timedelta(days=7),
        buffer_minutes=buffer,
        time_zone="Europe/Berlin",
    )
    free, around = list(free_slots(rule, found, MARCH)), timedelta(minutes=buffer)
    for slot in slots_of(rule):
        meets = any(
            one.starts_at < slot.ends_at + around and slot.starts_at - around < one.ends_at
            for one in found
        )
        assert (slot in free) is not meets


def test_hours_are_wall_time_on_either_side_of_a_change_of_clocks() -> None:
    rule = SlotRule(
        opens_at=MARCH + timedelta(days=4),
        closes_at=MARCH + timedelta(days=8),
        day_begins="09:00",
        day_ends="10:00",
        weekdays=(5, 6, 7, 1),
        time_zone="Europe/Berlin",
    )
    begins = [slot.starts_at for slot in slots_of(rule)]
    assert [f"{one:%a %H}" for one in begins] == ["Fri 08", "Sat 08", "Sun 07", "Mon 07"]
    assert {one.astimezone(BERLIN).hour for one in begins} == {9}
