"""Commands about entries of the log themselves."""

from datetime import datetime

from domain.application import Rejected, Withdrawn
from domain.correction import with_field
from domain.event import Event
from domain.reason import ReasonKind
from store.envelope import Attribution
from store.log import Log, Recorded

_kinds: dict[type[Event], ReasonKind] = {
    Rejected: ReasonKind.WE_REJECTED,
    Withdrawn: ReasonKind.THEY_WITHDREW,
}


def correct(
    log: Log,
    by: Attribution,
    position: int,
    *,
    field: str,
    value: str | int | bool | None,
    reason_code: str,
    occurred_at: datetime | None = None,
) -> Recorded:
    """Says what the entry at a log position should have said."""
    aggregate, version = log.entry(position)
    entry = aggregate.history[version - 1]
    if field == "reason_code" and (kind := _kinds.get(type(entry))):
        with_field(entry, field, value)
        log.organisation_itself().guard_reason(kind, str(value), "value")
    aggregate.at(occurred_at).correct_entry(version, field, value, reason_code)
    return log.record(aggregate, by=by)
