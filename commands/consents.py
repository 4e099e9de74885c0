"""Commands about whether a person may be contacted."""

from datetime import datetime
from uuid import UUID

from domain.candidate import Candidate
from domain.consent import CONTACT, EMAIL, EVERY_CHANNEL, Asking, months_on
from store.envelope import Attribution
from store.ids import new_id
from store.log import Log, Recorded


def grant(
    log: Log,
    by: Attribution,
    candidate_id: UUID,
    *,
    purpose: str,
    text_version: str,
    expires_at: datetime | None = None,
    occurred_at: datetime | None = None,
) -> Recorded:
    """Records a consent."""
    candidate = log.candidate(candidate_id).at(occurred_at)
    candidate.grant_consent(purpose, text_version, expires_at)
    return log.record(candidate, by=by)


def withdraw(
    log: Log,
    by: Attribution,
    candidate_id: UUID,
    purpose: str,
    *,
    occurred_at: datetime | None = None,
) -> Recorded:
    """Records that a consent was taken back."""
    candidate = log.candidate(candidate_id).at(occurred_at)
    candidate.withdraw_consent(purpose)
    return log.record(candidate, by=by)


def give_notice(
    log: Log,
    by: Attribution,
    candidate_id: UUID,
    *,
    text_version: str,
    channel: str = EMAIL,
    expires_at: datetime | None = None,
    occurred_at: datetime | None = None,
) -> Recorded:
    """Records that a person was told how their data is used."""
    candidate = log.candidate(candidate_id).at(occurred_at)
    candidate.give_notice(text_version, channel, expires_at)
    return log.record(candidate, by=by)


def opt_out(
    log: Log,
    by: Attribution,
    candidate_id: UUID,
    channel: str,
    *,
    occurred_at: datetime | None = None,
) -> Recorded:
    """Records that a person wants to hear no more."""
    candidate = log.candidate(candidate_id).at(occurred_at)
    candidate.opt_out(channel)
    return log.record(candidate, by=by)


def ask(
    log: Log, by: Attribution, candidate_id: UUID, asking: Asking, ask_id: UUID | None = None
) -> Recorded:
    """Has a person asked whether we may keep in touch. Raises NoContactTexts."""
    candidate, organisation = log.candidate(candidate_id), log.organisation_itself()
    _ = organisation.contact_texts
    candidate.ask_for_consent(ask_id or new_id(), asking)
    return log.record(candidate, by=by, relying_on=[organisation])


def note_asking(
    log: Log, by: Attribution, candidate_id: UUID, ask_id: UUID, mail_hash: str, recipient: str
) -> Recorded:
    """Records that a question went out, and with it the notice, if it came with one."""
    candidate = log.candidate(candidate_id)
    candidate.note_asking(ask_id, mail_hash, recipient)
    if candidate.asks[ask_id].asking is Asking.NOTICE:
        texts = log.organisation_itself().contact_texts
        until = months_on(candidate.occurring, texts.notice_months)
        candidate.give_notice(texts.notice_version, EMAIL, until)
    return log.record(candidate, by=by)


def fail_asking(log: Log, by: Attribution, candidate_id: UUID, ask_id: UUID, code: str) -> Recorded:
    """Records that a question could not be asked."""
    candidate = log.candidate(candidate_id)
    candidate.fail_asking(ask_id, code)
    return log.record(candidate, by=by)


def answer(log: Log, candidate_id: UUID, ask_id: UUID, *, agrees: bool) -> None:
    """Records what a person answered by the link of our mail; who objects twice objects once."""
    candidate = answering(log, candidate_id, ask_id)
    texts = log.organisation_itself().contact_texts
    if agrees:
        until = months_on(candidate.occurring, texts.consent_months)
        candidate.grant_consent(CONTACT, texts.consent_version, until)
    elif EVERY_CHANNEL not in candidate.person.opted_out:
        candidate.opt_out()
    if candidate.pending_events:
        log.record(candidate, by=Attribution("candidate", candidate.id, "candidate", "web"))


def answering(log: Log, candidate_id: UUID, ask_id: UUID) -> Candidate:
    """Whoever was asked; the history that stands for the person by now. Raises NotFound."""
    candidate = log.candidate(candidate_id)
    candidate.guard_asked(ask_id)
    return log.candidate(candidate.survivor_id)
