"""Commands about what candidates and hiring managers are asked, and what they answer."""

from uuid import UUID

from domain.candidate import Candidate
from domain.feedback import SurveyMoment
from domain.survey import SURVEYS, AnsweredAlready
from store.envelope import Attribution
from store.log import Log, Recorded


def note_sent(
    log: Log,
    by: Attribution,
    survey_id: UUID,
    moment: SurveyMoment,
    application_id: UUID,
    *,
    mail_hash: str,
    recipient: str,
) -> Recorded:
    """Records that a candidate was asked."""
    candidate = log.candidate_of(application_id)
    candidate.note_survey_sent(survey_id, moment, application_id, mail_hash, recipient)
    return log.record(candidate, by=by)


def answer(
    log: Log, application_id: UUID, survey_id: UUID, score: int, comment: str | None
) -> Recorded:
    """Keeps what a candidate answers by the link of our mail; it is their own act."""
    candidate = log.candidate_of(application_id)
    candidate.answer_asked(survey_id, score, comment)
    return log.record(candidate, by=_themselves(candidate))


def opt_out(log: Log, application_id: UUID) -> None:
    """Records that a candidate wants to be asked nothing any more; once is enough."""
    candidate = log.candidate_of(application_id)
    candidate = log.candidate(candidate.survivor_id)
    if SURVEYS not in candidate.person.opted_out:
        candidate.opt_out(SURVEYS)
        log.record(candidate, by=_themselves(candidate))


def note_outcome_asked(
    log: Log, by: Attribution, application_id: UUID, day: int, member_id: UUID, mail_hash: str
) -> Recorded:
    """Records that a hiring manager was asked how a hire turned out."""
    candidate = log.candidate_of(application_id)
    candidate.note_outcome_asked(application_id, day, member_id, mail_hash)
    return log.record(candidate, by=by)


def answer_outcome(
    log: Log, application_id: UUID, day: int, member_id: UUID, **told: int | bool | None
) -> Recorded:
    """Keeps what a hiring manager answers by the link of our mail. Raises AnsweredAlready."""
    candidate = log.candidate_of(application_id)
    candidate.guard((application_id, day) not in candidate.outcomes_told, AnsweredAlready())
    candidate.record_outcome(application_id, day, **told)  # type: ignore[arg-type]
    by = Attribution("person", member_id, "hiring_manager", "web")
    return log.record(candidate, by=by)


def _themselves(candidate: Candidate) -> Attribution:
    return Attribution("candidate", candidate.id, "candidate", "web")
