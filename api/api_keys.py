"""API keys over HTTP: what an administrator lets programs do."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter
from pydantic import BaseModel, Field

from api.asking import PROBLEMS
from api.caller import Caller, may
from api.commanding import Answer, Commanding, commanding, example, posting
from api.session import Form
from commands import api_keys as commands
from domain.event import Code, Moment, Words
from domain.role import ADMINISTERING, Role, Scope
from store.api_keys import KeyRow, all_keys

router = APIRouter(prefix="/api/keys", tags=["API keys"])
post = posting(router)


class NewKey(Form):
    """What a key may do, and how long."""

    model_config = example(role="analyst", label="Monthly report", scopes=["read"])

    role: Role
    label: Annotated[Words, Field(description="What it is for.", examples=["Monthly report"])]
    scopes: Annotated[
        frozenset[Scope], Field(min_length=1, description="All, unless said otherwise.")
    ] = frozenset(Scope)
    holder_id: Annotated[
        UUID | None,
        Field(
            description="Whom it acts for: a member, or of role candidate the candidate. Roles"
            " that reach only what is their holder's need one."
        ),
    ] = None
    expires_at: Annotated[Moment | None, Field(description="Omitted: in a year.")] = None


class Made(Answer):
    """A key that was just made."""

    key: Annotated[
        str | None, Field(description="The key itself: shown this once, and not in a repeat.")
    ] = None


class Revocation(Form):
    """Why a key ends."""

    model_config = example(reason_code="leaked")

    reason_code: Annotated[Code, Field(examples=["leaked"])]


class KeyList(BaseModel):
    """Every key there ever was, oldest first."""

    items: list[KeyRow]


@post("")
def create_key(body: NewKey, command: Commanding = commanding(ADMINISTERING)) -> Made:
    """Makes a key."""
    recorded, key = commands.create(command.log, command.by, **dict(body))
    return Made(**command.answer(recorded).model_dump(), key=key)


@post("/{key_id}/revocation")
def revoke_key(
    key_id: UUID, body: Revocation, command: Commanding = commanding(ADMINISTERING)
) -> Answer:
    """Ends a key; where it was used just now it works five seconds more at most."""
    return command.answer(commands.revoke(command.log, command.by, key_id, body.reason_code))


@router.get("", responses=PROBLEMS)
def list_keys(calling: Annotated[Caller, may(ADMINISTERING)]) -> KeyList:
    """The keys, without their secrets."""
    return KeyList(items=all_keys(calling.log.database, calling.organisation))
