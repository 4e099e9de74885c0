"""Pages to come in and go out by."""

from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Form, Query, Request
from fastapi.responses import RedirectResponse, Response
from pydantic import EmailStr, TypeAdapter, ValidationError

from commands import members, sessions
from domain.errors import Refusal
from entrance import oidc
from entrance.browser import (
    ANYONE,
    address,
    csrf_token,
    guard_against_forgery,
    guard_origin,
    let_in,
    let_out,
    session_token,
    system,
)
from store import credentials
from store.attempts import TooManyAttempts
from web.pages import own_address, page

SHORTEST_PASSWORD, LONGEST = 12, 200
Field = Annotated[str, Form(max_length=1000)]
Asked = Annotated[str, Query(max_length=1000)]
"""The page that was asked for before signing in."""


router = APIRouter(tags=["Pages"], dependencies=[ANYONE])
an_address: TypeAdapter[str] = TypeAdapter(EmailStr)


class AddressNotOne(Refusal):
    """That is no e-mail address."""


class NameMissing(Refusal):
    """Say your name."""


class PasswordTooShort(Refusal):
    """Choose a password of 12 to 200 characters."""


@router.get("/sign-in")
def show_sign_in(request: Request, organisation: str = "", next: Asked = "") -> Response:
    """Where people sign in; or, if they are, out. A link may name the organisation."""
    token = session_token(request)
    if token is not None and system(request).holder(token) is not None:
        return page("signed_in", csrf=csrf_token(system(request), token))
    return _sign_in(request, organisation=organisation, where=next)


@router.post("/sign-in")
def sign_in(
    request: Request,
    email: Field = "",
    password: Field = "",
    organisation: Field = "",
    next: Field = "",
) -> Response:
    """Starts a session, or says that nothing came of it."""
    try:
        guard_origin(request)
        begun = sessions.sign_in(
            system(request), organisation or None, email, password, address(request)
        )
    except Refusal as refusal:
        return _sign_in(request, refusal, email=email, organisation=organisation, where=next)
    return _home(request, begun, next)


@router.post("/sign-out")
def sign_out(request: Request, csrf: Field = "") -> Response:
    """Ends the session."""
    token = session_token(request)
    if token is not None:
        try:
            guard_against_forgery(request, token, csrf)
        except Refusal as refusal:
            return _sign_in(request, refusal)
        sessions.sign_out(system(request), token)
    answer = RedirectResponse("/sign-in", HTTPStatus.SEE_OTHER)
    let_out(request, answer)
    return answer


@router.get("/sign-in/invitation")
def show_invitation(request: Request, token: str = "") -> Response:
    """Where whoever has an invitation's link chooses a password."""
    return _invitation(request, token)


@router.post("/sign-in/invitation")
def accept_invitation(
    request: Request,
    token: Field = "",
    full_name: Field = "",
    password: Field = "",
    email: Field = "",
) -> Response:
    """Takes the invitation and starts a session."""
    try:
        guard_origin(request)
        if not full_name.strip() or len(full_name) > LONGEST:
            raise NameMissing
        if not SHORTEST_PASSWORD <= len(password) <= LONGEST:
            raise PasswordTooShort
        given = _checked(email) if email else None
        log, member_id = members.join(system(request), token, full_name.strip(), password, given)
        begun = sessions.begin(system(request), log.organisation, member_id)
    except Refusal as refusal:
        return _invitation(request, token, refusal, full_name=full_name, email=email)
    return _home(request, begun)


def _checked(email: str) -> str:
    try:
        return an_address.validate_python(email.strip())
    except ValidationError:
        raise AddressNotOne from None


@router.get("/sign-in/oidc")
def begin_oidc(request: Request, organisation: str = "", next: Asked = "") -> Response:
    """Sends the browser to the identity provider."""
    try:
        address, state = oidc.begin(system(request), organisation or None, oidc.callback(request))
    except Refusal as refusal:
        return _sign_in(request, refusal, where=next)
    answer = RedirectResponse(address, HTTPStatus.SEE_OTHER)
    oidc.bind(request, answer, state, next)
    return answer


@router.get("/sign-in/oidc/callback")
def finish_oidc(request: Request, code: str = "", state: str = "") -> Response:
    """Takes whom the identity provider sent back."""
    try:
        where = oidc.guard_bound(request, state)
        begun = oidc.finish(system(request), code, state, oidc.callback(request))
    except Refusal as refusal:
        return _sign_in(request, refusal)
    answer = _home(request, begun, where)
    oidc.unbind(request, answer)
    return answer


def _home(request: Request, begun: sessions.SignedIn, where: str = "") -> Response:
    """To the page that was asked for, if it is one of ours; else to the beginning."""
    answer = RedirectResponse(own_address(where), HTTPStatus.SEE_OTHER)
    let_in(request, answer, begun.token)
    return answer


def _sign_in(
    request: Request,
    refusal: Refusal | None = None,
    email: str = "",
    organisation: str = "",
    where: str = "",
) -> Response:
    hireledger = system(request)
    answer = page(
        "sign_in",
        refusal.status if refusal else HTTPStatus.OK,
        refusal=refusal.message if refusal else None,
        email=email,
        organisation=organisation,
        where=own_address(where),
        several=len(hireledger.organisations()) > 1,
        provider=hireledger.settings.oidc_name if oidc.is_set(hireledger) else None,
    )
    if isinstance(refusal, TooManyAttempts):
        answer.headers["Retry-After"] = refusal.about["seconds"]
    return answer


def _invitation(
    request: Request,
    token: str,
    refusal: Refusal | None = None,
    full_name: str = "",
    email: str = "",
) -> Response:
    hireledger = system(request)
    try:
        log, member_id = members.invited(hireledger, token)
    except members.InvitationInvalid as invalid:
        return page("invitation_invalid", invalid.status, words=invalid.message)
    known = credentials.has_address(hireledger.database, log.organisation, member_id)
    return page(
        "invitation",
        refusal.status if refusal else HTTPStatus.OK,
        refusal=refusal.message if refusal else None,
        token=token,
        organisation=log.organisation.name,
        role=log.member(member_id).role.replace("_", " "),
        asks_email=not known,
        full_name=full_name,
        email=email,
    )
