"""The documents of a candidate that are kept, read from the log itself."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from psycopg.rows import class_row
from pydantic import BaseModel, Field

from store.database import Connection

KEPT = """
SELECT
    attached.position,
    (attached.data ->> 'document_id')::uuid AS document_id,
    attached.stream_id AS candidate_id,
    (attached.data ->> 'application_id')::uuid AS application_id,
    attached.data ->> 'kind' AS kind,
    attached.data ->> 'media_type' AS media_type,
    (attached.data ->> 'size')::bigint AS size,
    attached.data ->> 'sha256' AS sha256,
    attached.recorded_at
FROM events attached
JOIN documents ON documents.document_id = (attached.data ->> 'document_id')::uuid
WHERE attached.stream_id = %(candidate)s
  AND attached.type = 'candidate.document_attached'
  AND (%(document)s::uuid IS NULL OR documents.document_id = %(document)s)
ORDER BY attached.position
"""

CANDIDATE_WITH = "SELECT candidate_id FROM documents WHERE document_id = %(document)s AND attached"


class DocumentRow(BaseModel):
    """One document, without what is personal."""

    document_id: UUID
    candidate_id: UUID
    application_id: UUID | None
    kind: Annotated[str, Field(examples=["resume"])]
    media_type: Annotated[str, Field(examples=["application/pdf"])]
    size: Annotated[int, Field(description="Bytes.")]
    sha256: Annotated[str, Field(description="Of the ciphertext that is kept.")]
    recorded_at: Annotated[datetime, Field(description="When it was attached.")]
    position: Annotated[int, Field(description="The log position of that.")]


def documents(
    connection: Connection, candidate_id: UUID, document_id: UUID | None = None
) -> list[DocumentRow]:
    """A candidate's documents in the order they came, or one of them."""
    with connection.cursor(row_factory=class_row(DocumentRow)) as rows:
        return rows.execute(KEPT, {"candidate": candidate_id, "document": document_id}).fetchall()


def document(connection: Connection, document_id: UUID) -> DocumentRow | None:
    """One document; None if there is none of this id, or not any more."""
    row = connection.execute(CANDIDATE_WITH, {"document": document_id}).fetchone()
    found = documents(connection, row[0], document_id) if row else []
    return found[0] if found else None
