"""Commands about legal holds."""

from uuid import UUID

from commands.erasure import erase_all_due
from store.envelope import Attribution
from store.ids import new_id
from store.log import Log, Recorded


def hold_candidate(
    log: Log, by: Attribution, candidate_id: UUID, matter: str, *, note: str | None = None
) -> Recorded:
    """Forbids to destroy what a matter needs of one candidate."""
    candidate = log.candidate(candidate_id)
    candidate.place_hold(new_id(), matter, note)
    return log.record(candidate, by=by)


def hold_requisition(
    log: Log, by: Attribution, requisition_id: UUID, matter: str, *, note: str | None = None
) -> Recorded:
    """Forbids to destroy what a matter needs of all who applied, or will, for a requisition."""
    requisition = log.requisition(requisition_id)
    requisition.place_hold(new_id(), matter, note)
    return log.record(requisition, by=by)


def release(log: Log, by: Attribution, hold_id: UUID) -> Recorded:
    """Proposes to release a hold; of a second person, releases it and erases what waited for it."""
    held = log.held(hold_id)
    answering = by.on_behalf_of or by.actor_id
    held.release_hold(hold_id, answering, by.actor_id)
    recorded = log.record(held, by=by)
    if held.hold(hold_id).released:
        for _ in erase_all_due(log, by):
            pass
    return recorded
