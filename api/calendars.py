"""When interviewers are busy, over HTTP, and by which calendars that is known."""

from datetime import UTC, datetime, timedelta
from typing import Annotated
from urllib.parse import urlsplit
from uuid import UUID
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Query
from fastapi.exceptions import RequestValidationError
from pydantic import AfterValidator, BaseModel, Field, SecretStr, ValidationError

from api.asking import PROBLEMS
from api.caller import Caller, may
from api.commanding import Answer, Commanding, commanding, example, posting
from api.interviews import TimeZone
from api.session import Form
from calendars.busy import BusyTimes, Reading, busy_times
from calendars.reading import Stretch
from calendars.slots import free_slots, is_within_hours
from commands import members as commands
from domain.errors import NotFound
from domain.event import Moment
from domain.role import ASSESSING, SCHEDULING, Role
from domain.self_scheduling import Buffer, Minutes, Slot, SlotRule, WallTime, Weekday
from store.member_calendars import MemberCalendar

LONGEST, USUAL = timedelta(days=92), timedelta(days=14)
MOST_SLOTS = 200

FromTime = Annotated[
    Moment | None, Query(alias="from", description="From this time on; omitted: from now on.")
]
ToTime = Annotated[
    Moment | None, Query(description="Up to this time, at most 92 days later; omitted: 14 days.")
]

router = APIRouter(prefix="/api", tags=["Calendars"])
post = posting(router)
OWNING = SCHEDULING | ASSESSING
"""Who may interview, and so may have a calendar here; of others', administrators only."""


def _of_the_web(url: str) -> str:
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https", "webcal") or not parts.hostname or parts.username:
        raise ValueError("must be https://host/…, with no user name in it")
    return parts._replace(scheme="https" if parts.scheme == "webcal" else parts.scheme).geturl()


class CalendarConnection(Form):
    """Where a calendar is, and what opens it. It is kept encrypted, and never shown again."""

    model_config = example(kind="ics", url="https://calendar.example.org/private-1f4c/basic.ics")

    kind: Annotated[
        str,
        Field(
            pattern="^(ics|caldav)$",
            description="ics: the address of a feed; caldav: of a calendar collection.",
        ),
    ]
    url: Annotated[str, Field(min_length=1, max_length=2000), AfterValidator(_of_the_web)]
    username: Annotated[str | None, Field(max_length=300)] = None
    password: Annotated[SecretStr | None, Field(max_length=1000)] = None
    time_zone: Annotated[
        TimeZone, Field(description="Where its days, and times without a zone, are meant.")
    ] = "UTC"


class Interval(BaseModel):
    """From when until when."""

    starts_at: datetime
    ends_at: datetime


class MemberBusyTimes(BaseModel):
    """When somebody is busy; not with what."""

    member_id: UUID
    calendar: Annotated[
        Reading, Field(description="none: not connected; unreadable: not taken into account.")
    ]
    problem: Annotated[
        str | None, Field(description="Why it cannot be read.", examples=["status_401"])
    ]
    busy: Annotated[
        list[Interval], Field(description="Calendar and interviews together, in order.")
    ]
    interviews: Annotated[list[Interval], Field(description="Of these, interviews here.")]


class FreeSlots(BaseModel):
    """Times at which nobody asked about is busy."""

    items: list[Slot]
    calendars_unread: Annotated[
        list[UUID], Field(description="Whose calendar could not be read, and so was not heeded.")
    ]


@post("/members/{member_id}/calendar")
def connect_calendar(
    member_id: UUID, body: CalendarConnection, command: Commanding = commanding(OWNING)
) -> Answer:
    """Has a member's calendar read from now on: one's own, or by an administrator any."""
    _guard_own(command.caller, member_id)
    calendar = MemberCalendar(
        kind=body.kind,
        url=body.url,
        time_zone=body.time_zone,
        username=body.username,
        password=body.password.get_secret_value() if body.password else None,
    )
    return command.answer(commands.connect_calendar(command.log, command.by, member_id, calendar))


