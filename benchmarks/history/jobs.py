"""Requisitions: drafted, approved, opened, posted, filled and closed."""

from benchmarks.history import requisition_facts as facts
from benchmarks.history.clock import MINUTE
from benchmarks.history.company import DEPARTMENTS, JOBS, LEVELS, LOCATIONS, Steps, id_of
from benchmarks.history.costs import Costs
from benchmarks.history.diary import NONE, Fact, Mark, Stream, Told
from benchmarks.history.world import World

CHANNELS = ("careers_page", "linkedin", "indeed")
REFUSED_AT_FIRST, HELD, RENAMED, HANDED_OVER, ONE_MORE, MISTYPED = 0.1, 0.08, 0.1, 0.1, 0.15, 0.1


class Job(Stream):
    """A requisition. `now` is when its opening was done with, and applications may come."""

    def __init__(self, world: World, number: int, at: int, openings: int) -> None:
        super().__init__("requisition", world.new_id(at))
        company = world.company
        self.world = world
        self.number = number
        self.steps: Steps = world.pick(company.plans)
        self.recruiter = world.pick(company.recruiters)
        self.manager = world.pick(company.managers)
        self.department = world.pick(DEPARTMENTS)
        self.seats = [world.new_id(at) for _ in range(openings)]
        self.channels = CHANNELS[: 1 + int(world.dice.random() * len(CHANNELS))]
        self.opened = self.now = at

    def open(self, costs: Costs) -> None:
        """Everything until the first application."""
        world = self.world
        title, level = world.pick(JOBS[self.department]), world.pick(LEVELS)
        mistyped = self._draft(title, level)
        self._get_approval()
        self._do("opened", 0.1, 1.5)
        self.opened = self.now
        for channel in self.channels:
            self._put(facts.posting("posted", channel))
            if channel != "careers_page":
                costs.of_requisition(self.id, self.now, "job_board", 150, 900)
        if mistyped:
            self.now = world.later(self.now, 0.5, 3)
            self._put(facts.corrected("requisition", mistyped, "location", "Munich"))
        if world.happens(RENAMED):
            self._put(facts.title_changed(f"{title} ({level})"))
        if world.happens(HANDED_OVER):
            self.recruiter = world.pick(world.company.recruiters)
            self._put(facts.recruiters_changed([id_of(self.recruiter), id_of(self.manager)]))
        if world.happens(ONE_MORE):
            self.seats.append(world.new_id(self.now))
            self._put(facts.opening("added", self.seats[-1]))
        if world.happens(HELD):
            self._do("put_on_hold", 0.2, 2, "budget")
            self._do("resumed", 3, 15)

    def _draft(self, title: str, level: str) -> Mark | None:
        mistyped = Mark() if self.world.happens(MISTYPED) else None
        fact = facts.drafted(
            number=self.number,
            title=title,
            department=self.department,
            location=self.world.pick(LOCATIONS),
            level=level,
            manager=id_of(self.manager),
            recruiters=[id_of(self.recruiter)],
            openings=self.seats,
            plan=self.steps.json,
            mark=mistyped,
        )
        self._put(fact)
        return mistyped

    def _get_approval(self) -> None:
        self._do("approval_requested", 0.1, 1)
        if self.world.happens(REFUSED_AT_FIRST):
            self._do("approval_refused", 0.2, 2, "budget")
            self._do("approval_requested", 0.5, 3)
        self._do("approved", 0.2, 4)

    def close(self, at: int, free: list[str], rejected: Told) -> None:
        """Ends it, together with the applications that are still open."""
        self.now = at
        for seat in free:
            self._put(facts.opening("closed", seat, "not_filled"))
        for channel in self.channels:
            self._put(facts.posting("unposted", channel))
        reason = "cancelled" if free else "filled"
        told = ((self, facts.requisition("closed", reason)), *rejected)
        self.world.diary.put_together(self.now, self.recruiter, told)

    def _do(self, change: str, shortest: float, longest: float, reason: str = NONE) -> None:
        self.now = self.world.later(self.now, shortest, longest)
        approves = change in ("approved", "approval_refused")
        by = self.world.company.approver if approves else self.recruiter
        self.world.diary.put(self.now, by, self, facts.requisition(change, reason))

    def _put(self, fact: Fact) -> None:
        self.world.diary.put(self.now, self.recruiter, self, fact)
        self.now += 1 + int(self.world.dice.random() * 5 * MINUTE)
