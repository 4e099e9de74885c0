"""Commands about members: who may come in, in which role, and who no more."""

from datetime import UTC, datetime
from uuid import UUID

from commands import api_keys as keys
from domain.errors import NotFound, Refusal
from domain.member import Member, Standing
from domain.role import Role
from store import api_keys, credentials, sessions, tokens
from store.envelope import Attribution
from store.holder import PERSON
from store.ids import new_id
from store.log import Log, Recorded
from store.member_calendars import MemberCalendar, connecting, disconnecting
from store.system import Hireledger

SUSPENDED = "member_suspended"


class InvitationInvalid(Refusal):
    """The invitation was taken, replaced by a newer one, or is too old; ask for another."""

    status = 404


class AddressNeeded(Refusal):
    """Say the e-mail address you will sign in with."""


def invite(
    log: Log, by: Attribution, role: Role, *, full_name: str | None, email: str | None
) -> tuple[Recorded, str]:
    """Offers someone a role; the token lets them choose a password."""
    member = Member.begin(new_id())
    member.invite(role, full_name, email)
    credentials.reserve(log.database, log.organisation, member.id, email)
    try:
        recorded = log.record(member, by=by)
    except BaseException:
        credentials.release(log.database, log.organisation, member.id)
        raise
    return recorded, credentials.invite(log.database, log.organisation, member.id)


def invite_again(log: Log, by: Attribution, member_id: UUID) -> tuple[Recorded, str]:
    """Offers a new link: the first one got lost, or the password did."""
    member = log.member(member_id)
    member.invite_again()
    recorded = log.record(member, by=by)
    return recorded, credentials.invite(log.database, log.organisation, member_id)


def invite_administrator(log: Log) -> str:
    """The token to become the first administrator; earlier ones end."""
    by = Attribution("system", log.organisation.id, Role.ADMIN, "cli")
    waiting = [m for m in log.members() if m.role is Role.ADMIN and m.standing is Standing.INVITED]
    for member in waiting:
        if not credentials.has_address(log.database, log.organisation, member.id):
            return credentials.invite(log.database, log.organisation, member.id)
    return invite(log, by, Role.ADMIN, full_name=None, email=None)[1]


def has_administrator(log: Log) -> bool:
    """Whether somebody can sign in as administrator."""
    return any(member.administers for member in log.members())


def join(
    hireledger: Hireledger, token: str, full_name: str, password: str, email: str | None = None
) -> tuple[Log, UUID]:
    """Takes an invitation: whoever has the link says their name and chooses a password.

    Sessions from before end. Raises InvitationInvalid, AddressNeeded, AlreadyAMember.
    """
    log, member_id = invited(hireledger, token)
    member = log.member(member_id)
    has_address = credentials.has_address(log.database, log.organisation, member_id)
    if not has_address and email is None:
        raise AddressNeeded
    member.join(full_name, None if has_address else email)
    if not has_address and email is not None:
        credentials.set_address(log.database, log.organisation, member_id, email)
    log.record(member, by=Attribution(PERSON, member_id, member.role.value, "web"))
    if credentials.take_invitation(log.database, log.organisation, token, password) is None:
        raise InvitationInvalid
    sessions.end_all(log.database, log.organisation, member_id)
    hireledger.forget_actor(member_id)
    return log, member_id


def invited(hireledger: Hireledger, token: str) -> tuple[Log, UUID]:
    """Whom an invitation is for. Raises InvitationInvalid."""
    organisation = hireledger.organisation(tokens.organisation_of(tokens.INVITATION, token))
    if organisation is None:
        raise InvitationInvalid
    member_id = credentials.invited(hireledger.database, organisation, token)
    if member_id is None:
        raise InvitationInvalid
    return hireledger.log(organisation), member_id


def change_role(log: Log, by: Attribution, member_id: UUID, role: Role) -> Recorded:
    """Gives a member another role."""
    member, others = _with_other_administrators(log, member_id)
    member.change_role(role, len(others))
    return log.record(member, by=by, relying_on=others)


def suspend(log: Log, by: Attribution, member_id: UUID, reason_code: str) -> Recorded:
    """Lets a member in no more: their sessions, invitations and keys end."""
    member, others = _with_other_administrators(log, member_id)
    member.suspend(reason_code, len(others))
    recorded = log.record(member, by=by, relying_on=others)
    sessions.end_all(log.database, log.organisation, member_id)
    credentials.forget_invitations(log.database, log.organisation, member_id)
    for key in api_keys.all_keys(log.database, log.organisation, member_id):
        if key.revoked_at is None and key.expires_at > datetime.now(UTC):
            again = Attribution(by.actor_type, by.actor_id, by.authority, by.source)
            keys.revoke(log, again, key.key_id, SUSPENDED)
    return recorded


def reinstate(log: Log, by: Attribution, member_id: UUID) -> Recorded:
    """Lets a member in again."""
    member = log.member(member_id)
    member.reinstate()
    return log.record(member, by=by)


def connect_calendar(
    log: Log, by: Attribution, member_id: UUID, calendar: MemberCalendar
) -> Recorded:
    """Reads a member's calendar from now on, instead of the one before."""
    member = log.member(member_id)
    member.connect_calendar(calendar.kind)
    kept = connecting(log.database, log.organisation, member_id, calendar)
    return log.record(member, by=by, effects=kept)


def disconnect_calendar(log: Log, by: Attribution, member_id: UUID) -> Recorded:
    """Forgets a member's calendar."""
    member = log.member(member_id)
    member.disconnect_calendar()
    return log.record(member, by=by, effects=disconnecting(member_id))


def acknowledge_mention(
    log: Log,
    by: Attribution,
    member_id: UUID,
    note_position: int,
    *,
    occurred_at: datetime | None = None,
) -> Recorded:
    """Records that a member has seen a note that mentions them. Raises NotFound, MentionSeen."""
    facts = log.facts.at_positions([note_position])
    if not any(str(member_id) in fact.data.get("mentions", ()) for fact in facts):
        raise NotFound(what="mention", id=note_position)
    member = log.member(member_id).at(occurred_at)
    member.acknowledge_mention(note_position)
    return log.record(member, by=by)


def _with_other_administrators(log: Log, member_id: UUID) -> tuple[Member, list[Member]]:
    """A member, and everyone else who administers: two may not send each other away at once."""
    members = {member.id: member for member in log.members()}
    if member_id not in members:
        raise NotFound(what="member", id=member_id)
    others = [other for other in members.values() if other.administers and other.id != member_id]
    return members[member_id], others
