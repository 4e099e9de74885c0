"""What everything planned has in common."""

from collections.abc import Sequence
from dataclasses import dataclass
from random import Random
from typing import TypeVar

from benchmarks.history.clock import later
from benchmarks.history.company import Company
from benchmarks.history.diary import Diary, new_id

Thing = TypeVar("Thing")


@dataclass(frozen=True)
class World:
    """The company, its diary, and chance."""

    company: Company
    diary: Diary
    dice: Random

    def happens(self, probability: float) -> bool:
        return self.dice.random() < probability

    def pick(self, things: Sequence[Thing]) -> Thing:
        return things[int(self.dice.random() * len(things))]

    def later(self, at: int, shortest: float, longest: float) -> int:
        """When people at work get to something, so many days on."""
        return later(self.dice, at, shortest, longest)

    def new_id(self, at: int) -> str:
        return new_id(self.dice, at)
