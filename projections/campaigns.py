"""Sequences and campaigns: what they say, who goes through them, and what came of each step."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from psycopg.rows import class_row
from pydantic import BaseModel, Field

from domain.campaign import CampaignKind, CampaignState, RefusedRule, Step
from projections import engagement
from projections.asked import Asked
from projections.read_model import ReadModel
from store.database import Connection

CAMPAIGNS = """
INSERT INTO campaign_steps (
    position,
    occurred_at,
    campaign_id,
    kind,
    said
)
SELECT
    position,
    occurred_at,
    stream_id,
    split_part(type, '.', 2),
    data
FROM facts
WHERE position > %(after)s
  AND position <= %(upto)s
  AND type IN (
    'campaign.drafted',
    'campaign.steps_changed',
    'campaign.started',
    'campaign.audience_enrolled',
    'campaign.paused',
    'campaign.resumed',
    'campaign.finished'
  )
"""

ENROLMENTS = """
INSERT INTO enrolment_steps (
    position,
    occurred_at,
    candidate_id,
    campaign_id,
    enrolment_id,
    kind,
    step,
    touchpoint_id,
    due_at,
    code
)
SELECT
    position,
    occurred_at,
    stream_id,
    (data ->> 'campaign_id')::uuid,
    (data ->> 'enrolment_id')::uuid,
    split_part(type, '.', 2),
    (data ->> 'step')::int,
    (data ->> 'touchpoint_id')::uuid,
    (data ->> 'due_at')::timestamptz,
    COALESCE(reason_code, data ->> 'rule')
FROM facts
WHERE position > %(after)s
  AND position <= %(upto)s
  AND type IN (
    'enrolment.begun',
    'enrolment.step_planned',
    'enrolment.step_held_back',
    'enrolment.ended'
  )
"""

READ_MODEL = ReadModel(
    name="campaigns",
    version=1,
    tables=("campaign_steps", "enrolment_steps"),
    statements=(CAMPAIGNS, ENROLMENTS),
    told_anew=False,
)

READS = (READ_MODEL, engagement.READ_MODEL)

LIST = """
SELECT
    campaign_id,
    drafted ->> 'kind' AS kind,
    drafted ->> 'title' AS title,
    CASE latest
        WHEN 'paused' THEN 'paused'
        WHEN 'finished' THEN 'finished'
        WHEN 'drafted' THEN 'draft'
        ELSE 'running'
    END AS state,
    (drafted ->> 'pool_id')::uuid AS pool_id,
    (drafted ->> 'sender_id')::uuid AS sender_id,
    (drafted ->> 'tracks_opens')::boolean AS tracks_opens,
    (drafted ->> 'tracks_clicks')::boolean AS tracks_clicks,
    started_at,
    COALESCE(steps, '[]') AS steps,
    COALESCE(refused, '[]') AS refused
FROM (
    SELECT
        campaign_id,
        (array_agg(said) FILTER (WHERE kind = 'drafted'))[1] AS drafted,
        (
            array_agg(kind ORDER BY position DESC)
            FILTER (WHERE kind NOT IN ('steps_changed', 'audience_enrolled'))
        )[1] AS latest,
        (
            array_agg(said -> 'steps' ORDER BY position DESC)
            FILTER (WHERE kind IN ('drafted', 'steps_changed'))
        )[1] AS steps,
        (array_agg(said -> 'refused') FILTER (WHERE kind = 'audience_enrolled'))[1] AS refused,
        min(occurred_at) FILTER (WHERE kind = 'started') AS started_at
    FROM campaign_steps
    WHERE position <= %(p)s
      AND occurred_at <= %(t)s
      AND (%(campaign)s::uuid IS NULL OR campaign_id = %(campaign)s)
      AND (%(cursor)s::uuid IS NULL OR campaign_id > %(cursor)s)
    GROUP BY campaign_id
) AS told
WHERE drafted IS NOT NULL
ORDER BY campaign_id
LIMIT %(limit)s
"""

# What came of a step counts once, however often it came; scanners and what came back do not.
BY_STEP = """
SELECT
    step,
    count(*) AS planned,
    count(*) FILTER (WHERE sent) AS sent,
    count(*) FILTER (WHERE delivered AND NOT bounced) AS delivered,
    count(*) FILTER (WHERE opened) AS opened,
    count(*) FILTER (WHERE clicked) AS clicked,
    count(*) FILTER (WHERE replied) AS replied,
    count(*) FILTER (WHERE bounced) AS bounced
FROM (
    SELECT
        planned.step,
        COALESCE(bool_or(outcome.kind = 'contacted'), false) AS sent,
        COALESCE(bool_or(outcome.kind = 'delivered'), false) AS delivered,
        COALESCE(bool_or(outcome.kind = 'opened'), false) AS opened,
        COALESCE(bool_or(outcome.kind = 'clicked' AND outcome.counts), false) AS clicked,
        COALESCE(bool_or(outcome.kind = 'replied'), false) AS replied,
        COALESCE(bool_or(outcome.kind = 'bounced'), false) AS bounced
    FROM enrolment_steps planned
    LEFT JOIN outreach_steps outcome
        ON outcome.touchpoint_id = planned.touchpoint_id
        AND outcome.position <= %(p)s
        AND outcome.superseded_at > %(p)s
        AND outcome.occurred_at <= %(t)s
    WHERE planned.campaign_id = %(campaign)s
      AND planned.kind = 'step_planned'
      AND planned.position <= %(p)s
      AND planned.occurred_at <= %(t)s
    GROUP BY
        planned.step,
        planned.touchpoint_id
) AS told
GROUP BY step
ORDER BY step
"""

BY_CODE = """
SELECT
    kind,
    COALESCE(code, '') AS code,
    count(*) AS people
