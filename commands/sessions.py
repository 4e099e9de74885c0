"""Signing in and out."""

from dataclasses import dataclass
from uuid import UUID

from domain.errors import Refusal
from domain.member import Standing
from store import attempts, credentials, sessions, tokens
from store.database import Organisation
from store.system import Hireledger

MAIN = "main"


class SignInRefused(Refusal):
    """The e-mail address, the password or the organisation is not right."""

    status = 401


@dataclass(frozen=True)
class SignedIn:
    """A session that has just begun."""

    organisation: Organisation
    member_id: UUID
    token: str


def sign_in(
    hireledger: Hireledger, organisation_name: str | None, email: str, password: str, address: str
) -> SignedIn:
    """Starts a session. Raises TooManyAttempts, and SignInRefused without saying what was wrong."""
    organisation = chosen(hireledger, organisation_name)
    # Counted by what was typed, whether or not there is such a member or organisation.
    name = f"{organisation.id if organisation else organisation_name} {email.strip().casefold()}"
    attempt = attempts.begin(hireledger.database, name, address)
    if organisation is None:
        credentials.verify(None, password)
        raise SignInRefused
    member_id = credentials.member_with(hireledger.database, organisation, email, password)
    if member_id is None or not _may_enter(hireledger, organisation, member_id):
        raise SignInRefused
    attempts.succeeded(hireledger.database, attempt)
    return begin(hireledger, organisation, member_id)


def chosen(hireledger: Hireledger, name: str | None) -> Organisation | None:
    """The organisation named; else the only one, or the main one."""
    found = hireledger.organisations()
    if not name:
        return found[0] if len(found) == 1 else next((o for o in found if o.name == MAIN), None)
    return next((organisation for organisation in found if organisation.name == name), None)


def _may_enter(hireledger: Hireledger, organisation: Organisation, member_id: UUID) -> bool:
    return hireledger.log(organisation).member(member_id).standing is Standing.ACTIVE


def begin(hireledger: Hireledger, organisation: Organisation, member_id: UUID) -> SignedIn:
    """Starts a session of a member who has shown who they are. Raises SignInRefused."""
    if not _may_enter(hireledger, organisation, member_id):
        raise SignInRefused
    token = sessions.begin(hireledger.database, organisation, member_id)
    return SignedIn(organisation, member_id, token)


def sign_out(hireledger: Hireledger, token: str) -> None:
    """Ends a session."""
    organisation = hireledger.organisation(tokens.organisation_of(tokens.SESSION, token))
    if organisation is not None:
        sessions.end(hireledger.database, organisation, token)
    hireledger.forget(token)


def change_password(
    hireledger: Hireledger,
    organisation: Organisation,
    member_id: UUID,
    current: str,
    new: str,
    address: str,
) -> SignedIn:
    """Sets another password and ends every session of the member; a fresh one begins.

    Raises SignInRefused, TooManyAttempts.
    """
    attempt = attempts.begin(hireledger.database, f"{organisation.id} {member_id}", address)
    if not credentials.knows_password(hireledger.database, organisation, member_id, current):
        raise SignInRefused
    attempts.succeeded(hireledger.database, attempt)
    credentials.set_password(hireledger.database, organisation, member_id, new)
    sessions.end_all(hireledger.database, organisation, member_id)
    hireledger.forget_actor(member_id)
    return begin(hireledger, organisation, member_id)
