"""Busy times by a real CalDAV server, a feed, and the interviews here; and where they are kept."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest

from calendars.busy import InterviewersBusy, Reading, busy_times, guard_free
from commands import members
from domain.member import Member
from domain.role import Role
from store.envelope import Attribution
from store.ids import new_id
from store.log import Log
from store.member_calendars import MemberCalendar, calendars_of
from tests import examples
from tests.calendars.conftest import PASSWORD, USER, CalendarServer
from tests.examples import the_application

DAY = datetime(2031, 3, 10, tzinfo=UTC)


def by() -> Attribution:
    return Attribution("person", new_id(), "admin", "api")


@pytest.fixture(autouse=True)
def private_networks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HIRELEDGER_CALENDAR_PRIVATE_NETWORKS", "true")


@pytest.fixture
def grace(log: Log) -> UUID:
    member = Member.begin(uuid4())
    member.invite(Role.INTERVIEWER, "Grace", "grace@acme.example")
    log.record(member, by=by())
    return member.id


def connect(log: Log, member_id: UUID, kind: str, url: str, **said: Any) -> None:
    calendar = MemberCalendar(kind=kind, url=url, **{"time_zone": "Europe/Berlin", **said})
    members.connect_calendar(log, by(), member_id, calendar)


def hours(log: Log, member_id: UUID) -> list[tuple[int, int]]:
    [found] = busy_times(log, [member_id], DAY, DAY + timedelta(days=1), anew=True)
    assert found.reading is Reading.READ, found.problem
    return [(one.starts_at.hour, one.ends_at.hour) for one in found.all]


def test_a_caldav_calendar_says_when_somebody_is_busy(
    log: Log, grace: UUID, radicale: CalendarServer
) -> None:
    radicale.put(
        "weekly",
        "SUMMARY:Therapy",
        "DTSTART;TZID=Europe/Berlin:20310106T100000",
        "DTEND;TZID=Europe/Berlin:20310106T110000",
        "RRULE:FREQ=WEEKLY",
    )
    radicale.put("free", "DTSTART:20310310T120000Z", "DURATION:PT1H", "TRANSP:TRANSPARENT")
    radicale.put("other", "DTSTART:20310311T120000Z", "DURATION:PT1H")
    connect(log, grace, "caldav", radicale.url, username=USER, password=PASSWORD)
    assert hours(log, grace) == [(9, 10)]
    connect(log, grace, "caldav", radicale.url, username=USER, password="wrong")
    [found] = busy_times(log, [grace], DAY, DAY + timedelta(days=1))
    assert (found.reading, found.problem) == (Reading.UNREADABLE, "status_401")
    # The same calendar as a feed.
    connect(log, grace, "ics", radicale.url, username=USER, password=PASSWORD)
    assert hours(log, grace) == [(9, 10)]


def test_interviews_here_count_and_those_called_off_do_not(
    log: Log, grace: UUID, misbehaving: str
) -> None:
    connect(log, grace, "ics", f"{misbehaving}/says/DTSTART:20310310T080000Z+DURATION:PT1H")
    candidate, interview_id = examples.screened(), uuid4()
    candidate.schedule_interview(
        the_application(candidate).id,
        interview_id,
        examples.open_requisition().plan,
        starts_at=DAY + timedelta(hours=14),
        ends_at=DAY + timedelta(hours=15),
        interviewer_ids=(grace,),
    )
    log.record(candidate, by=by())
    assert hours(log, grace) == [(8, 9), (14, 15)]
    with pytest.raises(InterviewersBusy, match="14:00"):
        guard_free(log, [grace], DAY + timedelta(hours=14.5), DAY + timedelta(hours=16))
    guard_free(log, [grace], DAY + timedelta(hours=14), DAY + timedelta(hours=15), but=interview_id)
    candidate = log.candidate(candidate.id)
    later = DAY + timedelta(hours=16)
    candidate.rearrange_interview(interview_id, starts_at=later, ends_at=later + timedelta(hours=1))
    log.record(candidate, by=by())
    assert hours(log, grace) == [(8, 9), (16, 17)]
    candidate = log.candidate(candidate.id)
    candidate.reject(the_application(candidate).id, "experience")
    log.record(candidate, by=by())
    assert hours(log, grace) == [(8, 9)]


def test_a_calendar_that_cannot_be_read_is_named_and_refuses_nothing(
    log: Log, grace: UUID, misbehaving: str
) -> None:
    connect(log, grace, "ics", f"{misbehaving}/nonsense")
    assert guard_free(log, [grace, uuid4()], DAY, DAY + timedelta(hours=1)) == [grace]


def test_where_a_calendar_is_stands_nowhere_in_the_clear_and_is_forgotten(
    log: Log, grace: UUID
) -> None:
    secret = "https://calendar.example.org/private-8c1f"
    connect(log, grace, "ics", secret, username="grace", password="hunter2hunter2")
    known = calendars_of(log.database, log.organisation, [grace])[grace]
    assert known is not None
    assert known.url == secret
    assert secret not in repr(known)
    with log.database.transaction(log.organisation) as connection:
        rows = connection.execute("SELECT sealed FROM member_calendars").fetchall()
        events = connection.execute("SELECT events::text FROM events").fetchall()
        # A row put in another member's place does not open.
        other = uuid4()
        connection.execute(
            "INSERT INTO member_calendars (member_id, sealed) VALUES (%s, %s)", (other, rows[0][0])
        )
    for word in (b"private-8c1f", b"hunter2"):
        assert word not in rows[0][0]
        assert word.decode() not in str(events)
    assert calendars_of(log.database, log.organisation, [other]) == {other: None}
    members.disconnect_calendar(log, by(), grace)
    assert calendars_of(log.database, log.organisation, [grace]) == {}
