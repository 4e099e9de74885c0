"""Commands about many applications at once. policies/bulk_actions.py carries them out."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from domain.bulk_action import BulkAction, BulkKind
from domain.message_template import TemplateIsArchived
from domain.reason import ReasonKind
from store.envelope import Attribution
from store.ids import new_id
from store.log import Log, Recorded


def request(
    log: Log,
    by: Attribution,
    *,
    kind: BulkKind,
    application_ids: Sequence[UUID],
    expected_versions: Mapping[UUID, int],
    **said: Any,
) -> Recorded:
    """Asks for a bulk action; what every application would be refused for is refused at once."""
    bulk = BulkAction.begin(new_id())
    bulk.request(kind, by.actor_id, application_ids, expected_versions, **said)
    _guard_possible(log, bulk)
    return log.record(bulk, by=by)


def _guard_possible(log: Log, bulk: BulkAction) -> None:
    asked = bulk.asked
    if asked.kind == BulkKind.REJECT and asked.reason_code:
        log.organisation_itself().guard_reason(ReasonKind.WE_REJECTED, asked.reason_code)
    if asked.kind == BulkKind.TAG and asked.tag:
        log.organisation_itself().guard_tag(asked.tag)
    if asked.template_id and log.message_template(asked.template_id).archived:
        raise TemplateIsArchived(id=asked.template_id)
    if asked.requisition_id:
        requisition = log.requisition(asked.requisition_id)
        requisition.guard_open(bulk)
        if asked.stage:
            requisition.plan.stage(asked.stage)
