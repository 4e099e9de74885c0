"""One application each: how it goes on, step by step, until somebody ends it."""

from benchmarks.history import application_facts as facts
from benchmarks.history.clock import DAY, HOUR, MINUTE, text
from benchmarks.history.company import SOURCES, Step
from benchmarks.history.diary import NONE, Fact, Mark, Stream
from benchmarks.history.jobs import Job
from benchmarks.history.people import NEVER, Person
from benchmarks.history.requisition_facts import corrected, opening_filled, opening_reopened
from benchmarks.history.world import World

LATE, LATE_DAYS = 0.035, (1.0, 14.0)
"""How many entries are made days after it happened, and how many days."""
CORRECTED, OF_SOURCE = 0.008, 0.6
"""How many applications have entries corrected, and how many of these corrections are of what."""
ASKED_ON_APPLYING, ASKED_AFTER_INTERVIEW, ASKED_WHEN_ENDED, ASKED_WHEN_HIRED = 0.06, 0.3, 0.1, 0.6
MOVED_BY_HAND, NOTED = 0.15, 0.05
QUARTER = 15 * MINUTE
OVERALL = ("strong_no", "no", "yes", "strong_yes")


class Candidacy:
    """An application as far as it is planned; `now` is when its last step was recorded."""

    __slots__ = (
        "convinced",
        "diary",
        "dice",
        "hired",
        "id",
        "interviewed",
        "is_open",
        "job",
        "now",
        "person",
        "rejection",
        "source",
        "step",
        "world",
    )

    def __init__(self, world: World, job: Job, person: Person, at: int) -> None:
        self.world = world
        self.diary = world.diary
        self.dice = world.dice
        self.job = job
        self.person = person
        self.now = at
        self.id = world.new_id(at)
        self.step = job.steps.applied
        self.source = ""
        self.rejection = Mark()
        self.is_open = True
        self.interviewed = self.convinced = self.hired = False

    def apply(self, source: str, origin: str) -> None:
        """Starts it, for somebody who comes by themselves; who is new registers with it."""
        person, happened, self.source = self.person, self.now, source
        if self.dice.random() < LATE:
            self.now = self.world.later(self.now, *LATE_DAYS)
        by = self.world.company.careers_page if origin == "applied" else self.job.recruiter
        mistyped: list[tuple[Mark, str]] = []
        corrected = self.dice.random() < CORRECTED
        if not person.known:
            mark = Mark() if corrected else None
            self.diary.put(self.now, by, person, facts.registered(origin, source, mark), happened)
            self.now += 1 + int(self.dice.random() * MINUTE)
            person.known = True
            mistyped += [(mark, "")] if mark else []
        mark = Mark() if corrected else None
        mistyped += [(mark, self.id)] if mark else []
        fact = facts.applied(self.id, self.job.id, source, origin, happened, self.step, mark)
        self.diary.put(self.now, by, person, fact, happened)
        if corrected:
            self._correct(source, happened, mistyped)
        self._ask("application", ASKED_ON_APPLYING)
        if self.dice.random() < NOTED:
            at = self.world.later(self.now, 0.05, 4)
            self._remark(facts.noted(self.id), self.job.manager, at)

    def _correct(self, source: str, happened: int, mistyped: list[tuple[Mark, str]]) -> None:
        """Somebody notices that the channel was another, or that it happened earlier."""
        at = self.world.later(self.now, 1, 40)
        if self.dice.random() < OF_SOURCE:
            field, value = "source", self.world.pick(SOURCES)[0]
            value = "unknown" if value == source else value
        else:
            earlier = int(self.dice.random() * min(2 * DAY, happened - self.job.opened))
            field, value = "occurred_at", text(happened - earlier)
        for mark, application in mistyped:
            fact = corrected("candidate", mark, field, value, application)
            self.diary.put(at, self.job.recruiter, self.person, fact)

    def reengage(self) -> None:
        """Starts it, for a member of a pool whom we bring back."""
        pool, previous = self.person.member_of, self.person.previous
        fact = facts.reengaged(self.id, self.job.id, pool, previous, self.step)
        self._do(fact, self.job.recruiter)

    def wait(self, shortest: float, longest: float) -> None:
        self.now = self.world.later(self.now, shortest, longest)

    def screen(self, step: Step, outcome: str) -> None:
        self.step = step
        fact = facts.screened(self.id, outcome, step, self.dice.random() < 0.5)
        self._do(fact, self.job.recruiter)

    def interview(self, step: Step, likes: bool) -> None:
        """Arranges an interview and holds it; the interviewers hand in what they think."""
        interview, self.now, who = self._schedule(step)
        self.step = step
        self._do(facts.interview_held(self.id, interview, step), self.job.recruiter)
        self._assess(interview, who, self.now, likes)
        self._ask("interview", ASKED_AFTER_INTERVIEW)

    def interview_entered_late(self, step: Step, reason: str) -> None:
        """An interview that comes into the log only after the rejection it led to."""
        interview, held, who = self._schedule(step)
        self.now = self.world.later(held, 0.5, 3)
        self.reject(reason)
        entered = self.world.later(self.now, 1, 10)
        fact = facts.interview_held(self.id, interview, step)
        self.diary.put(entered, self.job.recruiter, self.person, fact, held)
        self._assess(interview, who, held, likes=False, not_before=entered)

    def _schedule(self, step: Step) -> tuple[str, int, list[str]]:
        """Arranges an interview; its id, when it is over, and who interviews."""
        if self.dice.random() < MOVED_BY_HAND:
            before, self.step = self.step, step
            self._do(facts.moved(self.id, before, step), self.job.recruiter)
            self.now += 1 + int(self.dice.random() * HOUR)
        starts = self.world.later(self.now, 2, 9) // QUARTER * QUARTER + QUARTER
        ends = starts + 3 * QUARTER
        colleagues = self.world.company.manager_ids
        first = int(self.dice.random() * (len(colleagues) - 2))
        who = colleagues[first : first + 1 + int(self.dice.random() * 3)]
        interview = self.world.new_id(self.now)
        fact = facts.interview_scheduled(self.id, interview, step, starts, ends, who)
        self._do(fact, self.job.recruiter)
        return interview, max(ends, self.now) + 1 + int(self.dice.random() * HOUR), who

    def _assess(
        self, interview: str, who: list[str], held: int, likes: bool, not_before: int = 0
    ) -> None:
        company = self.world.company
        for interviewer in who:
            overall = OVERALL[2 * likes + int(self.dice.random() * 2)]
            fact = facts.scorecard(self.id, interview, interviewer, overall)
            by = company.interviewers[company.manager_ids.index(interviewer)]
            self._remark(fact, by, self.world.later(held, 0.05, 3), not_before)

    def extend(self, seat: str) -> tuple[str, int]:
        """Makes an offer; its id, and when its time has run out."""
        offer, expires = self.world.new_id(self.now), self.now + 7 * DAY
        self.step = self.job.steps.offer
        fact = facts.offer_extended(self.id, offer, seat, expires, self.step)
        self._do(fact, self.job.recruiter)
        return offer, max(expires, self.now) + 1

    def answer(self, offer: str, answer: str, reason: str = NONE) -> None:
        self._do(facts.offer_answered(answer, self.id, offer, reason), self.job.recruiter)

    def hire(self, seat: str, starts: int) -> tuple[Mark, Mark]:
        """Takes the opening in the same command; where both events leave their versions."""
        hired, filled = Mark(), Mark()
        step = self.job.steps.hired
        fact = facts.hired(self.id, self.job.id, seat, starts, step, hired)
        told = ((self.person, fact), (self.job, opening_filled(seat, self.id, filled)))
        self.diary.put_together(self.now, self.job.recruiter, told)
        return hired, filled

    def reverse_hire(self, seat: str, hired: Mark, filled: Mark) -> None:
        """They do not come after all; the opening is free again."""
        fact = facts.hire_reversed(self.id, "did_not_start", self.step, hired)
        told = ((self.person, fact), (self.job, opening_reopened(seat, filled)))
        self.diary.put_together(self.now, self.job.recruiter, told)

    def reject(self, reason: str, rule: str = "") -> None:
        with_notes = not rule and self.dice.random() < 0.25
        self.rejection = Mark()
        fact = facts.rejected(self.id, reason, self.step, self.rejection, with_notes, rule)
        self._do(fact, self.job.recruiter)
        self.ended()

    def turned_down(self, reason: str) -> tuple[Stream, Fact]:
        """The rejection, for a command that ends many at once."""
        return self.person, facts.rejected(self.id, reason, self.step, None)

    def reconsider(self, reason: str, in_error: bool) -> None:
        """Takes the rejection back."""
        fact = facts.rejection_reversed(self.id, reason, in_error, self.step, self.rejection)
        self._do(fact, self.job.recruiter)
        self.is_open, self.person.busy_until = True, NEVER

    def withdraw(self, reason: str) -> None:
        self._do(facts.withdrawn(self.id, reason, self.step), self.job.recruiter)
        self.ended()

    def ended(self, asked: float = ASKED_WHEN_ENDED) -> None:
        """Lets the person go, and sometimes asks them how it was."""
        self.is_open, self.person.busy_until = False, self.now
        self.person.previous = self.id
        self._ask("outcome", asked)

    def _ask(self, moment: str, answers: float) -> None:
        if self.dice.random() < answers:
            score = min(10, int(self.dice.random() * 7 + self.dice.random() * 5))
            fact = facts.survey_answered(self.id, moment, score, self.dice.random() < 0.5)
            at = self.now + int((0.1 + 3 * self.dice.random()) * DAY)
            self._remark(fact, self.world.company.careers_page, at)

    def _do(self, fact: Fact, by: str) -> None:
        """The next step, which a later one waits for even if it is entered late."""
        happened = self.now
        if self.dice.random() < LATE:
            self.now = self.world.later(happened, *LATE_DAYS)
        self.diary.put(self.now, by, self.person, fact, happened)

    def _remark(self, fact: Fact, by: str, at: int, not_before: int = 0) -> None:
        """Evidence: nothing waits for it."""
        recorded = self.world.later(at, *LATE_DAYS) if self.dice.random() < LATE else at
        self.diary.put(max(recorded, not_before), by, self.person, fact, at)
