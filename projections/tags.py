"""Tags: which are on which people and applications, now or as of any date."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Annotated
from uuid import UUID

from psycopg.rows import class_row
from pydantic import BaseModel, Field

from projections import people
from projections.asked import Asked
from projections.read_model import ReadModel
from store.database import Connection

CHANGES = """
INSERT INTO tag_changes (
    position,
    origin,
    superseded_at,
    occurred_at,
    candidate_id,
    application_id,
    tag,
    tagged
)
SELECT
    position,
    origin,
    9223372036854775807,
    occurred_at,
    stream_id,
    (data ->> 'application_id')::uuid,
    data ->> 'tag',
    type = 'candidate.tagged'
FROM facts
WHERE position > %(after)s
  AND position <= %(upto)s
  AND type IN ('candidate.tagged', 'candidate.untagged')
"""

READ_MODEL = ReadModel(
    name="tags",
    version=1,
    tables=("tag_changes",),
    statements=(CHANGES,),
)

READS = (READ_MODEL, people.READ_MODEL)

# What was said last of a tag counts, in whichever history of the person it was said.
TAGS = f"""
WITH {people.ONE_PERSON},
latest AS (
    SELECT DISTINCT ON (candidate_id, application_id, tag)
        candidate_id,
        application_id,
        tag,
        tagged,
        since
    FROM (
        SELECT
            COALESCE(one_person.person_id, change.candidate_id) AS candidate_id,
            change.application_id,
            change.tag,
            change.tagged,
            change.occurred_at AS since,
            change.origin
        FROM tag_changes change
        LEFT JOIN one_person ON one_person.candidate_id = change.candidate_id
        WHERE (%(tag)s::text IS NULL OR change.tag = %(tag)s)
          AND (%(histories)s::uuid[] IS NULL OR change.candidate_id = ANY(%(histories)s))
          AND change.position <= %(p)s
          AND change.superseded_at > %(p)s
          AND change.occurred_at <= %(t)s
    ) AS said
    ORDER BY candidate_id, application_id, tag, since DESC, origin DESC
)
SELECT
    candidate_id,
    application_id,
    tag,
    since
FROM latest
WHERE tagged
ORDER BY candidate_id, application_id NULLS FIRST, tag
"""  # noqa: S608  # composed of what stands in this folder


class TagRow(BaseModel):
    """A tag on a person, or on one of their applications."""

    candidate_id: Annotated[UUID, Field(description="Who stands for the person.")]
    application_id: Annotated[UUID | None, Field(description="Null where it is on the person.")]
    tag: Annotated[str, Field(examples=["finalist"])]
    since: Annotated[datetime, Field(description="When it was put on, in the world.")]


@dataclass(frozen=True)
class WithTag:
    """Who and what has a tag."""

    people: set[UUID] = field(default_factory=set)
    """Those who have it themselves."""
    applications: set[UUID] = field(default_factory=set)
    owners: set[UUID] = field(default_factory=set)
    """Those who have it, or an application that has it."""

    def has(self, application_id: UUID, candidate_id: UUID) -> bool:
        """Whether an application has the tag, or the person whose it is."""
        return application_id in self.applications or candidate_id in self.people


def tags(connection: Connection, asked: Asked, histories: list[UUID]) -> list[TagRow]:
    """The tags of a person, given all their histories, and of their applications."""
    return _tags(connection, asked, tag=None, histories=histories)


def with_tag(connection: Connection, asked: Asked, tag: str) -> WithTag:
    """Who and what has a tag."""
    found = WithTag()
    for row in _tags(connection, asked, tag=tag, histories=None):
        found.owners.add(row.candidate_id)
        if row.application_id is None:
            found.people.add(row.candidate_id)
        else:
            found.applications.add(row.application_id)
    return found


def _tags(
    connection: Connection, asked: Asked, *, tag: str | None, histories: list[UUID] | None
) -> list[TagRow]:
    with connection.cursor(row_factory=class_row(TagRow)) as rows:
        return rows.execute(
            TAGS.encode(), {**asked.parameters, "tag": tag, "histories": histories}
        ).fetchall()
