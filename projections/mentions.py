"""Mentions: notes that ask members to look, and whether they have."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from psycopg.rows import class_row
from pydantic import BaseModel, Field

from projections import people
from projections.asked import Asked
from projections.read_model import ReadModel
from store.database import Connection

MENTIONS = """
INSERT INTO note_mentions (
    position,
    origin,
    superseded_at,
    occurred_at,
    candidate_id,
    application_id,
    author_id,
    member_id
)
SELECT
    note.position,
    note.origin,
    9223372036854775807,
    note.occurred_at,
    note.stream_id,
    (note.data ->> 'application_id')::uuid,
    written.actor_id,
    mentioned.id::uuid
FROM facts note
JOIN events written ON written.position = note.origin
CROSS JOIN LATERAL jsonb_array_elements_text(
    COALESCE(note.data -> 'mentions', '[]'::jsonb)
) AS mentioned(id)
WHERE note.position > %(after)s
  AND note.position <= %(upto)s
  AND note.type = 'candidate.note_added'
"""

ACKNOWLEDGEMENTS = """
INSERT INTO mention_acknowledgements (
    position,
    origin,
    superseded_at,
    occurred_at,
    member_id,
    note_position
)
SELECT
    position,
    origin,
    9223372036854775807,
    occurred_at,
    stream_id,
    (data ->> 'note_position')::bigint
FROM facts
WHERE position > %(after)s
  AND position <= %(upto)s
  AND type = 'member.mention_acknowledged'
"""

READ_MODEL = ReadModel(
    name="mentions",
    version=1,
    tables=("note_mentions", "mention_acknowledgements"),
    statements=(MENTIONS, ACKNOWLEDGEMENTS),
)

READS = (READ_MODEL, people.READ_MODEL)

# A note's text may have been corrected; the corrections come after the note itself.
OF_MEMBER = f"""
WITH {people.ONE_PERSON}
SELECT
    mention.origin AS position,
    COALESCE(one_person.person_id, mention.candidate_id) AS candidate_id,
    mention.application_id,
    mention.author_id,
    mention.occurred_at,
    seen.occurred_at AS acknowledged_at,
    ARRAY(
        SELECT correction.position
        FROM events note
        JOIN events correction
            ON correction.stream_id = note.stream_id
            AND (correction.data ->> 'corrects')::int = note.version
        WHERE note.position = mention.origin
          AND correction.type = 'candidate.entry_corrected'
          AND correction.data ->> 'field' = 'text'
          AND correction.position <= %(p)s
        ORDER BY correction.position
    ) AS corrections
FROM note_mentions mention
LEFT JOIN one_person ON one_person.candidate_id = mention.candidate_id
LEFT JOIN LATERAL (
    SELECT min(occurred_at) AS occurred_at
    FROM mention_acknowledgements
    WHERE note_position = mention.origin
      AND member_id = mention.member_id
      AND position <= %(p)s
      AND superseded_at > %(p)s
      AND occurred_at <= %(t)s
) AS seen ON true
WHERE mention.member_id = %(member)s
  AND mention.position <= %(p)s
  AND mention.superseded_at > %(p)s
  AND mention.occurred_at <= %(t)s
  AND (%(acknowledged)s::boolean IS NULL
    OR (seen.occurred_at IS NOT NULL) = %(acknowledged)s)
  AND (%(cursor)s::bigint IS NULL OR mention.origin > %(cursor)s)
ORDER BY mention.origin
LIMIT %(limit)s
"""  # noqa: S608  # composed of what stands in this folder


class MentionRow(BaseModel):
    """A note that asks a member to look, without its text."""

    position: Annotated[int, Field(description="The log position of the note.")]
    candidate_id: Annotated[UUID, Field(description="Who stands for the person it is about.")]
    application_id: UUID | None
    author_id: Annotated[UUID, Field(description="Who wrote it.")]
    occurred_at: Annotated[datetime, Field(description="When it was written.")]
    acknowledged_at: Annotated[
        datetime | None, Field(description="When the member said they have seen it.")
    ]
    corrections: Annotated[list[int], Field(exclude=True)]


def mentions(
    connection: Connection,
    asked: Asked,
    member_id: UUID,
    *,
    acknowledged: bool | None = False,
    cursor: int | None = None,
    limit: int = 100,
) -> list[MentionRow]:
    """The notes that mention a member, oldest first: those not acknowledged, unless asked for."""
    with connection.cursor(row_factory=class_row(MentionRow)) as rows:
        return rows.execute(
            OF_MEMBER.encode(),
            {
                **asked.parameters,
                "member": member_id,
                "acknowledged": acknowledged,
                "cursor": cursor,
                "limit": limit,
            },
        ).fetchall()
