"""Gives the commands of a plan, as many at once as do not depend on each other."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, as_completed
from dataclasses import dataclass, field
from uuid import UUID

from domain.errors import Conflict
from simulation.actions import Action, Name
from store.envelope import Attribution, Fact
from store.log import Log, Recorded

THREADS = 6
ATTEMPTS = 10


def execute(
    log: Log, actions: Sequence[Action], progress: Callable[[int, int], None]
) -> Counter[str]:
    """How many events of each type the actions recorded, done as if one after the other.

    `progress` hears how many are done, and of how many.
    """
    execution, lanes = Execution(log), Lanes()
    recorded: Counter[str] = Counter()
    with ThreadPoolExecutor(THREADS, "simulation") as threads:
        futures = []
        for action in actions:
            # What is waited for was handed in before, so the threads always have work they can do.
            future = threads.submit(execution.give, action, lanes.ahead_of(action))
            lanes.enter(action, future)
            futures.append(future)
        try:
            for done, future in enumerate(as_completed(futures), 1):
                recorded.update(fact.topic for fact in future.result().facts)
                progress(done, len(actions))
        except BaseException:
            threads.shutdown(cancel_futures=True)
            raise
    return recorded


@dataclass
class Lanes:
    """Who waits for whom: a writer of a name for all before it, a reader for the last writer."""

    writers: dict[Name, Future[Recorded]] = field(default_factory=dict)
    readers: dict[Name, list[Future[Recorded]]] = field(default_factory=dict)

    def ahead_of(self, action: Action) -> list[Future[Recorded]]:
        names = action.reads | action.writes
        ahead = [self.writers[name] for name in names if name in self.writers]
        for name in action.writes:
            ahead += self.readers.get(name, ())
        return ahead

    def enter(self, action: Action, future: Future[Recorded]) -> None:
        for name in action.reads:
            self.readers.setdefault(name, []).append(future)
        for name in action.writes:
            self.writers[name] = future
            self.readers.pop(name, None)


@dataclass
class Execution:
    """The plan becomes real: names become ids, or places in the log."""

    log: Log
    ids: dict[Name, UUID | int] = field(default_factory=dict)

    def give(self, action: Action, ahead: Sequence[Future[Recorded]]) -> Recorded:
        """Gives the command once everything it waits for is done."""
        for other in ahead:
            other.result()
        recorded = self._repeatedly(action)
        for made_as, name in action.makes.items():
            self.ids[name] = _made(recorded.facts[0], made_as)
        return recorded

    def _repeatedly(self, action: Action) -> Recorded:
        by = Attribution("person", action.by, "recruiter", "simulation")
        arguments = self._with_ids(action.arguments)
        for _ in range(ATTEMPTS - 1):
            try:
                return action.command(self.log, by, occurred_at=action.at, **arguments)
            except Conflict:
                continue
        return action.command(self.log, by, occurred_at=action.at, **arguments)

    def _with_ids(self, arguments: Mapping[str, object]) -> dict[str, object]:
        return {
            name: self.ids[value] if isinstance(value, Name) else value
            for name, value in arguments.items()
        }


def _made(fact: Fact, made_as: str) -> UUID | int:
    if made_as == "position":
        return fact.position or 0
    return UUID(str(fact.originator_id if made_as == "id" else fact.data[made_as]))
