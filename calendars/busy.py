"""When members are busy: by their calendars, and by the interviews they have here."""

import hashlib
import time
from collections.abc import Collection
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from threading import Lock
from uuid import UUID
from zoneinfo import ZoneInfo

from calendars import caldav
from calendars.fetching import Asked, CalendarUnreadable, fetch
from calendars.reading import Stretch, busy_in, merged
from calendars.settings import CalendarSettings
from domain.errors import Refusal
from store.interviewer_times import taken_times
from store.log import Log
from store.member_calendars import MemberCalendar, calendars_of

AT_ONCE = 8
MOST_REMEMBERED = 2_000


class Reading(StrEnum):
    """Whether somebody's calendar was taken into account."""

    NONE = "none"
    READ = "read"
    UNREADABLE = "unreadable"


@dataclass
class BusyTimes:
    """When somebody is busy; of what they do then, nothing."""

    member_id: UUID
    calendar: list[Stretch] = field(default_factory=list)
    interviews: list[Stretch] = field(default_factory=list)
    reading: Reading = Reading.NONE
    problem: str | None = None

    @property
    def all(self) -> list[Stretch]:
        return merged([*self.calendar, *self.interviews])


class InterviewersBusy(Refusal):
    """Interviewers are busy then ({conflicts}); it needs despite_conflicts to be arranged."""

    status = 409


def busy_times(
    log: Log,
    member_ids: Collection[UUID],
    since: datetime,
    until: datetime,
    *,
    but: UUID | None = None,
    anew: bool = False,
) -> list[BusyTimes]:
    """When each of them is busy in this time; `but` leaves out one interview.

    `anew` asks every calendar again, whatever was read moments ago.
    """
    settings, ids = CalendarSettings(), list(dict.fromkeys(member_ids))
    found = {id: BusyTimes(id) for id in ids}
    known = calendars_of(log.database, log.organisation, ids)
    with ThreadPoolExecutor(AT_ONCE, "calendars") as threads:
        for id, future in [
            (id, threads.submit(_read, settings, log, id, calendar, since, until, anew))
            for id, calendar in known.items()
        ]:
            try:
                found[id].calendar, found[id].reading = future.result(), Reading.READ
            except CalendarUnreadable as error:
                found[id].reading, found[id].problem = Reading.UNREADABLE, error.code
    for row in taken_times(log.database, log.organisation, ids, since, until, but):
        stretch = Stretch(row["starts_at"], row["ends_at"])
        found[row["interviewer_id"]].interviews.append(stretch)
    return list(found.values())


def guard_free(
    log: Log,
    member_ids: Collection[UUID],
    starts_at: datetime,
    ends_at: datetime,
    *,
    but: UUID | None = None,
) -> list[UUID]:
    """Refuses a time at which somebody is busy; whose calendar could not be read.

    Raises InterviewersBusy.
    """
    times = busy_times(log, member_ids, starts_at, ends_at, but=but)
    conflicts = [
        f"{one.member_id} {stretch.starts_at.isoformat()}/{stretch.ends_at.isoformat()}"
        for one in times
        for stretch in one.all
    ]
    if conflicts:
        raise InterviewersBusy(conflicts=", ".join(conflicts))
    return [one.member_id for one in times if one.reading is Reading.UNREADABLE]


def _read(
    settings: CalendarSettings,
    log: Log,
    member_id: UUID,
    calendar: MemberCalendar | None,
    since: datetime,
    until: datetime,
    anew: bool,
) -> list[Stretch]:
    if calendar is None:
        raise CalendarUnreadable("credentials_lost")
    what = f"{log.organisation.id}{member_id}{calendar.url}{calendar.password}{since}{until}"
    key = hashlib.sha256(what.encode()).digest()
    if not anew and (remembered := _remembered.get(key, settings.remembered_seconds)) is not None:
        return remembered
    if calendar.kind == "caldav":
        contents = caldav.query(
            settings, calendar.url, calendar.username, calendar.password, since, until
        )
    else:
        asked = Asked(calendar.url, username=calendar.username, password=calendar.password)
        contents = [fetch(settings, asked)]
    busy = busy_in(contents, since, until, ZoneInfo(calendar.time_zone))
    _remembered.keep(key, busy)
    return busy


class _Remembered:
    """What was read moments ago."""

    def __init__(self) -> None:
        self._kept: dict[bytes, tuple[float, list[Stretch]]] = {}
        self._lock = Lock()

    def get(self, key: bytes, seconds: float) -> list[Stretch] | None:
        read_at, busy = self._kept.get(key, (0.0, []))
        return busy if read_at and time.monotonic() - read_at < seconds else None

    def keep(self, key: bytes, busy: list[Stretch]) -> None:
        with self._lock:
            if len(self._kept) >= MOST_REMEMBERED:
                self._kept.clear()
            self._kept[key] = (time.monotonic(), busy)


_remembered = _Remembered()
