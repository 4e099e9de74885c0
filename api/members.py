"""Members over HTTP: whom an administrator lets in, and in which role."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Request
from pydantic import BaseModel, EmailStr, Field

from api.asking import PROBLEMS
from api.caller import Caller, may
from api.commanding import Answer, Commanding, commanding, example, posting
from api.session import Form
from commands import members as commands
from domain.event import Code, Text
from domain.member import Standing
from domain.role import ADMINISTERING, EVERYONE, Role
from entrance.browser import own_origin
from store.access_log import Access
from store.members import Identity, identities

router = APIRouter(prefix="/api/members", tags=["Members"])
post = posting(router)

PURPOSE = "list members"


class Invitation(Form):
    """Whom to let in. Name and address are personal data, and sealed."""

    model_config = example(role="recruiter", full_name="Grace Hopper", email="grace@example.org")

    role: Role
    full_name: Annotated[Text, Field(min_length=1, max_length=200)]
    email: Annotated[EmailStr, Field(description="What they will sign in with.")]


class Invited(Answer):
    """An invitation to hand on."""

    invitation_url: Annotated[
        str | None,
        Field(description="Works once, for 72 hours, and is shown this once; not in a repeat."),
    ] = None


class RoleChange(Form):
    """Another role."""

    model_config = example(role="hiring_manager")

    role: Role


class Suspension(Form):
    """Why someone may come in no more."""

    model_config = example(reason_code="left")

    reason_code: Annotated[Code, Field(examples=["left"])]


class Member(BaseModel):
    """Someone who works here."""

    member_id: UUID
    role: Role
    standing: Annotated[Standing, Field(description="invited, active or suspended.")]
    full_name: Annotated[str | None, Field(description="Null for keys without scope personal.")]
    email: str | None


class MemberList(BaseModel):
    """Everyone who works here, or did, in the order they were invited."""

    items: list[Member]


@post("")
def invite_member(
    body: Invitation, request: Request, command: Commanding = commanding(ADMINISTERING)
) -> Invited:
    """Offers someone a role; hand them the link."""
    recorded, token = commands.invite(command.log, command.by, **body.model_dump())
    return _invited(request, command.answer(recorded), token)


@post("/{member_id}/invitations")
def invite_member_again(
    member_id: UUID, request: Request, command: Commanding = commanding(ADMINISTERING)
) -> Invited:
    """A new link for someone who lost theirs, or their password; earlier links end."""
    recorded, token = commands.invite_again(command.log, command.by, member_id)
    return _invited(request, command.answer(recorded), token)


@post("/{member_id}/role")
def change_member_role(
    member_id: UUID, body: RoleChange, command: Commanding = commanding(ADMINISTERING)
) -> Answer:
    """Gives a member another role; sessions notice within five seconds."""
    return command.answer(
        commands.change_role(command.log, command.by, member_id, **body.model_dump())
    )


@post("/{member_id}/suspension")
def suspend_member(
    member_id: UUID,
    body: Suspension,
    command: Commanding = commanding(ADMINISTERING),
) -> Answer:
    """Lets a member in no more: their sessions, invitations and API keys end."""
    return command.answer(commands.suspend(command.log, command.by, member_id, body.reason_code))


@post("/{member_id}/suspension/reversal")
def reinstate_member(member_id: UUID, command: Commanding = commanding(ADMINISTERING)) -> Answer:
    """Lets a member in again, with the password they had."""
    return command.answer(commands.reinstate(command.log, command.by, member_id))


@router.get("", responses=PROBLEMS)
def list_members(
    calling: Annotated[Caller, may(EVERYONE - {Role.CANDIDATE}, narrows=True)],
) -> MemberList:
    """Everyone who works here, by name, which is recorded as access; addresses for administrators.

    Whoever may not know people by name does not know colleagues by it either.
    """
    known: dict[UUID, Identity] = {}
    if calling.knows_people:
        with calling.log.database.transaction(calling.organisation) as connection:
            access = Access(calling.actor_id, PURPOSE, calling.request_id)
            known = identities(calling.log, connection, access)
    administers = calling.role in ADMINISTERING
    return MemberList(
        items=[
            Member(
                member_id=member.id,
                role=member.role,
                standing=member.standing,
                full_name=known.get(member.id, Identity()).full_name,
                email=known.get(member.id, Identity()).email if administers else None,
            )
            for member in calling.log.members()
        ]
    )


def _invited(request: Request, answer: Answer, token: str) -> Invited:
    url = f"{own_origin(request)}/sign-in/invitation?token={token}"
    return Invited(**answer.model_dump(), invitation_url=url)
