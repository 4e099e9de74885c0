"""Signing in over HTTP, for browsers: a session in a cookie, and what proves a page is ours."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Request, Response
from pydantic import BaseModel, ConfigDict, EmailStr, Field

from api.caller import Caller, may
from api.problems import problem_responses
from commands import members, sessions
from domain.errors import Refusal
from domain.event import Text
from domain.role import EVERYONE, Role, Scope
from entrance.browser import ANYONE, address, csrf_token, guard_origin, let_in, let_out, system
from store.access_log import Access
from store.database import Organisation
from store.holder import PERSON
from store.members import identities

router = APIRouter(prefix="/api/session", tags=["Session"])

CREATED, NO_CONTENT = 201, 204
PURPOSE = "show who is signed in"

Password = Annotated[
    str, Field(min_length=12, max_length=200, description="12 characters or more, of any kind.")
]
GivenPassword = Annotated[str, Field(max_length=1000)]


class Form(BaseModel):
    """What a body about signing in says, and nothing else."""

    model_config = ConfigDict(extra="forbid")


class SignIn(Form):
    """Who wants to come in."""

    email: Annotated[str, Field(max_length=320, examples=["grace@example.org"])]
    password: GivenPassword
    organisation: Annotated[
        str | None, Field(max_length=300, description="By name, where there are several.")
    ] = None


class Acceptance(Form):
    """Whoever has an invitation's link says who they are."""

    token: Annotated[str, Field(max_length=200, description="The link's.")]
    full_name: Annotated[Text, Field(min_length=1, max_length=200, examples=["Grace Hopper"])]
    password: Password
    email: Annotated[
        EmailStr | None, Field(description="Of the first administrator, who was not asked before.")
    ] = None


class NewPassword(Form):
    """Another password, from whoever knows the one in force."""

    current_password: GivenPassword
    new_password: Password


class KeysHaveNoPassword(Refusal):
    """An API key has no password; sign in to change yours."""


class Session(BaseModel):
    """Who is signed in."""

    actor_type: Annotated[str, Field(description="person, or api_key.")]
    actor_id: Annotated[UUID, Field(description="The member; or whom the key acts for.")]
    role: Role
    organisation: Annotated[str, Field(description="Its name.")]
    full_name: Annotated[str | None, Field(description="Null for keys.")] = None
    csrf_token: Annotated[
        str | None,
        Field(description="For the header X-CSRF-Token of requests that change something."),
    ] = None


@router.post(
    "",
    status_code=CREATED,
    dependencies=[ANYONE],
    responses=problem_responses(401, 403, 422, 429, 503),
)
def sign_in(body: SignIn, request: Request, response: Response) -> Session:
    """Starts a session and sets its cookie."""
    guard_origin(request)
    begun = sessions.sign_in(
        system(request), body.organisation, body.email, body.password, address(request)
    )
    return _let_in(request, response, begun)


@router.post(
    "/invitation",
    status_code=CREATED,
    dependencies=[ANYONE],
    responses=problem_responses(401, 403, 404, 409, 422, 503),
)
def accept_invitation(body: Acceptance, request: Request, response: Response) -> Session:
    """Takes an invitation, which works once, and starts a session."""
    guard_origin(request)
    log, member_id = members.join(system(request), **body.model_dump())
    return _let_in(request, response, sessions.begin(system(request), log.organisation, member_id))


@router.get("", responses=problem_responses(401, 403, 422, 503))
def get_session(
    request: Request, calling: Annotated[Caller, may(EVERYONE, narrows=True)]
) -> Session:
    """Who is signed in, by their name, which is recorded as access."""
    if calling.actor_type != PERSON:
        return _session(calling.actor_type, calling.actor_id, calling.role, calling.organisation)
    with calling.log.database.transaction(calling.organisation) as connection:
        access = Access(calling.actor_id, PURPOSE, calling.request_id)
        known = identities(calling.log, connection, access, {calling.actor_id})
    return _session(
        PERSON,
        calling.actor_id,
        calling.role,
        calling.organisation,
        full_name=known[calling.actor_id].full_name if calling.actor_id in known else None,
        csrf_token=csrf_token(system(request), calling.credential),
    )


@router.delete("", status_code=NO_CONTENT, responses=problem_responses(401, 403, 422, 503))
def sign_out(
    request: Request,
    response: Response,
    calling: Annotated[Caller, may(EVERYONE, narrows=True)],
) -> None:
    """Ends the session. A key stays what it was."""
    if calling.actor_type == PERSON:
        sessions.sign_out(system(request), calling.credential)
        let_out(request, response)


@router.post("/password", status_code=CREATED, responses=problem_responses(401, 403, 422, 429, 503))
def change_password(
    body: NewPassword,
    request: Request,
    response: Response,
    calling: Annotated[Caller, may(EVERYONE, Scope.WRITE, narrows=True)],
) -> Session:
    """Sets another password; every session of the member ends, and a fresh one begins here."""
    if calling.actor_type != PERSON:
        raise KeysHaveNoPassword
    begun = sessions.change_password(
        system(request),
        calling.organisation,
        calling.actor_id,
        body.current_password,
        body.new_password,
        address(request),
    )
    return _let_in(request, response, begun)


def _let_in(request: Request, response: Response, begun: sessions.SignedIn) -> Session:
    hireledger = system(request)
    let_in(request, response, begun.token)
    return _session(
        PERSON,
        begun.member_id,
        hireledger.log(begun.organisation).member(begun.member_id).role,
        begun.organisation,
        csrf_token=csrf_token(hireledger, begun.token),
    )


def _session(
    actor_type: str, actor_id: UUID, role: Role, organisation: Organisation, **told: str | None
) -> Session:
    return Session(
        actor_type=actor_type,
        actor_id=actor_id,
        role=role,
        organisation=organisation.name,
        **told,
    )
