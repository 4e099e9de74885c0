"""The command of whoever applies by the careers pages: all of it, or nothing."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from typing import Any
from uuid import UUID

from commands.deciding import decided_anew
from commands.documents import Sent, attach_sent
from domain.candidate import Candidate
from domain.consent import CONTACT, months_on
from domain.knock_out import KnockOutPolicy
from domain.organisation import CareersPagePublished
from domain.requisition import Posting, Requisition
from domain.tracking_link import TrackingLink
from store.append import Effects
from store.envelope import Attribution
from store.log import Log, Recorded

CAREERS = "careers_page"
RESUME = "resume"
ATTEMPTS = 10


@dataclass(frozen=True)
class Submission:
    """What somebody sent by the form. The ids are given with the form, before anything is sent."""

    candidate_id: UUID
    application_id: UUID
    requisition_id: UUID
    person: Mapping[str, str]
    """full_name, email and so on, as they registered."""
    given: Mapping[str, Sequence[str]]
    """What was answered, by question."""
    cover_letter: str | None = None
    documents: Sequence[Sent] = ()
    keeps_in_touch: bool = False
    link: str | None = None
    """The code of the tracking link they came by."""
    message_id: UUID | None = None
    confirmation: tuple[str, str] | None = None
    """Subject and body of what we write them at once, if the organisation wants that."""


def submit(log: Log, by: Attribution, submission: Submission) -> Recorded:
    """Registers whoever applies, with application, answers, documents and consent, in one append.

    Nobody is recognised: an address proves nothing, and saying that it is known would tell on its
    owner. Who may be one person is suggested to recruiters afterwards.

    Raises NoCareersPage, NotPosted, RequisitionNotOpen, AlreadyDone.
    """
    # Where something about the posting changed meanwhile, it is asked again whether this may be.
    return decided_anew(partial(_submit, log, by, submission), ATTEMPTS)


def _submit(log: Log, by: Attribution, submission: Submission) -> Recorded:
    requisition, organisation = (
        log.requisition(submission.requisition_id),
        log.organisation_itself(),
    )
    posting, page = requisition.posting(), organisation.published()
    link = log.tracking_link(submission.link) if submission.link else None
    candidate = Candidate.begin(submission.candidate_id)
    effects = _applies(candidate, submission, requisition, posting, page, link)
    _is_judged(candidate, submission, posting, organisation.knock_out_policy)
    _is_written_to(candidate, submission, page)
    relied = [requisition, organisation, link]
    return log.record(candidate, by=by, relying_on=relied, effects=effects)


def _applies(
    candidate: Candidate,
    submission: Submission,
    requisition: Requisition,
    posting: Posting,
    page: CareersPagePublished,
    link: TrackingLink | None,
) -> Effects:
    came: dict[str, Any] = {
        "source": CAREERS,
        "origin": "applied",
        **(link.attribution if link else {}),
    }
    jurisdiction = requisition.details_at(candidate.occurring).get("jurisdiction")
    candidate.register(
        **submission.person,
        source=came["source"],
        origin=came["origin"],
        jurisdiction=jurisdiction,
    )
    answers = posting.form.answers(submission.given)
    candidate.apply_for(
        submission.application_id,
        requisition,
        answers=json.dumps(answers, ensure_ascii=False) if answers else None,
        form_version=posting.version,
        notice_version=page.notice_version if page.notice else None,
        cover_letter=submission.cover_letter or None,
        **came,
    )
    if submission.keeps_in_touch and page.consent_text and page.consent_version:
        expires_at = months_on(candidate.occurring, page.consent_months)
        candidate.grant_consent(CONTACT, page.consent_version, expires_at)
    return [
        effect
        for sent in submission.documents
        for effect in attach_sent(
            candidate, sent, kind=RESUME, application_id=submission.application_id
        )
    ]


def _is_judged(
    candidate: Candidate, submission: Submission, posting: Posting, policy: KnockOutPolicy
) -> None:
    rules = posting.form.knocked_out_by(posting.form.answers(submission.given))
    candidate.knock_out(submission.application_id, rules, policy)


def _is_written_to(
    candidate: Candidate, submission: Submission, page: CareersPagePublished
) -> None:
    if page.confirms_by_mail and submission.confirmation and submission.message_id:
        subject, body = submission.confirmation
        candidate.request_message(
            submission.application_id,
            submission.message_id,
            subject=subject,
            body=body,
            send_at=datetime.now(UTC),
        )
