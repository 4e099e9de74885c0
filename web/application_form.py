"""The application form: what was typed is never lost, and what was sent is never sent twice."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime, timedelta
from http import HTTPStatus
from typing import Any
from uuid import UUID

from anyio.to_thread import run_sync
from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse, Response
from pydantic import EmailStr, TypeAdapter, ValidationError

from commands import documents
from commands.application_forms import Submission, submit
from domain.errors import Refusal
from domain.media import SUFFIXES, sniffed
from domain.message import breaks_line
from domain.requisition import Posting, Requisition
from domain.role import Role
from entrance.browser import ANYONE, address, guard_origin, system
from store import sealed_tokens
from store.append import AlreadyDone
from store.attempts import count_form
from store.envelope import Attribution
from store.ids import new_id
from store.sealed_tokens import TokenOfNoUse
from web import receipts
from web.careers import Search, Site, code, known, open_posting, refused, shown, site_of
from web.form_body import File, Sent, read
from web.pages import page

FORM, FILE = "application form", "application file"
GOOD_FOR, FILE_KEPT = timedelta(hours=20), timedelta(hours=20)
FEWEST_SECONDS = 3
"""Nobody fills in a form faster; browsers that fill it in by themselves are sent once more."""
TRAP = "homepage"
"""A field that people do not see."""
LINES = {"full_name": 200, "email": 254, "phone": 60, "location": 200}
TEXTS = {"links": 1_000, "cover_letter": 10_000}
REQUIRED = {"full_name": "Please say your name.", "email": "Please say your e-mail address."}
OPEN_TOO_LONG = "This form had been open for too long. Please check it and send it again."
SENT_TOO_FAST = "That was very fast. Please check what you wrote and send it once more."
LOOK_AGAIN = "Something is missing or cannot be read. Please see below; nothing has been sent yet."

router = APIRouter(tags=["Pages"], dependencies=[ANYONE])
an_address: TypeAdapter[str] = TypeAdapter(EmailStr)


@dataclass(frozen=True)
class Ticket:
    """What a form holds about itself: whom and what a submission will become, decided before it.

    So whoever sends it twice has sent it once.
    """

    requisition_id: UUID
    candidate_id: UUID
    application_id: UUID
    message_id: UUID
    token: str
    made_at: datetime

    @classmethod
    def new(cls, site: Site, requisition_id: UUID) -> "Ticket":
        """One for a form that is shown for the first time."""
        ids = {name: str(new_id()) for name in ("candidate_id", "application_id", "message_id")}
        said = {"requisition_id": str(requisition_id), **ids}
        keyring = site.log.database.keyring
        return cls._of(said, sealed_tokens.seal(keyring, FORM, **said), datetime.now(UTC))

    @classmethod
    def shown(cls, site: Site, token: str, requisition_id: UUID) -> "Ticket":
        """The one a form came with. Raises TokenOfNoUse."""
        said, made_at = sealed_tokens.opened(site.log.database.keyring, FORM, token, GOOD_FOR)
        ticket = cls._of(said, token, made_at)
        if ticket.requisition_id != requisition_id:
            raise TokenOfNoUse
        return ticket

    @classmethod
    def _of(cls, said: Mapping[str, Any], token: str, made_at: datetime) -> "Ticket":
        return cls(**{name: UUID(id) for name, id in said.items()}, token=token, made_at=made_at)


@dataclass(frozen=True)
class Typed:
    """What somebody typed and chose, and what is wrong with it."""

    sent: Sent = field(default_factory=Sent)
    problems: Mapping[str, str] = field(default_factory=dict)
    kept: str = ""
    """The file that came with it, sealed, so that it need not be chosen again."""
    kept_name: str = ""

    def text(self, name: str) -> str:
        return self.sent.text(name)

    def chosen(self, name: str) -> list[str]:
        return list(self.sent.texts.get(name, ()))


@router.get("/careers/{slug}/jobs/{requisition_id}/application")
@shown
def show_form(request: Request, slug: str, requisition_id: str, via: Search = "") -> Response:
    """The form, empty."""
    site = site_of(request, slug)
    requisition, posting = open_posting(site, known(requisition_id))
    ticket = Ticket.new(site, requisition.id)
    return _form(site, requisition, posting, ticket, via=code(via))


@router.post("/careers/{slug}/jobs/{requisition_id}/application")
async def send_form(request: Request, slug: str, requisition_id: str) -> Response:
    """Takes an application, or shows the form again with all that was typed."""
    database = system(request).database
    try:
        await run_sync(count_form, database, address(request))
        sent = await read(request, database.largest_document)
    except Refusal as refusal:
        return refused(refusal)
    return await run_sync(_send, request, slug, requisition_id, sent)


@shown
def _send(request: Request, slug: str, requisition_id: str, sent: Sent) -> Response:
    guard_origin(request)
    site = site_of(request, slug)
    requisition, posting = open_posting(site, known(requisition_id))
    late = None
    try:
        ticket = Ticket.shown(site, sent.text("token"), requisition.id)
    except TokenOfNoUse:
        late, ticket = OPEN_TOO_LONG, Ticket.new(site, requisition.id)
    document, problem = _document(site, ticket, sent)
    typed = Typed(
        sent,
        _problems(posting, sent) | ({"resume": problem} if problem else {}),
        sealed_tokens.seal(site.log.database.keyring, FILE, **_plain(document, ticket))
        if document
        else "",
        document.filename if document else "",
    )
    fast = datetime.now(UTC) - ticket.made_at < timedelta(seconds=FEWEST_SECONDS)
    if late or fast or sent.text(TRAP):
        return _again(site, requisition, posting, ticket, typed, late or SENT_TOO_FAST)
    if typed.problems:
        return _again(
            site, requisition, posting, ticket, typed, LOOK_AGAIN, HTTPStatus.UNPROCESSABLE_ENTITY
        )
    return _applied(site, requisition, posting, ticket, sent, document)


def _applied(
    site: Site,
    requisition: Requisition,
    posting: Posting,
    ticket: Ticket,
    sent: Sent,
    document: documents.Sent | None,
) -> Response:
    """Records the application; then, and only then, there is a receipt."""
    person = {name: sent.text(name) for name in (*LINES, "links") if sent.text(name)}
    person["email"] = an_address.validate_python(person["email"])
    by = Attribution(
        "person",
        ticket.candidate_id,
        Role.CANDIDATE.value,
        "careers_page",
        command_id=receipts.command_id(site, ticket.application_id),
    )
    receipt = receipts.path(site, ticket.application_id)
    again = False
    try:
        submit(
            site.log,
            by,
            Submission(
                candidate_id=ticket.candidate_id,
                application_id=ticket.application_id,
                requisition_id=requisition.id,
                person=person,
                given=_given(posting, sent),
                cover_letter=sent.text("cover_letter") or None,
                documents=[document] if document else [],
                keeps_in_touch=sent.text("consent") == "yes",
                link=code(sent.text("via")) or None,
                message_id=ticket.message_id,
                confirmation=receipts.confirmation(site, requisition, receipt),
            ),
        )
    except AlreadyDone:
        again = True
    where = f"{receipt}?again=yes" if again else receipt
    return RedirectResponse(where, HTTPStatus.SEE_OTHER, {"Cache-Control": "no-store"})


def _given(posting: Posting, sent: Sent) -> dict[str, list[str]]:
    """What was answered, by question; nothing of what was left blank."""
    said = {
        question.id: [text.strip() for text in sent.texts.get(f"q.{question.id}", ())]
        for question in posting.form.questions
    }
    return {id: [text for text in texts if text] for id, texts in said.items()}


def _problems(posting: Posting, sent: Sent) -> dict[str, str]:
    """What is wrong, by field, in words for whoever typed it."""
    found = {name: words for name, words in REQUIRED.items() if not sent.text(name)}
    for name, longest in (LINES | TEXTS).items():
        if len(sent.text(name)) > longest:
            found[name] = f"Please use at most {longest} characters."
    for name in LINES:
        if breaks_line(sent.text(name)):
            found[name] = "Please write this in one line, without control characters."
    if "email" not in found:
        try:
            an_address.validate_python(sent.text("email"))
        except ValidationError:
            found["email"] = "Please write an e-mail address, as in ada@example.org."
    asked = posting.form.problems(_given(posting, sent))
    return found | {f"q.{id}": words for id, words in asked.items()}


def _document(site: Site, ticket: Ticket, sent: Sent) -> tuple[documents.Sent | None, str | None]:
    """The file that was sent now, or before with the same form; or what is wrong with it."""
    file = sent.files.get("resume")
    if file is None:
        return _kept(site, ticket, sent.text("kept"))
    limit = site.log.database.largest_document
    if len(file.content) > limit:
        return None, f"The file is larger than {limit / 1_000_000:g} MB. Please choose another."
    media_type = sniffed(file.content)
    if media_type is None:
        return None, "Please choose a PDF, DOCX, ODT, JSON or plain text file."
    filename = _with_suffix(file, SUFFIXES[media_type])
    kept = documents.send(
        site.log, ticket.candidate_id, file.content, filename=filename, media_type=media_type
    )
    return kept, None


def _with_suffix(file: File, suffix: str) -> str:
    """The file's name, ending as its content asks for."""
    name = file.filename
    return name if name.lower().endswith(suffix) else f"{name[: 255 - len(suffix)]}{suffix}"


