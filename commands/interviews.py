"""Commands about interviews."""

from datetime import datetime
from uuid import UUID

from commands.plans import plan_of, requisition_of
from domain.candidate import Candidate
from domain.errors import NotFound
from store.envelope import Attribution
from store.ids import new_id
from store.log import Log, Recorded


def schedule(
    log: Log,
    by: Attribution,
    application_id: UUID,
    *,
    starts_at: datetime,
    ends_at: datetime,
    time_zone: str | None = None,
    stage: str | None = None,
    interviewer_ids: tuple[UUID, ...] = (),
    location: str | None = None,
    occurred_at: datetime | None = None,
) -> Recorded:
    """Arranges an interview."""
    candidate = log.candidate_of(application_id).at(occurred_at)
    requisition = requisition_of(log, candidate, application_id)
    candidate.schedule_interview(
        application_id,
        new_id(),
        plan_of(requisition),
        starts_at=starts_at,
        ends_at=ends_at,
        time_zone=time_zone,
        stage_id=stage,
        interviewer_ids=interviewer_ids,
        location=location,
    )
    return log.record(candidate, by=by, relying_on=[requisition])


def hold(
    log: Log,
    by: Attribution,
    application_id: UUID,
    interview_id: UUID,
    *,
    occurred_at: datetime | None = None,
) -> Recorded:
    """Records that an interview took place."""
    candidate = _candidate(log, application_id, interview_id).at(occurred_at)
    requisition = requisition_of(log, candidate, application_id)
    candidate.hold_interview(interview_id, plan_of(requisition))
    return log.record(candidate, by=by, relying_on=[requisition])


def submit_scorecard(
    log: Log,
    by: Attribution,
    application_id: UUID,
    interview_id: UUID,
    *,
    interviewer_id: UUID,
    overall: str,
    notes: str | None = None,
    occurred_at: datetime | None = None,
) -> Recorded:
    """Keeps one interviewer's assessment."""
    candidate = _candidate(log, application_id, interview_id).at(occurred_at)
    candidate.submit_scorecard(interview_id, interviewer_id, overall, notes)
    return log.record(candidate, by=by)


def remind(
    log: Log, by: Attribution, application_id: UUID, interview_id: UUID, *, interviewer_id: UUID
) -> Recorded:
    """Records that an interviewer was asked for the scorecard that is missing."""
    candidate = _candidate(log, application_id, interview_id)
    candidate.remind_of_scorecard(interview_id, interviewer_id)
    return log.record(candidate, by=by)


def _candidate(log: Log, application_id: UUID, interview_id: UUID) -> Candidate:
    """The candidate, if the interview is one of this application's."""
    candidate = log.candidate_of(application_id)
    if candidate.interview(interview_id).application_id != application_id:
        raise NotFound(what="interview", id=interview_id)
    return candidate
