"""Approvals: who approves what, and what waits for whom since when.

How far an approval has come follows the order of the log, as it does for those who decide; only
what had happened by the time asked about counts.
"""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from psycopg.rows import class_row
from pydantic import BaseModel, Field

from domain.approval import ChainStep
from projections import applications
from projections.asked import Asked
from projections.read_model import ReadModel
from store.database import Connection

CHAINS = """
INSERT INTO approval_chains (
    position,
    origin,
    superseded_at,
    occurred_at,
    subject,
    steps
)
SELECT
    position,
    origin,
    9223372036854775807,
    occurred_at,
    data ->> 'subject',
    COALESCE(data -> 'steps', '[]'::jsonb)
FROM facts
WHERE position > %(after)s
  AND position <= %(upto)s
  AND type = 'organisation.approval_chain_defined'
"""

MILESTONES = """
INSERT INTO approval_milestones (
    position,
    origin,
    superseded_at,
    occurred_at,
    subject,
    about,
    candidate_id,
    application_id,
    offer_version,
    milestone,
    steps
)
SELECT
    position,
    origin,
    9223372036854775807,
    occurred_at,
    CASE stream_type WHEN 'candidate' THEN 'offer' ELSE 'requisition' END,
    CASE stream_type WHEN 'candidate' THEN (data ->> 'offer_id')::uuid ELSE stream_id END,
    CASE stream_type WHEN 'candidate' THEN stream_id END,
    (data ->> 'application_id')::uuid,
    (data ->> 'offer_version')::int,
    CASE type
        WHEN 'requisition.approval_requested' THEN 'asked'
        WHEN 'offer.approval_requested' THEN 'asked'
        WHEN 'requisition.approval_given' THEN 'given'
        WHEN 'offer.approval_given' THEN 'given'
        ELSE 'settled'
    END,
    data -> 'steps'
FROM facts
WHERE position > %(after)s
  AND position <= %(upto)s
  AND type IN (
    'requisition.approval_requested',
    'requisition.approval_given',
    'requisition.approved',
    'requisition.approval_refused',
    'requisition.closed',
    'offer.drafted',
    'offer.approval_requested',
    'offer.approval_given',
    'offer.approved',
    'offer.approval_refused',
    'offer.extended',
    'offer.accepted'
  )
"""

READ_MODEL = ReadModel(
    name="approvals",
    version=1,
    tables=("approval_chains", "approval_milestones"),
    statements=(CHAINS, MILESTONES),
)

READS = (READ_MODEL, applications.READ_MODEL)
CHAIN_READS = (READ_MODEL,)

CHAINS_IN_FORCE = """
SELECT DISTINCT ON (subject)
    subject,
    steps,
    occurred_at AS since
FROM approval_chains
WHERE position <= %(p)s
  AND superseded_at > %(p)s
  AND occurred_at <= %(t)s
ORDER BY subject, occurred_at DESC, origin DESC
"""

# An offer of an application that has ended waits for nobody.
WAITING = """
approvals_asked AS (
    SELECT DISTINCT ON (about)
        subject,
        about,
        candidate_id,
        application_id,
        offer_version,
        milestone,
        steps,
        occurred_at,
        origin
    FROM approval_milestones
    WHERE milestone <> 'given'
      AND position <= %(p)s
      AND superseded_at > %(p)s
      AND occurred_at <= %(t)s
    ORDER BY about, origin DESC
),
approvals_waiting AS (
    SELECT
        latest.subject,
        CASE latest.subject WHEN 'requisition' THEN latest.about END AS requisition_id,
        CASE latest.subject WHEN 'offer' THEN latest.about END AS offer_id,
        latest.offer_version,
        latest.candidate_id,
        latest.application_id,
        step.said ->> 'id' AS step,
        step.said ->> 'name' AS step_name,
        COALESCE(step.said -> 'approver_ids', '[]'::jsonb) AS approver_ids,
        GREATEST(jsonb_array_length(latest.steps) - given.steps, 1) AS steps_left,
        latest.occurred_at AS asked_at,
        GREATEST(given.last_at, latest.occurred_at) AS since,
        latest.origin AS position
    FROM approvals_asked latest
    CROSS JOIN LATERAL (
        SELECT
            count(*) AS steps,
            max(occurred_at) AS last_at
        FROM approval_milestones
        WHERE about = latest.about
          AND milestone = 'given'
          AND origin > latest.origin
          AND position <= %(p)s
          AND superseded_at > %(p)s
          AND occurred_at <= %(t)s
    ) AS given
    CROSS JOIN LATERAL (SELECT latest.steps -> given.steps::int AS said) AS step
    WHERE latest.milestone = 'asked'
      AND (
        latest.application_id IS NULL
        OR (
            SELECT status
            FROM application_steps
            WHERE application_id = latest.application_id
              AND stage IS NOT NULL
              AND position <= %(p)s
              AND superseded_at > %(p)s
              AND occurred_at <= %(t)s
            ORDER BY occurred_at DESC, origin DESC
            LIMIT 1
        ) = 'open'
      )
)
"""

WAITING_FOR = f"""
WITH {WAITING}
SELECT
    subject,
    requisition_id,
    offer_id,
    offer_version,
    candidate_id,
    application_id,
    step,
    step_name,
    approver_ids,
    steps_left,
    asked_at,
    since,
    position
FROM approvals_waiting
WHERE %(approver)s::text IS NULL
   OR step IS NULL
   OR jsonb_exists(approver_ids, %(approver)s)
ORDER BY since, position
LIMIT %(limit)s
"""  # noqa: S608  # composed of what stands here


class ChainRow(BaseModel):
    """Who approves what, in order."""

    subject: Annotated[str, Field(description="requisition or offer.")]
    steps: Annotated[
        list[ChainStep], Field(description="None: one approval by any approver is enough.")
    ]
    since: Annotated[datetime, Field(description="Since when it is so.")]


class WaitingRow(BaseModel):
    """An approval that waits for somebody."""

    subject: Annotated[str, Field(description="requisition or offer.")]
    requisition_id: UUID | None
    offer_id: UUID | None
    offer_version: Annotated[int | None, Field(description="The version to be approved.")]
    candidate_id: UUID | None
    application_id: UUID | None
    step: Annotated[
        str | None, Field(description="Id of the step that waits; null where there is no chain.")
    ]
    step_name: str | None
    approver_ids: Annotated[
        list[UUID], Field(description="Any of them; empty: anyone who may approve.")
    ]
    steps_left: Annotated[int, Field(description="Approvals still to be given, this one included.")]
    asked_at: Annotated[datetime, Field(description="When the whole approval was asked for.")]
    since: Annotated[datetime, Field(description="Since when this step waits.")]
    position: Annotated[int, Field(description="The log position of the request.")]


def approval_chains(connection: Connection, asked: Asked) -> list[ChainRow]:
    """The chains there are."""
    with connection.cursor(row_factory=class_row(ChainRow)) as rows:
        return rows.execute(CHAINS_IN_FORCE, asked.parameters).fetchall()


def waiting(
    connection: Connection, asked: Asked, approver_id: UUID | None = None, limit: int = 1000
) -> list[WaitingRow]:
    """What waits for approval, longest first; for one person, if named."""
    approver = str(approver_id) if approver_id else None
    with connection.cursor(row_factory=class_row(WaitingRow)) as rows:
        return rows.execute(
            WAITING_FOR.encode(), {**asked.parameters, "approver": approver, "limit": limit}
        ).fetchall()
