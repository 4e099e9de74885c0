"""Settling doubts: nobody knows whether a mail went out, and a person decides."""

from datetime import datetime
from enum import StrEnum

from domain.errors import Refusal
from store import outbox
from store.envelope import Attribution
from store.log import Log, Recorded


class Resolution(StrEnum):
    """What a person decides about a mail of which nobody knows whether it went out."""

    SENT = "sent"
    RESEND = "resend"


class NotInDoubt(Refusal):
    """There is no doubt about {key}: it is {state}."""

    status = 409


class NotToBeResolved(Refusal):
    """What {policy} does is overtaken by what happens next; there is nothing to decide."""

    status = 409


def resolve(
    log: Log,
    by: Attribution,
    key: str,
    resolution: Resolution,
    *,
    occurred_at: datetime | None = None,
) -> Recorded:
    """Settles the doubt whether a mail went out. Raises NotInDoubt, NotToBeResolved."""
    went_out = resolution is Resolution.SENT
    with log.database.transaction(log.organisation) as connection:
        effect = outbox.find(connection, key)
        state = outbox.hold(connection, key)
        if state != "in_doubt":
            raise NotInDoubt(key=key, state=state)
        match effect.policy:
            case outbox.SENDING:
                candidate = log.candidate_of_message(effect.about).at(occurred_at)
                if went_out:
                    mail_hash = effect.provider_id or "not_known"
                    candidate.note_sending(effect.about, mail_hash, confirmed_by_hand=True)
                else:
                    candidate.resend_message(effect.about)
            case outbox.NURTURING:
                candidate = log.candidate_of_enrolment(effect.about).at(occurred_at)
                step = int(effect.effect.rpartition(":")[2])
                if went_out:
                    candidate.note_step(
                        candidate.touchpoint_of(effect.about, step),
                        log.campaign(candidate.enrolment(effect.about).said.campaign_id),
                        hours=log.organisation_itself().writing_hours,
                    )
                else:
                    candidate.resend_step(effect.about, step)
            case policy:
                raise NotToBeResolved(policy=policy)
        if not candidate.pending_events:
            raise NotInDoubt(key=key, state="sent")
        return log.record(candidate, by=by)
