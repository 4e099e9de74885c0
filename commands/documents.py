"""Commands about documents."""

from uuid import UUID

from commands.erasure import competed_for
from store import documents
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
    candidate, document_id = log.candidate(candidate_id), new_id()
    encrypted = documents.encrypt(log.organisation.id, candidate_id, document_id, content)
    candidate.attach_document(
        document_id,
        kind=kind,
        media_type=media_type,
        size=len(content),
        sha256=encrypted.sha256,
        filename=filename,
        content_key=encrypted.content_key,
        application_id=application_id,
    )
    documents.send(log.database, log.organisation, candidate_id, document_id, encrypted.ciphertext)
    attached = [(documents.ATTACH, [{"document_id": document_id}])]
    return log.record(candidate, by=by, effects=attached)


def remove(log: Log, by: Attribution, document_id: UUID, reason_code: str) -> Recorded:
    """Destroys a document, unless a legal hold needs it."""
    candidate = log.candidate_with(document_id)
    requisitions = competed_for(log, candidate)
    candidate.remove_document(document_id, reason_code, requisitions)
    destroyed = [(DESTROY_DOCUMENTS, [{"document_id": document_id}])]
    return log.record(candidate, by=by, relying_on=requisitions, effects=destroyed)
