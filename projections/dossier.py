"""What else there is about a person: interviews, offers, consents, owners, surveys and merges."""

from datetime import datetime
from typing import Annotated, TypeVar
from uuid import UUID

from psycopg.rows import class_row
from pydantic import BaseModel, Field

from projections import applications, candidates, people, surveys, talent_pool
from projections.asked import Asked
from store.database import Connection

READS = (
    applications.READ_MODEL,
    candidates.READ_MODEL,
    talent_pool.READ_MODEL,
    surveys.READ_MODEL,
    people.READ_MODEL,
)

INTERVIEWS = """
SELECT
    about AS interview_id,
    application_id,
    min(occurred_at) FILTER (WHERE milestone = 'scheduled') AS scheduled_at,
    max(occurred_at) FILTER (WHERE milestone = 'interviewed') AS held_at,
    count(*) FILTER (WHERE milestone = 'scored') AS scorecards
FROM application_steps
WHERE candidate_id = ANY(%(histories)s)
  AND milestone IN ('scheduled', 'interviewed', 'scored')
  AND position <= %(p)s
  AND superseded_at > %(p)s
  AND occurred_at <= %(t)s
GROUP BY
    about,
    application_id
ORDER BY
    min(occurred_at),
    about
"""

OFFERS = """
SELECT DISTINCT ON (about)
    about AS offer_id,
    application_id,
    CASE milestone WHEN 'offered' THEN 'extended' ELSE milestone END AS standing,
    occurred_at AS since
FROM application_steps
WHERE candidate_id = ANY(%(histories)s)
  AND milestone IN ('offered', 'accepted', 'declined', 'rescinded', 'expired')
  AND position <= %(p)s
  AND superseded_at > %(p)s
  AND occurred_at <= %(t)s
ORDER BY
    about,
    occurred_at DESC,
    origin DESC
"""

PERMISSIONS = """
SELECT DISTINCT ON (kind = 'opted_out', about)
    kind,
    about,
    occurred_at AS since,
    expires_at
FROM contact_permissions
WHERE candidate_id = ANY(%(histories)s)
  AND position <= %(p)s
  AND superseded_at > %(p)s
  AND occurred_at <= %(t)s
ORDER BY
    kind = 'opted_out',
    about,
    occurred_at DESC,
    origin DESC
"""

OWNERS = """
SELECT DISTINCT ON (application_id)
    application_id,
    owner_id,
    occurred_at AS since
FROM ownerships
WHERE candidate_id = ANY(%(histories)s)
  AND position <= %(p)s
  AND superseded_at > %(p)s
  AND occurred_at <= %(t)s
ORDER BY
    application_id,
    occurred_at DESC,
    origin DESC
"""

SURVEYS = """
SELECT
    moment,
    application_id,
    occurred_at AS answered_at
FROM survey_answers
WHERE candidate_id = ANY(%(histories)s)
  AND position <= %(p)s
  AND superseded_at > %(p)s
  AND occurred_at <= %(t)s
ORDER BY
    occurred_at,
    origin
"""

MERGES = """
SELECT
    position,
    loser_id,
    survivor_id,
    merged
FROM merges
WHERE (loser_id = ANY(%(histories)s) OR survivor_id = ANY(%(histories)s))
  AND position <= %(p)s
ORDER BY position
"""

# What says which ids other systems know someone by; they are sealed, and corrected as such.
EXTERNAL_IDS = """
SELECT position
FROM events said
WHERE stream_id = ANY(%(histories)s)
  AND position <= %(p)s
  AND (
    (type = 'candidate.external_id_linked' AND occurred_at <= %(t)s)
    OR (
        type = 'candidate.entry_corrected'
        AND EXISTS (
            SELECT
            FROM events corrected
            WHERE corrected.stream_id = said.stream_id
              AND corrected.version = (said.data ->> 'corrects')::int
              AND corrected.type = 'candidate.external_id_linked'
        )
    )
  )
ORDER BY position
"""

AnyRow = TypeVar("AnyRow", bound=BaseModel)


class InterviewRow(BaseModel):
    """One interview."""

    interview_id: UUID
    application_id: UUID
    scheduled_at: Annotated[datetime | None, Field(description="When it was arranged.")]
    held_at: Annotated[datetime | None, Field(description="When it was held; null if not yet.")]
    scorecards: Annotated[int, Field(description="Assessments submitted.")]


class OfferRow(BaseModel):
    """One offer, as it stands."""

    offer_id: UUID
    application_id: UUID
    standing: Annotated[
        str, Field(description="extended, accepted, declined, rescinded or expired.")
    ]
    since: datetime


class PermissionRow(BaseModel):
    """A consent, or an objection to contact, as said last."""

    kind: Annotated[str, Field(description="granted, withdrawn or opted_out.")]
    about: Annotated[str, Field(description="The purpose of a consent; the channel objected to.")]
    since: datetime
    expires_at: datetime | None


class OwnerRow(BaseModel):
    """Who looks after the person, or one of their applications."""

    application_id: Annotated[UUID | None, Field(description="Null: after the person.")]
    owner_id: Annotated[UUID | None, Field(description="Null where a source does not name them.")]
    since: datetime


class SurveyRow(BaseModel):
    """An answer to a survey; what was answered is told in confidence."""

    moment: Annotated[str, Field(description="application, interview or outcome.")]
    application_id: UUID | None
    answered_at: datetime


class MergeRow(BaseModel):
    """Two candidates found to be one person, or two people again."""

    position: Annotated[int, Field(description="The log position of the event that says so.")]
    loser_id: UUID
    survivor_id: UUID
    merged: Annotated[bool, Field(description="False where a merge was undone.")]


class Dossier(BaseModel):
    """What else there is about a person, of all their histories."""

    interviews: list[InterviewRow]
    offers: list[OfferRow]
    permissions: list[PermissionRow]
    owners: list[OwnerRow]
    surveys: list[SurveyRow]
    merges: Annotated[list[MergeRow], Field(description="Those that were undone, too.")]


def dossier(connection: Connection, asked: Asked, histories: list[UUID]) -> Dossier:
    """What there is about the person of these histories."""

    def rows(query: str, kind: type[AnyRow]) -> list[AnyRow]:
        with connection.cursor(row_factory=class_row(kind)) as cursor:
            parameters = {**asked.parameters, "histories": histories}
            return cursor.execute(query.encode(), parameters).fetchall()

    return Dossier(
        interviews=rows(INTERVIEWS, InterviewRow),
        offers=rows(OFFERS, OfferRow),
        permissions=rows(PERMISSIONS, PermissionRow),
        owners=rows(OWNERS, OwnerRow),
        surveys=rows(SURVEYS, SurveyRow),
        merges=rows(MERGES, MergeRow),
    )


def external_id_positions(connection: Connection, asked: Asked, histories: list[UUID]) -> list[int]:
    """The events that say which ids other systems know a person by, corrections included."""
    parameters = {**asked.parameters, "histories": histories}
    return [position for (position,) in connection.execute(EXTERNAL_IDS, parameters)]
