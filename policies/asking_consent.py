"""Asks people whether we may keep in touch: those we found, and those whose consent ends soon."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from commands import consents
from domain.candidate import Candidate
from domain.consent import (
    CONTACT,
    Asking,
    ConsentAsked,
    ConsentGranted,
    ConsentWithdrawn,
    NoticeGiven,
    OptedOut,
)
from domain.erasure import PersonalDataErased
from domain.errors import Refusal
from domain.organisation import NoContactTexts
from policies.mail.addressed import mail_to
from policies.mail.composing import CannotBeMailed, Mail, page_url
from policies.mail.wording import organisation_title
from policies.policy import CommandPolicy, Decision, MailPolicy, Settled
from store import sealed_tokens
from store.database import Connection
from store.envelope import Attribution
from store.feed import LoggedEvent
from store.log import Log
from store.outbox import Effect

BEFORE = timedelta(days=30)
"""How long before an end somebody is asked."""
LINK = "keep in touch"
PATH = "/keep-in-touch"

SUBJECTS = {
    Asking.NOTICE: "{organisation}: the data we hold about you",
    Asking.RENEWAL: "{organisation}: may we stay in touch?",
}
NOTICE = """Hello,

{notice}

{consent}

Whether you agree or would rather hear no more from us, you can say so here:

{url}

{organisation}
"""
RENEWAL = """Hello,

you agreed to hear from us until {until}. May we stay in touch after that?

{consent}

You can answer here, and if you do not, we stop by ourselves:

{url}

{organisation}
"""


class RenewConsents(CommandPolicy):
    """What allows contact ends in a while → the person is to be asked again."""

    name = "renew-consents"
    says = "Has people asked anew, 30 days before what allows us to write to them ends."
    follows = (
        ConsentGranted.name,
        ConsentWithdrawn.name,
        NoticeGiven.name,
        OptedOut.name,
        PersonalDataErased.name,
    )

    def decide(self, event: LoggedEvent) -> Sequence[Decision]:
        if event.data.get("purpose", CONTACT) != CONTACT:
            return []
        decided: list[Decision] = [Settled(event.stream_id, event.type)]
        if ends := event.data.get("expires_at"):
            due_at = datetime.fromisoformat(ends) - BEFORE
            if due_at > event.recorded_at:
                about = event.stream_id
                decided.append(Effect(self.name, event.position, "ask", about, None, due_at))
        return decided

    def act(self, log: Log, effect: Effect, by: Attribution) -> str | datetime:
        # As it is by now, corrections and the person's other histories included.
        candidate = log.candidate(effect.about)
        candidate = log.candidate(candidate.survivor_id)
        ends = candidate.contact_ends
        if ends is None:
            return "no_end"
        if ends - BEFORE > candidate.occurring:
            return ends - BEFORE
        if any(candidate.person.open_applications()):
            # Somebody in a process is in touch with us anyway; they are asked when it is over.
            return candidate.occurring + timedelta(days=1)
        consents.ask(log, by, candidate.id, Asking.RENEWAL, ask_id=by.command_id)
        return "asked"


class AskForConsent(MailPolicy):
    """Question decided on → mail with the notice, where it is the first, and a link to answer."""

    name = "ask-for-consent"
    says = "Writes to people whether we may keep in touch, with the notice if it is the first word."
    follows = ("consent.asked", "consent.ask_sent", "consent.ask_failed")

    def decide(self, event: LoggedEvent) -> Sequence[Decision]:
        ask_id = UUID(event.data["ask_id"])
        if event.type != ConsentAsked.name:
            return [Settled(ask_id, event.type.removeprefix("consent."))]
        # Whom it is about stands in the effect's name, for the log finds nobody by a question.
        effect = f"ask:{event.stream_id}"
        return [Effect(self.name, event.position, effect, ask_id, None, event.recorded_at)]

    def prepare(self, log: Log, connection: Connection, effect: Effect) -> Mail | str:
        candidate = log.candidate(_asked(effect))
        asked = candidate.guard_asked(effect.about)
        if candidate.erased:
            return "erased"
        try:
            candidate.guard_asking(asked.asking)
            subject, body = self._words(log, candidate, asked)
        except NoContactTexts:
            raise CannotBeMailed("no_contact_texts") from None
        except Refusal as refusal:
            raise CannotBeMailed(type(refusal).__name__.lower()) from None
        return mail_to(
            self,
            log,
            connection,
            effect,
            candidate.id,
            purpose="ask for consent",
            subject=subject,
            body=body,
        )

    def _words(self, log: Log, candidate: Candidate, asked: ConsentAsked) -> tuple[str, str]:
        texts = log.organisation_itself().contact_texts
        token = sealed_tokens.seal(
            log.database.keyring,
            LINK,
            organisation=str(log.organisation.id),
            candidate=str(candidate.id),
            ask=str(asked.ask_id),
        )
        said = {
            "organisation": organisation_title(log),
            "notice": texts.notice,
            "consent": texts.consent_text,
            "url": page_url(self.settings, PATH, token),
        }
        subject = SUBJECTS[asked.asking].format(**said)
        if asked.asking is Asking.NOTICE:
            return subject, NOTICE.format(**said)
        ends = candidate.contact_ends
        until = f"{ends:%-d %B %Y}" if ends else "now"
        return subject, RENEWAL.format(**said, until=until)

    def sent(self, log: Log, effect: Effect, mail: Mail, by: Attribution) -> None:
        consents.note_asking(
            log, by, _asked(effect), effect.about, mail.provider_id, mail.recipient
        )

    def refused(self, log: Log, effect: Effect, code: str, by: Attribution) -> None:
        consents.fail_asking(log, by, _asked(effect), effect.about, code)


def _asked(effect: Effect) -> UUID:
    return UUID(effect.effect.removeprefix("ask:"))
