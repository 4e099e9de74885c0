"""Who calls, and whether they may: every route names it in its signature."""

from dataclasses import dataclass
from typing import Annotated, Any
from uuid import UUID

from anyio.to_thread import run_sync
from fastapi import Depends, Request, Security
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer

from api.problems import NotAllowed, NotSignedIn
from domain.role import Role
from store.database import Organisation
from store.log import Log
from store.system import Hireledger

bearer = HTTPBearer(auto_error=False, description="An API key: `hireledger key create --role …`.")

EVERYONE = frozenset(Role)
RECRUITING = frozenset({Role.ADMIN, Role.RECRUITER})
SCHEDULING = RECRUITING | {Role.COORDINATOR}
SOURCING = RECRUITING | {Role.SOURCER}
APPROVING = frozenset({Role.ADMIN, Role.APPROVER})
DECIDING = RECRUITING | {Role.HIRING_MANAGER}
ASSESSING = DECIDING | {Role.INTERVIEWER}
READING = frozenset(Role) - {Role.INTERVIEWER}
KNOWING_PEOPLE = SCHEDULING | SOURCING | {Role.HIRING_MANAGER, Role.COMPLIANCE_OFFICER}
COMPLIANCE = frozenset({Role.ADMIN, Role.COMPLIANCE_OFFICER})
AUDITING = frozenset({Role.ADMIN, Role.COMPLIANCE_OFFICER, Role.AUDITOR})


@dataclass(frozen=True)
class Caller:
    """Someone with a valid key, and the log they work on."""

    organisation: Organisation
    log: Log
    actor_id: UUID
    role: Role
    request_id: UUID

    @property
    def knows_people(self) -> bool:
        """Whether personal data may be opened for them."""
        return self.role in KNOWING_PEOPLE


def system(request: Request) -> Hireledger:
    """The running system."""
    hireledger: Hireledger = request.app.state.hireledger
    return hireledger


async def caller(
    request: Request,
    credentials: Annotated[HTTPAuthorizationCredentials | None, Security(bearer)],
) -> Caller:
    """The caller. Raises NotSignedIn."""
    hireledger = system(request)
    if credentials is None:
        raise NotSignedIn
    holder = hireledger.remembered(credentials.credentials) or await run_sync(
        hireledger.key_holder, credentials.credentials
    )
    if holder is None:
        raise NotSignedIn
    return Caller(
        organisation=holder.organisation,
        log=hireledger.log(holder.organisation),
        actor_id=holder.actor_id,
        role=holder.role,
        request_id=request.state.request_id,
    )


def may(roles: frozenset[Role]) -> Any:
    """Only callers in these roles get past. Raises NotAllowed."""

    async def allowed(calling: Annotated[Caller, Depends(caller)]) -> Caller:
        if calling.role not in roles:
            raise NotAllowed(role=calling.role)
        return calling

    return Depends(allowed)
