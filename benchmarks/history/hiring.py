"""Who applies for a requisition, who gets how far, and who is hired."""

from collections.abc import Iterator
from heapq import heapify, heappop, heappush

from benchmarks.history.application_facts import hire_outcome
from benchmarks.history.candidacies import ASKED_WHEN_HIRED, Candidacy
from benchmarks.history.clock import DAY
from benchmarks.history.costs import Costs
from benchmarks.history.jobs import Job
from benchmarks.history.people import NEVER, Acquaintances, Person
from benchmarks.history.relations import Relations
from benchmarks.history.world import World

FEWEST, MOST, AN_OPENING = 70, 300, 90
"""Applications for a requisition, and for each of its openings."""
COME_BACK, BROUGHT_BACK = 0.03, 0.025
WITHDRAW, LEFT_OPEN = 0.02, 0.06
NOT_READ_ON, INVITED, CONVINCE, HELD_LATE = 0.1, 0.22, 0.3, 0.1
RECONSIDERED, IN_ERROR = 0.01, 0.5
ACCEPT, LET_EXPIRE, RELOCATE, DO_NOT_START, STAY = 0.8, 0.05, 0.1, 0.04, 0.95
BECOME_MEMBERS, REMEMBERED = 0.35, 0.3
OUTCOME_DAYS = (90, 180, 365)
CROWD, CROWD_SEATS, CROWD_DECIDED = 2_300, 40, 0.06
NOT_READ = ("incomplete_application", "work_permit", "basic_qualifications")
SCREENED_OUT = ("experience", "skills", "salary_expectations", "language", "location")
INTERVIEWED_OUT = ("experience", "skills", "stronger_candidates", "motivation")
WITHDREW = ("other_offer", "personal", "salary", "relocation")
DECLINED = ("other_offer", "counter_offer", "salary")


