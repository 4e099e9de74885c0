"""Commands about documents."""

import hashlib
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from commands.candidates import guard_not_suppressed
from commands.erasure import competed_for
from domain.candidate import APPLIED, Candidate
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


def note_reading(
    log: Log, by: Attribution, document_id: UUID, reading: bytes, **found: Any
) -> Recorded:
    """Keeps what was read in a document, encrypted beside it. `found` says the rest of it."""
    candidate = log.candidate_with(document_id)
    encrypted = documents.encrypt_reading(log.organisation.id, candidate.id, document_id, reading)
    candidate.note_reading(
        document_id, **found, sha256=encrypted.sha256, reading_key=encrypted.content_key
    )
    kept = [(documents.KEEP_READING, [documents.kept_reading(document_id, encrypted)])]
    return log.record(candidate, by=by, effects=kept)


def note_unreadable(
    log: Log, by: Attribution, document_id: UUID, reason_code: str, format: str | None
) -> Recorded:
    """Records that a document cannot be read, and why."""
    candidate = log.candidate_with(document_id)
    candidate.note_reading(document_id, reason_code=reason_code, format=format)
    return log.record(candidate, by=by)


def confirm_suggestion(
    log: Log,
    by: Attribution,
    document_id: UUID,
    *,
    occurred_at: datetime | None = None,
    **accepted: str | None,
) -> Recorded:
    """Takes into the profile what someone accepts of what a document suggests.

    The profile is that of who stands for the person, whoever's history the document is in.
    """
    candidate = log.candidate_with(document_id)
    if candidate.survivor_id != candidate.id:
        candidate = log.candidate(candidate.survivor_id)
    if candidate.origin != APPLIED:
        guard_not_suppressed(log, accepted)
    candidate.at(occurred_at).confirm_suggestion(document_id, **accepted)
    return log.record(candidate, by=by)


def dismiss_suggestion(
    log: Log,
    by: Attribution,
    document_id: UUID,
    reason_code: str,
    *,
    occurred_at: datetime | None = None,
) -> Recorded:
    """Says that a profile is not to be what a document suggests."""
    candidate = log.candidate_with(document_id).at(occurred_at)
    candidate.dismiss_suggestion(document_id, reason_code)
    return log.record(candidate, by=by)


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
