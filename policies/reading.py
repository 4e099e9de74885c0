"""Reads the documents that candidates hand in."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from uuid import UUID

from commands import documents
from domain.candidate import Candidate, Registered
from domain.document import KINDS_READ, RESUMES, DocumentAttached
from domain.errors import NotFound
from domain.event import Category
from domain.requisition import Drafted
from policies.policy import CommandPolicy, Decision, Settled
from reading.reader import read
from reading.unreadable import Unreadable
from store.access_log import Access
from store.documents import Encrypted, ciphertext_of, decrypt
from store.envelope import Attribution, Fact
from store.feed import LoggedEvent
from store.ids import new_id
from store.log import Log
from store.outbox import Effect
from store.vault import CLOSED

PURPOSE = "read words of document"
LATER = timedelta(minutes=1)
OTHERWISE_NAMED = {"UK": "GB"}


class ReadDocuments(CommandPolicy):
    """Document attached → its words, and what a résumé suggests of a profile."""

    name = "read-documents"
    says = (
        "Reads each résumé, cover letter or certificate once, in a process of its own: its words"
        " can be searched, and a résumé suggests a profile that a person confirms."
    )
    follows = (
        "candidate.document_attached",
        "candidate.document_removed",
        "candidate.personal_data_erased",
    )

    def decide(self, event: LoggedEvent) -> Sequence[Decision]:
        said = event.data
        if event.type == "candidate.personal_data_erased":
            return [Settled(UUID(id), "erased") for id in said["documents"]]
        document_id = UUID(said["document_id"])
        if event.type != DocumentAttached.name:
            return [Settled(document_id, "removed")]
        if said["kind"] not in KINDS_READ:
            return []
        return [Effect(self.name, event.position, "read", document_id, None, event.recorded_at)]

    def act(self, log: Log, effect: Effect, by: Attribution) -> str | datetime:
        candidate, document_id = log.candidate_with(effect.about), effect.about
        if document_id in candidate.documents_read:
            return "read"
        [attached] = log.facts.at_positions([effect.position])
        content = _opened(log, self.id, candidate.id, attached)
        if content is None:
            return "closed"
        region = _region(log, candidate, candidate.document(document_id))
        try:
            reading = read(content, profile=attached.data["kind"] in RESUMES, region=region)
        except Unreadable as refusal:
            documents.note_unreadable(log, by, document_id, refusal.code, refusal.format)
            return "unreadable"
        except OSError:
            return datetime.now(UTC) + LATER  # No process could be started.
        documents.note_reading(
            log,
            by,
            document_id,
            reading.model_dump_json().encode(),
            format=reading.format,
            pages=reading.pages,
            characters=len(reading.text),
            truncated=reading.truncated,
            has_macros=reading.has_macros,
            suggests=reading.profile is not None and reading.profile.says_something,
        )
        return "read"


def _opened(log: Log, reader_id: UUID, candidate_id: UUID, attached: Fact) -> bytes | None:
    """The document, opened on the record; None if it is closed.

    Raises NotFound, DocumentChanged.
    """
    document_id = UUID(attached.data["document_id"])
    with log.database.transaction(log.organisation) as connection:
        ciphertext = ciphertext_of(connection, document_id)
        if ciphertext is None:
            raise NotFound(what="document", id=document_id)
        access = Access(reader_id, PURPOSE, new_id())
        [said] = log.vault.open(connection, [attached], [Category.DOCUMENTS], access)
    if said["content_key"] in CLOSED:
        return None
    stored = Encrypted(ciphertext, attached.data["sha256"], said["content_key"])
    return decrypt(log.organisation.id, candidate_id, document_id, stored)


def _region(log: Log, candidate: Candidate, application_id: UUID | None) -> str | None:
    """The country whose phone numbers are written without a prefix, as far as anything says so."""
    said = [event.jurisdiction for event in candidate.history if isinstance(event, Registered)]
    if application_id and (id := candidate.application(application_id).requisition_id):
        history = log.requisition(id).history
        said += [event.jurisdiction for event in history if isinstance(event, Drafted)]
    regions = (code[:2].upper() for code in said if code)
    return next((OTHERWISE_NAMED.get(region, region) for region in regions), None)
