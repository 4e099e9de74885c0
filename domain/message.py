"""Messages: correspondence with a candidate about one of their applications."""

import unicodedata
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from domain.application import ApplicationEvent
from domain.consent import EMAIL
from domain.correction import EntryNotCorrectable
from domain.enrolment import Enrolments
from domain.errors import NotFound, Refusal
from domain.event import Code, CommunicationText, Count, Event, Moment

_breaks_lines = {"Cc", "Zl", "Zp"}
"""Unicode categories that could end a header line and begin another."""


class MessageEvent(ApplicationEvent):
    """Something that happened to one message."""

    message_id: UUID


class MessageRequested(MessageEvent, name="message.requested"):
    sentence = "Message written, to be sent on {send_at}"
    send_at: Moment
    template_id: UUID | None = None
    in_reply_to: UUID | None = None
    subject: CommunicationText = None
    body: CommunicationText = None


class MessageCancelled(MessageEvent, name="message.cancelled"):
    sentence = "Message cancelled before it was sent"


class MessageSent(MessageEvent, name="message.sent"):
    sentence = "Message sent"
    mail_hash: Code
    """SHA-256 of the Message-ID that the mail bears, in part."""
    confirmed_by_hand: bool = False
    """Whether a person settled a doubt; otherwise the mail server took it over."""
    recipient: CommunicationText = None


class ResendDecided(MessageEvent, name="message.resend_decided"):
    sentence = "Whether the message went out was not known; it is to be sent again"


class MessageBounced(MessageEvent, name="message.bounced"):
    sentence = "Message came back: {code}"
    code: Code
    """A status code (RFC 3463), or ours where there was no address to send to."""
    permanent: bool


class MessageReceived(MessageEvent, name="message.received"):
    sentence = "Message received"
    in_reply_to: UUID
    automatic: bool = False
    """Whether a program wrote it, such as an out-of-office reply (RFC 3834)."""
    attachments: Count = 0
    truncated: bool = False
    """Whether it was too long to keep whole."""
    sender: CommunicationText = None
    subject: CommunicationText = None
    body: CommunicationText = None
    reference: CommunicationText = None
    """Its Message-ID, so that an answer joins the same thread."""


class MessageState(StrEnum):
    """How a message stands."""

    WAITING = "waiting"
    CANCELLED = "cancelled"
    SENT = "sent"
    BOUNCED = "bounced"
    RECEIVED = "received"


class LineBreakInHeader(Refusal):
    """The {field} contains a line break or another control character."""


class EmptyMessage(Refusal):
    """The {field} is empty."""


class MessageNotWaiting(Refusal):
    """The message is {state}; {action} is not possible any more."""

    status = 409


@dataclass
class Message:
    """One message, to the candidate or from them."""

    application_id: UUID
    state: MessageState
    version: int
    """The entry, in the candidate's stream, that has its text."""
    send_at: datetime | None = None
    handed_over: bool = False


