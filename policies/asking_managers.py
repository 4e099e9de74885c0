"""Asks hiring managers how a hire turned out, 90, 180 and 365 days after the start."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta
from uuid import UUID

from commands import surveys
from domain.application import Status
from policies.mail.addressed import mail_to
from policies.mail.composing import Mail, page_url
from policies.mail.wording import organisation_title, title_of
from policies.policy import Decision, MailPolicy, Settled
from store import sealed_tokens
from store.database import Connection
from store.envelope import Attribution
from store.feed import LoggedEvent
from store.log import Log
from store.outbox import Effect

LINK, PATH = "hire outcome", "/hire-outcomes"
DAYS = (90, 180, 365)
REMINDED_AFTER = timedelta(days=7)
SUBJECT = "How is {title} doing, {day} days on?"
BODY = """Hello,

{day} days ago somebody you hired as {title} started. Four short questions tell us whether we hire
well:

{url}

The link is for you alone and answers for this hire only.

{organisation}
"""


class AskManagers(MailPolicy):
    """Started → a mail to the hiring manager after 90, 180 and 365 days, and one reminder each."""

    name = "ask-managers"
    says = "Asks hiring managers how hires turned out, and reminds them once, if that is adopted."
    follows = (
        "application.started",
        "application.start_no_show",
        "application.hire_reversed",
        "hire.outcome_asked",
        "hire.outcome_recorded",
    )

    def decide(self, event: LoggedEvent) -> Sequence[Decision]:
        said = event.data
        about, at = UUID(said["application_id"]), event.position
        match event.type:
            case "application.started":
                start = datetime.combine(date.fromisoformat(said["start_date"]), time(8), UTC)
                return [
                    Effect(self.name, at, f"day:{day}", about, about, start + timedelta(days=day))
                    for day in DAYS
                ]
            case "hire.outcome_asked" if not said["reminds"]:
                due_at = event.occurred_at + REMINDED_AFTER
                return [Effect(self.name, at, f"remind:{said['day']}", about, about, due_at)]
            case "hire.outcome_asked":
                return []
            case "hire.outcome_recorded":
                day = said["day"]
                return [Settled(about, "told", f"{what}:{day}") for what in ("day", "remind")]
            case other:
                return [Settled(about, other.rpartition(".")[2])]

    def prepare(self, log: Log, connection: Connection, effect: Effect) -> Mail | str | datetime:
        if not log.organisation_itself().survey_rules.asks_hire_outcomes:
            return "not_adopted"
        candidate, day = log.candidate_of(effect.about), _day_of(effect)
        application = candidate.application(effect.about)
        if application.now.status is not Status.HIRED:
            return "not_hired"
        if (application.id, day) in candidate.outcomes_told:
            return "told"
        manager_id = _manager_of(log, effect)
        if manager_id is None:
            return "no_hiring_manager"
        token = sealed_tokens.seal(
            log.database.keyring,
            LINK,
            organisation=str(log.organisation.id),
            application=str(application.id),
            day=day,
            member=str(manager_id),
        )
        requisition_id = application.requisition_id
        said = {
            "day": day,
            "title": requisition_id and title_of(log, requisition_id),
            "organisation": organisation_title(log),
            "url": page_url(self.settings, PATH, token),
        }
        return mail_to(
            self,
            log,
            connection,
            effect,
            manager_id,
            purpose="ask hiring manager",
            subject=SUBJECT.format(**said),
            body=BODY.format(**said),
        )

    def sent(self, log: Log, effect: Effect, mail: Mail, by: Attribution) -> None:
        manager_id = _manager_of(log, effect)
        if manager_id is not None:
            surveys.note_outcome_asked(
                log, by, effect.about, _day_of(effect), manager_id, mail.provider_id
            )

    def refused(self, log: Log, effect: Effect, code: str, by: Attribution) -> None:
        """Nothing is recorded: nobody was asked, and the outbox says why."""


def _day_of(effect: Effect) -> int:
    return int(effect.effect.rpartition(":")[2])


def _manager_of(log: Log, effect: Effect) -> UUID | None:
    requisition_id = log.candidate_of(effect.about).application(effect.about).requisition_id
    return None if requisition_id is None else log.requisition(requisition_id).hiring_manager_id
