"""Documents of a candidate. What they say is kept outside the log, encrypted."""

from dataclasses import field
from typing import Annotated
from uuid import UUID

from pydantic import Field

from domain.errors import NotFound, Refusal
from domain.event import Code, Count, DocumentText
from domain.merging import CandidateEvent
from domain.message import Messages

MediaType = Annotated[
    str,
    Field(
        pattern=r"^[a-z0-9.+-]{1,60}/[a-z0-9.+-]{1,100}$",
        description="What it is (RFC 6838), lower case, without parameters.",
        examples=["application/pdf"],
    ),
]


class DocumentAttached(CandidateEvent, name="candidate.document_attached"):
    correctable = False
    sentence = "Document attached: {kind}"
    document_id: UUID
    kind: Code
    media_type: MediaType
    size: Count
    """Bytes, before encryption."""
    sha256: Code
    """Of the ciphertext, so that the log proves what was kept, and still does once it is erased."""
    application_id: UUID | None = None
    filename: DocumentText = None
    content_sha256: DocumentText = None
    """Of the document itself, so that whoever gave it can show later that they did."""
    content_key: DocumentText = None
    """The document's own key: whoever cannot open this cannot open the document."""


class DocumentRemoved(CandidateEvent, name="candidate.document_removed"):
    correctable = False
    sentence = "Document removed: {reason_code}"
    document_id: UUID
    application_id: UUID | None = None
    reason_code: Code


class DocumentGone(Refusal):
    """Document {id} was removed or erased."""

    status = 409


class Documents(Messages):
    """The decisions about a candidate's documents."""

    documents: dict[UUID, UUID | None] = field(default_factory=dict)
    """Those that are kept, with the application each belongs to."""
    documents_gone: set[UUID] = field(default_factory=set)

    def attach_document(
        self,
        document_id: UUID,
        *,
        kind: str,
        media_type: str,
        size: int,
        sha256: str,
        filename: str,
        content_key: str,
        content_sha256: str | None = None,
        application_id: UUID | None = None,
    ) -> None:
        """Notes a document, whose ciphertext is stored in the same append."""
        if application_id is not None:
            self.application(application_id)
        self.happened(
            DocumentAttached,
            document_id=document_id,
            kind=kind,
            media_type=media_type,
            size=size,
            sha256=sha256,
            application_id=application_id,
            filename=filename,
            content_sha256=content_sha256,
            content_key=content_key,
        )

    def document(self, id: UUID) -> UUID | None:
        """The application a document belongs to. Raises NotFound, DocumentGone."""
        if id in self.documents_gone:
            raise DocumentGone(id=id)
        if id not in self.documents:
            raise NotFound(what="document", id=id)
        return self.documents[id]

    def note_document(self, event: DocumentAttached | DocumentRemoved) -> None:
        """Notes what happened to a document."""
        if isinstance(event, DocumentAttached):
            self.documents[event.document_id] = event.application_id
        else:
            self.lose_document(event.document_id)

    def lose_document(self, id: UUID) -> None:
        self.documents.pop(id, None)
        self.documents_gone.add(id)
