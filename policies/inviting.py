"""Invites to interviews, tells of changes, calls off, and reminds: the candidate and interviewers.

Everybody has a mail of their own, which names no other's address. The candidate is told who will
be there; interviewers whom they meet, and by which kit. See decision 14.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from commands import interviews
from domain.candidate import Candidate
from domain.correction import EntryCorrected
from domain.errors import NotFound
from domain.event import Category
from domain.interview import Interview, InterviewArranged, InterviewState
from policies.mail.composing import CannotBeMailed, Mail, answer_address, compose
from policies.mail.itip import CANCEL, REQUEST, Meeting, enclose
from policies.mail.tokens import PURPOSE
from policies.mail.wording import booking_url, organisation_title, title_of
from policies.people import said_of
from policies.policy import Decision, MailPolicy, Settled
from store import outbox
from store.access_log import Access
from store.database import Connection
from store.envelope import Attribution, Fact
from store.feed import LoggedEvent
from store.ids import derived_id, new_id
from store.log import Log
from store.mapper import event_class
from store.outbox import Effect
from store.vault import CLOSED

CANDIDATE = "candidate"
FINAL = ("interview.held", "interview.no_show")

MAY_HAVE_LEFT = """
SELECT
FROM outbox
WHERE policy = %(policy)s
  AND about = %(about)s
  AND effect = %(effect)s
  AND attempts > 0
  AND key <> %(key)s
