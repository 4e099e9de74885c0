"""Agencies, their terms, and whose a person is whom several of them brought."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Annotated
from uuid import UUID

from psycopg.rows import class_row
from pydantic import BaseModel, Field

from projections import attributed_applications, people
from projections.asked import Asked
from projections.read_model import ReadModel
from store.database import Connection

AGENCIES = """
INSERT INTO agencies (
    position,
    occurred_at,
    agency,
    title,
    terms,
    ownership_days
)
SELECT
    position,
    occurred_at,
    data ->> 'agency',
    data ->> 'title',
    data ->> 'terms',
    (data ->> 'ownership_days')::int
FROM facts
WHERE position > %(after)s
  AND position <= %(upto)s
  AND type IN ('agency.agreed', 'agency.ended')
"""

READ_MODEL = ReadModel(
    name="agencies",
    version=1,
    tables=("agencies",),
    statements=(AGENCIES,),
    told_anew=False,
)

READS = (READ_MODEL, attributed_applications.READ_MODEL, people.READ_MODEL)

LIST = """
SELECT
    agency,
    title,
    terms,
    ownership_days,
    occurred_at AS since
FROM (
    SELECT DISTINCT ON (agency)
        agency,
        title,
        terms,
        ownership_days,
        occurred_at
    FROM agencies
    WHERE position <= %(p)s
      AND occurred_at <= %(t)s
    ORDER BY agency, position DESC
) AS latest
WHERE title IS NOT NULL
ORDER BY agency
"""

# Each under the terms that were agreed when it was made.
SUBMISSIONS = """
SELECT
    applied.agency,
    applied.application_id,
    applied.candidate_id,
    applied.occurred_at AS submitted_at,
    terms.ownership_days
FROM attributed_applications applied
CROSS JOIN LATERAL (
    SELECT ownership_days
    FROM agencies
    WHERE agencies.agency = applied.agency
      AND agencies.ownership_days IS NOT NULL
      AND agencies.position <= %(p)s
    ORDER BY agencies.position > applied.origin, abs(agencies.position - applied.origin)
    LIMIT 1
) AS terms
WHERE applied.candidate_id = ANY(%(candidates)s)
  AND applied.agency IS NOT NULL
  AND applied.position <= %(p)s
  AND applied.superseded_at > %(p)s
  AND applied.occurred_at <= %(t)s
ORDER BY
    applied.occurred_at,
    applied.origin
"""


class AgencyRow(BaseModel):
    """An agency with which terms are agreed."""

    agency: Annotated[str, Field(description="Its code.", examples=["acme"])]
    title: str
    terms: str | None
    ownership_days: Annotated[int, Field(description="How long whom it was first to bring is its.")]
    since: Annotated[datetime, Field(description="When these terms were agreed.")]


@dataclass(frozen=True)
class Submission:
    """One time that an agency brought somebody."""

    agency: str
    application_id: UUID
    candidate_id: UUID
    submitted_at: datetime
    ownership_days: int


class SubmissionRow(BaseModel):
    """One time that an agency brought somebody, and whose the person was then."""

    agency: str
    application_id: UUID
    candidate_id: UUID
    submitted_at: datetime
    owner: Annotated[
        str,
        Field(description="The agency whose the person is: the first to bring them in its period."),
    ]
    owned_until: Annotated[datetime, Field(description="When that period ends.")]


def agencies(connection: Connection, asked: Asked) -> list[AgencyRow]:
    """The agencies with which terms are agreed, by code."""
    with connection.cursor(row_factory=class_row(AgencyRow)) as rows:
        return rows.execute(LIST, asked.parameters).fetchall()


def submissions(
    connection: Connection, asked: Asked, candidate_ids: Sequence[UUID]
) -> list[SubmissionRow]:
    """How often agencies brought a person, all of whose histories are named, in their order."""
    with connection.cursor(row_factory=class_row(Submission)) as rows:
        found = rows.execute(
            SUBMISSIONS, {**asked.parameters, "candidates": list(candidate_ids)}
        ).fetchall()
    return owned(found)


def owned(submitted: Sequence[Submission]) -> list[SubmissionRow]:
    """Whose a person was at each submission: the first owns until its period is over.

    Bringing them again does not prolong it.
    """
    rows: list[SubmissionRow] = []
    for one in submitted:
        last = rows[-1] if rows else None
        if last is not None and one.submitted_at < last.owned_until:
            owner, until = last.owner, last.owned_until
        else:
            owner = one.agency
            until = one.submitted_at + timedelta(days=one.ownership_days)
        rows.append(
            SubmissionRow(
                agency=one.agency,
                application_id=one.application_id,
                candidate_id=one.candidate_id,
                submitted_at=one.submitted_at,
                owner=owner,
                owned_until=until,
            )
        )
    return rows
