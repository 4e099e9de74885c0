"""What events say of who candidates are, field by field: known from when, until when, since when.

The entries of a candidate follow from their events alone, up to any place in the log: no matter in
which batches they are taken in.
"""

import json
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, TypeGuard
from uuid import UUID

from domain.candidate import CandidateEntryCorrected, ExternalIdLinked, ProfileUpdated, Registered
from domain.correction import OCCURRED_AT
from domain.document import DocumentRead
from domain.event import Event, personal_fields
from reading.json_resume import words_of
from store.envelope import Fact
from store.vault import CLOSED

FOREVER = 2**63 - 1
EXTERNAL_ID, SYSTEM = "external_id", "system"
RESUME, DOCUMENT = "resume", "document"
WORDS = "words"
"""What a reading says, where it is given opened."""

SAYING: dict[str, type[Event]] = {
    said.name: said for said in (Registered, ProfileUpdated, ExternalIdLinked, DocumentRead)
}
"""The events that say who a candidate is, and what their documents say."""


@dataclass(frozen=True)
class Entry:
    """What is to be found by a value, from a position on until a position."""

    position: int
    origin: int
    superseded_at: int
    occurred_at: datetime
    candidate_id: UUID
    field: str
    value: str


@dataclass
class Told:
    """An event as it is told by now."""

    origin: int
    occurred_at: datetime
    values: dict[str, str]
    system: str = ""
    standing: dict[str, Entry] = field(default_factory=dict)


def entries_of(said: Iterable[tuple[Fact, Mapping[str, Any]]]) -> Iterator[Entry]:
    """The entries that events make, given in log order, each with its personal fields opened.

    A reading is given with its WORDS, if they are kept.

    The events are those of SAYING, and the corrections of any of them that is there too.
    """
    by_candidate: dict[UUID, list[tuple[Fact, Mapping[str, Any]]]] = defaultdict(list)
    for fact, opened in said:
        by_candidate[UUID(str(fact.originator_id))].append((fact, opened))
    for candidate_id, history in by_candidate.items():
        yield from _entries(candidate_id, history)


def _entries(candidate_id: UUID, history: list[tuple[Fact, Mapping[str, Any]]]) -> Iterator[Entry]:
    told: dict[int, Told] = {}
    for fact, opened in history:
        if fact.topic in SAYING:
            about = told[fact.originator_version] = _told(fact, opened)
            changed = set(about.values)
        elif fact.topic == CandidateEntryCorrected.name and fact.data["corrects"] in told:
            about = told[fact.data["corrects"]]
            changed = _corrected(about, fact, opened)
        else:
            continue
        yield from _tell(candidate_id, about, changed, fact.position or 0)
    for about in told.values():
        yield from about.standing.values()


def _told(fact: Fact, opened: Mapping[str, Any]) -> Told:
    if fact.occurred_at is None or fact.position is None:
        raise ValueError("only an event that is in the log says anything")
    if fact.topic == DocumentRead.name:
        # Each document is a field of its own: a later one does not take an earlier one's place.
        words = {f"{DOCUMENT}:{fact.data['document_id']}": opened.get(WORDS)}
        return Told(fact.position, fact.occurred_at, {n: w for n, w in words.items() if w})
    fields = personal_fields(SAYING[fact.topic])
    said = {name: opened.get(name, fact.data.get(name)) for name in fields}
    values = {name: value for name, value in said.items() if _is_known(value)}
    if RESUME in values:
        values[RESUME] = words_of(json.loads(values[RESUME]))
    return Told(fact.position, fact.occurred_at, values, fact.data.get(SYSTEM, ""))


def _corrected(about: Told, fact: Fact, opened: Mapping[str, Any]) -> set[str]:
    """Tells an event as a correction has it; the fields that are told anew."""
    name, value = fact.data["field"], opened.get("identity_value")
    if name == OCCURRED_AT:
        about.occurred_at = datetime.fromisoformat(fact.data["value"])
        return set(about.values)
    if name == SYSTEM:
        about.system = fact.data["value"]
        return set(about.values)
    if name in personal_fields(Registered) or name == EXTERNAL_ID:
        about.values.pop(name, None)
        if _is_known(value):
            about.values[name] = value
        return {name}
    return set()


def _is_known(value: Any) -> TypeGuard[str]:
    return value is not None and value not in CLOSED


def _tell(candidate_id: UUID, about: Told, changed: set[str], position: int) -> Iterator[Entry]:
    for name in changed:
        if name in about.standing:
            yield replace(about.standing.pop(name), superseded_at=position)
        if name in about.values:
            value = about.values[name]
            about.standing[name] = Entry(
                position,
                about.origin,
                FOREVER,
                about.occurred_at,
                candidate_id,
                name,
                f"{about.system}:{value}" if name == EXTERNAL_ID else value,
            )
