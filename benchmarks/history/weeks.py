"""What happens in the organisation, planned a week at a time and at an even pace."""

from datetime import datetime
from random import Random
from uuid import UUID

from benchmarks.history.clock import WEEK, microseconds
from benchmarks.history.company import Company
from benchmarks.history.costs import Costs
from benchmarks.history.diary import Diary, Stream
from benchmarks.history.hiring import Hiring
from benchmarks.history.people import Acquaintances
from benchmarks.history.relations import Relations
from benchmarks.history.requisition_facts import policy_adopted
from benchmarks.history.world import World

PACE = 500_000
"""Events a year."""
WEEKS_A_YEAR = 365.25 / 7
REQUISITIONS_A_WEEK, SOURCED_A_WEEK, RUNNING = 6.0, 50, 60
"""At that pace: requisitions opened, people found by sourcers, and requisitions that are under way
when the history begins."""
CROWDS, EVENTS_A_CROWD, CROWDS_BEGIN, A_CROWD_EVERY, COUNTS_AS = 3, 100_000, 12, 2, 7
"""Requisitions that thousands apply for: at most so many, one for so many events, the first so many
weeks before the end, the next so many weeks later; and how many others each takes the place of."""


class History:
    """What happens in the organisation, planned a week at a time."""

    def __init__(
        self, events: int, organisation: UUID, weeks: int, dice: Random, until: datetime
    ) -> None:
        begins = microseconds(until) - weeks * WEEK
        self.diary = Diary(begins, weeks)
        self.weeks = weeks
        self.world = World(Company(str(organisation), dice, begins), self.diary, dice)
        self.scale = events / weeks * WEEKS_A_YEAR / PACE
        self.crowds = min(CROWDS, events // EVENTS_A_CROWD)
        self.organisation = Stream("organisation", str(organisation), version=1)
        people = Acquaintances(self.world)
        self.costs = Costs(self.world)
        self.relations = Relations(self.world, self.costs, people, begins)
        self.hiring = Hiring(self.world, self.costs, self.relations, people)
        self._due = self._to_source = 0.0
        for number in range(running := round(RUNNING * self.scale)):
            at = self.world.later(begins, 0, 4)
            self.hiring.requisition(at, share=(number + 0.5) / running)

    def plan(self, week: int, events: int) -> None:
        """Plans what begins in a week, so that the week has so many events."""
        begins = self.diary.begins + week * WEEK
        self._adopt_policies(week, begins)
        if week % 4 == 0:
            self.costs.of_month(begins)
            self.relations.begin_campaigns(begins)
        self._open_requisitions(week, begins)
        self._to_source += SOURCED_A_WEEK * self.scale
        while self._to_source >= 1:
            self._to_source -= 1
            self._source(begins)
        self.relations.keep_in_touch(week, begins, events)
        while self.diary.events[week] < events:
            self._source(begins)

    def _open_requisitions(self, week: int, begins: int) -> None:
        self._due += REQUISITIONS_A_WEEK * self.scale
        crowd, not_yet = divmod(week - max(1, self.weeks - CROWDS_BEGIN), A_CROWD_EVERY)
        if 0 <= crowd < self.crowds and not not_yet:
            self.hiring.crowd(self.world.later(begins, 0, 2))
            self._due -= COUNTS_AS
        while self._due >= 1:
            self._due -= 1
            self.hiring.requisition(self.world.later(begins, 0, 5))

    def _source(self, begins: int) -> None:
        self.relations.source(self.world.later(begins, 0, 4))

    def _adopt_policies(self, week: int, begins: int) -> None:
        adopted = {0: "applied-accepted", self.weeks // 2: "applied-hired"}
        if week in adopted:
            fact = policy_adopted("time-to-hire", adopted[week])
            at = self.world.later(begins, 0, 2)
            self.diary.put(at, self.world.company.owner, self.organisation, fact)
