"""Where the links of our outreach lead: on to what they point to, an image, or out.

Nobody can make a link up: where it leads stands sealed in it (policies/mail/outreach_links.py).
Programs that check mail follow links too. A click or opening counts as theirs if it asks for the
headers alone, if it comes within ten seconds after the mail was handed over, or if the program
says what it is; what is a scanner's counts nowhere.
"""

import re
from base64 import b64decode
from datetime import UTC, datetime, timedelta
from http import HTTPStatus
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Form, Request
from fastapi.responses import RedirectResponse, Response

from commands import enrolments
from domain.consent import EMAIL, EVERY_CHANNEL
from domain.erasure import PersonErased
from domain.errors import NotFound
from domain.outreach import TouchpointClicked, TouchpointEvent, TouchpointOpened
from entrance.browser import ANYONE, system
from policies.mail.outreach_links import CLICK, LEAVING, OPENING, followed
from policies.mail.wording import organisation_title
from store.append import AlreadyDone
from store.envelope import Attribution
from store.log import Log
from store.sealed_tokens import TokenOfNoUse
from web.pages import calmly, page

SCANNED_WITHIN = timedelta(seconds=10)
SCANNERS = re.compile(
    r"bot|crawl|spider|scan|proxy|preview|monitor|python|curl|wget|go-http|java/|headless"
    r"|barracuda|mimecast|proofpoint|safelinks|symantec|trendmicro|googleimageproxy",
    re.IGNORECASE,
)
IMAGE = b64decode("R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7")
"""One transparent point."""

router = APIRouter(tags=["Pages"], dependencies=[ANYONE])


@router.api_route(CLICK + "/{token}", methods=["GET", "HEAD"])
@calmly("outreach_over")
def follow_link(request: Request, token: str) -> Response:
    """Notes the click and leads on."""
    log, touchpoint_id, address = _followed(request, CLICK, token)
    if address is None:
        raise TokenOfNoUse
    scanned = _is_scanner(request, log, touchpoint_id)
    _note(log, touchpoint_id, TouchpointClicked, by_scanner=scanned)
    return RedirectResponse(address, HTTPStatus.SEE_OTHER)


@router.get(OPENING + "/{token}")
@calmly("outreach_over")
def show_image(request: Request, token: str) -> Response:
    """Notes the opening; a mail program that fetches every image by itself opens every mail."""
    log, touchpoint_id, _ = _followed(request, OPENING, token)
    if not _is_scanner(request, log, touchpoint_id):
        _note(log, touchpoint_id, TouchpointOpened)
    return Response(IMAGE, media_type="image/gif")


@router.get(LEAVING + "/{token}")
@calmly("outreach_over")
def ask_whether_to_leave(request: Request, token: str) -> Response:
    """Asks before anything is changed, for scanners look at this page too."""
    log, touchpoint_id, _ = _followed(request, LEAVING, token)
    person = log.candidate_of_step(touchpoint_id).person
    left = bool({EMAIL, EVERY_CHANNEL} & person.opted_out)
    return page("leave", organisation=organisation_title(log), left=left)


@router.post(LEAVING + "/{token}")
@calmly("outreach_over")
def leave(
    request: Request,
    token: str,
    everything: Annotated[str, Form(max_length=10)] = "",
) -> Response:
    """Lets them hear no more: by the page's button, or in one click (RFC 8058).

    The link itself is the leave: mail programs send neither cookie nor origin.
    """
    log, touchpoint_id, _ = _followed(request, LEAVING, token)
    enrolments.opt_out(log, touchpoint_id, EVERY_CHANNEL if everything else EMAIL)
    return page("leave", organisation=organisation_title(log), left=True)


def _followed(request: Request, path: str, token: str) -> tuple[Log, UUID, str | None]:
    """Whose link it is, and where it leads. Raises TokenOfNoUse."""
    hireledger = system(request)
    said = followed(hireledger.database.keyring, path, token)
    organisation = hireledger.organisation(said.organisation_id)
    if organisation is None:
        raise TokenOfNoUse
    return hireledger.log(organisation), said.touchpoint_id, said.address


def _is_scanner(request: Request, log: Log, touchpoint_id: UUID) -> bool:
    agent = request.headers.get("User-Agent", "")
    sent = log.candidate_of_step(touchpoint_id).touchpoints.get(touchpoint_id)
    at_once = sent is None or datetime.now(UTC) - sent.at < SCANNED_WITHIN
    return request.method == "HEAD" or at_once or not agent or bool(SCANNERS.search(agent))


def _note(log: Log, touchpoint_id: UUID, outcome: type[TouchpointEvent], **about: Any) -> None:
    """Records an outcome once; who has been erased is followed no more, but led on."""
    what = "scanner" if about.get("by_scanner") else ""
    candidate = log.candidate_of_step(touchpoint_id)
    command_id = enrolments.once(log, touchpoint_id, outcome, what)
    by = Attribution("candidate", candidate.id, "candidate", "web", command_id=command_id)
    try:
        enrolments.note_outcome(log, by, touchpoint_id, outcome, **about)
    except (AlreadyDone, PersonErased, NotFound):
        return
