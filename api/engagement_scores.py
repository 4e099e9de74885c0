"""Engagement scores over HTTP: how warm contact with one person is, checkable by hand."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query

from api.asking import Answered, Asking, asking, getting, parsed
from api.metrics import PolicyName
from domain.errors import NotFound
from domain.role import READING
from projections import candidates, policies
from projections.asked import time_zone
from projections.dates import window
from projections.metrics import engagement_score
from projections.metrics.answer import chosen_policy
from projections.metrics.engagement_score import ENGAGEMENT_SCORE, Score, score_of
from projections.metrics.question import Question

READS = (*engagement_score.READS, *candidates.READS, policies.READ_MODEL)

router = APIRouter(prefix="/api/candidates/{candidate_id}", tags=["Outreach"])
get = getting(router)


class EngagementScore(Answered, Score):
    """How warm contact with a candidate is, and what that is made of."""


@get("/engagement-score")
def get_candidate_engagement_score(
    candidate_id: UUID,
    ask: Asking = asking(READING, READS),
    from_: Annotated[
        str | None, Query(alias="from", description="Only responses from this date or time on.")
    ] = None,
    to: Annotated[
        str | None, Query(description="As at the end of this date, or just before this time.")
    ] = None,
    policy: PolicyName = None,
) -> EngagementScore:
    """The engagement score of a candidate, with the responses it is computed from."""
    since, until = parsed("from", from_), parsed("to", to)
    with ask.at() as (connection, asked):
        if not candidates.candidates(connection, asked, candidate_ids=[candidate_id]):
            raise NotFound(what="candidate", id=candidate_id)
        zone = time_zone(connection)
        within = window(since, until, zone)
        question = Question(within["since"], within["until"], zone=zone)
        chosen = chosen_policy(connection, asked, ENGAGEMENT_SCORE, policy, question)
        score = score_of(connection, asked, chosen, question, candidate_id)
    return EngagementScore(**asked.model_dump(), **dict(score))
