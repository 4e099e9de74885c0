"""Commands about interviews."""

from datetime import datetime
from uuid import UUID

from commands.plans import plan_of, requisition_of
from domain.candidate import Candidate
from domain.errors import NotFound
from domain.interview import InvitationBounced, InvitationSent, Participation, Party
from domain.kit import NO_KIT, Kit, KitReference, Rating
from domain.requisition import Requisition
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
    silent: bool = False,
    despite_conflicts: bool = False,
    occurred_at: datetime | None = None,
) -> Recorded:
    """Arranges an interview. Raises TimeTaken, unless it is to be despite conflicts."""
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
        kit=kit_for(candidate, requisition, application_id, stage),
        silent=silent,
        despite_conflicts=despite_conflicts,
    )
    return log.record(candidate, by=by, relying_on=[requisition])


def kit_for(
    candidate: Candidate, requisition: Requisition | None, application_id: UUID, stage: str | None
) -> KitReference | None:
    """The kit that an interview arranged now has."""
    if requisition is None:
        return None
    stage = candidate.stage_of_next_interview(application_id, requisition.plan, stage)
    return requisition.kit_for(stage) if stage else None


def rearrange(
    log: Log,
    by: Attribution,
    application_id: UUID,
    interview_id: UUID,
    *,
    starts_at: datetime | None = None,
    ends_at: datetime | None = None,
    time_zone: str | None = None,
    interviewer_ids: tuple[UUID, ...] | None = None,
    location: str | None = None,
    renew_kit: bool = False,
    reason_code: str | None = None,
    silent: bool = False,
    despite_conflicts: bool = False,
    occurred_at: datetime | None = None,
) -> Recorded:
    """Moves or changes an interview still to be held; what is omitted stays."""
    candidate = _candidate(log, application_id, interview_id).at(occurred_at)
    requisition = requisition_of(log, candidate, application_id)
    kit = None
    if renew_kit:
        stage = candidate.interview(interview_id).stage_id
        kit = kit_for(candidate, requisition, application_id, stage)
    candidate.rearrange_interview(
        interview_id,
        starts_at=starts_at,
        ends_at=ends_at,
        time_zone=time_zone,
        interviewer_ids=interviewer_ids,
        location=location,
        kit=kit,
        reason_code=reason_code,
        silent=silent,
        despite_conflicts=despite_conflicts,
    )
    return log.record(candidate, by=by, relying_on=[requisition])


def cancel(
    log: Log,
    by: Attribution,
    application_id: UUID,
    interview_id: UUID,
    reason_code: str,
    *,
    cancelled_by: Party = Party.US,
    silent: bool = False,
    occurred_at: datetime | None = None,
) -> Recorded:
    """Calls an interview off."""
    candidate = _candidate(log, application_id, interview_id).at(occurred_at)
    candidate.cancel_interview(interview_id, reason_code, cancelled_by=cancelled_by, silent=silent)
    return log.record(candidate, by=by)


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


def miss(
    log: Log,
    by: Attribution,
    application_id: UUID,
    interview_id: UUID,
    absent: Party,
    *,
    interviewer_id: UUID | None = None,
    occurred_at: datetime | None = None,
) -> Recorded:
    """Records that somebody did not come to an interview."""
    candidate = _candidate(log, application_id, interview_id).at(occurred_at)
    candidate.miss_interview(interview_id, absent, interviewer_id)
    return log.record(candidate, by=by)


def answer(
    log: Log,
    by: Attribution,
    interview_id: UUID,
    participation: Participation,
    *,
    interviewer_id: UUID | None = None,
    sequence: int | None = None,
    comment: str | None = None,
    occurred_at: datetime | None = None,
) -> Recorded:
    """Keeps what somebody invited answered, by mail or by word of mouth."""
    candidate = log.candidate_of_interview(interview_id).at(occurred_at)
    candidate.answer_interview(
        interview_id,
        participation,
        interviewer_id=interviewer_id,
        sequence=sequence,
        comment=comment,
    )
    return log.record(candidate, by=by)


def note_mail(
    log: Log,
    by: Attribution,
    interview_id: UUID,
    *,
    method: str,
    sequence: int,
    mail_id: UUID,
    interviewer_id: UUID | None,
    recipient: str,
) -> Recorded:
    """Records that a mail about an interview was handed over."""
    candidate = log.candidate_of_interview(interview_id)
    candidate.note_interview_mail(
        interview_id,
        InvitationSent,
        method=method,
        sequence=sequence,
        mail_id=mail_id,
        interviewer_id=interviewer_id,
        recipient=recipient,
    )
    return log.record(candidate, by=by)


def note_bounce(
    log: Log,
    by: Attribution,
    interview_id: UUID,
    code: str,
    *,
    permanent: bool,
    interviewer_id: UUID | None,
) -> Recorded:
    """Records that a mail about an interview came back, or could not be sent."""
    candidate = log.candidate_of_interview(interview_id)
    candidate.note_interview_mail(
        interview_id,
        InvitationBounced,
        code=code,
        permanent=permanent,
        interviewer_id=interviewer_id,
    )
    return log.record(candidate, by=by)


def submit_scorecard(
    log: Log,
    by: Attribution,
    application_id: UUID,
    interview_id: UUID,
    *,
    interviewer_id: UUID,
    overall: str,
    ratings: tuple[Rating, ...] = (),
    notes: str | None = None,
    occurred_at: datetime | None = None,
) -> Recorded:
    """Keeps one interviewer's assessment, on the scales of the interview's kit."""
    candidate = _candidate(log, application_id, interview_id).at(occurred_at)
    if ratings:
        kit_of(log, candidate, interview_id).guard_ratings(ratings)
    candidate.submit_scorecard(interview_id, interviewer_id, overall, notes, ratings)
    return log.record(candidate, by=by)


def kit_of(log: Log, candidate: Candidate, interview_id: UUID) -> Kit:
    """The kit of an interview, as it stood when the interview was arranged."""
    reference = candidate.interview(interview_id).now.kit
    return log.requisition(reference.requisition_id).kit(reference) if reference else NO_KIT


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