FROM enrolment_steps
WHERE campaign_id = %(campaign)s
  AND kind <> 'step_planned'
  AND position <= %(p)s
  AND occurred_at <= %(t)s
GROUP BY
    kind,
    code
ORDER BY
    kind,
    code
"""

ENROLLED = """
SELECT
    enrolment_id,
    (array_agg(candidate_id))[1] AS candidate_id,
    min(occurred_at) FILTER (WHERE kind = 'begun') AS since,
    (array_agg(step ORDER BY position DESC) FILTER (WHERE kind = 'step_planned'))[1] AS step,
    (array_agg(due_at ORDER BY position DESC) FILTER (WHERE kind = 'step_planned'))[1] AS due_at,
    (array_agg(code) FILTER (WHERE kind = 'step_held_back'))[1] AS held_back_by,
    (array_agg(code) FILTER (WHERE kind = 'ended'))[1] AS ended
FROM enrolment_steps
WHERE campaign_id = %(campaign)s
  AND position <= %(p)s
  AND occurred_at <= %(t)s
  AND (%(cursor)s::uuid IS NULL OR enrolment_id > %(cursor)s)
GROUP BY enrolment_id
HAVING NOT (%(going_on)s AND bool_or(kind = 'ended'))
ORDER BY enrolment_id
LIMIT %(limit)s
"""


class CampaignRow(BaseModel):
    """A sequence or campaign, and how it stands."""

    campaign_id: UUID
    kind: CampaignKind
    title: str
    state: CampaignState
    pool_id: Annotated[UUID | None, Field(description="A campaign's audience.")]
    sender_id: Annotated[UUID | None, Field(description="The member it comes from.")]
    tracks_opens: bool
    tracks_clicks: bool
    started_at: datetime | None
    steps: list[Step]
    refused: Annotated[
        list[RefusedRule], Field(description="How many of the audience a rule kept out, by rule.")
    ]


class StepNumbers(BaseModel):
    """What came of one step."""

    step: int
    planned: int
    sent: int
    delivered: Annotated[int, Field(description="Not come back within 72 hours.")]
    opened: int
    clicked: Annotated[int, Field(description="By people; scanners do not count.")]
    replied: int
    bounced: int


class CampaignNumbers(BaseModel):
    """How many go through a sequence or campaign, and what came of each step."""

    enrolled: int
    going_on: int
    ended: Annotated[dict[str, int], Field(description="How many, by why.")]
    held_back: Annotated[dict[str, int], Field(description="How many, by the rule.")]
    steps: list[StepNumbers]


class EnrolmentRow(BaseModel):
    """Somebody's way through a sequence or campaign."""

    enrolment_id: UUID
    candidate_id: UUID
    since: datetime
    step: Annotated[int | None, Field(description="The step that is planned, or was last.")]
    due_at: Annotated[datetime | None, Field(description="When it was planned for.")]
    held_back_by: Annotated[str | None, Field(description="The rule that kept it back.")]
    ended: Annotated[str | None, Field(description="Why it is over; null while it goes on.")]


def campaigns(
    connection: Connection,
    asked: Asked,
    *,
    campaign_id: UUID | None = None,
    cursor: UUID | None = None,
    limit: int = 100,
) -> list[CampaignRow]:
    """Sequences and campaigns in a stable order, after the cursor."""
    parameters = {**asked.parameters, "campaign": campaign_id, "cursor": cursor, "limit": limit}
    with connection.cursor(row_factory=class_row(CampaignRow)) as rows:
        return rows.execute(LIST, parameters).fetchall()


def numbers(connection: Connection, asked: Asked, campaign_id: UUID) -> CampaignNumbers:
    """How many go through it, and what came of each step."""
    parameters = {**asked.parameters, "campaign": campaign_id}
    with connection.cursor(row_factory=class_row(StepNumbers)) as rows:
        steps = rows.execute(BY_STEP, parameters).fetchall()
    counted: dict[str, dict[str, int]] = {"begun": {}, "ended": {}, "step_held_back": {}}
    for kind, code, people in connection.execute(BY_CODE, parameters):
        counted[kind][code] = people
    enrolled = sum(counted["begun"].values())
    return CampaignNumbers(
        enrolled=enrolled,
        going_on=enrolled - sum(counted["ended"].values()),
        ended=counted["ended"],
        held_back=counted["step_held_back"],
        steps=steps,
    )


def enrolled(
    connection: Connection,
    asked: Asked,
    campaign_id: UUID,
    *,
    going_on: bool = False,
    cursor: UUID | None = None,
    limit: int = 100,
) -> list[EnrolmentRow]:
    """Who goes, or went, through it, in a stable order, after the cursor."""
    parameters = {**asked.parameters, "campaign": campaign_id, "cursor": cursor, "limit": limit}
    with connection.cursor(row_factory=class_row(EnrolmentRow)) as rows:
        return rows.execute(ENROLLED, {**parameters, "going_on": going_on}).fetchall()
