"""Reminds interviewers of scorecards that are missing."""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from uuid import UUID

from commands import interviews
from domain.errors import NotFound
from policies.mail.addressed import mail_to, where
from policies.mail.composing import Mail
from policies.policy import Decision, MailPolicy, Settled
from store.database import Connection
from store.envelope import Attribution
from store.feed import LoggedEvent
from store.log import Log
from store.outbox import Effect

SUBJECT = "Your scorecard is missing"
BODY = """You held an interview on {date}, and your scorecard has not been handed in yet.

The others' assessments stay hidden from you until it is; and nobody can decide without yours.

Interview {interview_id}
"""


class RemindInterviewers(MailPolicy):
    """Interview over, no scorecard some days later → mail to the interviewer."""

    name = "remind-interviewers"
    says = "Reminds each interviewer, once, of a scorecard missing some days after the interview."
    follows = (
        "interview.scheduled",
        "interview.rescheduled",
        "interview.changed",
        "interview.cancelled",
        "interview.no_show",
        "interview.scorecard_submitted",
    )

    def decide(self, event: LoggedEvent) -> Sequence[Decision]:
        said = event.data
        interview_id = UUID(said["interview_id"])
        if event.type == "interview.scorecard_submitted":
            return [Settled(interview_id, "submitted", effect=_effect(said["interviewer_id"]))]
        # Whatever was planned for how it was to be before is not planned any more.
        return [Settled(interview_id, event.type.removeprefix("interview.")), *self._due(event)]

    def _due(self, event: LoggedEvent) -> Iterator[Effect]:
        said = event.data
        if not said.get("ends_at"):
            return
        days = timedelta(days=self.settings.scorecard_reminder_days)
        due_at = datetime.fromisoformat(said["ends_at"]) + days
        if due_at <= event.recorded_at:
            return
        for interviewer in said.get("interviewer_ids", ()):
            yield Effect(
                self.name,
                event.position,
                _effect(interviewer),
                UUID(said["interview_id"]),
                UUID(said["application_id"]),
                due_at,
            )

    def prepare(self, log: Log, connection: Connection, effect: Effect) -> Mail | str:
        application_id, interviewer_id = _of(effect), _interviewer(effect)
        candidate = log.candidate_of(application_id)
        if candidate.has_scorecard(effect.about, interviewer_id):
            return "submitted"
        interview = candidate.interview(effect.about)
        if not interview.is_met_by(interviewer_id):
            return (
                "released" if interviewer_id not in interview.interviewer_ids else interview.state
            )
        if not candidate.application(application_id).is_open:
            return "decided"
        ended_on = effect.due_at - timedelta(days=self.settings.scorecard_reminder_days)
        return mail_to(
            self,
            log,
            connection,
            effect,
            interviewer_id,
            purpose="remind of scorecard",
            subject=SUBJECT,
            body=BODY.format(date=ended_on.date(), interview_id=effect.about)
            + where(
                self.settings,
                f"/applications/{application_id}",
                "Write it here, on a phone too",
                todo="scorecard",
                about=effect.about,
            ),
        )

    def sent(self, log: Log, effect: Effect, _: Mail, by: Attribution) -> None:
        interviews.remind(log, by, _of(effect), effect.about, interviewer_id=_interviewer(effect))

    def refused(self, log: Log, effect: Effect, code: str, by: Attribution) -> None:
        """The outbox tells it; nothing happened to the candidate."""


def _effect(interviewer_id: str) -> str:
    return f"remind:{interviewer_id}"


def _interviewer(effect: Effect) -> UUID:
    return UUID(effect.effect.removeprefix("remind:"))


def _of(effect: Effect) -> UUID:
    if effect.application_id is None:
        raise NotFound(what="application", id=effect.about)
    return effect.application_id
