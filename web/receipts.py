"""The receipt of an application: signed, so that whoever applied can show it later."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from fastapi import APIRouter, Request
from fastapi.responses import PlainTextResponse, Response

from domain.event import Category, utc_text
from domain.requisition import Requisition
from domain.self_identification import form_for
from entrance.browser import ANYONE
from store import sealed_tokens
from store.access_log import Access
from store.envelope import Fact
from store.ids import derived_id
from store.receipts import receipt
from store.vault import CLOSED
from web import self_identification
from web.careers import NoSuchPage, Site, shown, site_of
from web.pages import page

RECEIPT = "application receipt"
GOOD_FOR = timedelta(days=90)
PURPOSE = "show receipt"
SUBJECT = "We have received your application"
BODY = """\
Hello,

thank you for applying to {organisation} as {title}. Your application has arrived.

Here is your receipt, signed, with a list of what you sent. The address is for you alone and works
for 90 days:

{url}

{organisation}
"""

router = APIRouter(tags=["Pages"], dependencies=[ANYONE])


def path(site: Site, application_id: UUID) -> str:
    """Where the receipt of an application is; whoever has the address may read it."""
    keyring = site.log.database.keyring
    token = sealed_tokens.seal(keyring, RECEIPT, application_id=str(application_id))
    return f"{site.path}/receipts/{token}"


def confirmation(site: Site, requisition: Requisition, receipt_path: str) -> tuple[str, str]:
    """What is written to whoever applied; nothing they typed is repeated in it."""
    title = requisition.details_at(requisition.occurring)["title"]
    url = f"{site.origin}{receipt_path}"
    return SUBJECT, BODY.format(organisation=site.name, title=title, url=url)


@router.get("/careers/{slug}/receipts/{token}")
@shown
def show_receipt(request: Request, slug: str, token: str, again: str = "") -> Response:
    """The receipt, and the way to the voluntary questions, if there are any."""
    site = site_of(request, slug)
    said = _said(request, site, token)
    return page(
        "careers/receipt",
        site=site,
        said=said,
        again=again == "yes",
        token=token,
        note=_note(site, said),
        questions=_questions(site, said),
    )


@router.get("/careers/{slug}/receipts/{token}/receipt.txt")
@shown
def download_receipt(request: Request, slug: str, token: str) -> Response:
    """The receipt as a file: canonical JSON and its signature (C2SP signed-note)."""
    site = site_of(request, slug)
    said = _said(request, site, token)
    headers = {
        "Content-Disposition": f'attachment; filename="receipt-{said["application_id"]}.txt"'
    }
    return PlainTextResponse(_note(site, said), headers=headers)


def _said(request: Request, site: Site, token: str) -> dict[str, Any]:
    """What was recorded, as the log has it. Raises TokenOfNoUse, NoSuchPage."""
    application_id, facts, applied, received = _submission(site, token)
    requisition = site.log.requisition(UUID(applied.data["requisition_id"]))
    return {
        "application_id": str(application_id),
        "title": requisition.details_at(received)["title"],
        "jurisdiction": requisition.details_at(received).get("jurisdiction"),
        "received": received,
        "received_at": utc_text(received.astimezone(UTC)),
        "documents": _documents(request, site, facts),
    }


def application_of(site: Site, token: str) -> UUID:
    """The application of a receipt. Raises TokenOfNoUse, NoSuchPage."""
    return _submission(site, token)[0]


def _submission(site: Site, token: str) -> tuple[UUID, Sequence[Fact], Fact, datetime]:
    keyring = site.log.database.keyring
    content, _ = sealed_tokens.opened(keyring, RECEIPT, token, GOOD_FOR)
    application_id = UUID(content["application_id"])
    facts = site.log.facts.of_command(command_id(site, application_id))
    applied = next((fact for fact in facts if fact.topic == "application.applied"), None)
    if applied is None or applied.occurred_at is None:
        # Of another organisation, then: its log knows no such application.
        raise NoSuchPage
    return application_id, facts, applied, applied.occurred_at


def _documents(request: Request, site: Site, facts: Any) -> list[dict[str, Any]]:
    attached: list[Fact] = [f for f in facts if f.topic == "candidate.document_attached"]
    if not attached:
        return []
    access = Access(UUID(str(attached[0].originator_id)), PURPOSE, request.state.request_id)
    with site.log.database.transaction(site.log.organisation) as connection:
        opened = site.log.vault.open(connection, attached, [Category.DOCUMENTS], access)
    return [
        {
            "kind": fact.data["kind"],
            "size": fact.data["size"],
            "sha256": None if fields["content_sha256"] in CLOSED else fields["content_sha256"],
        }
        for fact, fields in zip(attached, opened, strict=True)
    ]


def command_id(site: Site, application_id: UUID) -> UUID:
    """What the log knows the submission of an application by, which it takes once."""
    return derived_id(site.log.database.keyring.secret("application form"), str(application_id))


def _note(site: Site, said: dict[str, Any]) -> str:
    return receipt(
        site.log.database.keyring,
        site.log.organisation,
        public_name=site.name,
        title=said["title"],
        application_id=said["application_id"],
        received_at=said["received_at"],
        documents=said["documents"],
    )


def _questions(site: Site, said: dict[str, Any]) -> str | None:
    """Where voluntary questions are asked: for a while after applying, and once."""
    received: datetime = said["received"]
    until = received + self_identification.ASKED_FOR
    asked = form_for(said["jurisdiction"], received.date())
    application_id = UUID(said["application_id"])
    candidate = site.log.candidate_of(application_id)
    answered = candidate.erased or application_id in candidate.self_identified
    if asked is None or answered or datetime.now(UTC) > until:
        return None
    return self_identification.path(site, application_id, asked)
