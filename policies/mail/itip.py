"""Invitations as calendars understand them (RFC 5545), and the answers to them (RFC 5546, 6047)."""

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from email.message import EmailMessage
from uuid import UUID
from zoneinfo import ZoneInfo

from icalendar import Calendar, Event, vCalAddress, vText

from domain.interview import Participation

PRODUCT = "-//Hireledger//Interviews//EN"
REQUEST, CANCEL = "REQUEST", "CANCEL"
UID = re.compile(r"^interview-([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})@", re.IGNORECASE)
ANSWERS = {
    "ACCEPTED": Participation.ACCEPTED,
    "DECLINED": Participation.DECLINED,
    "TENTATIVE": Participation.TENTATIVE,
}
LARGEST_SEQUENCE = 1_000_000


@dataclass(frozen=True)
class Meeting:
    """What one of those invited to an interview is told of it."""

    interview_id: UUID
    sequence: int
    starts_at: datetime
    ends_at: datetime
    time_zone: str | None
    summary: str
    description: str
    location: str | None
    organizer: str
    organizer_name: str
    attendee: str

    def as_calendar(self, method: str, domain: str) -> bytes:
        """An iCalendar object that invites, updates or cancels: one event, one attendee."""
        calendar, event = Calendar(), Event()
        calendar.add("prodid", PRODUCT)
        calendar.add("version", "2.0")
        calendar.add("method", method)
        zone = ZoneInfo(self.time_zone) if self.time_zone else UTC
        event.add("uid", f"interview-{self.interview_id}@{domain}")
        event.add("sequence", self.sequence)
        event.add("dtstamp", datetime.now(UTC).replace(microsecond=0))
        event.add("dtstart", self.starts_at.astimezone(zone))
        event.add("dtend", self.ends_at.astimezone(zone))
        event.add("summary", self.summary)
        event.add("description", self.description)
        if self.location:
            event.add("location", self.location)
        event.add("status", "CANCELLED" if method == CANCEL else "CONFIRMED")
        event.add("class", "PRIVATE")
        event.add("organizer", _address(self.organizer, CN=self.organizer_name), encode=False)
        invited = {
            "CUTYPE": "INDIVIDUAL",
            "ROLE": "REQ-PARTICIPANT",
            "PARTSTAT": "NEEDS-ACTION",
            "RSVP": "FALSE" if method == CANCEL else "TRUE",
        }
        event.add("attendee", _address(self.attendee, **invited), encode=False)
        calendar.add_component(event)
        calendar.add_missing_timezones()
        return bytes(calendar.to_ical())


def _address(address: str, **parameters: str) -> vCalAddress:
    said = vCalAddress(f"mailto:{address}")
    for name, value in parameters.items():
        said.params[name] = vText(value)
    return said


def enclose(message: EmailMessage, content: bytes, method: str) -> None:
    """Puts an iCalendar object into a mail: as what it says, and as a file (RFC 6047, 2.4)."""
    message.add_alternative(
        content.decode(), subtype="calendar", params={"method": method, "name": "invite.ics"}
    )
    message.add_attachment(content, maintype="application", subtype="ics", filename="invite.ics")


@dataclass(frozen=True)
class Reply:
    """What an answer to an invitation says."""

    interview_id: UUID
    participation: Participation
    sequence: int | None
    comment: str | None


def reply_in(content: bytes) -> Reply | None:
    """The answer in an iCalendar object; None if it is none to an invitation of ours.

    One that proposes another time leaves the answer open.
    """
    try:
        calendar = Calendar.from_ical(content)
        method = str(calendar.get("METHOD", "")).upper()
        event = next(iter(calendar.walk("VEVENT")), None)
        found = UID.match(str(event.get("UID", ""))) if event is not None else None
        if event is None or found is None or method not in ("REPLY", "COUNTER"):
            return None
        attendees = event.get("ATTENDEE", [])
        first = attendees[0] if isinstance(attendees, list) else attendees
        said = str(first.params.get("PARTSTAT", "")).upper() if method == "REPLY" else ""
        sequence = int(event.get("SEQUENCE", 0))
        comment = event.get("COMMENT")
        return Reply(
            UUID(found[1]),
            ANSWERS.get(said, Participation.NEEDS_ACTION),
            sequence if 0 <= sequence <= LARGEST_SEQUENCE else None,
            str(comment) if comment else None,
        )
    except Exception:  # the parser meets hostile input and raises what it likes
        return None
