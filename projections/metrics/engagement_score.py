"""Engagement score: how warm contact with a person is, from 0 to 100.

A reply, a click (not a mail scanner's), an attendance and an application each add their weight,
halved for every half-life that has passed since; together at most 100. Counted are the responses
from `from` on, or all, as of the end of the window or the time asked about, whichever is earlier.
The metric is of the people reached in the window, as engagement has it; the score of any one person
is told with what it is made of.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Self
from uuid import UUID

from psycopg.rows import class_row
from pydantic import BaseModel, Field

from projections import engagement
from projections.asked import Asked
from projections.metrics.metric import Figures, Metric, Sums, case_parameters
from projections.metrics.policy import Policy
from projections.metrics.question import Question
from store.database import Connection

MOST = 100.0
Weight = Annotated[int, Field(ge=0, le=100)]


class EngagementScorePolicy(Policy):
    """What each response weighs, and after how many days it weighs half."""

    reply: Weight = 30
    click: Weight = 10
    attendance: Weight = 25
    application: Weight = 35
    half_life_days: Annotated[int, Field(ge=1, le=3650)] = 180


RESPONSES = """
SELECT
    candidate_id,
    kind,
    occurred_at,
    position,
    origin,
    weight,
    weight * power(
        0.5::float8,
        extract(epoch FROM as_of - occurred_at)::float8 / 86400 / %(half_life_days)s
    ) AS contribution
FROM (
    SELECT
        candidate_id,
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
        LEAST(%(to)s::timestamptz, COALESCE(%(as_of)s, now())) AS as_of
    FROM outreach_steps
    WHERE kind IN ('replied', 'clicked', 'attended', 'applied')
      AND counts
      AND position <= %(p)s
      AND superseded_at > %(p)s
      AND occurred_at <= %(t)s
      AND (%(from)s::timestamptz IS NULL OR occurred_at >= %(from)s)
      AND (%(to)s::timestamptz IS NULL OR occurred_at < %(to)s)
      AND (%(candidate)s::uuid IS NULL OR candidate_id = %(candidate)s)
) AS weighed
"""
