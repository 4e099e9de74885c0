"""Asks members for what only they can do: a first review, an approval; with a link to it."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from uuid import UUID

from domain.approval import Approval
from domain.offer import OfferState
from domain.requisition import State
from policies.mail.addressed import mail_to, where
from policies.mail.composing import Mail
from policies.mail.wording import title_of
from policies.policy import Decision, MailPolicy, Settled
from projections.asked import resolve
from projections.today.today import READS, today
from store.database import Connection
from store.envelope import Attribution
from store.feed import LoggedEvent
from store.log import Log
from store.outbox import Effect, last_sent

SOON = timedelta(minutes=15)
"""So long more may come in before the manager is written to."""
APART = timedelta(days=1)
"""Nobody is written to more often about one requisition."""
LOOKS_AGAIN = timedelta(minutes=10)

REVIEW_SUBJECT = "Applications wait for your first review: {title}"
REVIEW_BODY = """{count} for {title} that nobody has looked at yet.

Each week without an answer costs good people.
"""
APPROVAL_SUBJECT = "Your approval is asked for: {title}"
REQUISITION_BODY = """The requisition {title} opens as soon as it is approved, and waits for you.
"""
OFFER_BODY = """An offer for {title} goes out as soon as it is approved, and waits for you.
"""


class AskToReview(MailPolicy):
    """Applied → a mail to the hiring manager, at most once a day for each requisition."""

    name = "ask-to-review"
    says = "Tells hiring managers of applications that nobody has looked at, at most once a day."
    follows = ("application.applied", "application.assigned_to_requisition")

    def decide(self, event: LoggedEvent) -> Sequence[Decision]:
        said = event.data
        if not said.get("requisition_id"):
            return []
        requisition_id, application_id = UUID(said["requisition_id"]), UUID(said["application_id"])
        due_at = event.recorded_at + SOON
        return [Effect(self.name, event.position, "ask", requisition_id, application_id, due_at)]

    def prepare(self, log: Log, connection: Connection, effect: Effect) -> Mail | str | datetime:
        manager_id = log.requisition(effect.about).hiring_manager_id
        if manager_id is None:
            return "no_hiring_manager"
        last, since = last_sent(connection, effect)
        if since:
            return "told"
        if last is not None and last + APART > datetime.now(UTC):
            return last + APART
        waiting = today(
            connection,
            resolve(connection, READS),
            member_id=manager_id,
            kinds=["review"],
            requisition_id=effect.about,
            limit=1,
        )
        if not waiting:
            return "reviewed"
        count = waiting[0].of_kind
        title = title_of(log, effect.about)
        several = "There is one application" if count == 1 else f"There are {count} applications"
        return mail_to(
            self,
            log,
            connection,
            effect,
            manager_id,
            purpose="ask to review",
            subject=REVIEW_SUBJECT.format(title=title),
            body=REVIEW_BODY.format(count=several, title=title)
            + where(self.settings, "/", "Review them here, on a phone too"),
        )

    def sent(self, log: Log, effect: Effect, mail: Mail, by: Attribution) -> None:
        """The outbox tells it; nothing happened to anybody's application."""

    def refused(self, log: Log, effect: Effect, code: str, by: Attribution) -> None:
        """The outbox tells it."""


class AskToApprove(MailPolicy):
    """Approval asked for → a mail to each approver, when it is their step's turn."""

    name = "ask-to-approve"
    says = "Tells the approvers of each step when a requisition or an offer waits for them."
    follows = (
        "requisition.approval_requested",
        "requisition.approval_refused",
        "requisition.approved",
        "offer.approval_requested",
        "offer.approval_refused",
        "offer.approved",
    )

    def decide(self, event: LoggedEvent) -> Sequence[Decision]:
        said = event.data
        about = UUID(said["offer_id"]) if "offer_id" in said else event.stream_id
        # Whatever was asked for before is not asked for any more.
        before = Settled(about, event.type.rpartition(".")[2])
        if not event.type.endswith(".approval_requested"):
            return [before]
        application_id = UUID(said["application_id"]) if "application_id" in said else None
        return [before] + [
            Effect(
                self.name,
                event.position,
                f"approve:{nth}:{approver_id}",
                about,
                application_id,
                event.recorded_at,
            )
            for nth, step in enumerate(said["steps"])
            for approver_id in step["approver_ids"]
        ]

    def prepare(self, log: Log, connection: Connection, effect: Effect) -> Mail | str | datetime:
        _, nth, approver = effect.effect.split(":")
        approval, requisition_id = _waiting(log, effect)
        if approval is None or approval.given > int(nth):
            return "decided"
        if approval.given < int(nth):
            return datetime.now(UTC) + LOOKS_AGAIN
        title = requisition_id and title_of(log, requisition_id)
        for_requisition = effect.application_id is None
        words = REQUISITION_BODY if for_requisition else OFFER_BODY
        path = f"/requisitions/{effect.about}" if for_requisition else "/"
        return mail_to(
            self,
            log,
            connection,
            effect,
            UUID(approver),
            purpose="ask to approve",
            subject=APPROVAL_SUBJECT.format(title=title),
            body=words.format(title=title)
            + where(self.settings, path, "Decide here, on a phone too"),
        )

    def sent(self, log: Log, effect: Effect, mail: Mail, by: Attribution) -> None:
        """The outbox tells it."""

    def refused(self, log: Log, effect: Effect, code: str, by: Attribution) -> None:
        """The outbox tells it."""


def _waiting(log: Log, effect: Effect) -> tuple[Approval | None, UUID | None]:
    """The approval that is waited for, if it still is, and the requisition it is about."""
    if effect.application_id is None:
        requisition = log.requisition(effect.about)
        waits = requisition.state == State.AWAITING_APPROVAL
        return (requisition.approval if waits else None), effect.about
    candidate = log.candidate_of(effect.application_id)
    draft = candidate.draft_of(effect.about)
    waits = draft.state == OfferState.AWAITING_APPROVAL
    requisition_id = candidate.application(effect.application_id).requisition_id
    return (draft.approval if waits else None), requisition_id
