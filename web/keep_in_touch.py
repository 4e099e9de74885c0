"""The page on which a person says whether we may keep in touch, by the link of our mail.

What they say there is their own act. The last word counts; saying it twice adds nothing.
"""

from datetime import timedelta
from http import HTTPStatus
from typing import Annotated, Any, NamedTuple
from urllib.parse import urlencode
from uuid import UUID

from fastapi import APIRouter, Form, Request
from fastapi.responses import RedirectResponse, Response

from commands import consents as commands
from domain.candidate import Candidate
from domain.consent import CONTACT, EVERY_CHANNEL, ContactTexts
from domain.errors import Refusal
from entrance.browser import ANYONE, guard_origin
from policies.asking_consent import LINK, PATH
from policies.mail.wording import organisation_title
from store import sealed_tokens
from store.log import Log
from web.pages import calmly, page
from web.sealed_links import followed

GOOD_FOR = timedelta(days=366)

router = APIRouter(prefix=PATH, tags=["Pages"], dependencies=[ANYONE])
Field = Annotated[str, Form(max_length=sealed_tokens.LONGEST)]


class NothingToAnswer(Refusal):
    """There is nothing to answer here any more; your data has been erased."""

    status = 410


class Visit(NamedTuple):
    """Somebody with the link of our mail."""

    log: Log
    candidate: Candidate
    ask_id: UUID

    @property
    def texts(self) -> ContactTexts:
        return self.log.organisation_itself().contact_texts


@router.get("")
@calmly("keep_in_touch_over")
def show_question(request: Request, token: str = "") -> Response:
    """What we hold, what we ask, and how it stands."""
    visit = _visit(request, token)
    return page("keep_in_touch", **_shown(visit), token=token, path=PATH)


@router.post("")
@calmly("keep_in_touch_over")
def answer_question(request: Request, token: Field = "", answer: Field = "") -> Response:
    """Records what they say, and shows how it stands."""
    visit = _visit(request, token)
    guard_origin(request)
    if answer in ("yes", "no"):
        commands.answer(visit.log, visit.candidate.id, visit.ask_id, agrees=answer == "yes")
    return RedirectResponse(f"{PATH}?{urlencode({'token': token})}", HTTPStatus.SEE_OTHER)


def _shown(visit: Visit) -> dict[str, Any]:
    person = visit.candidate.person
    consent = person.consents.get(CONTACT)
    agreed = consent is not None and consent.valid_at(person.occurring)
    return {
        "organisation": organisation_title(visit.log),
        "texts": visit.texts,
        "objects": EVERY_CHANNEL in person.opted_out,
        "agreed": agreed,
        "until": consent.expires_at if consent else None,
    }


def _visit(request: Request, token: str) -> Visit:
    """Who comes. Raises TokenOfNoUse, NothingToAnswer."""
    log, said = followed(request, LINK, token, GOOD_FOR)
    ask_id = UUID(said["ask"])
    candidate = commands.answering(log, UUID(said["candidate"]), ask_id)
    if candidate.erased:
        raise NothingToAnswer
    return Visit(log, candidate, ask_id)
