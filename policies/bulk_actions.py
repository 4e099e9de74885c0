"""Carries out bulk actions: each application for itself, as if it had been asked for alone.

Each step is a command whose id is derived from the bulk action and the application, so the log
takes it once however often this begins anew. What was done or refused is noted in the bulk action
after every few steps.
"""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import TypeVar
from uuid import UUID

from commands import applications, messages, owners, tags
from commands.deciding import decided_anew
from domain.bulk_action import BulkAction, BulkActionRequested, BulkKind, RefusedItem
from domain.errors import Refusal
from policies.mail.wording import filled_in
from policies.policy import CommandPolicy, Decision, on_behalf
from store.access_log import Access
from store.append import AlreadyDone
from store.envelope import Attribution
from store.feed import LoggedEvent
from store.ids import derived_id, new_id
from store.log import Log
from store.outbox import Effect

Value = TypeVar("Value")

THREADS = 8
"""Steps at a time, so that their appends share transactions (store/append.py)."""
NOTED_AFTER = 100
TRIES = 20


class CarryOutBulkActions(CommandPolicy):
    """Bulk action asked for → each application dealt with."""

    name = "carry-out-bulk-actions"
    says = "Does what was asked for many applications at once, one after the other."
    follows = (BulkActionRequested.name,)

    def decide(self, event: LoggedEvent) -> Sequence[Decision]:
        return [
            Effect(self.name, event.position, "carry-out", event.stream_id, None, event.recorded_at)
        ]

    def act(self, log: Log, effect: Effect, by: Attribution) -> str | datetime:
        """Does it on behalf of whoever asked, to whom each step is attributed."""
        carry_out(log, effect.about, on_behalf(log, effect, by))
        return "done"


def carry_out(log: Log, bulk_id: UUID, by: Attribution) -> None:
    """Deals with every application that waits. Raises AppendUncertain; it can be repeated."""
    bulk = log.bulk_action(bulk_id)
    step = partial(_step, Steps(log, bulk, by))
    with ThreadPoolExecutor(THREADS, "bulk") as threads:
        while waiting := bulk.waiting[:NOTED_AFTER]:
            outcomes = dict(zip(waiting, threads.map(step, waiting), strict=True))
            bulk.advance(
                [id for id, refused in outcomes.items() if refused is None],
                [refused for refused in outcomes.values() if refused is not None],
            )
            log.record(bulk, by=replace(by, command_id=_command_id(log, bulk, str(bulk.version))))


def _step(steps: "Steps", application_id: UUID) -> RefusedItem | None:
    """Deals with one application; what a rule said, if one was in the way."""
    by = steps.by_for(application_id)
    if steps.log.facts.of_command(by.command_id):
        return None
    try:
        decided_anew(partial(steps.do, by, application_id), TRIES)
    except AlreadyDone:
        return None
    except Refusal as refusal:
        return RefusedItem(
            application_id=application_id, rule=refusal.rule, words=refusal.message[:300]
        )
    return None


def _command_id(log: Log, bulk: BulkAction, what: str) -> UUID:
    secret = log.database.keyring.secret("bulk actions")
    return derived_id(secret, str(log.organisation.id), str(bulk.id), what)


@dataclass(frozen=True)
class Steps:
    """What is done with each application of one bulk action."""

    log: Log
    bulk: BulkAction
    by: Attribution

    def by_for(self, application_id: UUID) -> Attribution:
        """The command of one application, which the log takes once."""
        return replace(
            self.by,
            command_id=_command_id(self.log, self.bulk, str(application_id)),
            expected_version=self.bulk.expected_version(application_id),
        )

    def do(self, by: Attribution, id: UUID) -> None:
        """Does what was asked with one application."""
        log, asked = self.log, self.bulk.asked
        match asked.kind:
            case BulkKind.REJECT:
                self._reject(by, id, asked)
            case BulkKind.REVERSE_REJECTION:
                applications.reverse_rejection(log, by, id, _said(asked.reason_code))
            case BulkKind.MOVE:
                applications.move(log, by, id, _said(asked.stage))
            case BulkKind.TAG:
                tags.tag(log, by, self._whose(id), _said(asked.tag), application_id=id)
            case BulkKind.UNTAG:
                tags.untag(log, by, self._whose(id), _said(asked.tag), application_id=id)
            case BulkKind.ASSIGN_OWNER:
                owner_id = _said(asked.owner_id)
                owners.assign(log, by, self._whose(id), owner_id, application_id=id)
            case BulkKind.MESSAGE:
                subject, body = self._letter(by, id, _said(asked.template_id))
                messages.request(
                    log,
                    by,
                    id,
                    subject=subject,
                    body=body,
                    send_at=_send_at(asked),
                    template_id=asked.template_id,
                )
            case BulkKind.TRANSFER:
                applications.transfer(log, by, id, _said(asked.requisition_id), stage=asked.stage)
            case BulkKind.ASSIGN:
                applications.assign(log, by, id, _said(asked.requisition_id))

    def _whose(self, application_id: UUID) -> UUID:
        return self.log.candidate_of(application_id).id

    def _reject(self, by: Attribution, id: UUID, asked: BulkActionRequested) -> None:
        """Rejects, and writes if there is a template: both in one append, or neither."""
        candidate = self.log.candidate_of(id)
        candidate.reject(id, _said(asked.reason_code))
        if asked.template_id is not None:
            subject, body = self._letter(by, id, asked.template_id)
            candidate.request_message(
                id,
                new_id(),
                subject=subject,
                body=body,
                send_at=_send_at(asked),
                template_id=asked.template_id,
            )
        self.log.record(candidate, by=by)

    def _letter(self, by: Attribution, id: UUID, template_id: UUID) -> tuple[str, str]:
        template = self.log.message_template(template_id)
        access = Access(by.actor_id, "write message", by.command_id)
        with self.log.database.transaction(self.log.organisation) as connection:
            return filled_in(self.log, connection, template, id, access)


def _send_at(asked: BulkActionRequested) -> datetime:
    return datetime.now(UTC) + timedelta(seconds=asked.undo_seconds or 0)


def _said(value: Value | None) -> Value:
    """What this kind of bulk action always says (domain/bulk_action.py guards it)."""
    if value is None:
        raise TypeError("a bulk action was asked for that does not say what to do")
    return value
