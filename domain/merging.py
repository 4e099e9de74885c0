"""One person: histories that turn out to be the same person's are told as one, until undone.

Each history stays as it is, with the applications born in it. What the rules ask of a person they
ask of all the histories together; whoever was merged into another begins nothing new.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import field
from datetime import datetime
from heapq import merge
from itertools import accumulate
from operator import attrgetter, itemgetter
from typing import Self
from uuid import UUID

from domain.errors import Refusal
from domain.event import Code, Event
from domain.legal_hold import LegalHolds


class CandidateEvent(Event):
    """Something that happened to a candidate, whose personal data it may hold."""

    @property
    def subject_id(self) -> UUID:
        """Whose personal data this is."""
        return self.originator_id


class MergeEvent(CandidateEvent):
    """Says who is one person with whom: of all time, as far as is known from then on."""

    reason_code: Code


class MergedInto(MergeEvent, name="candidate.merged_into"):
    sentence = "Merged into another candidate: {reason_code}"
    survivor_id: UUID
    open_twice: tuple[UUID, ...] = ()
    """Requisitions for which the one person now has two open applications."""


class MergedFrom(MergeEvent, name="candidate.merged_from"):
    sentence = "Another candidate merged into this one: {reason_code}"
    loser_id: UUID


class Unmerged(MergeEvent, name="candidate.unmerged"):
    """Stands in both histories."""

    sentence = "Merge undone: {reason_code}"
    loser_id: UUID
    survivor_id: UUID


class DuplicateDismissed(CandidateEvent, name="candidate.duplicate_dismissed"):
    sentence = "Found to be somebody else than another candidate"
    other_id: UUID


class WithThemselves(Refusal):
    """A candidate is one person already; name two."""


class WasMerged(Refusal):
    """Candidate {id} was merged into {survivor_id}; address that one instead, or undo the merge."""

    status = 409


class NotMerged(Refusal):
    """Candidate {id} is not merged into another; there is nothing to undo."""

    status = 409


class MergeNotCorrectable(Refusal):
    """A merge is undone, not corrected."""

    status = 409


class Person(LegalHolds):
    """One history of a person, who may have others."""

    merged_into: UUID | None = None
    merged_from: set[UUID] = field(default_factory=set)
    others: tuple[Self, ...] = ()
    """The person's other histories, if it is told to know them."""

    def knowing_others(self, get: Callable[[UUID], Self]) -> Self:
        """Lets all histories of the person know each other; `get` finds one by its id."""
        histories = [self]
        for one in histories:
            into = [one.merged_into] if one.merged_into else []
            for id in (*into, *one.merged_from):
                if id not in {known.id for known in histories}:
                    histories.append(get(id))
        for one in histories:
            one.others = tuple(other for other in histories if other is not one)
        return self

    def __repr__(self) -> str:
        """Without the others, who know this one."""
        return f"{type(self).__name__}(id={self.id}, version={self.version})"

    @property
    def histories(self) -> tuple[Self, ...]:
        """All histories of the person, this one first."""
        return (self, *self.others)

    @property
    def person(self) -> Self:
        """What is known of the person: of all histories, as if they were one."""
        if not self.others:
            return self
        person = self.begin(self.id)
        for event in in_turn(one.history for one in self.histories):
            person.note(event)
        return person

    @property
    def survivor_id(self) -> UUID:
        """Who stands for the person."""
        if self.merged_into is None:
            return self.id
        return next((o.id for o in self.others if o.merged_into is None), self.merged_into)

    def guard_survivor(self, decider: LegalHolds | None = None) -> None:
        """Refuses, on behalf of whoever decides, when this candidate was merged into another."""
        refusal = WasMerged(id=self.id, survivor_id=self.survivor_id)
        (decider or self).guard(self.merged_into is None, refusal)

    def merge_into(
        self, survivor: Self, reason_code: str, open_twice: tuple[UUID, ...] = ()
    ) -> None:
        """Says, in both histories, that this one is of the same person as the survivor's."""
        self.guard(self.id != survivor.id, WithThemselves())
        self.guard_survivor()
        survivor.guard_survivor(self)
        self.happened(
            MergedInto, survivor_id=survivor.id, reason_code=reason_code, open_twice=open_twice
        )
        survivor.happened(MergedFrom, loser_id=self.id, reason_code=reason_code)

    def unmerge(self, reason_code: str) -> Self:
        """Says, in both histories, that they are of two persons; the one it was merged into."""
        survivor = next((one for one in self.others if one.id == self.merged_into), None)
        if survivor is None:
            raise NotMerged(id=self.id)
        for one in (self, survivor):
            one.happened(
                Unmerged, loser_id=self.id, survivor_id=survivor.id, reason_code=reason_code
            )
        return survivor

    def dismiss_duplicate(self, other: Self) -> None:
        """Says that another candidate, however similar, is somebody else."""
        self.guard(self.id != other.id, WithThemselves())
        self.happened(DuplicateDismissed, other_id=other.id)

    def guard_correction(self, entry: Event, instead: Event) -> None:
        super().guard_correction(entry, instead)
        self.guard(not isinstance(entry, MergeEvent), MergeNotCorrectable())

    def note_merge(self, event: MergeEvent) -> None:
        """Notes who is one person with whom."""
        match event:
            case MergedInto():
                self.merged_into = event.survivor_id
            case MergedFrom():
                self.merged_from.add(event.loser_id)
            case Unmerged() if event.loser_id == self.id:
                self.merged_into = None
            case Unmerged():
                self.merged_from.discard(event.loser_id)


def in_turn(histories: Iterable[list[Event]]) -> Iterator[Event]:
    """The events of several histories by the time each history had come to; none out of its own."""
    yield from (event for _, event in merge(*map(_timed, histories), key=itemgetter(0)))


def _timed(history: list[Event]) -> Iterator[tuple[datetime, Event]]:
    return zip(accumulate(map(attrgetter("timestamp"), history), max), history, strict=True)
