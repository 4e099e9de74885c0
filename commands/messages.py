"""Commands about messages to candidates, and what comes back."""

from datetime import datetime
from uuid import UUID

from domain.candidate import Candidate
from domain.errors import Refusal
from store import outbox
from store.envelope import Attribution
from store.ids import new_id
from store.log import Log, Recorded
from store.outbox import Effect


class BeingSent(Refusal):
    """The message is being handed over to the mail server."""

    status = 409


def request(
    log: Log,
    by: Attribution,
    application_id: UUID,
    *,
    subject: str,
    body: str,
    send_at: datetime,
    template_id: UUID | None = None,
    in_reply_to: UUID | None = None,
    occurred_at: datetime | None = None,
) -> Recorded:
    """Has a message sent at a time."""
    candidate = log.candidate_of(application_id).at(occurred_at)
    candidate.request_message(
        application_id,
        new_id(),
        subject=subject,
        body=body,
        send_at=send_at,
        template_id=template_id,
        in_reply_to=in_reply_to,
    )
    return log.record(candidate, by=by)


def cancel(
    log: Log, by: Attribution, message_id: UUID, *, occurred_at: datetime | None = None
) -> Recorded:
    """Takes back a message that has not been handed over yet. Raises BeingSent."""
    effect = sending_of(log, log.candidate_of_message(message_id), message_id)
    with outbox.held(log.database, log.organisation, effect) as state:
        candidate = log.candidate_of_message(message_id).at(occurred_at)
        candidate.cancel_message(message_id)
        if state != "waiting":
            raise BeingSent
        return log.record(candidate, by=by)


def sending_of(log: Log, candidate: Candidate, message_id: UUID) -> Effect:
    """The effect that sends a message. Raises NotFound."""
    message = candidate.message(message_id)
    with log.database.transaction(log.organisation) as connection:
        position = outbox.position_of(connection, candidate.id, message.version)
    return outbox.sending(
        position, message_id, message.application_id, message.send_at or candidate.occurring
    )


def note_sending(
    log: Log, by: Attribution, message_id: UUID, provider_id: str, recipient: str
) -> Recorded:
    """Records that the mail server took a message over."""
    candidate = log.candidate_of_message(message_id)
    candidate.note_sending(message_id, provider_id, recipient)
    return log.record(candidate, by=by)


def bounce(log: Log, by: Attribution, message_id: UUID, code: str, *, permanent: bool) -> Recorded:
    """Records that a message came back, or could not be sent."""
    candidate = log.candidate_of_message(message_id)
    candidate.bounce_message(message_id, code, permanent=permanent)
    return log.record(candidate, by=by)


def receive(
    log: Log,
    by: Attribution,
    in_reply_to: UUID,
    *,
    automatic: bool,
    attachments: int,
    truncated: bool,
    sender: str | None,
    subject: str | None,
    body: str | None,
    reference: str | None,
) -> Recorded:
    """Keeps an answer to a message of ours."""
    candidate = log.candidate_of_message(in_reply_to)
    candidate.receive_message(
        new_id(),
        in_reply_to,
        automatic=automatic,
        attachments=attachments,
        truncated=truncated,
        sender=sender,
        subject=subject,
        body=body,
        reference=reference,
    )
    return log.record(candidate, by=by)
