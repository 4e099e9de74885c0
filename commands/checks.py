"""Commands about references, assessments and background checks."""

from datetime import datetime
from typing import Any
from uuid import UUID

from domain.check import WAITING_DAYS
from store.envelope import Attribution
from store.ids import new_id
from store.log import Log, Recorded


def record_reference(
    log: Log,
    by: Attribution,
    application_id: UUID,
    *,
    occurred_at: datetime | None = None,
    **said: Any,
) -> Recorded:
    """Keeps what somebody who knows the applicant said."""
    candidate = log.candidate_of(application_id).at(occurred_at)
    candidate.record_reference(application_id, **said)
    return log.record(candidate, by=by)


def record_assessment(
    log: Log,
    by: Attribution,
    application_id: UUID,
    *,
    occurred_at: datetime | None = None,
    **said: Any,
) -> Recorded:
    """Keeps the result of a test."""
    candidate = log.candidate_of(application_id).at(occurred_at)
    candidate.record_assessment(application_id, **said)
    return log.record(candidate, by=by)


def record_background_check(
    log: Log,
    by: Attribution,
    application_id: UUID,
    *,
    occurred_at: datetime | None = None,
    **said: Any,
) -> Recorded:
    """Orders a background check, or keeps one that was reported already."""
    candidate = log.candidate_of(application_id).at(occurred_at)
    candidate.record_background_check(application_id, new_id(), **said)
    return log.record(candidate, by=by)


def report_background_check(
    log: Log,
    by: Attribution,
    application_id: UUID,
    check_id: UUID,
    *,
    status: str,
    details: str | None = None,
    occurred_at: datetime | None = None,
) -> Recorded:
    """Keeps how a background check stands by now."""
    candidate = log.candidate_of(application_id).at(occurred_at)
    candidate.report_background_check(application_id, check_id, status, details)
    return log.record(candidate, by=by)


def give_pre_adverse_notice(
    log: Log,
    by: Attribution,
    application_id: UUID,
    check_id: UUID,
    *,
    waiting_days: int = WAITING_DAYS,
    occurred_at: datetime | None = None,
) -> Recorded:
    """Records that the applicant got the report and their rights."""
    candidate = log.candidate_of(application_id).at(occurred_at)
    candidate.give_pre_adverse_notice(application_id, check_id, waiting_days)
    return log.record(candidate, by=by)


def give_adverse_action_notice(
    log: Log,
    by: Attribution,
    application_id: UUID,
    check_id: UUID,
    *,
    waiver: str | None = None,
    occurred_at: datetime | None = None,
) -> Recorded:
    """Records that the applicant was told that the report counted against them."""
    candidate = log.candidate_of(application_id).at(occurred_at)
    candidate.give_adverse_action_notice(application_id, check_id, waiver)
    return log.record(candidate, by=by)
