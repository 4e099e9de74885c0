"""The times a candidate may choose from now, and the choice of one of them."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

from calendars.busy import Reading, busy_times
from calendars.slots import free_slots
from commands import self_scheduling
from domain.candidate import Candidate
from domain.self_scheduling import NotOffered, Slot, SlotsOffered
from store.envelope import Attribution
from store.log import Log, Recorded

MOST_SHOWN = 300


def offered(log: Log, candidate: Candidate, invitation_id: UUID, anew: bool = False) -> list[Slot]:
    """The times of an offer that are free now.

    A time that a person named is offered where a calendar cannot be read; one that a rule would
    make is not. Raises SlotsAreOver, AlreadyBooked.
    """
    said = candidate.guard_bookable(invitation_id).said
    now = datetime.now(UTC)
    since, until = _window(said)
    since = max(since, now)
    if until <= since:
        return []
    times = busy_times(log, said.interviewer_ids, since, until, anew=anew)
    busy = [stretch for one in times for stretch in one.all]
    if said.slot_rule is None:
        free = [slot for slot in said.slots if slot.starts_at > now]
        return [
            slot
            for slot in free
            if not any(one.meets(slot.starts_at, slot.ends_at) for one in busy)
        ]
    if any(one.reading is Reading.UNREADABLE for one in times):
        return []
    return list(free_slots(said.slot_rule, busy, now))[:MOST_SHOWN]


def book(log: Log, by: Attribution, invitation_id: UUID, slot: Slot) -> Recorded:
    """Books a time, if it still is free. Raises NotOffered, TimeTaken, and what `offered` does."""
    candidate = log.candidate_of_invitation(invitation_id)
    if slot not in offered(log, candidate, invitation_id, anew=True):
        raise NotOffered
    return self_scheduling.book(log, by, invitation_id, slot)


def _window(said: SlotsOffered) -> tuple[datetime, datetime]:
    if said.slot_rule is not None:
        buffer = timedelta(minutes=said.slot_rule.buffer_minutes)
        return said.slot_rule.opens_at - buffer, said.slot_rule.closes_at + buffer
    return (
        min(slot.starts_at for slot in said.slots),
        max(slot.ends_at for slot in said.slots),
    )
