"""The page on which a candidate chooses a time for an interview, by a link and without scripts.

Whoever has the link may use it, until the offer ends or is withdrawn; what is done by it is the
candidate's own act. Made-up links are counted by where they come from, and slowed.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from http import HTTPStatus
from itertools import groupby
from typing import Annotated
from urllib.parse import urlencode
from uuid import UUID
from zoneinfo import ZoneInfo, available_timezones

from fastapi import APIRouter, Form, Request
from fastapi.responses import RedirectResponse, Response
from pydantic import ValidationError

from calendars import booking
from commands import self_scheduling as commands
from domain.candidate import Candidate
from domain.errors import Conflict, NotFound, Refusal
from domain.interview import is_time_zone
from domain.self_scheduling import AlreadyBooked, NotOffered, Slot, SlotsAreOver
from entrance.browser import ANYONE, address, guard_origin, system
from store import attempts
from store.attempts import TooManyAttempts
from store.envelope import Attribution
from store.interviewer_times import TimeTaken
from store.links import booking_of
from store.log import Log
from web.pages import page

CANDIDATE = "candidate"
PATH = "/self-scheduling"
LONGEST_COMMENT = 2_000
ZONES = sorted(available_timezones())

router = APIRouter(prefix=PATH, tags=["Pages"], dependencies=[ANYONE])
Field = Annotated[str, Form(max_length=200)]
Words = Annotated[str, Form(max_length=LONGEST_COMMENT)]


class LinkInvalid(Refusal):
    """This link is not complete, or was not made by us; take it from the mail once more."""

    status = 404


class Busy(Refusal):
    """Too many requests from where you are; wait {seconds} seconds."""

    status = 429


@dataclass(frozen=True)
class Visit:
    """Somebody with a link that we signed."""

    log: Log
    candidate: Candidate
    invitation_id: UUID
    token: str
    zone: str

    @property
    def by(self) -> Attribution:
        return Attribution(CANDIDATE, self.candidate.id, CANDIDATE, "web")

    def again(self) -> "Visit":
        """The same, as it is by now."""
        candidate = self.log.candidate_of_invitation(self.invitation_id)
        return Visit(self.log, candidate, self.invitation_id, self.token, self.zone)


@dataclass(frozen=True)
class Choice:
    """One time, as the page shows it."""

    value: str
    starts: str
    ends: str


@router.get("")
def show_slots(request: Request, token: str = "", zone: str = "") -> Response:
    """The times there are to choose from, or what was chosen; in the reader's zone."""
    try:
        return _shown(_visit(request, token, zone))
    except Refusal as refusal:
        return _refused(refusal)


@router.post("")
def book_slot(request: Request, token: Field = "", zone: Field = "", slot: Field = "") -> Response:
    """Books a time. Where another was faster, the times that are left are shown."""

    def book(visit: Visit) -> None:
        booking.book(visit.log, visit.by, visit.invitation_id, _slot(slot))

    return _done(request, token, zone, book)


@router.post("/cancellation")
def cancel_booking(request: Request, token: Field = "", zone: Field = "") -> Response:
    """Calls off what was booked, if it is early enough."""
    return _done(
        request,
        token,
        zone,
        lambda visit: commands.cancel(visit.log, visit.by, visit.invitation_id),
    )


@router.post("/another-time")
def ask_for_another_time(
    request: Request, token: Field = "", zone: Field = "", comment: Words = ""
) -> Response:
    """Asks for another time; one of us answers."""

    def ask(visit: Visit) -> None:
        commands.request_another_time(
            visit.log, visit.by, visit.invitation_id, comment.strip() or None
        )

    return _done(request, token, zone, ask, asked="1")


def _done(
    request: Request, token: str, zone: str, act: Callable[[Visit], object], **said: str
) -> Response:
    """Does what a form says, then shows how things are."""
    try:
        visit = _visit(request, token, zone)
    except Refusal as refusal:
        return _refused(refusal)
    try:
        guard_origin(request)
        with _counted(request, visit):
            act(visit)
    except (NotOffered, TimeTaken, Conflict) as refusal:
        taken = "That time was taken while you looked. These are left:"
        return _shown(visit.again(), refusal, taken)
    except Refusal as refusal:
        return _shown(visit.again(), refusal, refusal.message)
    answer = {"token": token, "zone": visit.zone, **said}
    return RedirectResponse(f"{PATH}?{urlencode(answer)}", HTTPStatus.SEE_OTHER)


