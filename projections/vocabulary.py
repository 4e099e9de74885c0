"""The vocabulary: what the organisation's tags mean, and the reasons why applications end."""

from datetime import datetime
from typing import Annotated

from psycopg.rows import class_row
from pydantic import BaseModel, Field

from domain.reason import STANDARD_REASONS, ReasonKind
from projections.asked import Asked
from projections.read_model import ReadModel
from store.database import Connection

TAG = "tag"

ENTRIES = """
INSERT INTO vocabulary (
    position,
    origin,
    superseded_at,
    occurred_at,
    kind,
    code,
    title
)
SELECT
    position,
    origin,
    9223372036854775807,
    occurred_at,
    COALESCE(data ->> 'kind', 'tag'),
    COALESCE(data ->> 'code', data ->> 'tag'),
    data ->> 'title'
FROM facts
WHERE position > %(after)s
  AND position <= %(upto)s
  AND type IN (
    'organisation.reason_code_defined',
    'organisation.reason_code_retired',
    'organisation.tag_defined',
    'organisation.tag_retired'
  )
"""

READ_MODEL = ReadModel(
    name="vocabulary",
    version=1,
    tables=("vocabulary",),
    statements=(ENTRIES,),
)

READS = (READ_MODEL,)

LATEST = """
SELECT DISTINCT ON (kind, code)
    kind,
    code,
    title,
    occurred_at AS since
FROM vocabulary
WHERE (kind = 'tag') = %(tags)s
  AND position <= %(p)s
  AND superseded_at > %(p)s
  AND occurred_at <= %(t)s
ORDER BY kind, code, occurred_at DESC, origin DESC
"""


class EntryRow(BaseModel):
    """What a code means."""

    code: Annotated[str, Field(examples=["experience"])]
    title: Annotated[str | None, Field(description="In words; null if it is retired.")]
    since: Annotated[
        datetime | None, Field(description="Since when; null for what every organisation has.")
    ]


class TagMeaning(EntryRow):
    """A tag of the vocabulary."""


class ReasonRow(EntryRow):
    """A reason why an application ends."""

    kind: Annotated[ReasonKind, Field(description="Who says no.")]
    standard: Annotated[bool, Field(description="Whether every organisation begins with it.")]
    retired: Annotated[bool, Field(description="Whether it may not be given any more.")]


class LatestRow(EntryRow):
    """What was said of a code last."""

    kind: str


def reasons(
    connection: Connection, asked: Asked, kind: ReasonKind | None = None
) -> list[ReasonRow]:
    """The reasons there are, retired ones included, by kind and code."""
    own = {(row.kind, row.code): row for row in _latest(connection, asked, tags=False)}
    keys = sorted({*own, *STANDARD_REASONS})
    return [
        _reason(ReasonKind(of), code, own.get((of, code)))
        for of, code in keys
        if kind in (None, of)
    ]


def _reason(kind: ReasonKind, code: str, own: LatestRow | None) -> ReasonRow:
    standard = STANDARD_REASONS.get((kind, code))
    return ReasonRow(
        kind=kind,
        code=code,
        title=own.title if own else standard,
        since=own.since if own else None,
        standard=standard is not None,
        retired=own is not None and own.title is None,
    )


def tag_meanings(connection: Connection, asked: Asked) -> list[TagMeaning]:
    """The tags in use, by code."""
    rows = _latest(connection, asked, tags=True)
    return [TagMeaning(**row.model_dump(exclude={"kind"})) for row in rows if row.title]


def _latest(connection: Connection, asked: Asked, *, tags: bool) -> list[LatestRow]:
    with connection.cursor(row_factory=class_row(LatestRow)) as rows:
        return rows.execute(LATEST, {**asked.parameters, "tags": tags}).fetchall()
