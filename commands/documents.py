"""Commands about documents."""

import hashlib
from dataclasses import dataclass
from uuid import UUID

from commands.erasure import competed_for
from domain.candidate import Candidate
from store import documents
from store.append import Effects
from store.envelope import Attribution
from store.erasing import DESTROY_DOCUMENTS
from store.ids import new_id
from store.log import Log, Recorded


def attach(
    log: Log,
    by: Attribution,
    candidate_id: UUID,
    content: bytes,
    *,
    filename: str,
    kind: str,
    media_type: str,
    application_id: UUID | None = None,
) -> Recorded:
    """Keeps a document of a candidate, encrypted."""
    candidate = log.candidate(candidate_id)
    sent, ciphertext = _encrypted(log, candidate_id, content, filename, media_type)
    effects = attach_sent(candidate, sent, kind=kind, application_id=application_id)
    documents.send(log.database, log.organisation, candidate_id, sent.document_id, ciphertext)
    return log.record(candidate, by=by, effects=effects)


@dataclass(frozen=True)
class Sent:
    """A document whose ciphertext is stored; unless it is attached, it is swept up in a day."""

    document_id: UUID
    filename: str
    media_type: str
    size: int
    sha256: str
    """Of the ciphertext."""
    content_sha256: str
    content_key: str


def send(log: Log, candidate_id: UUID, content: bytes, *, filename: str, media_type: str) -> Sent:
    """Stores a document's ciphertext for someone, whom it may then be attached to."""
    sent, ciphertext = _encrypted(log, candidate_id, content, filename, media_type)
    documents.send(log.database, log.organisation, candidate_id, sent.document_id, ciphertext)
    return sent


def attach_sent(
    candidate: Candidate, sent: Sent, *, kind: str, application_id: UUID | None
) -> Effects:
    """Lets a candidate note a document that was sent, and says what then attaches it."""
    candidate.attach_document(
        sent.document_id,
        kind=kind,
        media_type=sent.media_type,
        size=sent.size,
        sha256=sent.sha256,
        filename=sent.filename,
        content_key=sent.content_key,
        content_sha256=sent.content_sha256,
        application_id=application_id,
    )
    return [(documents.ATTACH, [{"document_id": sent.document_id}])]


def _encrypted(
    log: Log, candidate_id: UUID, content: bytes, filename: str, media_type: str
) -> tuple[Sent, bytes]:
    document_id = new_id()
    encrypted = documents.encrypt(log.organisation.id, candidate_id, document_id, content)
    sent = Sent(
        document_id,
        filename,
        media_type,
        len(content),
        encrypted.sha256,
        hashlib.sha256(content).hexdigest(),
        encrypted.content_key,
    )
    return sent, encrypted.ciphertext


def remove(log: Log, by: Attribution, document_id: UUID, reason_code: str) -> Recorded:
    """Destroys a document, unless a legal hold needs it."""
    candidate = log.candidate_with(document_id)
    requisitions = competed_for(log, candidate)
    candidate.remove_document(document_id, reason_code, requisitions)
    destroyed = [(DESTROY_DOCUMENTS, [{"document_id": document_id}])]
    return log.record(candidate, by=by, relying_on=requisitions, effects=destroyed)
