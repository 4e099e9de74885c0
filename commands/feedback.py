"""Commands about what was learned afterwards."""

from datetime import datetime
from uuid import UUID

from domain.feedback import SurveyMoment
from store.envelope import Attribution
from store.log import Log, Recorded


def answer_survey(
    log: Log,
    by: Attribution,
    candidate_id: UUID,
    *,
    moment: SurveyMoment,
    score: int,
    application_id: UUID | None = None,
    comment: str | None = None,
    occurred_at: datetime | None = None,
) -> Recorded:
    """Keeps what a candidate answered."""
    candidate = log.candidate(candidate_id).with_application(application_id).at(occurred_at)
    candidate.answer_survey(moment, score, application_id=application_id, comment=comment)
    return log.record(candidate, by=by)


def record_outcome(
    log: Log,
    by: Attribution,
    application_id: UUID,
    *,
    day: int,
    performance: int | None = None,
    ramp_up: int | None = None,
    manager_satisfaction: int | None = None,
    retained: bool | None = None,
    occurred_at: datetime | None = None,
) -> Recorded:
    """Keeps how a hire turned out."""
    candidate = log.candidate_of(application_id).at(occurred_at)
    candidate.record_outcome(
        application_id,
        day,
        performance=performance,
        ramp_up=ramp_up,
        manager_satisfaction=manager_satisfaction,
        retained=retained,
    )
    return log.record(candidate, by=by)
