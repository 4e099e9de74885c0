"""Documents over HTTP."""

from email.message import Message
from typing import Annotated
from urllib.parse import quote
from uuid import UUID

from fastapi import APIRouter, Body, Header, Query, Response
from pydantic import BaseModel, ConfigDict, Field

from api.asking import PROBLEMS, getting
from api.caller import Caller, may
from api.commanding import CREATED, Answer, Commanding, commanding, posting
from api.commanding import PROBLEMS as REFUSALS
from api.opening import opened_for
from api.problems import problem_responses
from commands import documents as commands
from domain.document import MediaType
from domain.errors import NotFound, Refusal
from domain.event import Category, Code
from domain.role import COMPLIANCE, KNOWING_PEOPLE, Role, Scope
from projections.documents import DocumentRow, document, documents
from store.database import Connection
from store.documents import Encrypted, ciphertext_of, decrypt
from store.vault import CLOSED

BINARY = "application/octet-stream"
READING_DOCUMENTS = KNOWING_PEOPLE | {Role.INTERVIEWER}

router = APIRouter(prefix="/api", tags=["Documents"])
post, get = posting(router), getting(router)


class Removal(BaseModel):
    """Why a document is destroyed."""

    model_config = ConfigDict(
        extra="forbid", json_schema_extra={"examples": [{"reason_code": "wrong_person"}]}
    )

    reason_code: Annotated[Code, Field(examples=["wrong_person"])]


class Document(DocumentRow):
    """A document's particulars."""

    filename: str


class DocumentList(BaseModel):
    """A candidate's documents in the order they came."""

    items: list[Document]


class FilenameMissing(Refusal):
    """Content-Disposition must name the file: attachment; filename="resume.pdf"."""


class DocumentTooLarge(Refusal):
    """The document is larger than {limit} bytes."""

    status = 413


class NotReadable(Refusal):
    """Document {id} is kept for legal claims only, or its key was destroyed."""

    status = 403


@router.post(
    "/candidates/{candidate_id}/documents",
    status_code=CREATED,
    responses=REFUSALS,
    response_model_exclude_none=True,
)
def attach_document(
    candidate_id: UUID,
    content: Annotated[bytes, Body(media_type=BINARY, min_length=1)],
    content_disposition: Annotated[
        str,
        Header(
            description="Names the file (RFC 6266), which is sealed with the document.",
            examples=['attachment; filename="resume.pdf"'],
        ),
    ],
    command: Commanding = commanding(KNOWING_PEOPLE),
    kind: Annotated[Code, Query(description="resume, cover_letter, certificate ...")] = "resume",
    media_type: Annotated[MediaType, Query(description="What it is.")] = BINARY,
    application_id: Annotated[UUID | None, Query(description="Which it belongs to.")] = None,
) -> Answer:
    """Keeps a document of a candidate, encrypted. The body is the file, as it is."""
    if len(content) > command.log.database.largest_document:
        raise DocumentTooLarge(limit=command.log.database.largest_document)
    return command.answer(
        commands.attach(
            command.log,
            command.by,
            candidate_id,
            content,
            filename=_filename(content_disposition),
            kind=kind,
            media_type=media_type,
            application_id=application_id,
        )
    )


@get("/candidates/{candidate_id}/documents")
def list_documents(
    candidate_id: UUID, calling: Annotated[Caller, may(READING_DOCUMENTS, Scope.PERSONAL)]
) -> DocumentList:
    """The documents of a candidate that are kept."""
    calling.log.candidate(candidate_id)
    with calling.log.database.transaction(calling.organisation) as connection:
        rows = [row for row in documents(connection, candidate_id) if _within_reach(calling, row)]
        opened = _opened(connection, calling, rows, "list documents")
    return DocumentList(
        items=[
            Document(**row.model_dump(), filename=fields["filename"])
            for row, fields in zip(rows, opened, strict=True)
        ]
    )


@router.get(
    "/documents/{document_id}",
    response_class=Response,
    responses={
        **PROBLEMS,
        **problem_responses(409),
        200: {"description": "The document itself.", "content": {BINARY: {}}},
    },
)
def read_document(
    document_id: UUID, calling: Annotated[Caller, may(READING_DOCUMENTS, Scope.PERSONAL)]
) -> Response:
    """Opens a document, on the record. Its hash is checked against the log."""
    with calling.log.database.transaction(calling.organisation) as connection:
        row, ciphertext = document(connection, document_id), ciphertext_of(connection, document_id)
        if row is None or ciphertext is None:
            raise NotFound(what="document", id=document_id)
        [fields] = _opened(connection, calling, [row], "read document")
    if fields["content_key"] in CLOSED:
        raise NotReadable(id=document_id)
    stored = Encrypted(ciphertext, row.sha256, fields["content_key"])
    content = decrypt(calling.organisation.id, row.candidate_id, document_id, stored)
    return Response(
        content,
        media_type=BINARY,
        headers={
            "Content-Disposition": f"attachment; filename*=UTF-8''{quote(fields['filename'])}",
            "X-Content-Type-Options": "nosniff",
            "Cache-Control": "no-store",
        },
    )


@post("/documents/{document_id}/removal")
def remove_document(
    document_id: UUID, body: Removal, command: Commanding = commanding(COMPLIANCE)
) -> Answer:
    """Destroys a document, unless a legal hold needs it."""
    return command.answer(commands.remove(command.log, command.by, document_id, body.reason_code))


def _within_reach(calling: Caller, row: DocumentRow) -> bool:
    return calling.reach is None or calling.reach.document(row.candidate_id, row.application_id)


def _opened(
    connection: Connection, calling: Caller, rows: list[DocumentRow], purpose: str
) -> list[dict[str, str]]:
    facts = calling.log.facts.at_positions([row.position for row in rows])
    return opened_for(calling, connection, facts, [Category.DOCUMENTS], purpose)


def _filename(disposition: str) -> str:
    """The file's name, without any folder. Raises FilenameMissing."""
    header = Message()
    try:
        # A header's bytes arrive as Latin-1; browsers send UTF-8.
        header["Content-Disposition"] = disposition.encode("latin-1").decode("utf-8", "replace")
        named = header.get_filename() or ""
    except (ValueError, LookupError):
        named = ""
    name = named.replace("\\", "/").rsplit("/", 1)[-1].replace("\x00", "").strip()
    if not name or any("\ud800" <= character <= "\udfff" for character in name):
        raise FilenameMissing
    return name[:255]
