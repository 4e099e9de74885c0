"""Members: the people who work here, and the role each of them acts in."""

from dataclasses import field
from enum import StrEnum
from uuid import UUID

from domain.aggregate import Aggregate
from domain.errors import Refusal
from domain.event import Code, Count, Event, IdentityText
from domain.role import Role


class MemberEvent(Event):
    """Something that happened to a member, whose personal data it may hold."""

    @property
    def subject_id(self) -> UUID:
        """Whose personal data this is."""
        return self.originator_id


class Invited(MemberEvent, name="member.invited"):
    sentence = "Invited as {role}"
    role: Role
    full_name: IdentityText = None
    email: IdentityText = None


class InvitedAgain(MemberEvent, name="member.invited_again"):
    sentence = "Invited again"


class Joined(MemberEvent, name="member.joined"):
    sentence = "Joined"
    full_name: IdentityText = None
    email: IdentityText = None
    """Of who was invited without one: the first administrator."""


class RoleChanged(MemberEvent, name="member.role_changed"):
    sentence = "Role changed to {role}"
    role: Role


class Suspended(MemberEvent, name="member.suspended"):
    sentence = "Suspended: {reason_code}"
    reason_code: Code


class Reinstated(MemberEvent, name="member.reinstated"):
    sentence = "Reinstated"


class CalendarConnected(MemberEvent, name="member.calendar_connected"):
    """Where it is, and what opens it, is kept beside the log and can be forgotten."""

    sentence = "Calendar connected: {kind}"
    correctable = False
    kind: Code


class CalendarDisconnected(MemberEvent, name="member.calendar_disconnected"):
    sentence = "Calendar disconnected"
    correctable = False


class MentionAcknowledged(MemberEvent, name="member.mention_acknowledged"):
    sentence = "Saw the note that mentions them"
    note_position: Count
    """The log position of the note."""


class Standing(StrEnum):
    """How far someone belongs here."""

    INVITED = "invited"
    ACTIVE = "active"
    SUSPENDED = "suspended"


class NotAMemberRole(Refusal):
    """A candidate is no member; give them an API key of their own instead."""


class MemberIsSuspended(Refusal):
    """The member is suspended; reinstate them first."""

    status = 409


class MemberNotSuspended(Refusal):
    """The member is not suspended."""

    status = 409


class HasThisRole(Refusal):
    """The member has the role {role} already."""

    status = 409


class NoCalendar(Refusal):
    """The member has no calendar connected."""

    status = 409


class LastAdministrator(Refusal):
    """The member is the only administrator; make somebody else one first."""

    status = 409


class MentionSeen(Refusal):
    """The mention in the note at {position} was acknowledged already."""

    status = 409


class Member(Aggregate):
    """Someone who works here. They keep their invitation's role until it is changed."""

    stream_type = "member"
    event_class = MemberEvent

    role: Role = Role.AUDITOR
    has_joined: bool = False
    is_suspended: bool = False
    has_calendar: bool = False
    seen: set[int] = field(default_factory=set)
    """The log positions of the notes whose mention they acknowledged."""

    @property
    def standing(self) -> Standing:
        if self.is_suspended:
            return Standing.SUSPENDED
        return Standing.ACTIVE if self.has_joined else Standing.INVITED

    @property
    def administers(self) -> bool:
        """Whether they can do what only an administrator may."""
        return self.role is Role.ADMIN and self.standing is Standing.ACTIVE

    def invite(self, role: Role, full_name: str | None, email: str | None) -> None:
        """Offers someone a role. The administrator of a new installation is not known by name."""
        self.guard(role is not Role.CANDIDATE, NotAMemberRole())
        self.happened(Invited, role=role, full_name=full_name, email=email)

    def invite_again(self) -> None:
        """Offers a new link: the first one got lost, or the password did."""
        self.guard(not self.is_suspended, MemberIsSuspended())
        self.happened(InvitedAgain)

    def join(self, full_name: str, email: str | None = None) -> None:
        """Takes the invitation; whoever takes another one later changes their name at most."""
        self.guard(not self.is_suspended, MemberIsSuspended())
        self.happened(Joined, full_name=full_name, email=email)

    def change_role(self, role: Role, other_administrators: int) -> None:
        """Gives them another role."""
        self.guard(role is not Role.CANDIDATE, NotAMemberRole())
        self.guard(role is not self.role, HasThisRole(role=role))
        self._guard_administration(other_administrators)
        self.happened(RoleChanged, role=role)

    def suspend(self, reason_code: str, other_administrators: int) -> None:
        """Lets them in no more."""
        self.guard(not self.is_suspended, MemberIsSuspended())
        self._guard_administration(other_administrators)
        self.happened(Suspended, reason_code=reason_code)

    def reinstate(self) -> None:
        """Lets them in again."""
        self.guard(self.is_suspended, MemberNotSuspended())
        self.happened(Reinstated)

    def connect_calendar(self, kind: str) -> None:
        """Says by which calendar they are known to be busy; the one before is forgotten."""
        self.guard(not self.is_suspended, MemberIsSuspended())
        self.happened(CalendarConnected, kind=kind)

    def disconnect_calendar(self) -> None:
        """Has their calendar read no more."""
        self.guard(self.has_calendar, NoCalendar())
        self.happened(CalendarDisconnected)

    def acknowledge_mention(self, note_position: int) -> None:
        """Says that they have seen a note that mentions them."""
        self.guard(note_position not in self.seen, MentionSeen(position=note_position))
        self.happened(MentionAcknowledged, note_position=note_position)

    def _guard_administration(self, other_administrators: int) -> None:
        self.guard(not self.administers or other_administrators > 0, LastAdministrator())

    def note(self, event: Event) -> None:
        match event:
            case Invited() | RoleChanged():
                self.role = event.role
            case Joined():
                self.has_joined = True
            case MentionAcknowledged():
                self.seen.add(event.note_position)
            case Suspended():
                self.is_suspended = True
            case Reinstated():
                self.is_suspended = False
            case CalendarConnected():
                self.has_calendar = True
            case CalendarDisconnected():
                self.has_calendar = False
