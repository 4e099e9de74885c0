"""Sends messages to candidates when their time has come."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, cast
from uuid import UUID

from commands import messages
from domain.event import Category
from domain.message import MessageState
from policies.mail.composing import CannotBeMailed, Mail, compose
from policies.mail.tokens import PURPOSE
from policies.people import said_of
from policies.policy import Again, Decision, MailPolicy, Settled
from store import outbox
from store.access_log import Access
from store.database import Connection
from store.envelope import Attribution
from store.feed import LoggedEvent
from store.ids import new_id
from store.log import Log
from store.outbox import Effect
from store.vault import CLOSED

NO_ADDRESS = "no_address"
NO_TEXT = "erased"


class SendMessages(MailPolicy):
    """Message written → mail."""

    name = outbox.SENDING
    says = "Sends each message when its time has come, unless it was cancelled."
    follows = (
        "message.requested",
        "message.cancelled",
        "message.sent",
        "message.resend_decided",
        "message.bounced",
        "message.received",
    )

    def decide(self, event: LoggedEvent) -> Sequence[Decision]:
        said = event.data
        message_id = UUID(said["message_id"])
        match event.type:
            case "message.requested":
                due_at = datetime.fromisoformat(said["send_at"])
                application_id = UUID(said["application_id"])
                return [outbox.sending(event.position, message_id, application_id, due_at)]
            case "message.resend_decided":
                return [Again(message_id)]
            case "message.received":
                return [Settled(UUID(said["in_reply_to"]), "answered")]
            case "message.bounced" if not said["permanent"]:
                return []
            case other:
                return [Settled(message_id, other.removeprefix("message."))]

    def prepare(self, log: Log, connection: Connection, effect: Effect) -> Mail | str:
        candidate = log.candidate_of_message(effect.about)
        message = candidate.message(effect.about)
        if message.state != MessageState.WAITING:
            return message.state
        access = Access(self.id, "send message", new_id())
        said = self._text(log, connection, effect.position, access)
        recipient = said_of(log, connection, candidate.id, "email", access)
        if recipient is None:
            raise CannotBeMailed(NO_ADDRESS)
        if CLOSED & {said["subject"], said["body"]}:
            raise CannotBeMailed(NO_TEXT)
        return compose(
            self.settings,
            log.database.keyring.secret(PURPOSE),
            log.organisation.id,
            effect.about,
            recipient=recipient,
            **said,
        )

    def _text(
        self, log: Log, connection: Connection, position: int, access: Access
    ) -> dict[str, Any]:
        """Subject and body, and the Message-ID that it answers."""
        (fact,) = log.facts.at_positions([position])
        facts = [fact]
        if answered := fact.data.get("in_reply_to"):
            candidate_id = cast("UUID", fact.originator_id)
            version = log.candidate(candidate_id).message(UUID(answered)).version
            facts += log.facts.select_events(candidate_id, gt=version - 1, lte=version)
        said, *before = log.vault.open(connection, facts, [Category.COMMUNICATION], access)
        answers = before[0].get("reference") if before else None
        return {"subject": said["subject"], "body": said["body"], "answers": answers}

    def sent(self, log: Log, effect: Effect, mail: Mail, by: Attribution) -> None:
        messages.note_sending(log, by, effect.about, mail.provider_id, mail.recipient)

    def refused(self, log: Log, effect: Effect, code: str, by: Attribution) -> None:
        messages.bounce(log, by, effect.about, code, permanent=True)
