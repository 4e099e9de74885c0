"""Offers: every version of each, how it stands, and where the log says its terms.

What becomes of a version follows the order of the log, as it does for those who decide; only what
had happened by the time asked about counts.
"""

from collections.abc import Collection
from datetime import date, datetime
from typing import Annotated
from uuid import UUID

from psycopg.rows import class_row
from pydantic import BaseModel, Field

from projections.asked import Asked
from projections.read_model import ReadModel
from store.database import Connection

MILESTONES = """
INSERT INTO offer_milestones (
    position,
    origin,
    superseded_at,
    occurred_at,
    candidate_id,
    application_id,
    offer_id,
    offer_version,
    milestone,
    reason_code,
    opening_id,
    currency,
    start_date,
    expires_at
)
SELECT
    position,
    origin,
    9223372036854775807,
    occurred_at,
    stream_id,
    (data ->> 'application_id')::uuid,
    (data ->> 'offer_id')::uuid,
    (data ->> 'offer_version')::int,
    CASE type
        WHEN 'offer.drafted' THEN 'drafted'
        WHEN 'offer.approval_requested' THEN 'awaiting_approval'
        WHEN 'offer.approval_given' THEN 'awaiting_approval'
        WHEN 'offer.approved' THEN 'approved'
        WHEN 'offer.approval_refused' THEN 'approval_refused'
        WHEN 'offer.extended' THEN 'extended'
        WHEN 'offer.accepted' THEN 'accepted'
        WHEN 'offer.declined' THEN 'declined'
        WHEN 'offer.expired' THEN 'expired'
        WHEN 'offer.rescinded' THEN 'rescinded'
    END,
    reason_code,
    (data ->> 'opening_id')::uuid,
    data ->> 'currency',
    (data ->> 'start_date')::date,
    (data ->> 'expires_at')::timestamptz
FROM facts
WHERE position > %(after)s
  AND position <= %(upto)s
  AND type IN (
    'offer.drafted',
    'offer.approval_requested',
    'offer.approval_given',
    'offer.approved',
    'offer.approval_refused',
    'offer.extended',
    'offer.accepted',
    'offer.declined',
    'offer.expired',
    'offer.rescinded'
  )
"""

READ_MODEL = ReadModel(
    name="offers",
    version=1,
    tables=("offer_milestones",),
    statements=(MILESTONES,),
)

READS = (READ_MODEL,)

# An answer is about the version extended last by then. A version is replaced by a later one that
# came as far: a draft by any, what was extended and not answered by one extended.
VERSIONS = """
WITH known AS (
    SELECT
        origin,
        occurred_at,
        candidate_id,
        application_id,
        offer_id,
        COALESCE(
            offer_version,
            max(offer_version) FILTER (WHERE milestone = 'extended')
                OVER (PARTITION BY offer_id ORDER BY origin)
        ) AS offer_version,
        milestone,
        reason_code,
        opening_id,
        currency,
        start_date,
        expires_at
    FROM offer_milestones
    WHERE application_id = ANY(%(applications)s)
      AND position <= %(p)s
      AND superseded_at > %(p)s
      AND occurred_at <= %(t)s
),
versions AS (
    SELECT
        offer_id,
        offer_version,
        application_id,
        candidate_id,
        (array_agg(milestone ORDER BY origin DESC))[1] AS milestone,
        (array_agg(reason_code ORDER BY origin DESC))[1] AS reason_code,
        max(occurred_at) FILTER (WHERE milestone = 'drafted') AS drafted_at,
        min(occurred_at) FILTER (WHERE milestone = 'awaiting_approval') AS approval_requested_at,
        max(occurred_at) FILTER (WHERE milestone = 'approved') AS approved_at,
        max(occurred_at) FILTER (WHERE milestone = 'extended') AS extended_at,
        (
            array_agg(occurred_at ORDER BY origin DESC)
                FILTER (WHERE milestone IN ('accepted', 'declined', 'expired', 'rescinded'))
        )[1] AS answered_at,
        max(origin) FILTER (WHERE milestone IN ('drafted', 'extended')) AS told_at
    FROM known
    WHERE offer_version IS NOT NULL
    GROUP BY offer_id, offer_version, application_id, candidate_id
)
SELECT
    versions.offer_id,
    versions.offer_version,
    versions.application_id,
    versions.candidate_id,
    CASE
        WHEN versions.milestone <> ALL(%(open)s) THEN versions.milestone
        WHEN EXISTS (
            SELECT
            FROM versions later
            WHERE later.offer_id = versions.offer_id
              AND later.offer_version > versions.offer_version
              AND (versions.extended_at IS NULL OR later.extended_at IS NOT NULL)
        ) THEN 'replaced'
        ELSE versions.milestone
    END AS state,
    versions.reason_code,
    versions.drafted_at,
    versions.approval_requested_at,
    versions.approved_at,
    versions.extended_at,
    versions.answered_at,
    told.opening_id,
    told.currency,
    told.start_date,
    told.expires_at,
    versions.told_at,
    ARRAY(
        SELECT correction.position
        FROM facts stored
        JOIN facts correction
            ON correction.stream_id = stored.stream_id
            AND correction.type = 'candidate.entry_corrected'
            AND (correction.data ->> 'corrects')::int = stored.version
            AND correction.data ->> 'field' IN ('terms', 'first_year_pay')
        WHERE stored.position = versions.told_at
          AND correction.position <= %(p)s
        ORDER BY correction.position
    ) AS corrected_at
FROM versions
JOIN known told ON told.origin = versions.told_at
ORDER BY versions.application_id, told.origin
"""

NOT_ANSWERED = ["drafted", "awaiting_approval", "approved", "approval_refused", "extended"]


class OfferRow(BaseModel):
    """One version of an offer."""

    offer_id: UUID
    offer_version: int
    application_id: UUID
    candidate_id: UUID
    state: Annotated[
        str,
        Field(
            description="drafted, awaiting_approval, approved, approval_refused, extended,"
            " accepted, declined, expired, rescinded, or replaced by a later version."
        ),
    ]
    reason_code: Annotated[str | None, Field(description="Why it came to nothing, if it did.")]
    drafted_at: datetime | None
    approval_requested_at: datetime | None
    approved_at: datetime | None
    extended_at: datetime | None
    answered_at: Annotated[
        datetime | None, Field(description="When it was accepted, declined, taken back or expired.")
    ]
    opening_id: UUID | None
    currency: Annotated[str | None, Field(description="Of first_year_pay; ISO 4217.")]
    start_date: date | None
    expires_at: datetime | None
    told_at: Annotated[int, Field(exclude=True)]
    """The log position of the event that says the terms."""
    corrected_at: Annotated[list[int], Field(exclude=True)]
    """Those of the corrections of what is sealed there."""


def offers(
    connection: Connection, asked: Asked, application_ids: Collection[UUID]
) -> list[OfferRow]:
    """Every version of the offers of these applications, in the order they were made."""
    parameters = {
        **asked.parameters,
        "applications": list(application_ids),
        "open": NOT_ANSWERED,
    }
    with connection.cursor(row_factory=class_row(OfferRow)) as rows:
        return rows.execute(VERSIONS, parameters).fetchall()
