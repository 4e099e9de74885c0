"""Today: whatever needs a person, across requisitions, by due date and then by age.

It is for those who are asked by name; else for the owner of the application; else for the
recruiters of the requisition, and first reviews for its hiring manager, too. What is for nobody in
particular is for everyone.
"""

from collections.abc import Collection
from datetime import UTC, datetime
from typing import Annotated
from uuid import UUID

from psycopg.rows import class_row
from pydantic import BaseModel, Field

from projections import (
    applications,
    approvals,
    candidates,
    hires,
    interviews,
    knock_outs,
    mentions,
    messages,
    offers,
    people,
    profile_suggestions,
)
from projections import requisitions as requisition_models
from projections.asked import Asked, time_zone
from projections.today.approvals import APPROVALS
from projections.today.interviews import ASKED, INTERVIEWS
from projections.today.knock_outs import KNOCK_OUTS
from projections.today.mail import REPLIES, RETURNED
from projections.today.mentions import MENTIONS
from projections.today.offers import OFFERS
from projections.today.profiles import PROFILES
from projections.today.reviews import REVIEWS
from projections.today.running import RUNNING
from projections.today.starts import STARTS
from store.database import Connection

READS = (
    applications.READ_MODEL,
    approvals.READ_MODEL,
    candidates.READ_MODEL,
    hires.READ_MODEL,
    interviews.READ_MODEL,
    knock_outs.READ_MODEL,
    mentions.READ_MODEL,
    messages.READ_MODEL,
    offers.READ_MODEL,
    people.READ_MODEL,
    profile_suggestions.READ_MODEL,
    requisition_models.READ_MODEL,
)

ITEMS = (
    REVIEWS,
    KNOCK_OUTS,
    INTERVIEWS,
    REPLIES,
    RETURNED,
    MENTIONS,
    PROFILES,
    OFFERS,
    APPROVALS,
    STARTS,
)

TODAY = f"""
WITH {people.ONE_PERSON},
{RUNNING},
{approvals.WAITING},
{knock_outs.WAITING},
{ASKED},
{interviews.TOLD},
items AS MATERIALIZED (
    {" UNION ALL ".join(ITEMS)}
),
teams AS MATERIALIZED (
    SELECT
        concerned.requisition_id,
        manager.hiring_manager_id,
        recruiters.recruiter_ids
    FROM (SELECT DISTINCT requisition_id FROM items) AS concerned
    LEFT JOIN LATERAL (
        SELECT hiring_manager_id
        FROM requisition_details
        WHERE requisition_id = concerned.requisition_id
          AND hiring_manager_id IS NOT NULL
          AND position <= %(p)s
          AND superseded_at > %(p)s
          AND occurred_at <= %(t)s
        ORDER BY occurred_at DESC, origin DESC
        LIMIT 1
    ) AS manager ON true
    LEFT JOIN LATERAL (
        SELECT recruiter_ids
        FROM requisition_details
        WHERE requisition_id = concerned.requisition_id
          AND recruiter_ids IS NOT NULL
          AND position <= %(p)s
          AND superseded_at > %(p)s
          AND occurred_at <= %(t)s
        ORDER BY occurred_at DESC, origin DESC
        LIMIT 1
    ) AS recruiters ON true
),
addressed AS (
    SELECT
        items.kind,
        items.due_at,
        items.since,
        items.position,
        items.requisition_id,
        items.application_id,
        items.candidate_id,
        items.about_id,
        CASE
            WHEN items.for_ids IS NOT NULL THEN items.for_ids
            ELSE COALESCE(owner.ids, teams.recruiter_ids, '{{}}')
                || CASE
                    WHEN items.kind = 'review' AND teams.hiring_manager_id IS NOT NULL
                    THEN ARRAY[teams.hiring_manager_id]
                    ELSE '{{}}'
                END
        END AS for_ids
    FROM items
    LEFT JOIN teams ON teams.requisition_id = items.requisition_id
    LEFT JOIN LATERAL (
        SELECT ARRAY[latest.owner_id] AS ids
        FROM (
            SELECT owner_id
            FROM ownerships
            WHERE application_id = items.application_id
              AND position <= %(p)s
              AND superseded_at > %(p)s
              AND occurred_at <= %(t)s
            ORDER BY occurred_at DESC, origin DESC
            LIMIT 1
        ) AS latest
        WHERE latest.owner_id IS NOT NULL
    ) AS owner ON true
),
wanted AS (
    SELECT
        addressed.*,
        count(*) OVER (PARTITION BY kind) AS of_kind,
        row_number() OVER (PARTITION BY kind ORDER BY due_at, since, position) AS nth
    FROM addressed
    WHERE (%(kinds)s::text[] IS NULL OR kind = ANY(%(kinds)s))
      AND (%(requisition)s::uuid IS NULL OR requisition_id = %(requisition)s)
      AND (
        %(member)s::uuid IS NULL
        OR %(member)s = ANY(for_ids)
        OR (
            for_ids = '{{}}'
            AND (%(for_anyone)s::text[] IS NULL OR kind = ANY(%(for_anyone)s))
        )
      )
)
SELECT
    wanted.kind,
    wanted.due_at,
    wanted.since,
    wanted.position,
    wanted.requisition_id,
    wanted.application_id,
    COALESCE(one_person.person_id, wanted.candidate_id) AS candidate_id,
    wanted.about_id,
    wanted.for_ids,
    wanted.of_kind
FROM wanted
LEFT JOIN one_person ON one_person.candidate_id = wanted.candidate_id
WHERE wanted.nth <= %(limit)s
ORDER BY wanted.due_at, wanted.since, wanted.position
"""  # noqa: S608  # composed of what stands in this folder


class TodayRow(BaseModel):
    """Something that needs a person."""

    kind: Annotated[
        str,
        Field(
            description="review, knock_out, scorecard, interview_outcome, interview_declined,"
            " interview_another_time, interview_answer, interview_confirmation,"
            " interview_undelivered, reply, returned_mail, mention, profile, approval,"
            " offer_to_revise, offer_to_extend, offer_expiring, hire or start."
        ),
    ]
    due_at: Annotated[datetime | None, Field(description="When it is due, if it is.")]
    since: Annotated[datetime, Field(description="Since when it waits.")]
    position: Annotated[int, Field(description="The log position of the event it comes from.")]
    requisition_id: UUID | None
    application_id: UUID | None
    candidate_id: UUID | None
    about_id: Annotated[
        UUID | None, Field(description="The interview, offer, message, document or opening.")
    ]
    for_ids: Annotated[list[UUID], Field(description="Who is asked; empty: anyone who may.")]
    of_kind: Annotated[int, Field(description="How many of this kind there are.", exclude=True)]


def today(
    connection: Connection,
    asked: Asked,
    *,
    member_id: UUID | None = None,
    for_anyone: Collection[str] | None = None,
    kinds: Collection[str] | None = None,
    requisition_id: UUID | None = None,
    limit: int = 100,
) -> list[TodayRow]:
    """What needs a person, so many of each kind at most: by due date, what has none by age.

    For one member, if named: what asks for them, and what asks for nobody, of these kinds if they
    are named in `for_anyone`.
    """
    with connection.cursor(row_factory=class_row(TodayRow)) as rows:
        return rows.execute(
            TODAY.encode(),
            {
                **asked.parameters,
                "zone": str(time_zone(connection)),
                "now": asked.as_of or datetime.now(UTC),
                "member": member_id,
                "for_anyone": None if for_anyone is None else list(for_anyone),
                "kinds": None if kinds is None else list(kinds),
                "requisition": requisition_id,
                "limit": limit,
            },
        ).fetchall()