def _kept(site: Site, ticket: Ticket, token: str) -> tuple[documents.Sent | None, str | None]:
    if not token:
        return None, None
    try:
        said, _ = sealed_tokens.opened(site.log.database.keyring, FILE, token, FILE_KEPT)
    except TokenOfNoUse:
        said = {}
    if said.get("candidate_id") != str(ticket.candidate_id):
        return None, "Please choose the file once more."
    known = {name: value for name, value in said.items() if name != "candidate_id"}
    return documents.Sent(**known | {"document_id": UUID(known["document_id"])}), None


def _plain(document: documents.Sent, ticket: Ticket) -> dict[str, Any]:
    said = asdict(document) | {"document_id": str(document.document_id)}
    return said | {"candidate_id": str(ticket.candidate_id)}


def _again(
    site: Site,
    requisition: Requisition,
    posting: Posting,
    ticket: Ticket,
    typed: Typed,
    words: str,
    status: int = HTTPStatus.BAD_REQUEST,
) -> Response:
    """The form with all that was typed, and why it was not taken."""
    return _form(
        site,
        requisition,
        posting,
        ticket,
        typed,
        words=words,
        status=status,
        via=code(typed.text("via")),
    )


def _form(
    site: Site,
    requisition: Requisition,
    posting: Posting,
    ticket: Ticket,
    typed: Typed | None = None,
    *,
    words: str | None = None,
    status: int = HTTPStatus.OK,
    via: str = "",
) -> Response:
    return page(
        "careers/application",
        status,
        site=site,
        about=requisition.details_at(requisition.occurring),
        requisition_id=requisition.id,
        questions=posting.form.questions,
        token=ticket.token,
        typed=typed or Typed(),
        words=words,
        via=via,
        trap=TRAP,
        largest=site.log.database.largest_document // 1_000_000,
        limits=LINES | TEXTS,
    )
