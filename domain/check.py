"""Checks of an applicant: references, assessments, and background checks with what they demand.

Whoever turns somebody down because of a background check first sends them the report and their
rights, and waits (in the US: 15 U.S.C. 1681b(b)(3); the notice afterwards: 15 U.S.C. 1681m). Each
step is an event, so that the record shows that they were taken, and when.
"""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Annotated
from uuid import UUID

from pydantic import Field

from domain.application import ApplicationEvent
from domain.errors import NotFound, Refusal
from domain.event import Code, Count, EvaluationText
from domain.reason import BACKGROUND_CHECK
from domain.transfer import Transfers

Measure = Annotated[
    str,
    Field(
        pattern=r"^-?[0-9]{1,9}(\.[0-9]{1,4})?$",
        description="A number as decimal text.",
        examples=["87.5"],
    ),
]

ORDERED, CLEAR = "ordered", "clear"
"""The statuses of a background check that give nobody a reason to say no."""
WAITING_DAYS = 7
"""Calendar days that hold the five business days usually thought long enough to answer."""


class CheckEvent(ApplicationEvent):
    """Something learned of an applicant from others, or done because of it."""


class ReferenceChecked(CheckEvent, name="application.reference_checked"):
    sentence = "Reference checked ({relationship}): {outcome}"
    relationship: Code
    outcome: Code
    referee: EvaluationText = None
    notes: EvaluationText = None


class AssessmentRecorded(CheckEvent, name="application.assessment_recorded"):
    sentence = "Assessment {kind} of {provider}: {outcome}"
    provider: Code
    kind: Code
    outcome: Code
    score: Measure | None = None
    scale_from: Measure | None = None
    scale_to: Measure | None = None
    result: EvaluationText = None


class BackgroundCheckEvent(CheckEvent):
    """Something that happened to one background check."""

    check_id: UUID


class BackgroundCheckRecorded(BackgroundCheckEvent, name="application.background_check_recorded"):
    sentence = "Background check recorded"
    kind: Code
    status: Code
    provider: Code
    details: EvaluationText = None


class PreAdverseNoticeGiven(BackgroundCheckEvent, name="application.pre_adverse_notice_given"):
    """The applicant has the report and a summary of their rights."""

    sentence = "Notice given before acting on a background check; {waiting_days} days to answer"
    waiting_days: Count


class AdverseActionNoticeGiven(
    BackgroundCheckEvent, name="application.adverse_action_notice_given"
):
    """The applicant knows that the report counted against them."""

    sentence = "Notice given of acting on a background check"
    waiver: Code | None = None


class ScoreNeedsScale(Refusal):
    """score, scale_from and scale_to belong together; {missing} is missing."""


class ScoreOutsideScale(Refusal):
    """score {score} is not between scale_from {scale_from} and scale_to {scale_to}."""


class NothingAdverse(Refusal):
    """The background check is {status}; there is nothing to give notice of."""

    status = 409


class NoPreAdverseNotice(Refusal):
    """Give notice before acting on a background check, or say why not (waiver)."""

    status = 409


class WaitingPeriodRuns(Refusal):
    """The applicant may answer until {until}; wait till then, or say why not (waiver)."""

    status = 409


@dataclass
class BackgroundCheck:
    """One background check, as it was reported last."""

    application_id: UUID
    kind: str
    provider: str
    status: str
    may_answer_until: datetime | None = None
    """The end of the waiting period, once notice was given."""


