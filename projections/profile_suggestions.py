"""Profiles that documents suggest: which wait for a person, and what became of the others."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from psycopg.rows import class_row
from pydantic import BaseModel, Field

from projections import people
from projections.asked import Asked
from projections.read_model import ReadModel
from store.database import Connection

STEPS = """
INSERT INTO document_steps (
    position,
    origin,
    superseded_at,
    occurred_at,
    candidate_id,
    document_id,
    application_id,
    step,
    kind,
    outcome,
    reason_code,
    format,
    pages,
    characters,
    truncated,
    has_macros,
    suggests
)
SELECT
    position,
    origin,
    9223372036854775807,
    occurred_at,
    stream_id,
    COALESCE(data ->> 'document_id', data ->> 'from_document')::uuid,
    (data ->> 'application_id')::uuid,
    CASE type
        WHEN 'candidate.document_attached' THEN 'attached'
        WHEN 'candidate.document_read' THEN 'read'
        WHEN 'candidate.profile_updated' THEN 'confirmed'
        WHEN 'candidate.profile_suggestion_dismissed' THEN 'dismissed'
        ELSE 'removed'
    END,
    data ->> 'kind',
    data ->> 'outcome',
    reason_code,
    data ->> 'format',
    (data ->> 'pages')::bigint,
    (data ->> 'characters')::bigint,
    (data ->> 'truncated')::boolean,
    (data ->> 'has_macros')::boolean,
    (data ->> 'suggests')::boolean
FROM facts
WHERE position > %(after)s
  AND position <= %(upto)s
  AND (
    type IN (
        'candidate.document_attached',
        'candidate.document_read',
        'candidate.profile_suggestion_dismissed',
        'candidate.document_removed'
    )
    OR (type = 'candidate.profile_updated' AND data ? 'from_document')
  )
"""

# Whoever is erased has no documents any more, nor what a hold keeps of them for claims only.
ERASURES = """
INSERT INTO document_steps (
    position,
    origin,
    superseded_at,
    occurred_at,
    candidate_id,
    document_id,
    step,
    reason_code
)
SELECT
    erased.position,
    erased.origin,
    9223372036854775807,
    erased.occurred_at,
    erased.stream_id,
    (attached.data ->> 'document_id')::uuid,
    'removed',
    erased.data ->> 'ground'
FROM facts erased
JOIN events attached
    ON attached.stream_id = erased.stream_id
    AND attached.type = 'candidate.document_attached'
    AND attached.position < erased.position
WHERE erased.position > %(after)s
  AND erased.position <= %(upto)s
  AND erased.type = 'candidate.personal_data_erased'
  AND (
    (erased.data ->> 'whole')::boolean
    OR erased.data -> 'documents' ? (attached.data ->> 'document_id')
  )
"""

READ_MODEL = ReadModel(
    name="profile_suggestions",
    version=1,
    tables=("document_steps",),
    statements=(STEPS, ERASURES),
)

READS = (READ_MODEL, people.READ_MODEL)

# Whether a suggestion was confirmed is asked of the person: the profile is that of who stands for
# them. After a merge is undone, it waits again in the history the document is in.
SUGGESTIONS = f"""
WITH {people.ONE_PERSON},
standing AS NOT MATERIALIZED (
    SELECT
        step.*,
        COALESCE(one_person.person_id, step.candidate_id) AS person_id
    FROM document_steps step
    LEFT JOIN one_person USING (candidate_id)
    WHERE step.position <= %(p)s
      AND step.superseded_at > %(p)s
      AND step.occurred_at <= %(t)s
)
SELECT
    read.document_id,
    read.person_id AS candidate_id,
    read.candidate_id AS of_history,
    read.application_id,
    attached.kind,
    read.outcome,
    read.reason_code,
    read.format,
    read.pages,
    read.characters,
    COALESCE(read.truncated, false) AS truncated,
    COALESCE(read.has_macros, false) AS has_macros,
    read.occurred_at AS read_at,
    read.origin AS position,
    CASE
        WHEN settled.step IS NOT NULL THEN settled.step
        WHEN read.suggests THEN 'waiting'
        ELSE 'none'
    END AS state,
    settled.reason_code AS dismissed_because
FROM standing read
JOIN standing attached
    ON attached.document_id = read.document_id
    AND attached.step = 'attached'
LEFT JOIN LATERAL (
    SELECT
        later.step,
        later.reason_code
    FROM standing later
    WHERE later.document_id = read.document_id
      AND later.person_id = read.person_id
      AND later.step IN ('confirmed', 'dismissed')
    ORDER BY
        later.occurred_at DESC,
        later.origin DESC
    LIMIT 1
) AS settled ON true
WHERE read.step = 'read'
  AND NOT EXISTS (
    SELECT
    FROM standing gone
    WHERE gone.document_id = read.document_id
      AND gone.step = 'removed'
  )
  AND (%(histories)s::uuid[] IS NULL OR read.candidate_id = ANY(%(histories)s))
  AND (NOT %(waiting)s OR (read.suggests AND settled.step IS NULL))
  AND (%(cursor)s::uuid IS NULL OR read.document_id > %(cursor)s)
ORDER BY read.document_id
LIMIT %(limit)s
"""  # noqa: S608  # composed of what stands in this folder


class SuggestionRow(BaseModel):
    """A document that was read, without what was found in it."""

    document_id: UUID
    candidate_id: Annotated[UUID, Field(description="Who stands for the person it is of.")]
    of_history: Annotated[
        UUID, Field(description="The candidate it was attached to, who may have been merged.")
    ]
    application_id: UUID | None
    kind: Annotated[str, Field(examples=["resume"])]
    outcome: Annotated[str, Field(description="read or unreadable.")]
    reason_code: Annotated[
        str | None,
        Field(description="Why it is unreadable.", examples=["encrypted", "not_supported"]),
    ]
    format: Annotated[
        str | None, Field(description="What it is by its bytes.", examples=["pdf", "docx"])
    ]
    pages: int | None
    characters: int | None
    truncated: Annotated[bool, Field(description="Whether there was more than is read.")]
    has_macros: Annotated[
        bool, Field(description="Whether programs or other files are in it; nothing runs them.")
    ]
    read_at: datetime
    position: Annotated[int, Field(description="The log position of the reading.")]
    state: Annotated[str, Field(description="waiting, confirmed, dismissed, or none suggested.")]
    dismissed_because: str | None


def suggestions(
    connection: Connection,
    asked: Asked,
    *,
    histories: list[UUID] | None = None,
    waiting: bool = False,
    cursor: UUID | None = None,
    limit: int = 100,
) -> list[SuggestionRow]:
    """Documents that were read and are kept, oldest first; only those that wait for a person."""
    with connection.cursor(row_factory=class_row(SuggestionRow)) as rows:
        parameters = {
            **asked.parameters,
            "histories": histories,
            "waiting": waiting,
            "cursor": cursor,
            "limit": limit,
        }
        return rows.execute(SUGGESTIONS.encode(), parameters).fetchall()