LIMIT 1
"""

SUBJECTS = {
    "request": "Interview on {day}: {about}",
    "update": "Changed: interview on {day}: {about}",
    "cancel": "Cancelled: interview on {day}: {about}",
    "reminder": "Reminder: interview on {day}: {about}",
}
OPENINGS = {
    "request": "You are invited to an interview.",
    "update": "There is a change to the interview; this is what it is now.",
    "cancel": "This interview will not take place.",
    "reminder": "A reminder of the interview that is coming up.",
}


@dataclass(frozen=True)
class Invitee:
    """Whom one mail is for: an interviewer, or the candidate."""

    candidate: Candidate
    interview: Interview
    interview_id: UUID
    interviewer_id: UUID | None

    @property
    def id(self) -> UUID:
        return self.interviewer_id or self.candidate.id

    @property
    def is_candidate(self) -> bool:
        return self.interviewer_id is None


class SendInvitations(MailPolicy):
    """Interview arranged, changed or cancelled → mail that calendars understand, to each."""

    name = "send-invitations"
    says = "Sends invitations to interviews, updates and cancellations, and reminds of them."
    follows = (
        "interview.scheduled",
        "interview.rescheduled",
        "interview.changed",
        "interview.cancelled",
        *FINAL,
    )

    def decide(self, event: LoggedEvent) -> Sequence[Decision]:
        interview_id = UUID(event.data["interview_id"])
        outcome = event.type.removeprefix("interview.")
        if event.type in FINAL:
            return [Settled(interview_id, outcome)]
        said = event.data
        invited = (CANDIDATE, *said.get("interviewer_ids", ()))
        released = tuple(said.get("released_ids", ()))
        # What was to be sent about how it was before is out of date; that it is off is not.
        settled = [
            Settled(interview_id, outcome, effect=f"{method}:{who}")
            for who in (*invited, *released)
            for method in ("request", "reminder")
        ]
        return [*settled, *self._effects(event, invited, released)]

    def _effects(
        self, event: LoggedEvent, invited: tuple[str, ...], released: tuple[str, ...]
    ) -> Iterator[Effect]:
        said, at_once = event.data, event.recorded_at
        if said.get("silent"):
            return
        if event.type == "interview.cancelled":
            for who in invited:
                yield self._effect(event, f"cancel:{who}", at_once)
            return
        starts_at = datetime.fromisoformat(said["starts_at"]) if said.get("starts_at") else None
        if starts_at is None or not said.get("ends_at") or starts_at <= event.recorded_at:
            return
        for who in invited:
            yield self._effect(event, f"request:{who}", at_once)
        for who in released:
            yield self._effect(event, f"cancel:{who}", at_once)
        hours = self.settings.interview_reminder_hours
        due_at = starts_at - timedelta(hours=hours or 0)
        if hours and due_at > event.recorded_at:
            for who in invited:
                yield self._effect(event, f"reminder:{who}", due_at)

    def _effect(self, event: LoggedEvent, effect: str, due_at: datetime) -> Effect:
        return Effect(
            self.name,
            event.position,
            effect,
            UUID(event.data["interview_id"]),
            UUID(event.data["application_id"]),
            due_at,
        )

    def prepare(self, log: Log, connection: Connection, effect: Effect) -> Mail | str:
        method, invitee = self._of(log, effect)
        over = self._why_not(connection, effect, method, invitee)
        if over is not None:
            return over
        access = Access(self.id, f"interview {method}", new_id())
        recipient = said_of(log, connection, invitee.id, "email", access)
        if recipient is None:
            raise CannotBeMailed("no_address")
        if method == "request" and self._may_have_left(connection, effect, invitee):
            method = "update"
        return self._mail(log, connection, effect, method, invitee, recipient, access)

    def _of(self, log: Log, effect: Effect) -> tuple[str, Invitee]:
        if effect.application_id is None:
            raise NotFound(what="application", id=effect.about)
        candidate = log.candidate_of(effect.application_id)
        method, _, who = effect.effect.partition(":")
        interviewer_id = None if who == CANDIDATE else UUID(who)
        interview = candidate.interview(effect.about)
        return method, Invitee(candidate, interview, effect.about, interviewer_id)

    def _why_not(
        self, connection: Connection, effect: Effect, method: str, invitee: Invitee
    ) -> str | None:
        """Why there is nothing to send any more, as the history says it now."""
        interview = invitee.interview
        now = interview.now
        if now.starts_at is None or now.ends_at is None or now.starts_at <= datetime.now(UTC):
            return "over"
        invited = invitee.is_candidate or invitee.id in interview.interviewer_ids
        if method == "cancel":
            if interview.state is InterviewState.SCHEDULED and invited:
                return "superseded"
            # Who never heard of it need not hear that it is off.
            return None if self._may_have_left(connection, effect, invitee) else "not_invited"
        if interview.state is not InterviewState.SCHEDULED:
            return interview.state
        in_force = outbox.position_of(connection, invitee.candidate.id, now.version)
        return None if invited and in_force == effect.position else "superseded"

    def _may_have_left(self, connection: Connection, effect: Effect, invitee: Invitee) -> bool:
        """Whether an invitation to the same went out, or may have."""
        who = invitee.interviewer_id or CANDIDATE
        about = {"policy": self.name, "about": effect.about, "effect": f"request:{who}"}
        return connection.execute(MAY_HAVE_LEFT, about | {"key": effect.key}).fetchone() is not None

    def _mail(
        self,
        log: Log,
        connection: Connection,
        effect: Effect,
        method: str,
        invitee: Invitee,
        recipient: str,
        access: Access,
    ) -> Mail:
        secret = log.database.keyring.secret(PURPOSE)
        told = _Told(log, connection, invitee, access)
        opening = OPENINGS[method]
        mail = compose(
            self.settings,
            secret,
            log.organisation.id,
            self._mail_id(log, effect),
            recipient=recipient,
            subject=SUBJECTS[method].format(day=told.day, about=told.summary),
            body="\n\n".join([opening, told.facts, *told.private(method)]),
            answered_by=invitee.id,
        )
        if method == "reminder":
            return mail
        meeting = Meeting(
            interview_id=invitee.interview_id,
            sequence=_sequence(log, effect),
            starts_at=told.starts_at,
            ends_at=told.ends_at,
            time_zone=invitee.interview.now.time_zone,
            summary=told.summary,
            # What calendars are shared with others says no more than this.
            description=told.facts,
            location=told.location,
            organizer=answer_address(self.settings, secret, log.organisation.id, invitee.id),
            organizer_name=self.settings.sender.display_name or self.settings.sender.username,
            attendee=mail.recipient,
        )
        how = CANCEL if method == "cancel" else REQUEST
        enclose(mail.message, meeting.as_calendar(how, self.settings.domain), how)
        return mail

    def _mail_id(self, log: Log, effect: Effect) -> UUID:
        return derived_id(log.database.keyring.secret("policies"), "mail", effect.key)

    def sent(self, log: Log, effect: Effect, mail: Mail, by: Attribution) -> None:
        method, invitee = self._of(log, effect)
        interviews.note_mail(
            log,
            by,
            effect.about,
            method=method,
            sequence=_sequence(log, effect),
            mail_id=self._mail_id(log, effect),
            interviewer_id=invitee.interviewer_id,
            recipient=mail.recipient,
        )

    def refused(self, log: Log, effect: Effect, code: str, by: Attribution) -> None:
        _, invitee = self._of(log, effect)
        interviews.note_bounce(
            log,
            by,
            effect.about,
            code.lower(),
            permanent=True,
            interviewer_id=invitee.interviewer_id,
        )


def _sequence(log: Log, effect: Effect) -> int:
    """Of the arrangement that a mail is about."""
    (fact,) = log.facts.at_positions([effect.position])
    return int(fact.data.get("sequence", 0))


class _Told:
    """What one of those invited is told, in words."""

    def __init__(self, log: Log, connection: Connection, invitee: Invitee, access: Access) -> None:
        self.log, self.invitee = log, invitee
        now = invitee.interview.now
        # Looked at before: what has no time is not mailed.
        self.starts_at = now.starts_at or datetime.now(UTC)
        self.ends_at = now.ends_at or self.starts_at
        application = invitee.candidate.application(invitee.interview.application_id)
        requisition_id = application.requisition_id
        self.title = (title_of(log, requisition_id) if requisition_id else None) or "a position"
        self.organisation = organisation_title(log) or "us"
        self.location = _location(log, connection, invitee, access)
        if invitee.is_candidate:
            found = (
                said_of(log, connection, id, "full_name", access) for id in now.interviewer_ids
            )
            self.names = [name for name in found if name]
        else:
            name = said_of(log, connection, invitee.candidate.id, "full_name", access)
            self.names = [name] if name else []

    @property
    def summary(self) -> str:
        if self.invitee.is_candidate:
            return _one_line(f"{self.title} at {self.organisation}")
        return _one_line(f"{' '.join(self.names) or 'a candidate'}, {self.title}")

    @property
    def day(self) -> str:
        return f"{self.starts_there:%Y-%m-%d}"

    @property
    def starts_there(self) -> datetime:
        zone = self.invitee.interview.now.time_zone
        return self.starts_at.astimezone(ZoneInfo(zone) if zone else UTC)

    @property
    def facts(self) -> str:
        zone = self.invitee.interview.now.time_zone or "UTC"
        ends = self.ends_at.astimezone(self.starts_there.tzinfo)
        lines = [
            f"What: {self.summary}",
            f"When: {self.starts_there:%A, %d %B %Y, %H:%M} to {ends:%H:%M} ({zone},"
            f" UTC{self.starts_there:%z})",
        ]
        if self.location:
            lines.append(f"Where: {self.location}")
        if self.invitee.is_candidate and self.names:
            lines.append(f"Who: {', '.join(self.names)}")
        return "\n".join(lines)

    def private(self, method: str) -> Iterator[str]:
        """What is for this one's eyes: the kit for interviewers, the link for the candidate."""
        if method == "cancel":
            return
        interview = self.invitee.interview
        if self.invitee.is_candidate:
            if link := self._link():
                yield f"To cancel, or to ask for another time:\n{link}"
            return
        kit = interviews.kit_of(self.log, self.invitee.candidate, self.invitee.interview_id)
        if kit.instructions:
            yield kit.instructions
        if kit.questions:
            yield "\n".join(["To ask:", *(f"- {question}" for question in kit.questions)])
        if kit.attributes:
            scales = (f"- {one.name} (1 to {one.highest})" for one in kit.attributes)
            yield "\n".join(["To assess:", *scales])
        yield f"Interview {self.invitee.interview_id} of application {interview.application_id}"

    def _link(self) -> str | None:
        invitation_id = self.invitee.interview.invitation_id
        return booking_url(self.log, invitation_id) if invitation_id else None


def _location(log: Log, connection: Connection, invitee: Invitee, access: Access) -> str | None:
    """Where it is to be, as said last and corrected; opened on the record."""
    facts = log.facts.select_events(invitee.candidate.id)
    said = [fact.originator_version for fact in facts if _says_where(fact, invitee.interview_id)]
    if not said:
        return None

    def tells(fact: Fact) -> bool:
        if fact.originator_version == said[-1]:
            return True
        corrects = issubclass(event_class(fact.topic), EntryCorrected)
        return corrects and (fact.data["corrects"], fact.data["field"]) == (said[-1], "location")

    found = None
    for fields in log.vault.open(
        connection, [fact for fact in facts if tells(fact)], [Category.APPLICATION], access
    ):
        found = fields.get("application_value", fields.get("location", found))
    return None if found in CLOSED else found or None


def _says_where(fact: Fact, interview_id: UUID) -> bool:
    arranges = issubclass(event_class(fact.topic), InterviewArranged)
    about = arranges and fact.data["interview_id"] == str(interview_id)
    return about and Category.APPLICATION in fact.sealed


def _one_line(text: str) -> str:
    """Text for a header, whatever a name holds."""
    return " ".join("".join(c if c.isprintable() else " " for c in text).split())
