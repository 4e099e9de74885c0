"""Commands about answers that do not meet a basic qualification."""

from uuid import UUID

from store.envelope import Attribution
from store.log import Log, Recorded


def waive(log: Log, by: Attribution, application_id: UUID, reason_code: str) -> Recorded:
    """Lets an application go on nevertheless."""
    candidate = log.candidate_of(application_id)
    candidate.waive_knock_out(application_id, reason_code)
    return log.record(candidate, by=by)


def confirm(log: Log, by: Attribution, application_id: UUID, notes: str | None = None) -> Recorded:
    """Rejects an application for the rule it does not meet."""
    candidate = log.candidate_of(application_id)
    candidate.confirm_knock_out(application_id, notes)
    return log.record(candidate, by=by)
