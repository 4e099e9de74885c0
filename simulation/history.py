"""A year and a half of an organisation that never was."""

import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from simulation.actions import Action, colleague
from simulation.candidacies import Candidacy, applies, comes_back, is_assigned
from simulation.corrections import with_corrections
from simulation.dates import days
from simulation.diary import Diary
from simulation.execution import execute
from simulation.feedback import report_outcomes, starts, survey
from simulation.hiring import Hiring
from simulation.jobs import DEPARTMENTS, ENGINEERING, JOBS, PRODUCT, SALES, Ending, Job
from simulation.people import SOURCES, Crowd, Person
from simulation.policies import adopted, governed
from simulation.pools import Pool
from simulation.spending import Spending
from store.log import Log

BEGINS = timedelta(days=550)
GENERAL_APPLICATIONS = 14
GENERAL_APPLICATION_KEPT = timedelta(days=150)
BROUGHT_BACK, KNOWN_TO_US = 5, 1.5
FEWEST = 6
"""Applications for a requisition, however small the history."""
FAIRS = (("campus_fair_berlin", 500), ("campus_fair_warsaw", 330), ("campus_fair_london", 140))
MEETUPS = (("data_meetup", 455), ("engineering_conference", 290), ("design_evening", 180))
MET_AT_FAIR, MET_AT_MEETUP = 16, 12


@dataclass(frozen=True)
class Summary:
    """What a simulation recorded."""

    events: Counter[str]
    """How many of each type."""
    seconds: float

    @property
    def total(self) -> int:
        return sum(self.events.values())

    @property
    def candidates(self) -> int:
        return self.events["candidate.registered"]

    @property
    def applications(self) -> int:
        return self.events["application.applied"] + self.events["application.reengaged"]

    @property
    def requisitions(self) -> int:
        return self.events["requisition.drafted"]


def simulate(
    log: Log,
    progress: Callable[[int, int], None],
    *,
    seed: int = 2026,
    until: datetime | None = None,
    size: float = 1.0,
) -> Summary:
    """Fills an organisation with a history that ends `until` (now, unless said otherwise).

    The same seed and end give the same history but for the ids. `size` is how many people there
    are, against the usual thousand; `progress` hears how many commands are done, and of how many.
    """
    # To the hour, because the database's clock may run behind ours.
    until = until or datetime.now(UTC).replace(minute=0, second=0, microsecond=0)
    began = time.monotonic()
    events = execute(log, plan(seed, until, size), progress)
    return Summary(events, time.monotonic() - began)


def plan(seed: int, until: datetime, size: float = 1.0) -> list[Action]:
    """All that is done, in the order it is entered."""
    history = History(seed, until, size)
    history.meet_people()
    history.take_general_applications()
    for job in JOBS:
        history.hire(job)
    history.settle()
    actions = with_corrections(history.actions(), history.dice)
    return sorted(
        (action for action in actions if action.entered < until),
        key=lambda action: action.entered,
    )


