"""Documents of a candidate, and what was read in them. Both are kept outside the log, encrypted."""

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


RESUMES = frozenset({"resume", "cv"})
"""Kinds that suggest a profile."""
KINDS_READ = RESUMES | {"cover_letter", "certificate", "reference", "transcript", "portfolio"}
"""Kinds handed in to be judged by: their words can be searched. Others stay closed."""


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


class DocumentRead(CandidateEvent, name="candidate.document_read"):
    """What was found is kept beside the document, and goes with it."""

    correctable = False
    sentence = "Document read: {outcome}"
    document_id: UUID
    application_id: UUID | None = None
    outcome: Code
    """`read`, or `unreadable` for the reason given."""
    reason_code: Code | None = None
    format: Code | None = None
    """What the document is by its bytes."""
    pages: Count | None = None
    characters: Count = 0
    truncated: bool = False
    """Whether there was more than is read."""
    has_macros: bool = False
    """Whether there are programs, or other files, in it; they are never run, nor opened."""
    suggests: bool = False
    """Whether it suggests a profile, which waits for a person."""
    sha256: Code | None = None
    """Of the ciphertext of what was found."""
    reading_key: DocumentText = None
    """The key of what was found."""


class SuggestionDismissed(CandidateEvent, name="candidate.profile_suggestion_dismissed"):
    correctable = False
    sentence = "Suggested profile dismissed: {reason_code}"
    document_id: UUID
    application_id: UUID | None = None
    reason_code: Code


class DocumentGone(Refusal):
    """Document {id} was removed or erased."""

    status = 409


class AlreadyRead(Refusal):
    """Document {id} has been read already."""

    status = 409


class NothingSuggested(Refusal):
    """Document {id} suggests no profile."""

    status = 409


class SuggestionSettled(Refusal):
    """What document {id} suggests has been confirmed or dismissed already."""

    status = 409


class Documents(Messages):
    """The decisions about a candidate's documents."""

    documents: dict[UUID, UUID | None] = field(default_factory=dict)
    """Those that are kept, with the application each belongs to."""
    documents_gone: set[UUID] = field(default_factory=set)
    documents_read: dict[UUID, bool] = field(default_factory=dict)
    """Those that were read, and whether each suggests a profile."""
    settled: set[UUID] = field(default_factory=set)
    """Those whose suggestion was confirmed or dismissed: also of the person's other histories."""

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

    def note_reading(
        self,
        document_id: UUID,
        *,
        reason_code: str | None = None,
        format: str | None = None,
        pages: int | None = None,
        characters: int = 0,
        truncated: bool = False,
        has_macros: bool = False,
        suggests: bool = False,
        sha256: str | None = None,
        reading_key: str | None = None,
    ) -> None:
        """Notes what was found in a document; with a reason code, that it cannot be read."""
        application_id = self.document(document_id)
        self.guard(document_id not in self.documents_read, AlreadyRead(id=document_id))
        self.happened(
            DocumentRead,
            document_id=document_id,
            application_id=application_id,
            outcome="unreadable" if reason_code else "read",
            reason_code=reason_code,
            format=format,
            pages=pages,
            characters=characters,
            truncated=truncated,
            has_macros=has_macros,
            suggests=suggests,
            sha256=sha256,
            reading_key=reading_key,
        )

    def dismiss_suggestion(self, document_id: UUID, reason_code: str) -> None:
        """Says that a profile is not to be what a document suggests."""
        self.guard_suggestion(document_id)
        self.happened(
            SuggestionDismissed,
            document_id=document_id,
            application_id=self.person.document(document_id),
            reason_code=reason_code,
        )

    def guard_suggestion(self, document_id: UUID) -> None:
        """Refuses unless a document of the person suggests a profile nobody has decided on."""
        person = self.person
        person.document(document_id)
        suggests = person.documents_read.get(document_id, False)
        self.guard(suggests, NothingSuggested(id=document_id))
        self.guard(document_id not in person.settled, SuggestionSettled(id=document_id))

    def document(self, id: UUID) -> UUID | None:
        """The application a document belongs to. Raises NotFound, DocumentGone."""
        if id in self.documents_gone:
            raise DocumentGone(id=id)
        if id not in self.documents:
            raise NotFound(what="document", id=id)
        return self.documents[id]

    def note_document(self, event: CandidateEvent) -> None:
        """Notes what happened to a document."""
        match event:
            case DocumentAttached():
                self.documents[event.document_id] = event.application_id
            case DocumentRead():
                self.documents_read[event.document_id] = event.suggests
            case SuggestionDismissed():
                self.settled.add(event.document_id)
            case DocumentRemoved():
                self.lose_document(event.document_id)

    def lose_document(self, id: UUID) -> None:
        self.documents.pop(id, None)
        self.documents_gone.add(id)
