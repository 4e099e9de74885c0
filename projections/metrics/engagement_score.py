"""Engagement score: how warm contact with a person is, from 0 to 100.

A reply, a click (not a mail scanner's), an attendance and an application each add their weight,
halved for every half-life that has passed since; all together add up to 100 at most. Counted are
responses from the window's start on (or all) to its end or the time asked about, whichever comes
first; that is also the moment the score is for. The metric is of the people reached in the window,
as the engagement rate has it; the score of any one person is told with what it is made of.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Self
from uuid import UUID

from psycopg.rows import class_row
from pydantic import BaseModel, Field

from projections import engagement, people
from projections.asked import Asked
from projections.metrics.engagement import REACHED
from projections.metrics.metric import Figures, Metric, Sums, case_parameters
from projections.metrics.policy import Policy
from projections.metrics.question import Question
from store.database import Connection

READS = (engagement.READ_MODEL, people.READ_MODEL)
MOST = 100.0
Weight = Annotated[int, Field(ge=0, le=100)]


class EngagementScorePolicy(Policy):
    """What each response weighs, and after how many days it weighs half."""

    reply: Weight = 30
    click: Weight = 10
    attendance: Weight = 25
    application: Weight = 35
    half_life_days: Annotated[int, Field(ge=1, le=3650)] = 180


WEIGHTS = EngagementScorePolicy().model_dump()

# After a thousand half-lives nothing is left that a number could hold.
RESPONSES = """
SELECT
    candidate_id,
    history_id,
    kind,
    occurred_at,
    position,
    origin,
    weight,
    weight * power(
        0.5::float8,
        LEAST(
            GREATEST(extract(epoch FROM scored_at - occurred_at), 0)::float8
                / 86400 / %(half_life_days)s,
            1000
        )
    ) AS contribution
FROM (
    SELECT
        COALESCE(one_person.person_id, response.candidate_id) AS candidate_id,
        response.candidate_id AS history_id,
        kind,
        occurred_at,
        position,
        origin,
        CASE kind
            WHEN 'replied' THEN %(reply)s
            WHEN 'clicked' THEN %(click)s
            WHEN 'attended' THEN %(attendance)s
            ELSE %(application)s
        END AS weight,
        LEAST(%(to)s::timestamptz, COALESCE(%(as_of)s, now())) AS scored_at
    FROM outreach_steps response
    LEFT JOIN one_person ON one_person.candidate_id = response.candidate_id
    WHERE kind IN ('replied', 'clicked', 'attended', 'applied')
      AND counts
      AND position <= %(p)s
      AND superseded_at > %(p)s
      AND occurred_at <= %(t)s
      AND (%(from)s::timestamptz IS NULL OR occurred_at >= %(from)s)
      AND (%(to)s::timestamptz IS NULL OR occurred_at < %(to)s)
) AS weighed
"""

CASES = f"""
WITH {REACHED},
scores AS (
    SELECT
        candidate_id,
        LEAST(sum(contribution), 100) AS score
    FROM ({RESPONSES}) AS responses
    GROUP BY candidate_id
)
SELECT
    NULL::text AS step,
    people.candidate_id AS case_id,
    people.candidate_id,
    NULL::uuid AS application_id,
    NULL::uuid AS requisition_id,
    campaign_id,
    NULL::text AS source,
    NULL::text AS origin,
    first_reached_at AS started_at,
    first_reached_at AS ended_at,
    COALESCE(score, 0)::float8 AS num,
    1::float8 AS den,
    0::float8 AS extra
FROM people
LEFT JOIN scores ON scores.candidate_id = people.candidate_id
"""  # noqa: S608  # composed of what stands in this folder

SCORED_AT = "SELECT LEAST(%(to)s::timestamptz, COALESCE(%(as_of)s, now()))"
OF_ONE = f"""
WITH {people.ONE_PERSON}
SELECT
    kind,
    occurred_at,
    position,
    weight,
    contribution
FROM ({RESPONSES}) AS responses
WHERE history_id = ANY(%(histories)s)
ORDER BY
    occurred_at DESC,
    origin DESC
"""  # noqa: S608  # as above


class EngagementScores(Figures):
    """How warm contact is with the people reached in a window."""

    people: Annotated[int, Field(description="People with at least one delivered touchpoint.")]
    mean_score: Annotated[float | None, Field(description="0 to 100; null of nobody.")]
    median_score: Annotated[float | None, Field(description="0 to 100; null of nobody.")]

    @classmethod
    def of(cls, sums: Sums, together: Sequence[Sums]) -> Self:  # noqa: ARG003
        mean = sums.num / sums.den if sums.den else None
        return cls(people=sums.n, mean_score=mean, median_score=sums.median)


ENGAGEMENT_SCORE = Metric(
    name="engagement-score",
    title="Engagement score",
    definition="Replies, clicks, attendances and applications of the people reached in the window,"
    " weighted and fading with a half-life, 0 to 100 a person.",
    unit="points",
    figures=EngagementScores,
    cases=CASES,
    reads=READS,
    policy=EngagementScorePolicy,
    spread=True,
    value="mean_score",
)


class Response(BaseModel):
    """Something a person did in return, and what is left of its weight."""

    kind: Annotated[str, Field(description="replied, clicked, attended or applied.")]
    occurred_at: datetime
    position: Annotated[int, Field(description="The log position of the event that says so.")]
    weight: Annotated[int, Field(description="What it added at the time.")]
    contribution: Annotated[
        float, Field(description="weight * 0.5 ^ (days since / half_life_days).")
    ]


class Score(BaseModel):
    """The score of one person, and what it is made of."""

    candidate_id: UUID
    score: Annotated[float, Field(description="The sum of the contributions, at most 100.")]
    scored_at: Annotated[datetime, Field(description="The moment it is for.")]
    policy: Annotated[str, Field(description="The choices it was computed by.")]
    weights: Annotated[
        dict[str, int],
        Field(description="Of each kind of response, and half_life_days.", examples=[WEIGHTS]),
    ]
    responses: Annotated[list[Response], Field(description="The newest first.")]


def score_of(
    connection: Connection, asked: Asked, policy: Policy, question: Question, candidate_id: UUID
) -> Score:
    """How warm contact with one person is; 0 for someone who never responded."""
    parameters = case_parameters(ENGAGEMENT_SCORE, asked, policy, question)
    parameters["histories"] = of_person = people.histories(connection, asked, candidate_id)
    with connection.cursor(row_factory=class_row(Response)) as rows:
        responses = rows.execute(OF_ONE.encode(), parameters).fetchall()
    (scored_at,) = connection.execute(SCORED_AT.encode(), parameters).fetchall()[0]
    return Score(
        candidate_id=of_person[0],
        score=min(MOST, sum(response.contribution for response in responses)),
        scored_at=scored_at,
        policy=policy.name,
        weights=policy.model_dump(),
        responses=responses,
    )