@post("/members/{member_id}/calendar/removal")
def disconnect_calendar(member_id: UUID, command: Commanding = commanding(OWNING)) -> Answer:
    """Forgets a member's calendar, and what opened it."""
    _guard_own(command.caller, member_id)
    return command.answer(commands.disconnect_calendar(command.log, command.by, member_id))


@router.get("/members/{member_id}/busy-times", responses=PROBLEMS)
def get_busy_times(
    member_id: UUID,
    calling: Annotated[Caller, may(OWNING)],
    from_: FromTime = None,
    to: ToTime = None,
) -> MemberBusyTimes:
    """When a member is busy, by their calendar and by interviews; never with what."""
    since, until = _window(from_, to)
    calling.log.member(member_id)
    [found] = busy_times(calling.log, [member_id], since, until)
    return _told(found)


@router.get("/interviews/free-slots", responses=PROBLEMS)
def list_free_slots(
    calling: Annotated[Caller, may(SCHEDULING)],
    interviewer_id: Annotated[list[UUID], Query(max_length=50, description="Who is to be free.")],
    from_: FromTime = None,
    to: ToTime = None,
    minutes: Annotated[Minutes, Query(description="How long.")] = 60,
    buffer_minutes: Annotated[Buffer, Query()] = 0,
    day_begins: Annotated[WallTime, Query()] = "09:00",
    day_ends: Annotated[WallTime, Query()] = "17:00",
    weekday: Annotated[list[Weekday], Query(max_length=7)] = [1, 2, 3, 4, 5],  # noqa: B006
    time_zone: Annotated[
        list[TimeZone],
        Query(max_length=10, description="Where these are the hours of work; in all if several."),
    ] = ["UTC"],  # noqa: B006
) -> FreeSlots:
    """Times within the hours of work at which all these interviewers are free; at most 200."""
    since, until = _window(from_, to)
    try:
        rule = SlotRule(
            opens_at=since,
            closes_at=until,
            minutes=minutes,
            buffer_minutes=buffer_minutes,
            day_begins=day_begins,
            day_ends=day_ends,
            weekdays=tuple(weekday),
            time_zone=time_zone[0],
        )
    except ValidationError as error:
        raise _invalid("day_ends", error.errors()[0]["msg"]) from None
    buffer = timedelta(minutes=buffer_minutes)
    times = busy_times(calling.log, interviewer_id, since - buffer, until + buffer)
    busy: list[Stretch] = [stretch for one in times for stretch in one.all]
    zones = [ZoneInfo(name) for name in time_zone[1:]]
    slots = (
        slot
        for slot in free_slots(rule, busy, datetime.now(UTC))
        if all(is_within_hours(slot, rule, zone) for zone in zones)
    )
    return FreeSlots(
        items=[slot for slot, _ in zip(slots, range(MOST_SLOTS), strict=False)],
        calendars_unread=[one.member_id for one in times if one.reading is Reading.UNREADABLE],
    )


def _guard_own(caller: Caller, member_id: UUID) -> None:
    if caller.role is not Role.ADMIN and caller.actor_id != member_id:
        raise NotFound(what="member", id=member_id)


def _window(from_: datetime | None, to: datetime | None) -> tuple[datetime, datetime]:
    since = from_ or datetime.now(UTC)
    until = to or since + USUAL
    if not timedelta() < until - since <= LONGEST:
        raise _invalid("to", "must be later than from, by 92 days at most")
    return since, until


def _invalid(parameter: str, words: str) -> RequestValidationError:
    return RequestValidationError(
        [{"type": "value_error", "loc": ("query", parameter), "msg": words, "input": None}]
    )


def _told(found: BusyTimes) -> MemberBusyTimes:
    return MemberBusyTimes(
        member_id=found.member_id,
        calendar=found.reading,
        problem=found.problem,
        busy=[Interval(**vars(one)) for one in found.all],
        interviews=[Interval(**vars(one)) for one in found.interviews],
    )
