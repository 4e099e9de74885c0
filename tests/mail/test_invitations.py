"""Invitations to interviews, over real mail servers, read by two calendar libraries."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from typing import Any
from uuid import UUID, uuid4
from zoneinfo import ZoneInfo

import pytest
from ical.calendar_stream import IcsCalendarStream
from icalendar import Calendar

from commands import applications, interviews, requisitions
from commands import policies as policy_commands
from domain.candidate import Candidate
from domain.interview import InterviewAnswered, InvitationBounced, InvitationSent, Participation
from domain.kit import Attribute, Kit
from domain.plan import InterviewPlan, Stage, StageKind
from domain.requisition import Requisition
from policies.inviting import SendInvitations
from policies.mail.handover import Postman
from policies.mail.itip import reply_in
from policies.mail.mailbox import Mailbox
from policies.reactor import Reactor
from policies.settings import MailSettings
from projections.asked import Asked
from projections.engine import Projector
from projections.interviews import waiting_interviews
from store.envelope import Attribution
from store.ids import new_id
from store.log import Log
from tests import examples
from tests.examples import the_application
from tests.mail.conftest import Letterbox, MailServer, run_out
from tests.mail.letters import bounce_of, reply_to
from tests.mail.test_policies import standing, time_passes, upcoming

BERLIN = ZoneInfo("Europe/Berlin")
SECRET = "Ask her why she left the analytical engine"
NAME = "send-invitations"


def by(source: str = "api") -> Attribution:
    return Attribution("person", new_id(), "recruiter", source)


@pytest.fixture
def inviting(log: Log, settings_of_mail: MailSettings) -> Iterator[Reactor]:
    postman = Postman(settings_of_mail)
    reactor = Reactor(log, SendInvitations(settings_of_mail), postman)
    # Where the log of a fresh organisation begins, the policy follows it from.
    run_out(reactor)
    yield reactor
    postman.close()


class Arranged:
    """Ada is to meet Grace, in a room, in ten days at noon in Berlin."""

    def __init__(self, log: Log) -> None:
        self.log = log
        self.grace, self.alan = Candidate.begin(uuid4()), Candidate.begin(uuid4())
        self.grace.register(full_name="Grace Hopper", email="grace@acme.example")
        self.alan.register(full_name="Alan Turing", email="alan@acme.example")
        self.requisition = Requisition.begin(uuid4())
        self.requisition.draft("R-1", "Engineer", openings=(uuid4(),), plan=with_kit())
        self.requisition.request_approval()
        self.requisition.approve()
        self.requisition.open()
        self.ada = examples.applied(self.requisition)
        log.record(self.ada, self.requisition, self.grace, self.alan, by=by())
        self.application = the_application(self.ada).id
        day = (datetime.now(BERLIN) + timedelta(days=10)).date()
        self.starts_at = datetime.combine(day, datetime.min.time(), BERLIN).replace(hour=12)
        self.interview = UUID(int=0)

    def schedule(self, source: str = "api", **said: object) -> None:
        recorded = interviews.schedule(
            self.log,
            by(source),
            self.application,
            **{
                "starts_at": self.starts_at,
                "ends_at": self.starts_at + timedelta(hours=1),
                "time_zone": "Europe/Berlin",
                "interviewer_ids": (self.grace.id,),
                "location": "Room 4",
                **said,
            },  # type: ignore[arg-type]
        )
        self.interview = UUID(recorded.facts[0].data["interview_id"])

    def rearrange(self, **said: object) -> None:
        interviews.rearrange(self.log, by(), self.application, self.interview, **said)  # type: ignore[arg-type]

    def cancel(self) -> None:
        interviews.cancel(self.log, by(), self.application, self.interview, "ill")

    @property
    def history(self) -> list[object]:
        return list(self.log.candidate(self.ada.id).history)


def with_kit() -> InterviewPlan:
    kit = Kit(questions=(SECRET,), attributes=(Attribute(id="depth", name="Depth"),))
    stages = list(examples.two_interviews().stages)
    stages[2] = Stage(id="team", name="Team interview", kind=StageKind.INTERVIEW, kit=kit)
    return InterviewPlan(stages=tuple(stages))


@pytest.fixture
def arranged(inviting: Reactor) -> Arranged:
    return Arranged(inviting.log)


def calendars(mail: EmailMessage) -> tuple[Calendar, str]:
    """What a mail says to a calendar, and its method; twice the same, and whole."""
    [shown] = [part for part in mail.walk() if part.get_content_type() == "text/calendar"]
    [enclosed] = [part for part in mail.walk() if part.get_content_type() == "application/ics"]
    content = shown.get_payload(decode=True)
    assert isinstance(content, bytes)
    assert enclosed.get_filename() == "invite.ics"
    assert enclosed.get_payload(decode=True) == content
    assert all(len(line) <= 75 for line in content.split(b"\r\n"))
    calendar = Calendar.from_ical(content)
    assert calendar["METHOD"] == shown.get_param("method")
    second = IcsCalendarStream.calendar_from_ics(content.decode())
    assert [event.uid for event in second.events] == [
        str(event["UID"]) for event in calendar.walk("VEVENT")
    ]
    return calendar, str(calendar["METHOD"])


def the_event(mail: EmailMessage) -> Any:
    """What a mail tells calendars of the interview."""
    return calendars(mail)[0].walk("VEVENT")[0]


def to(smtp: MailServer, recipient: str) -> list[EmailMessage]:
    return [mail for mail in smtp.mails if mail["To"] == recipient]


def text_of(mail: EmailMessage) -> str:
    body = mail.get_body(("plain",))
    assert body is not None
    return str(body.get_content())


def test_candidate_and_interviewer_are_invited_each_by_a_mail_of_their_own(
    arranged: Arranged, inviting: Reactor, smtp: MailServer
) -> None:
    arranged.schedule()
    run_out(inviting)
    [to_ada], [to_grace] = to(smtp, "ada@example.org"), to(smtp, "grace@acme.example")
    for mail in (to_ada, to_grace):
        calendar, method = calendars(mail)
        event = the_event(mail)
        assert (method, event["SEQUENCE"], event["STATUS"]) == ("REQUEST", 0, "CONFIRMED")
        assert event["UID"].startswith(f"interview-{arranged.interview}@")
        assert event.decoded("DTSTART") == arranged.starts_at
        assert event["DTSTART"].params["TZID"] == "Europe/Berlin"
        assert [str(zone["TZID"]) for zone in calendar.walk("VTIMEZONE")] == ["Europe/Berlin"]
        assert event["ATTENDEE"] == f"mailto:{mail['To']}"
        assert event["ATTENDEE"].params["RSVP"] == "TRUE"
        assert event["ATTENDEE"].params["PARTSTAT"] == "NEEDS-ACTION"
        assert event["ORGANIZER"] == f"mailto:{mail['Reply-To']}"
        assert event["LOCATION"] == "Room 4"
        assert "12:00 to 13:00 (Europe/Berlin" in text_of(mail)
    assert to_ada["Reply-To"] != to_grace["Reply-To"]
    assert "Grace Hopper" in text_of(to_ada)
    assert SECRET in text_of(to_grace)
    assert "Depth (1 to 4)" in text_of(to_grace)
    for private in (SECRET, "grace@acme.example", "Depth"):
        assert private not in to_ada.as_string()
    for private in ("ada@example.org", "referral"):
        assert private not in to_grace.as_string()
    sent = [event for event in arranged.history if isinstance(event, InvitationSent)]
    assert {(one.interviewer_id, one.method) for one in sent} == {
        (None, "request"),
        (arranged.grace.id, "request"),
    }


def test_each_change_is_sent_once_to_each_and_counts_up(
    arranged: Arranged, inviting: Reactor, smtp: MailServer
) -> None:
    arranged.schedule()
    run_out(inviting)
    later = arranged.starts_at + timedelta(days=1)
    arranged.rearrange(starts_at=later, ends_at=later + timedelta(hours=1), location="")
    run_out(inviting)
    arranged.rearrange(interviewer_ids=(arranged.alan.id,))
    run_out(inviting)
    arranged.cancel()
    run_out(inviting)

    def told(recipient: str) -> list[tuple[str, int]]:
        return [(calendars(mail)[1], the_event(mail)["SEQUENCE"]) for mail in to(smtp, recipient)]

    request, cancel = "REQUEST", "CANCEL"
    assert told("ada@example.org") == [(request, 0), (request, 1), (request, 2), (cancel, 3)]
    assert told("grace@acme.example") == [(request, 0), (request, 1), (cancel, 2)]
    assert told("alan@acme.example") == [(request, 2), (cancel, 3)]
    first, moved, *_ = [
        calendars(mail)[0].walk("VEVENT")[0] for mail in to(smtp, "ada@example.org")
    ]
    assert first["UID"] == moved["UID"]
    assert moved.decoded("DTSTART") == later
    assert "LOCATION" not in moved
    assert "Changed" in to(smtp, "ada@example.org")[1]["Subject"]
    off = to(smtp, "ada@example.org")[-1]
    assert the_event(off)["STATUS"] == "CANCELLED"
    assert SECRET not in to(smtp, "grace@acme.example")[-1].as_string()
    assert upcoming(arranged.log, NAME) == []


def test_who_was_never_invited_is_not_told_that_it_is_off(
    arranged: Arranged, inviting: Reactor, smtp: MailServer
) -> None:
    arranged.schedule(silent=True)
    run_out(inviting)
    arranged.cancel()
    run_out(inviting)
    assert smtp.mails == []


def test_an_ended_application_calls_its_interviews_off(
    arranged: Arranged, inviting: Reactor, smtp: MailServer
) -> None:
    arranged.schedule()
    run_out(inviting)
    recorded = applications.reject(arranged.log, by(), arranged.application, "experience")
    assert [fact.topic for fact in recorded.facts] == [
        "application.rejected",
        "interview.cancelled",
    ]
    assert recorded.facts[1].reason_code == "application_ended"
    run_out(inviting)
    assert [calendars(mail)[1] for mail in to(smtp, "ada@example.org")] == ["REQUEST", "CANCEL"]


@pytest.mark.parametrize("source", ["import", "simulation"])
def test_what_is_told_of_the_past_invites_nobody(
    arranged: Arranged, inviting: Reactor, smtp: MailServer, source: str
) -> None:
    arranged.schedule(source)
    past = datetime.now(UTC) - timedelta(days=3)
    arranged.schedule(starts_at=past, ends_at=past + timedelta(hours=1))
    run_out(inviting)
    assert upcoming(arranged.log, NAME) == []
    assert smtp.mails == []


def test_while_paused_only_the_last_arrangement_is_kept_to_be_sent(
    arranged: Arranged, inviting: Reactor, smtp: MailServer
) -> None:
    policy_commands.pause(arranged.log, by(), NAME)
    arranged.schedule()
    run_out(inviting)
    later = arranged.starts_at + timedelta(days=1)
    arranged.rearrange(starts_at=later, ends_at=later + timedelta(hours=1))
    run_out(inviting)
    assert smtp.mails == []
    assert standing(arranged.log, NAME).waiting == 2
    policy_commands.resume(arranged.log, by(), NAME)
    run_out(inviting)
    [mail] = to(smtp, "ada@example.org")
    assert the_event(mail).decoded("DTSTART") == later


def test_everybody_is_reminded_if_that_is_wanted_of_what_is_still_to_be(
    arranged: Arranged, settings_of_mail: MailSettings, smtp: MailServer
) -> None:
    settings = settings_of_mail.model_copy(update={"interview_reminder_hours": 24})
    postman = Postman(settings)
    reminding = Reactor(arranged.log, SendInvitations(settings), postman)
    arranged.schedule()
    run_out(reminding)
    due = [row.due_at for row in upcoming(arranged.log, NAME)]
    assert due == [arranged.starts_at - timedelta(days=1)] * 2
    time_passes(arranged.log)
    run_out(reminding)
    assert [mail["Subject"].split(":")[0] for mail in to(smtp, "grace@acme.example")] == [
        "Interview on " + f"{arranged.starts_at:%Y-%m-%d}",
        "Reminder",
    ]
    arranged.cancel()
    run_out(reminding)
    postman.close()
    assert upcoming(arranged.log, NAME) == []


def calendar_reply(mail: EmailMessage, answer: str, method: str = "REPLY") -> bytes:
    """What a calendar program sends when its user answers an invitation (RFC 6047)."""
    event = the_event(mail)
    lines = [
        "BEGIN:VCALENDAR",
        "PRODID:-//A calendar program//EN",
        "VERSION:2.0",
        f"METHOD:{method}",
        "BEGIN:VEVENT",
        f"UID:{event['UID']}",
        f"SEQUENCE:{event['SEQUENCE']}",
        "DTSTAMP:20260301T100000Z",
        f"ORGANIZER:{event['ORGANIZER']}",
        f"ATTENDEE;PARTSTAT={answer};CN=Somebody:{event['ATTENDEE']}",
        "COMMENT:I am on a train",
        "END:VEVENT",
        "END:VCALENDAR",
        "",
    ]
    reply = EmailMessage()
    reply["From"] = mail["To"]
    reply["To"] = str(event["ORGANIZER"]).removeprefix("mailto:")
    reply["Subject"] = f"{answer}: {mail['Subject']}"
    reply["Message-ID"] = f"<{uuid4()}@example.org>"
    reply["Auto-Submitted"] = "auto-generated"
    reply.set_content("See the calendar part.")
    reply.add_alternative("\r\n".join(lines), subtype="calendar", params={"method": method})
    return reply.as_bytes()


def test_answers_by_mail_are_kept_once_and_a_refusal_waits_for_a_person(
    arranged: Arranged,
    inviting: Reactor,
    smtp: MailServer,
    mailbox: Mailbox,
    letterbox: Letterbox,
    projector: Projector,
) -> None:
    arranged.schedule()
    run_out(inviting)
    [to_ada], [to_grace] = to(smtp, "ada@example.org"), to(smtp, "grace@acme.example")
    refusal = calendar_reply(to_ada, "DECLINED")
    for octets in (calendar_reply(to_grace, "ACCEPTED"), refusal, refusal):
        letterbox.drop(octets)
    mailbox.look()
    answers = [event for event in arranged.history if isinstance(event, InterviewAnswered)]
    assert [(one.interviewer_id, one.participation, one.sequence) for one in answers] == [
        (arranged.grace.id, Participation.ACCEPTED, 0),
        (None, Participation.DECLINED, 0),
    ]
    interview = arranged.log.candidate(arranged.ada.id).interview(arranged.interview)
    assert interview.state == "scheduled"
    while projector.step():
        pass
    with arranged.log.database.transaction(arranged.log.organisation) as connection:
        head = arranged.log.facts.max_notification_id() or 0
        [row] = waiting_interviews(connection, Asked(as_of=None, log_position=head))
    assert (row.needs, row.candidate_answer) == (["declined"], "declined")
    assert row.interviewer_answers == {arranged.grace.id: "accepted"}


def test_an_answer_in_words_and_another_time_proposed_wait_for_a_person(
    arranged: Arranged,
    inviting: Reactor,
    smtp: MailServer,
    mailbox: Mailbox,
    letterbox: Letterbox,
) -> None:
    arranged.schedule()
    run_out(inviting)
    [to_ada] = to(smtp, "ada@example.org")
    letterbox.drop(reply_to(to_ada, "Could we make it a bit later?"))
    letterbox.drop(calendar_reply(to_ada, "TENTATIVE", method="COUNTER"))
    letterbox.drop(reply_to(to_ada, "I am away", Auto_Submitted="auto-replied"))
    mailbox.look()
    answers = [event for event in arranged.history if isinstance(event, InterviewAnswered)]
    assert [one.participation for one in answers] == [Participation.NEEDS_ACTION] * 2


def test_nobody_answers_for_another_nor_by_a_made_up_address(
    arranged: Arranged,
    inviting: Reactor,
    smtp: MailServer,
    mailbox: Mailbox,
    letterbox: Letterbox,
) -> None:
    arranged.schedule()
    run_out(inviting)
    [to_ada], [to_grace] = to(smtp, "ada@example.org"), to(smtp, "grace@acme.example")
    forged = calendar_reply(to_ada, "ACCEPTED").replace(b"answer+", b"answer+aaaa", 1)
    letterbox.drop(forged)
    # Grace's own address, with another interview's number.
    other = calendar_reply(to_grace, "ACCEPTED")
    letterbox.drop(other.replace(str(arranged.interview).encode(), str(uuid4()).encode()))
    mailbox.look()
    assert not [event for event in arranged.history if isinstance(event, InterviewAnswered)]


def test_an_invitation_that_comes_back_or_has_no_address_is_noted(
    arranged: Arranged,
    inviting: Reactor,
    smtp: MailServer,
    mailbox: Mailbox,
    letterbox: Letterbox,
) -> None:
    nobody = uuid4()
    arranged.schedule(interviewer_ids=(arranged.grace.id, nobody))
    run_out(inviting)
    letterbox.drop(bounce_of(to(smtp, "grace@acme.example")[0]))
    mailbox.look()
    bounced = [event for event in arranged.history if isinstance(event, InvitationBounced)]
    assert [(one.interviewer_id, one.code) for one in bounced] == [
        (nobody, "no_address"),
        (arranged.grace.id, "5.1.1"),
    ]


@pytest.mark.parametrize(
    "content",
    [b"", b"BEGIN:VCALENDAR", b"\xff\x00", b"BEGIN:VCALENDAR\r\nMETHOD:REPLY\r\nEND:VCALENDAR"],
)
def test_what_is_no_answer_is_none(content: bytes) -> None:
    assert reply_in(content) is None


def test_the_moment_stays_when_clocks_change_and_is_said_in_the_zones_wall_time(
    arranged: Arranged, inviting: Reactor, smtp: MailServer
) -> None:
    year = datetime.now(UTC).year + 1
    # Noon in Berlin on either side of a change of clocks is an hour apart in UTC.
    for month, offset in ((1, "+0100"), (7, "+0200")):
        starts_at = datetime(year, month, 15, 12, tzinfo=BERLIN)
        arranged.schedule(starts_at=starts_at, ends_at=starts_at + timedelta(hours=1))
        run_out(inviting)
        mail = to(smtp, "ada@example.org")[-1]
        event = the_event(mail)
        assert event.decoded("DTSTART").astimezone(UTC) == starts_at.astimezone(UTC)
        assert event.decoded("DTSTART").hour == 12
        assert f"12:00 to 13:00 (Europe/Berlin, UTC{offset})" in text_of(mail)


def test_a_requisition_closed_with_a_disposition_calls_interviews_off(
    arranged: Arranged, inviting: Reactor, smtp: MailServer
) -> None:
    arranged.schedule()
    run_out(inviting)
    requisitions.close(
        arranged.log, by(), arranged.requisition.id, "budget", disposition="position_cancelled"
    )
    run_out(inviting)
    assert calendars(to(smtp, "grace@acme.example")[-1])[1] == "CANCEL"
