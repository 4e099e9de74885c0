"""The access log: who opened whose personal data, and what for. Nothing is opened without it."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated
from uuid import UUID

import psycopg
from psycopg.rows import class_row
from pydantic import BaseModel, Field

from domain.errors import Refusal
from store.database import Connection
from store.ids import new_id

RECORD = """
INSERT INTO access_log (
    access_id,
    actor_id,
    subjects,
    categories,
    purpose,
    request_id
)
VALUES (
    %(access_id)s,
    %(actor_id)s,
    %(subjects)s,
    %(categories)s,
    %(purpose)s,
    %(request_id)s
)
"""

SUBJECT_HISTORY = """
SELECT
    access_id,
    accessed_at,
    actor_id,
    categories,
    purpose,
    request_id,
    cardinality(subjects) AS subject_count
FROM access_log
WHERE subjects @> ARRAY[%(subject)s::uuid]
  AND (%(purpose)s::text IS NULL OR purpose = %(purpose)s)
  AND (%(except_purpose)s::text IS NULL OR purpose <> %(except_purpose)s)
  AND (
    %(cursor)s::uuid IS NULL
    OR (accessed_at, access_id) < (
        SELECT
            accessed_at,
            access_id
        FROM access_log
        WHERE access_id = %(cursor)s
    )
  )
ORDER BY accessed_at DESC, access_id DESC
LIMIT %(limit)s
"""

HISTORY = """
SELECT
    access_id,
    accessed_at,
    actor_id,
    categories,
    purpose,
    request_id,
    cardinality(subjects) AS subject_count,
    subjects[1:100] AS subjects
FROM access_log
WHERE (%(actor)s::uuid IS NULL OR actor_id = %(actor)s)
  AND (%(since)s::timestamptz IS NULL OR accessed_at >= %(since)s)
  AND (%(purpose)s::text IS NULL OR purpose = %(purpose)s)
  AND (%(except_purpose)s::text IS NULL OR purpose <> %(except_purpose)s)
  AND (
    %(cursor)s::uuid IS NULL
    OR (accessed_at, access_id) < (
        SELECT
            accessed_at,
            access_id
        FROM access_log
        WHERE access_id = %(cursor)s
    )
  )
ORDER BY accessed_at DESC, access_id DESC
LIMIT %(limit)s
"""


@dataclass(frozen=True)
class Access:
    """Who opens personal data, what for, on which request."""

    actor_id: UUID
    purpose: str
    request_id: UUID


class AccessNotRecorded(Refusal):
    """Personal data is not shown, because the access log could not take it down; repeat later."""

    status = 503


def record(
    connection: Connection, access: Access, subjects: Iterable[UUID], categories: Iterable[str]
) -> None:
    """Takes one access down, in the transaction that opens what it is about.

    Raises AccessNotRecorded; the transaction is then of no more use.
    """
    try:
        connection.execute(
            RECORD,
            {
                "access_id": new_id(),
                "actor_id": access.actor_id,
                "subjects": sorted(set(subjects)),
                "categories": sorted(set(categories)),
                "purpose": access.purpose,
                "request_id": access.request_id,
            },
        )
    except psycopg.Error as error:
        raise AccessNotRecorded from error


class AccessRow(BaseModel):
    """One access: what was opened at once, for one answer."""

    access_id: UUID
    accessed_at: Annotated[datetime, Field(description="When it was opened.")]
    actor_id: Annotated[
        UUID, Field(description="For whom; for the index, the organisation itself.")
    ]
    categories: Annotated[
        list[str], Field(description="Which personal data.", examples=[["identity"]])
    ]
    purpose: Annotated[str, Field(description="What for.", examples=["view candidate"])]
    request_id: Annotated[UUID, Field(description="The request it was for.")]
    subject_count: Annotated[int, Field(description="How many people's data it was.")]


class SubjectsRow(AccessRow):
    """One access, and to whom."""

    subjects: Annotated[
        list[UUID], Field(description="Whose data, the first hundred of them.", max_length=100)
    ]


def accesses_to(
    connection: Connection,
    subject_id: UUID,
    *,
    purpose: str | None = None,
    except_purpose: str | None = None,
    cursor: UUID | None = None,
    limit: int = 100,
) -> list[AccessRow]:
    """Who looked at one person, the newest first, before the access at the cursor."""
    with connection.cursor(row_factory=class_row(AccessRow)) as rows:
        parameters = {
            "subject": subject_id,
            "purpose": purpose,
            "except_purpose": except_purpose,
            "cursor": cursor,
            "limit": limit,
        }
        return rows.execute(SUBJECT_HISTORY, parameters).fetchall()


def accesses(
    connection: Connection,
    *,
    actor_id: UUID | None = None,
    since: datetime | None = None,
    purpose: str | None = None,
    except_purpose: str | None = None,
    cursor: UUID | None = None,
    limit: int = 100,
) -> list[SubjectsRow]:
    """Who looked at whom, the newest first, before the access at the cursor."""
    with connection.cursor(row_factory=class_row(SubjectsRow)) as rows:
        parameters = {
            "actor": actor_id,
            "since": since,
            "purpose": purpose,
            "except_purpose": except_purpose,
            "cursor": cursor,
            "limit": limit,
        }
        return rows.execute(HISTORY, parameters).fetchall()