class Hiring:
    """Plans requisitions, each as a whole."""

    def __init__(
        self, world: World, costs: Costs, relations: Relations, acquaintances: Acquaintances
    ) -> None:
        self.world = world
        self.dice = world.dice
        self.costs = costs
        self.relations = relations
        self.acquaintances = acquaintances
        self.number = 0

    def requisition(self, at: int, share: float = 1.0) -> None:
        """One from its draft to its end; of one that runs already, only a share is to come."""
        applications = max(10, int(self.dice.uniform(FEWEST, MOST) * share))
        job = self._open(at, max(1, round(applications / AN_OPENING)))
        window = int(self.dice.uniform(25, 60) * max(0.25, share) * DAY)
        candidacies = list(self._applications(job, applications, window))
        for candidacy in candidacies:
            self._consider(candidacy)
        free = self._offer(job, candidacies, job.now + window // 2)
        last = max(job.now + window, *(candidacy.now for candidacy in candidacies))
        self._close(job, self.world.later(last, 0.5, 6), candidacies, free)
        for candidacy in candidacies:
            self._part(candidacy)

    def crowd(self, at: int) -> None:
        """One that thousands apply for, and that is open still when the history ends."""
        job = self._open(at, CROWD_SEATS)
        window = (self.world.diary.ends - job.now) * 3 // 5
        for candidacy in self._applications(job, CROWD, window):
            if self.dice.random() < CROWD_DECIDED:
                candidacy.wait(0.5, 5)
                candidacy.reject(self.world.pick(SCREENED_OUT))
            else:
                self._leave_open(candidacy)

    def _leave_open(self, candidacy: Candidacy) -> None:
        """Goes on for a while with one that is going to be decided later."""
        depth, steps = self.dice.random(), candidacy.job.steps
        candidacy.person.busy_until = NEVER
        for number, step in enumerate(steps.screens):
            if depth > 0.3 + 0.15 * number:
                candidacy.wait(1, 6)
                candidacy.screen(step, "passed")
        for number, step in enumerate(steps.interviews):
            if depth > 0.75 + 0.12 * number:
                candidacy.wait(0.5, 3)
                candidacy.interview(step, likes=True)
        if depth > 0.98:
            candidacy.wait(0.5, 3)
            candidacy.extend(self.world.pick(candidacy.job.seats))

    def _open(self, at: int, openings: int) -> Job:
        self.number += 1
        job = Job(self.world, self.number, at, openings)
        job.open(self.costs)
        return job

    def _applications(self, job: Job, count: int, window: int) -> Iterator[Candidacy]:
        """Who applies in that time: many in the first days, fewer later."""
        company, dice = self.world.company, self.dice
        for _ in range(count):
            at = job.now + int(window * dice.random() ** 2)
            chance = dice.random()
            if chance < BROUGHT_BACK and (member := self.relations.bring_back(job.department, at)):
                candidacy = Candidacy(self.world, job, member, at)
                candidacy.reengage()
            else:
                back = self.acquaintances.back(at) if chance > 1 - COME_BACK else None
                person = back or Person(self.world.new_id(at))
                person.busy_until = NEVER
                candidacy = Candidacy(self.world, job, person, at)
                candidacy.apply(*self.world.pick(company.by_source))
            yield candidacy

    def _consider(self, candidacy: Candidacy) -> None:
        """Screens and interviews, until somebody ends it or it waits for an offer."""
        invited = INVITED * (2 if candidacy.person.member_of else 1)
        if self._screen(candidacy, invited):
            self._interview(candidacy)
        elif candidacy.is_open and self.dice.random() > LEFT_OPEN:
            candidacy.wait(0.02, 5)
            candidacy.reject(self.world.pick(SCREENED_OUT))
            if self.dice.random() < RECONSIDERED:
                candidacy.wait(0.5, 6)
                candidacy.reconsider("looked_at_again", in_error=self.dice.random() < IN_ERROR)
                self._interview(candidacy)

    def _screen(self, candidacy: Candidacy, invited: float) -> bool:
        """Whether they are invited to interviews."""
        candidacy.wait(0.05, 7)
        if self.dice.random() < NOT_READ_ON:
            candidacy.reject(self.world.pick(NOT_READ), rule="knock_out")
            return False
        steps = candidacy.job.steps.screens
        for step in steps:
            passes = self.dice.random() < invited ** (1 / len(steps))
            candidacy.screen(step, "passed" if passes else "failed")
            if not passes:
                return False
            candidacy.wait(0.3, 4)
            if self._withdraws(candidacy):
                return False
        return True

    def _interview(self, candidacy: Candidacy) -> None:
        candidacy.interviewed = True
        for step in candidacy.job.steps.interviews:
            candidacy.wait(0.2, 3)
            likes = self.dice.random() < CONVINCE
            if not likes and self.dice.random() < HELD_LATE:
                candidacy.interview_entered_late(step, self.world.pick(INTERVIEWED_OUT))
                return
            candidacy.interview(step, likes)
            if self._withdraws(candidacy):
                return
            if not likes:
                candidacy.wait(0.2, 4)
                if self.dice.random() > LEFT_OPEN:
                    candidacy.reject(self.world.pick(INTERVIEWED_OUT))
                return
        candidacy.convinced = True

    def _withdraws(self, candidacy: Candidacy) -> bool:
        if self.dice.random() > WITHDRAW:
            return False
        candidacy.wait(0.1, 3)
        candidacy.withdraw(self.world.pick(WITHDREW))
        return True

    def _offer(self, job: Job, candidacies: list[Candidacy], begins: int) -> list[str]:
        """Offers each seat to whoever is ready first, until it is taken; those nobody took."""
        free = [(begins, seat) for seat in job.seats]
        heapify(free)
        convinced = [c for c in candidacies if c.convinced]
        for candidacy in sorted(convinced, key=lambda candidacy: candidacy.now):
            if not free:
                break
            since, seat = heappop(free)
            candidacy.now = max(candidacy.now, since)
            candidacy.wait(0.3, 4)
            if not self._takes(candidacy, seat):
                heappush(free, (candidacy.now, seat))
        return [seat for _, seat in free]

    def _takes(self, candidacy: Candidacy, seat: str) -> bool:
        """Whether the seat is theirs in the end."""
        offer, expires = candidacy.extend(seat)
        chance = self.dice.random()
        if chance < ACCEPT:
            candidacy.wait(0.5, 5)
            candidacy.answer(offer, "accepted")
            candidacy.wait(0.2, 4)
            return self._hire(candidacy, seat)
        if chance < ACCEPT + LET_EXPIRE:
            candidacy.now = expires
            candidacy.answer(offer, "expired")
            candidacy.wait(0.2, 3)
            candidacy.reject("offer_expired")
        else:
            candidacy.wait(0.5, 5)
            candidacy.answer(offer, "declined", self.world.pick(DECLINED))
            candidacy.wait(0.1, 2)
            candidacy.withdraw(self.world.pick(WITHDREW))
        return False

    def _hire(self, candidacy: Candidacy, seat: str) -> bool:
        starts = self.world.later(candidacy.now, 14, 75)
        hired, filled = candidacy.hire(seat, starts)
        job, now = candidacy.job.id, candidacy.now
        if candidacy.source == "agency":
            self.costs.of_requisition(job, now, "agency_fee", 6_000, 22_000)
        if self.dice.random() < RELOCATE:
            self.costs.of_requisition(job, now, "relocation", 2_000, 9_000)
        if self.dice.random() < DO_NOT_START:
            candidacy.wait(2, 20)
            candidacy.reverse_hire(seat, hired, filled)
            candidacy.wait(0.1, 2)
            candidacy.withdraw("did_not_start")
            return False
        candidacy.ended(ASKED_WHEN_HIRED)
        candidacy.hired = True
        self._follow_up(candidacy, starts)
        return True

    def _follow_up(self, candidacy: Candidacy, starts: int) -> None:
        """How the hire turned out, asked three times in the first year."""
        put, dice = self.world.diary.put, self.dice
        for day in OUTCOME_DAYS:
            stays = dice.random() < STAY
            scores = [min(100, int(dice.gauss(72, 14))) for _ in range(3)]
            fact = hire_outcome(candidacy.id, day, scores, stays)
            at = self.world.later(starts + day * DAY, 0, 14)
            put(at, candidacy.job.manager, candidacy.person, fact)
            if not stays:
                return

    def _close(self, job: Job, at: int, candidacies: list[Candidacy], free: list[str]) -> None:
        """Ends the requisition, and with it what nobody has decided."""
        undecided = [candidacy for candidacy in candidacies if candidacy.is_open]
        job.close(at, free, tuple(c.turned_down("position_filled") for c in undecided))
        for candidacy in undecided:
            candidacy.now = job.now
            candidacy.ended()

    def _part(self, candidacy: Candidacy) -> None:
        """Who is hired leaves their pool; some of the others join one or are kept in mind."""
        person = candidacy.person
        if candidacy.hired:
            if person.member_of:
                self.relations.leave(person, self.world.later(candidacy.now, 0.1, 3), "hired")
            person.busy_until = NEVER
        elif candidacy.interviewed and self.dice.random() < BECOME_MEMBERS:
            if person.reachable and not person.member_of:
                self.relations.welcome(person, candidacy.job.department, candidacy.now)
        elif self.dice.random() < REMEMBERED:
            self.acquaintances.remember(person)
