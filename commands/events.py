"""Commands about entries of the log themselves."""

from datetime import datetime

from store.envelope import Attribution
from store.log import Log, Recorded


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
    aggregate.at(occurred_at).correct_entry(version, field, value, reason_code)
    return log.record(aggregate, by=by)