def _visit(request: Request, token: str, zone: str) -> Visit:
    """Who comes. Raises LinkInvalid, Busy."""
    hireledger = system(request)
    named = booking_of(hireledger.database.keyring, token)
    organisation = hireledger.organisation(named[0]) if named else None
    if named is None or organisation is None:
        try:
            attempts.begin(hireledger.database, f"booking link {token[:100]}", _from(request))
        except TooManyAttempts as refusal:
            raise Busy(seconds=refusal.about["seconds"]) from None
        raise LinkInvalid
    log, invitation_id = hireledger.log(organisation), named[1]
    try:
        candidate = log.candidate_of_invitation(invitation_id)
        said = candidate.invitation(invitation_id).said
    except NotFound:
        raise LinkInvalid from None
    zone = zone if is_time_zone(zone) else said.time_zone or "UTC"
    return Visit(log, candidate, invitation_id, token, zone)


@contextmanager
def _counted(request: Request, visit: Visit) -> Iterator[None]:
    """Counts what is tried by a link until it works, so that nobody tries without end."""
    database = visit.log.database
    try:
        attempt = attempts.begin(database, f"booking {visit.invitation_id}", _from(request))
    except TooManyAttempts as refusal:
        raise Busy(seconds=refusal.about["seconds"]) from None
    yield
    attempts.succeeded(database, attempt)


def _from(request: Request) -> str:
    """Where somebody comes from; counted apart from those who sign in from there."""
    return f"links {attempts.network(address(request))}"


def _slot(text: str) -> Slot:
    starts_at, _, ends_at = text.partition("/")
    try:
        return Slot.model_validate({"starts_at": starts_at, "ends_at": ends_at})
    except ValidationError:
        raise NotOffered from None


def _shown(visit: Visit, refusal: Refusal | None = None, words: str | None = None) -> Response:
    status = refusal.status if refusal else HTTPStatus.OK
    candidate, invitation_id = visit.candidate, visit.invitation_id
    shown = {
        "token": visit.token,
        "zone": visit.zone,
        "zones": ZONES,
        "refusal": words,
        "path": PATH,
    }
    booked = candidate.booked(invitation_id)
    if booked is not None:
        now = candidate.interview(booked).now
        asks = candidate.asks_for_another_time(booked)
        return page(
            "booked",
            status,
            **shown,
            time=_choice(Slot(starts_at=now.starts_at, ends_at=now.ends_at), visit.zone)
            if now.starts_at and now.ends_at
            else None,
            day=_day(now.starts_at, visit.zone) if now.starts_at else None,
            held=candidate.interview(booked).held,
            may_change=candidate.may_change_booking(invitation_id),
            hours=candidate.invitation(invitation_id).said.notice_hours,
            asks=asks,
        )
    try:
        slots = booking.offered(visit.log, candidate, invitation_id)
    except (SlotsAreOver, AlreadyBooked) as over:
        return _refused(over)
    days = [
        (day, [_choice(slot, visit.zone) for slot in of_day])
        for day, of_day in groupby(slots, key=lambda slot: _day(slot.starts_at, visit.zone))
    ]
    return page("self_scheduling", status, **shown, days=days)


def _refused(refusal: Refusal) -> Response:
    answer = page("self_scheduling_over", refusal.status, words=refusal.message)
    if isinstance(refusal, Busy):
        answer.headers["Retry-After"] = refusal.about["seconds"]
    return answer


def _choice(slot: Slot, zone: str) -> Choice:
    starts_at, ends_at = (
        moment.astimezone(ZoneInfo(zone)) for moment in (slot.starts_at, slot.ends_at)
    )
    value = "/".join(moment.astimezone(UTC).isoformat() for moment in (starts_at, ends_at))
    return Choice(value, f"{starts_at:%H:%M}", f"{ends_at:%H:%M}")


def _day(moment: datetime, zone: str) -> str:
    return f"{moment.astimezone(ZoneInfo(zone)):%A, %d %B %Y}"
