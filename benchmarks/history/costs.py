"""What hiring costs: requisitions, channels, campaigns, and the months of those who do it."""

from benchmarks.history import requisition_facts as facts
from benchmarks.history.clock import DAY, day
from benchmarks.history.diary import Mark, Stream
from benchmarks.history.world import World

CORRECTED = 0.04
SUBSCRIBED = ("linkedin", "indeed", "university", "event")
MONTH = 28


class Costs:
    """Records costs, some of which are mistyped and put right later."""

    def __init__(self, world: World) -> None:
        self.world = world

    def of_requisition(self, requisition: str, at: int, category: str, low: int, high: int) -> None:
        self._record("requisition", f'"requisition_id": "{requisition}"', category, at, low, high)

    def of_campaign(self, campaign: str, at: int) -> None:
        self._record("campaign", f'"campaign_id": "{campaign}"', "mailing", at, 80, 900)

    def of_month(self, at: int) -> None:
        """Subscriptions, and salaries of the recruiters."""
        for source in SUBSCRIBED:
            self._record("source", f'"source_code": "{source}"', "subscription", at, 300, 4_000)
        period = f'"starts_on": "{day(at - MONTH * DAY)}", "ends_on": "{day(at - DAY)}"'
        self._record("period", period, "salaries", at, 60_000, 90_000, internal=True)

    def _record(
        self,
        scope: str,
        about: str,
        category: str,
        at: int,
        low: int,
        high: int,
        internal: bool = False,
    ) -> None:
        world, cost = self.world, Stream("cost", self.world.new_id(at))
        amount = int(world.dice.uniform(low, high))
        mistyped = Mark() if world.happens(CORRECTED) else None
        said = amount * 10 if mistyped else amount
        at, by = world.later(at, 0, 2), world.company.analyst
        fact = facts.cost(scope, about, category, said, internal, mistyped)
        world.diary.put(at, by, cost, fact)
        if mistyped:
            at = world.later(at, 1, 30)
            fact = facts.corrected("cost", mistyped, "amount", f"{amount}.00")
            world.diary.put(at, by, cost, fact)
