"""Commands about people's ways through sequences and campaigns."""

from datetime import datetime
from uuid import UUID

from domain.campaign import Campaign
from domain.candidate import Candidate
from domain.consent import EMAIL, EVERY_CHANNEL
from domain.outreach import TouchpointBounced, TouchpointEvent
from store.envelope import Attribution
from store.ids import derived_id, new_id
from store.log import Log, Recorded


def enrol(
    log: Log,
    by: Attribution,
    campaign_id: UUID,
    candidate_id: UUID,
    *,
    sender_id: UUID | None = None,
    occurred_at: datetime | None = None,
) -> Recorded:
    """Begins a person's way through a sequence or campaign.

    Who writes is whoever is named, or whom the campaign names; else the organisation.
    """
    campaign, organisation = log.campaign(campaign_id), log.organisation_itself()
    candidate = log.candidate(candidate_id).at(occurred_at)
    candidate.enrol(
        new_id(),
        campaign,
        sender_id=campaign.said.sender_id or sender_id,
        hours=organisation.writing_hours,
        rules=organisation.outreach_rules,
    )
    return log.record(candidate, by=by, relying_on=[campaign, organisation])


def stop(
    log: Log,
    by: Attribution,
    enrolment_id: UUID,
    reason_code: str,
    *,
    occurred_at: datetime | None = None,
) -> Recorded:
    """Ends a person's way: nothing more goes out."""
    candidate = log.candidate_of_enrolment(enrolment_id).at(occurred_at)
    candidate.end_enrolment(enrolment_id, reason_code)
    return log.record(candidate, by=by)


def note_step(
    log: Log, by: Attribution, touchpoint_id: UUID, *, subject: str, body: str
) -> Recorded | None:
    """Records that the mail server took a step over, unless an answer has told it already."""
    candidate, campaign = _way_of(log, touchpoint_id)
    candidate.note_step(
        touchpoint_id,
        campaign,
        hours=log.organisation_itself().writing_hours,
        subject=subject,
        body=body,
    )
    return log.record(candidate, by=by) if candidate.pending_events else None


def hold_back(log: Log, by: Attribution, enrolment_id: UUID, step: int, rule: str) -> Recorded:
    """Records that a rule kept a step back."""
    candidate = log.candidate_of_enrolment(enrolment_id)
    candidate.hold_back(enrolment_id, step, rule)
    return log.record(candidate, by=by)


def receive_reply(
    log: Log,
    by: Attribution,
    touchpoint_id: UUID,
    *,
    sentiment: str,
    assessed_by: str,
    text: str | None,
    opts_out: bool,
) -> Recorded:
    """Records a reply to a step; who asks in it to hear no more hears no more."""
    candidate, campaign = _way_of(log, touchpoint_id)
    candidate.receive_reply(
        touchpoint_id,
        campaign,
        hours=log.organisation_itself().writing_hours,
        sentiment=sentiment,
        assessed_by=assessed_by,
        text=text,
    )
    if opts_out and EMAIL not in candidate.person.opted_out:
        candidate.opt_out(EMAIL)
    return log.record(candidate, by=by)


def bounce(log: Log, by: Attribution, touchpoint_id: UUID, *, hard: bool) -> Recorded:
    """Records that a step came back, or was refused; then it had gone out."""
    candidate, campaign = _way_of(log, touchpoint_id)
    candidate.note_step(
        touchpoint_id,
        campaign,
        hours=log.organisation_itself().writing_hours,
    )
    outcome = "hard" if hard else "soft"
    candidate.touchpoint_outcome(TouchpointBounced, touchpoint_id, bounce=outcome)
    return log.record(candidate, by=by)


def note_outcome(
    log: Log,
    by: Attribution,
    touchpoint_id: UUID,
    outcome: type[TouchpointEvent],
    *,
    occurred_at: datetime | None = None,
    **about: object,
) -> Recorded:
    """Records a delivery, an opening or a click of a step."""
    candidate = log.candidate_of_step(touchpoint_id).at(occurred_at)
    candidate.touchpoint_outcome(outcome, touchpoint_id, **about)
    return log.record(candidate, by=by)


def opt_out(log: Log, touchpoint_id: UUID, channel: str) -> None:
    """Records that a person wants to hear no more; who says it twice has said it once."""
    candidate = log.candidate_of_step(touchpoint_id)
    candidate = log.candidate(candidate.survivor_id)
    if not {channel, EVERY_CHANNEL} & candidate.person.opted_out:
        candidate.opt_out(channel)
        log.record(candidate, by=Attribution("candidate", candidate.id, "candidate", "web"))


def once(log: Log, touchpoint_id: UUID, outcome: type[TouchpointEvent], what: str = "") -> UUID:
    """The command by which an outcome of a touchpoint is recorded once, however often it occurs."""
    secret = log.database.keyring.secret("touchpoint outcomes")
    parts = (str(log.organisation.id), str(touchpoint_id), outcome.name, what)
    return derived_id(secret, *parts)


def _way_of(log: Log, touchpoint_id: UUID) -> tuple[Candidate, Campaign]:
    """Whom a step goes to, and the sequence or campaign it is a step of. Raises NotFound."""
    candidate = log.candidate_of_step(touchpoint_id)
    enrolment_id, _ = candidate.planned(touchpoint_id)
    return candidate, log.campaign(candidate.enrolment(enrolment_id).said.campaign_id)
