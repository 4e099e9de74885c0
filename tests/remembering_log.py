"""A log that only remembers, for histories that would take a test too long to store."""

from collections import defaultdict
from dataclasses import replace
from typing import Any, cast
from uuid import UUID

from eventsourcing.persistence import JSONTranscoder

from domain.aggregate import Aggregate
from domain.organisation import Organisation
from store.envelope import Fact
from store.ids import new_id
from store.log import Log, Recorded
from store.mapper import FactMapper


class RememberingLog:
    """What commands use of a log, for one who gives them one after the other."""

    def __init__(self) -> None:
        self.facts: list[Fact] = []
        self.organisation = Organisation.begin(new_id())
        self.known: dict[UUID, Any] = {}
        self.of: dict[UUID, UUID] = {}
        self.applicants: defaultdict[UUID, set[UUID]] = defaultdict(set)
        self.mapper = FactMapper(JSONTranscoder())

    def candidate(self, id: UUID) -> Any:
        return self.known[id]

    requisition = pool = candidate

    def candidate_of(self, application_id: UUID) -> Any:
        return self.known[self.of[application_id]]

    def candidates_for(self, requisition_id: UUID) -> list[Any]:
        return [self.known[id] for id in sorted(self.applicants[requisition_id])]

    def suppressed(self, *_: str | None) -> bool:
        return False

    def organisation_itself(self) -> Organisation:
        return self.organisation

    def opened(self, stream_id: UUID, version: int, *_: Any) -> dict[str, Any]:
        return next(
            {name: said for fields in fact.personal.values() for name, said in fields.items()}
            for fact in self.facts
            if (fact.originator_id, fact.originator_version) == (stream_id, version)
        )

    def entry(self, position: int) -> tuple[Aggregate, int]:
        fact = self.facts[position - 1]
        return self.known[cast("UUID", fact.originator_id)], fact.originator_version

    def record(self, *changed: Aggregate | None, **_: Any) -> Recorded:
        before = len(self.facts)
        for aggregate in changed:
            if aggregate is not None:
                self.known[aggregate.id] = aggregate
                for event in aggregate.collect_events():
                    self._remember(self.mapper.to_stored_event(event))
        return Recorded(tuple(self.facts[before:]))

    def _remember(self, fact: Fact) -> None:
        self.facts.append(replace(fact, position=len(self.facts) + 1))
        candidate_id = cast("UUID", fact.originator_id)
        if fact.topic in ("application.applied", "application.reengaged"):
            self.of[UUID(fact.data["application_id"])] = candidate_id
        if fact.topic.startswith("application.") and "requisition_id" in fact.data:
            self.applicants[UUID(fact.data["requisition_id"])].add(candidate_id)


def remembering() -> tuple[Log, list[Fact]]:
    """A log, and what it has come to hold."""
    log = RememberingLog()
    return cast("Log", log), log.facts