class History:
    """Who there is and what they do, requisition by requisition."""

    def __init__(self, seed: int, until: datetime, size: float) -> None:
        self.until = until
        self.size = size
        self.crowd = Crowd(seed)
        self.dice = self.crowd.dice
        self.diary = Diary()
        begins = until - BEGINS
        self.university = Pool(
            "University talent", "Students met at fairs", begins + timedelta(days=5), self.dice
        )
        self.leads = Pool(
            "Event leads", "People met at meetups", begins + timedelta(days=30), self.dice
        )
        self.medalists = Pool(
            "Silver medalists",
            "Finalists we would hire another time",
            begins + timedelta(days=12),
            self.dice,
        )
        self.spending = Spending(self.dice)
        self.pools = (self.university, self.leads, self.medalists)
        self.people: list[Person] = []
        self.general: list[Candidacy] = []
        self.hirings: list[Hiring] = []

    def meet_people(self) -> None:
        """Fairs and meetups bring prospects into the pools."""
        source = {source.code: source for source in SOURCES}
        for pool, events, met, channel in (
            (self.university, FAIRS, MET_AT_FAIR, source["university"]),
            (self.leads, MEETUPS, MET_AT_MEETUP, source["event"]),
        ):
            for event, days_ago in events:
                for _ in range(self._sized(met, 2)):
                    at = self.until - timedelta(days=days_ago) + days(self.dice, 0, 0.3)
                    [department] = self.dice.choices((ENGINEERING, PRODUCT, SALES), (6, 3, 1))
                    self.people.append(pool.meet(self.crowd, channel, department, event, at))

    def take_general_applications(self) -> None:
        """Some apply for nothing in particular."""
        for _ in range(self._sized(GENERAL_APPLICATIONS, 3)):
            at = self.until - days(self.dice, 30, BEGINS.days - 30)
            person = self.crowd.applicant(self.dice.choice(DEPARTMENTS), at)
            self.people.append(person)
            self.general.append(applies(person, at, colleague("recruiter"), None))

    def hire(self, job: Job) -> None:
        """One requisition with everybody who comes for it."""
        hiring = Hiring(job, self.dice, self.until, self.diary)
        self.hirings.append(hiring)
        hiring.prepare()
        if job.ending == Ending.NOT_APPROVED_YET:
            return
        candidacies = [
            *self._applicants(job, hiring),
            *self._brought_back(job, hiring),
            *self._assigned(job, hiring),
        ]
        hiring.run(candidacies)
        for candidacy in candidacies:
            survey(candidacy)
            starts(candidacy)
            report_outcomes(candidacy, job.manager)
            self._keep(candidacy, is_finalist=hiring.is_finalist(candidacy))
        self.spending.on_hires(job.id, candidacies)
        self.spending.on_time(job.id, candidacies, hiring.ended)

    def _applicants(self, job: Job, hiring: Hiring) -> list[Candidacy]:
        arrivals = [hiring.arrival() for _ in range(self._sized(job.applications, FEWEST))]
        people = [self.crowd.applicant(job.department, at) for at in arrivals]
        self.people += people
        return [applies(person, person.now, job.recruiter, job.id) for person in people]

    def _brought_back(self, job: Job, hiring: Hiring) -> list[Candidacy]:
        """Members of the pools who would like this job."""
        back: list[Candidacy] = []
        for person in self.dice.sample(self.people, len(self.people)):
            at = hiring.opened + days(self.dice, 1, 8)
            if person.department == job.department and person.can_come_back(at):
                self._keep_in_touch(person, at)
                if person.can_come_back(at) and len(back) < self._sized(BROUGHT_BACK, 2):
                    person.strength += KNOWN_TO_US
                    back.append(comes_back(person, at, job.recruiter, job.id))
        return back

    def _assigned(self, job: Job, hiring: Hiring) -> list[Candidacy]:
        """General applications that fit this one."""
        fitting = [
            general
            for general in self.general
            if general.person.department == job.department
            and hiring.opened - GENERAL_APPLICATION_KEPT < general.person.now < hiring.opened
        ]
        self.general = [general for general in self.general if general not in fitting]
        return [
            is_assigned(general, hiring.opened + days(self.dice, 0.3, 5), job.recruiter, job.id)
            for general in fitting
        ]

    def _keep(self, candidacy: Candidacy, is_finalist: bool) -> None:
        """The hired leave the pools; finalists join the one that is made for them."""
        person = candidacy.person
        if candidacy.hired:
            if person.pool is not None:
                self._pool_of(person).leave(person, person.after(0.5, 3), "hired")
        elif is_finalist and person.pool is None and not person.busy:
            self.medalists.welcome(person, "silver_medalist")

    def settle(self) -> None:
        """What goes on until the end: keeping in touch, clearing out old applications, bills."""
        for person in self.people:
            if person.pool is not None and not person.busy:
                self._keep_in_touch(person, self.until)
        for general in self.general:
            expires = general.person.now + GENERAL_APPLICATION_KEPT
            general.reject("no_suitable_opening", expires)
            survey(general)
        self.spending.every_month(self.until - BEGINS, self.until)
        for pool in self.pools:
            self.spending.on_open_days(pool.open_days(self.until))

    def _keep_in_touch(self, person: Person, until: datetime) -> None:
        self._pool_of(person).keep_in_touch(person, until)

    def _pool_of(self, person: Person) -> Pool:
        return next(pool for pool in self.pools if pool.id == person.pool)

    def _sized(self, usual: int, fewest: int) -> int:
        return max(fewest, round(usual * self.size))

    def actions(self) -> list[Action]:
        """Everybody's story, in no order yet but each its own."""
        stories = [governed(self.until - BEGINS), adopted(self.until), self.spending.story]
        stories += [teller.story for teller in self.pools]
        stories += [teller.story for teller in self.hirings]
        stories += [teller.story for teller in self.people]
        return [action for story in stories for action in story]