class Checks(Transfers):
    """The decisions about checks. They are evidence: a closed application takes them too."""

    background_checks: dict[UUID, BackgroundCheck] = field(default_factory=dict)

    def record_reference(
        self,
        application_id: UUID,
        *,
        relationship: str,
        outcome: str,
        referee: str | None = None,
        notes: str | None = None,
    ) -> None:
        """Keeps what somebody who knows the applicant said."""
        self.guard_begun(self.application(application_id))
        self.happened(
            ReferenceChecked,
            application_id=application_id,
            relationship=relationship,
            outcome=outcome,
            referee=referee,
            notes=notes,
        )

    def record_assessment(
        self,
        application_id: UUID,
        *,
        provider: str,
        kind: str,
        outcome: str,
        score: str | None = None,
        scale_from: str | None = None,
        scale_to: str | None = None,
        result: str | None = None,
    ) -> None:
        """Keeps the result of a test. Raises ScoreNeedsScale, ScoreOutsideScale."""
        self.guard_begun(self.application(application_id))
        self._guard_score(score, scale_from, scale_to)
        self.happened(
            AssessmentRecorded,
            application_id=application_id,
            provider=provider,
            kind=kind,
            outcome=outcome,
            score=score,
            scale_from=scale_from,
            scale_to=scale_to,
            result=result,
        )

    def _guard_score(self, score: str | None, scale_from: str | None, scale_to: str | None) -> None:
        said = {"score": score, "scale_from": scale_from, "scale_to": scale_to}
        missing = [name for name, value in said.items() if value is None]
        if missing and len(missing) < len(said):
            self.guard(False, ScoreNeedsScale(missing=missing[0]))
        if score and scale_from and scale_to:
            self.guard(
                Decimal(scale_from) <= Decimal(score) <= Decimal(scale_to),
                ScoreOutsideScale(score=score, scale_from=scale_from, scale_to=scale_to),
            )

    def background_check(self, id: UUID, application_id: UUID) -> BackgroundCheck:
        """One of an application's background checks. Raises NotFound."""
        check = self.background_checks.get(id)
        if check is None or check.application_id != application_id:
            raise NotFound(what="background check", id=id)
        return check

    def record_background_check(
        self,
        application_id: UUID,
        check_id: UUID,
        *,
        kind: str,
        provider: str,
        status: str,
        details: str | None = None,
    ) -> None:
        """Orders a background check, or keeps one that was reported already."""
        self.guard_begun(self.application(application_id))
        self.happened(
            BackgroundCheckRecorded,
            application_id=application_id,
            check_id=check_id,
            kind=kind,
            provider=provider,
            status=status,
            details=details,
        )

    def report_background_check(
        self, application_id: UUID, check_id: UUID, status: str, details: str | None = None
    ) -> None:
        """Keeps how a background check stands by now."""
        check = self.background_check(check_id, application_id)
        self.record_background_check(
            application_id,
            check_id,
            kind=check.kind,
            provider=check.provider,
            status=status,
            details=details,
        )

    def give_pre_adverse_notice(
        self, application_id: UUID, check_id: UUID, waiting_days: int = WAITING_DAYS
    ) -> None:
        """Records that the applicant got the report and their rights, and may answer."""
        check = self.background_check(check_id, application_id)
        self.guard(check.status not in (ORDERED, CLEAR), NothingAdverse(status=check.status))
        self.happened(
            PreAdverseNoticeGiven,
            application_id=application_id,
            check_id=check_id,
            waiting_days=waiting_days,
        )

    def give_adverse_action_notice(
        self, application_id: UUID, check_id: UUID, waiver: str | None = None
    ) -> None:
        """Records that the applicant was told that the report counted against them."""
        check = self.background_check(check_id, application_id)
        self.guard(check.status not in (ORDERED, CLEAR), NothingAdverse(status=check.status))
        if waiver is None:
            self._guard_waited([check])
        self.happened(
            AdverseActionNoticeGiven,
            application_id=application_id,
            check_id=check_id,
            waiver=waiver,
        )

    def reject(
        self,
        application_id: UUID,
        reason_code: str,
        *,
        notes: str | None = None,
        rule: str | None = None,
        waiver: str | None = None,
    ) -> None:
        """Ends an application: we say no; because of a background check, after waiting.

        `waiver` says why there was no waiting. Raises NoPreAdverseNotice, WaitingPeriodRuns.
        """
        if reason_code == BACKGROUND_CHECK and waiver is None:
            self._open(application_id)
            self._guard_waited(
                [
                    check
                    for check in self.background_checks.values()
                    if check.application_id == application_id and check.status != CLEAR
                ]
            )
        super().reject(application_id, reason_code, notes=notes, rule=rule, waiver=waiver)

    def _guard_waited(self, checks: list[BackgroundCheck]) -> None:
        """Refuses unless notice was given of one of these checks, and its time is over."""
        ends = [check.may_answer_until for check in checks if check.may_answer_until]
        self.guard(bool(ends), NoPreAdverseNotice())
        first = min(ends, default=self.occurring)
        self.guard(first <= self.occurring, WaitingPeriodRuns(until=first.isoformat()))

    def note_check(self, event: CheckEvent) -> None:
        """Notes what became of a background check; all else is evidence that decides nothing."""
        match event:
            case BackgroundCheckRecorded():
                known = self.background_checks.get(event.check_id)
                self.background_checks[event.check_id] = BackgroundCheck(
                    event.application_id,
                    event.kind,
                    event.provider,
                    event.status,
                    known.may_answer_until if known else None,
                )
            case PreAdverseNoticeGiven():
                check = self.background_checks[event.check_id]
                check.may_answer_until = event.timestamp + timedelta(days=event.waiting_days)