class Messages(Enrolments):
    """The decisions about what we write to a candidate, and what they answer.

    A message is evidence and a courtesy: a closed application takes it too.
    """

    messages: dict[UUID, Message] = field(default_factory=dict)

    def message(self, id: UUID) -> Message:
        """One of the messages to or from the candidate. Raises NotFound."""
        try:
            return self.messages[id]
        except KeyError:
            raise NotFound(what="message", id=id) from None

    def request_message(
        self,
        application_id: UUID,
        message_id: UUID,
        *,
        subject: str,
        body: str,
        send_at: datetime,
        template_id: UUID | None = None,
        in_reply_to: UUID | None = None,
    ) -> None:
        """Has a message sent at a time; until then it can be cancelled."""
        self.guard_begun(self.application(application_id))
        guard_header(self, "subject", subject)
        self.guard(bool(body.strip()), EmptyMessage(field="body"))
        if in_reply_to is not None and self.message(in_reply_to).application_id != application_id:
            raise NotFound(what="message", id=in_reply_to)
        self.happened(
            MessageRequested,
            application_id=application_id,
            message_id=message_id,
            send_at=send_at,
            template_id=template_id,
            in_reply_to=in_reply_to,
            subject=subject,
            body=body,
        )

    def cancel_message(self, message_id: UUID) -> None:
        """Takes back a message that has not been handed over yet."""
        message = self._waiting(message_id, "cancelling it")
        self.happened(
            MessageCancelled, application_id=message.application_id, message_id=message_id
        )

    def note_sending(
        self,
        message_id: UUID,
        mail_hash: str,
        recipient: str | None = None,
        *,
        confirmed_by_hand: bool = False,
    ) -> None:
        """Records that the mail server took a message over, or that a person says so."""
        message = self._ours(message_id)
        # A mail may have come back, or been answered, before we come to say that it went out.
        self.guard(
            not message.handed_over and message.state != MessageState.CANCELLED,
            MessageNotWaiting(state=message.state, action="sending it"),
        )
        self.happened(
            MessageSent,
            application_id=message.application_id,
            message_id=message_id,
            mail_hash=mail_hash,
            confirmed_by_hand=confirmed_by_hand,
            recipient=recipient,
        )

    def resend_message(self, message_id: UUID) -> None:
        """Records the decision to send a message of which nobody knows whether it went out."""
        message = self._waiting(message_id, "sending it again")
        self.happened(ResendDecided, application_id=message.application_id, message_id=message_id)

    def bounce_message(self, message_id: UUID, code: str, *, permanent: bool) -> None:
        """Records that a message came back, or could not be sent."""
        message = self._ours(message_id)
        self.happened(
            MessageBounced,
            application_id=message.application_id,
            message_id=message_id,
            code=code,
            permanent=permanent,
        )

    def receive_message(
        self,
        message_id: UUID,
        in_reply_to: UUID,
        *,
        automatic: bool = False,
        attachments: int = 0,
        truncated: bool = False,
        sender: str | None = None,
        subject: str | None = None,
        body: str | None = None,
        reference: str | None = None,
    ) -> None:
        """Keeps what the candidate answered to a message of ours."""
        self.happened(
            MessageReceived,
            application_id=self._ours(in_reply_to).application_id,
            message_id=message_id,
            in_reply_to=in_reply_to,
            automatic=automatic,
            attachments=attachments,
            truncated=truncated,
            sender=sender,
            subject=subject,
            body=body,
            reference=reference,
        )

    def _waiting(self, message_id: UUID, action: str) -> Message:
        message = self.message(message_id)
        self.guard(
            message.state == MessageState.WAITING,
            MessageNotWaiting(state=message.state, action=action),
        )
        return message

    def _ours(self, message_id: UUID) -> Message:
        message = self.message(message_id)
        if message.state == MessageState.RECEIVED:
            raise NotFound(what="message of ours", id=message_id)
        return message

    def guard_correction(self, entry: Event, instead: Event) -> None:
        if isinstance(entry, MessageEvent):
            raise EntryNotCorrectable(
                version=entry.originator_version, type=entry.name, why="it tells what was written"
            )
        super().guard_correction(entry, instead)

    def note_message(self, event: MessageEvent) -> None:
        """Notes what happened to a message."""
        if isinstance(event, MessageRequested | MessageReceived):
            waits = isinstance(event, MessageRequested)
            self.messages[event.message_id] = Message(
                event.application_id,
                MessageState.WAITING if waits else MessageState.RECEIVED,
                event.originator_version,
                event.send_at if isinstance(event, MessageRequested) else None,
            )
        message = self.messages[event.message_id]
        match event:
            case MessageCancelled():
                message.state = MessageState.CANCELLED
            case MessageSent():
                message.handed_over = True
                if message.state == MessageState.WAITING:
                    message.state = MessageState.SENT
            case MessageBounced() if event.permanent:
                message.state = MessageState.BOUNCED
                self.bounced.add(EMAIL)
            case MessageReceived():
                self._note_it_arrived(event.in_reply_to)

    def _note_it_arrived(self, message_id: UUID) -> None:
        """Nobody answers what was never sent."""
        if self.messages[message_id].state == MessageState.WAITING:
            self.messages[message_id].state = MessageState.SENT


def guard_header(decider: Messages, name: str, text: str) -> None:
    """Refuses what would end up as a header of its own (header injection), or as none."""
    decider.guard(bool(text.strip()), EmptyMessage(field=name))
    decider.guard(not breaks_line(text), LineBreakInHeader(field=name))


def breaks_line(text: str) -> bool:
    """Whether a text has a line break or another control character in it."""
    return any(unicodedata.category(character) in _breaks_lines for character in text)
