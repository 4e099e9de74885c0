"""Who calls, and whether they may: every route names it in its signature."""

from dataclasses import dataclass
from typing import Annotated, Any
from uuid import UUID

from anyio.to_thread import run_sync
from fastapi import Depends, Request, Security
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer

from api.problems import NotAllowed, NotSignedIn, OutOfScope
from api.reach import Reach
from domain.role import LIMITED, SEEING_NAMES, Role, Scope
from entrance.browser import (
    CSRF_HEADER,
    SAFE,
    guard_against_forgery,
    session_token,
    system,
)
from store.database import Organisation
from store.log import Log

bearer = HTTPBearer(
    auto_error=False,
    description="An API key: `hireledger key create --role …`. Browsers that are signed in"
    f" (`POST /api/session`) need none; to change something they send {CSRF_HEADER}.",
)


@dataclass(frozen=True)
class Caller:
    """Someone with a valid key or session, and the log they work on."""

    organisation: Organisation
    log: Log
    actor_type: str
    actor_id: UUID
    role: Role
    scopes: frozenset[Scope]
    credential: str
    request_id: UUID
    on_behalf_of: UUID | None = None
    """Who made their key, and so answers for what is done with it."""

    @property
    def knows_people(self) -> bool:
        """Whether personal data may be opened for them."""
        return self.role in SEEING_NAMES and Scope.PERSONAL in self.scopes

    @property
    def reach(self) -> Reach | None:
        """What they may know of; None if that is the whole organisation."""
        return Reach(self.log, self.role, self.actor_id) if self.role in LIMITED else None

    @property
    def holder_if_limited(self) -> UUID | None:
        """Whom lists are narrowed to; None if they are not."""
        return self.actor_id if self.role in LIMITED else None


async def caller(
    request: Request,
    credentials: Annotated[HTTPAuthorizationCredentials | None, Security(bearer)],
) -> Caller:
    """The caller. Raises NotSignedIn, Forged."""
    hireledger = system(request)
    session = session_token(request) if credentials is None else None
    credential = credentials.credentials if credentials else session
    if credential is None:
        raise NotSignedIn
    holder = hireledger.remembered(credential) or await run_sync(hireledger.holder, credential)
    if holder is None:
        raise NotSignedIn
    if session is not None and request.method not in SAFE:
        guard_against_forgery(request, session, request.headers.get(CSRF_HEADER))
    return Caller(
        organisation=holder.organisation,
        log=hireledger.log(holder.organisation),
        actor_type=holder.actor_type,
        actor_id=holder.actor_id,
        role=holder.role,
        scopes=holder.scopes,
        credential=credential,
        request_id=request.state.request_id,
        on_behalf_of=holder.made_by,
    )


def may(roles: frozenset[Role], scope: Scope = Scope.READ, narrows: bool = False) -> Any:
    """Only callers in these roles get past, and limited ones only to what they reach.

    A route that `narrows` gives limited roles only what is theirs by itself; any other must name
    something in its path. Raises NotAllowed, OutOfScope, NotFound.
    """

    async def allowed(request: Request, calling: Annotated[Caller, Depends(caller)]) -> Caller:
        if calling.role not in roles:
            raise NotAllowed(role=calling.role)
        if scope not in calling.scopes:
            raise OutOfScope(scope=scope)
        if calling.reach is not None:
            if request.path_params:
                await run_sync(calling.reach.guard_path, request.path_params)
            elif not narrows:
                raise NotAllowed(role=calling.role)
        return calling

    allowed.roles = roles  # type: ignore[attr-defined]  # read by the test that tries them all
    return Depends(allowed)
