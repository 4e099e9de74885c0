"""Voluntary questions for statistics: asked after the receipt, apart from the application."""

from datetime import timedelta
from uuid import UUID

from anyio.to_thread import run_sync
from fastapi import APIRouter, Request
from fastapi.responses import Response

from commands.self_identification import self_identify
from domain.errors import Refusal
from domain.role import Role
from domain.self_identification import AlreadySelfIdentified, VoluntaryForm, form_of
from entrance.browser import ANYONE, address, guard_origin, system
from store import sealed_tokens
from store.attempts import count_form
from store.envelope import Attribution
from web.careers import Site, refused, shown, site_of
from web.form_body import Sent, read
from web.pages import page

LINK = "self-identification"
ASKED_FOR = timedelta(days=14)

router = APIRouter(tags=["Pages"], dependencies=[ANYONE])


def path(site: Site, application_id: UUID, form: VoluntaryForm) -> str:
    """Where one applicant answers one form, once; whoever has the address may."""
    token = sealed_tokens.seal(
        site.log.database.keyring,
        LINK,
        application_id=str(application_id),
        form=form.id,
        version=form.version,
    )
    return f"{site.path}/self-identification/{token}"


@router.get("/careers/{slug}/self-identification/{token}")
@shown
def show_questions(request: Request, slug: str, token: str) -> Response:
    """The questions, none of which has to be answered."""
    site = site_of(request, slug)
    application_id, form = _asked(site, token)
    if application_id in site.log.candidate_of(application_id).self_identified:
        raise AlreadySelfIdentified
    return page("careers/self_identification", site=site, form=form)


@router.post("/careers/{slug}/self-identification/{token}")
async def send_answers(request: Request, slug: str, token: str) -> Response:
    """Seals the answers in a category of their own."""
    try:
        await run_sync(count_form, system(request).database, address(request))
        sent = await read(request, largest_file=0)
    except Refusal as refusal:
        return refused(refusal)
    return await run_sync(_send, request, slug, token, sent)


@shown
def _send(request: Request, slug: str, token: str, sent: Sent) -> Response:
    guard_origin(request)
    site = site_of(request, slug)
    application_id, form = _asked(site, token)
    candidate = site.log.candidate_of(application_id)
    by = Attribution("person", candidate.id, Role.CANDIDATE.value, "careers_page")
    given = {question.id: sent.text(question.id) for question in form.questions}
    self_identify(site.log, by, application_id, form, given)
    return page("careers/self_identified", site=site)


def _asked(site: Site, token: str) -> tuple[UUID, VoluntaryForm]:
    """Who is asked what. Raises TokenOfNoUse, NotFound."""
    said, _ = sealed_tokens.opened(site.log.database.keyring, LINK, token, ASKED_FOR)
    application_id = UUID(said["application_id"])
    return application_id, form_of(said["form"], said["version"])
