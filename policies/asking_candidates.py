"""Asks candidates how likely they are to recommend us: after applying, an interview, an outcome."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from uuid import UUID

from commands import surveys
from domain.errors import Refusal
from domain.feedback import SurveyMoment
from domain.survey import AskedLately
from policies.mail.composing import Mail, compose, page_url
from policies.mail.tokens import PURPOSE
from policies.mail.wording import organisation_title
from policies.people import said_of
from policies.policy import Decision, MailPolicy, Settled
from store import sealed_tokens
from store.access_log import Access
from store.database import Connection
from store.envelope import Attribution
from store.feed import LoggedEvent
from store.ids import derived_id, new_id
from store.log import Log
from store.outbox import Effect

LINK, PATH = "survey", "/surveys"
MOMENTS = {
    "application.applied": SurveyMoment.APPLICATION,
    "interview.held": SurveyMoment.INTERVIEW,
    "application.rejected": SurveyMoment.OUTCOME,
    "application.withdrawn": SurveyMoment.OUTCOME,
    "application.hired": SurveyMoment.OUTCOME,
}
REOPENED = (
    "application.rejection_reversed",
    "application.withdrawal_reversed",
    "application.hire_reversed",
)
SUBJECT = "{organisation}: one question about your application"
BODY = """Hello,

how likely are you to recommend applying to {organisation} to others? One click and, if you like, a
few words tell us what to keep and what to change. Your answer is read in sums only, by nobody who
decides about you.

{url}

If you would rather be asked nothing, you can say so there, too.

{organisation}
"""


class AskCandidates(MailPolicy):
    """Applied, interviewed or decided → one question by mail, some days later."""

    name = "ask-candidates"
    says = "Asks candidates how likely they are to recommend us, as far as surveys are adopted."
    follows = (*MOMENTS, *REOPENED)

    def decide(self, event: LoggedEvent) -> Sequence[Decision]:
        application_id = UUID(event.data["application_id"])
        outcome = SurveyMoment.OUTCOME.value
        if event.type in REOPENED:
            return [Settled(application_id, "reopened", outcome)]
        moment = MOMENTS[event.type].value
        # How long to wait is the organisation's rule by then; it is looked up when this is due.
        due_at = event.recorded_at
        return [
            Effect(self.name, event.position, moment, application_id, application_id, due_at),
        ]

    def prepare(self, log: Log, connection: Connection, effect: Effect) -> Mail | str | datetime:
        rules, moment = log.organisation_itself().survey_rules, SurveyMoment(effect.effect)
        if moment not in rules.moments:
            return "not_adopted"
        [fact] = log.facts.at_positions([effect.position])
        happened_at = fact.occurred_at or effect.due_at
        due_at = happened_at + timedelta(days=rules.after_days)
        if due_at > datetime.now(UTC):
            return due_at
        candidate = log.candidate_of(effect.about)
        if candidate.erased:
            return "erased"
        try:
            candidate.guard_survey(rules)
        except AskedLately:
            return "asked_lately"
        except Refusal as refusal:
            return refusal.rule
        access = Access(self.id, "ask candidate", new_id())
        recipient = said_of(log, connection, candidate.survivor_id, "email", access)
        if recipient is None:
            return "no_address"
        organisation = organisation_title(log)
        url = page_url(self.settings, PATH, self._token(log, effect))
        return compose(
            self.settings,
            log.database.keyring.secret(PURPOSE),
            log.organisation.id,
            self._survey_id(log, effect),
            recipient=recipient,
            subject=SUBJECT.format(organisation=organisation),
            body=BODY.format(organisation=organisation, url=url),
        )

    def _token(self, log: Log, effect: Effect) -> str:
        return sealed_tokens.seal(
            log.database.keyring,
            LINK,
            organisation=str(log.organisation.id),
            application=str(effect.about),
            survey=str(self._survey_id(log, effect)),
        )

    def _survey_id(self, log: Log, effect: Effect) -> UUID:
        return derived_id(log.database.keyring.secret("policies"), "survey", effect.key)

    def sent(self, log: Log, effect: Effect, mail: Mail, by: Attribution) -> None:
        surveys.note_sent(
            log,
            by,
            self._survey_id(log, effect),
            SurveyMoment(effect.effect),
            effect.about,
            mail_hash=mail.provider_id,
            recipient=mail.recipient,
        )

    def refused(self, log: Log, effect: Effect, code: str, by: Attribution) -> None:
        """Nothing is recorded: nobody was asked, and the outbox says why."""
