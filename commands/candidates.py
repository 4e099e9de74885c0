"""Commands about who a candidate is."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from uuid import UUID

from domain.candidate import APPLIED, Candidate
from domain.erasure import Suppressed
from store.envelope import Attribution
from store.ids import new_id
from store.log import Log, Recorded


def register(
    log: Log,
    by: Attribution,
    *,
    occurred_at: datetime | None = None,
    external_id: tuple[str, str] | None = None,
    **details: str | None,
) -> Recorded:
    """Starts the history of a person. `external_id` is the system and its id for them.

    Nobody who was erased is brought back by others; who applies is new. Raises Suppressed.
    """
    if details.get("origin") not in (None, APPLIED):
        guard_not_suppressed(log, details)
    candidate = Candidate.begin(new_id()).at(occurred_at)
    candidate.register(**{name: value for name, value in details.items() if value is not None})
    if external_id is not None:
        candidate.link_external_id(*external_id)
    return log.record(candidate, by=by)


def update_profile(
    log: Log,
    by: Attribution,
    candidate_id: UUID,
    *,
    occurred_at: datetime | None = None,
    **changed: str | None,
) -> Recorded:
    """Replaces the personal fields named."""
    candidate = log.candidate(candidate_id).at(occurred_at)
    if candidate.origin != APPLIED:
        guard_not_suppressed(log, changed)
    candidate.update_profile(**changed)
    return log.record(candidate, by=by)


def guard_not_suppressed(log: Log, said: Mapping[str, str | None]) -> None:
    """Nobody who was erased is brought back by an address or a number. Raises Suppressed."""
    if log.suppressed(said.get("email"), said.get("phone")):
        raise Suppressed


def add_note(
    log: Log,
    by: Attribution,
    candidate_id: UUID,
    text: str,
    *,
    topic: str = "note",
    application_id: UUID | None = None,
    mentions: Sequence[UUID] = (),
    occurred_at: datetime | None = None,
) -> Recorded:
    """Keeps a note about a candidate, which may ask members to look."""
    candidate = log.candidate(candidate_id).with_application(application_id).at(occurred_at)
    mentioned = [log.member(id) for id in mentions]
    candidate.add_note(text, topic=topic, application_id=application_id, mentions=mentioned)
    return log.record(candidate, by=by)
