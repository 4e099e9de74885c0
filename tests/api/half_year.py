"""Half a year of one organisation, told by API alone, in the order in which it happens.

Everybody acts under a key of their own role. What happens when is drawn from a seed, so each run
is the same but for the ids.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from heapq import heappop, heappush
from itertools import count
from random import Random
from typing import Any
from uuid import uuid4

from fastapi.testclient import TestClient

from domain.role import Role
from tests.api.conftest import ClientFor
from tests.api.test_whole_way import post

BEGINS = datetime(2026, 1, 5, 9, tzinfo=UTC)
ENDS = BEGINS + timedelta(days=181)
EUR = "EUR"
REJECTIONS = ("experience", "skills", "stronger_candidates")
SOURCES = {"linkedin": "sourced", "referral": "referred", "careers_page": "applied"}


@dataclass(frozen=True)
class Job:
    """A requisition, and what becomes of it."""

    number: str
    title: str
    department: str
    openings: int
    drafted_on: int
    applicants: int
    pay: int
    on_hold: int | None = None
    given_up_on: int | None = None


JOBS = (
    Job("R-1", "Data engineer", "Engineering", 2, 0, 18, 82_000),
    Job("R-2", "Account manager", "Sales", 1, 6, 12, 61_000, on_hold=15),
    Job("R-3", "Product designer", "Product", 3, 30, 10, 58_000, given_up_on=52),
    Job("R-4", "Site engineer", "Engineering", 2, 80, 14, 70_000),
)


@dataclass
class HalfYear:
    """The people of the organisation, and what they still have to do."""

    client_for: ClientFor
    dice: Random = field(default_factory=lambda: Random(2026))
    whims: Random = field(default_factory=lambda: Random(7))
    """What happens besides."""
    hirings: list["Hiring"] = field(default_factory=list)
    waiting: list[tuple[float, int, Callable[[float], None]]] = field(default_factory=list)
    entered: "count[int]" = field(default_factory=count)
    reached: int = 0
    """The log position reached."""

    def __post_init__(self) -> None:
        self.holders = {name: str(uuid4()) for name in ("lead", "board", "manager", "ada", "bob")}
        self.recruiter = self.client_for(Role.RECRUITER)
        self.admin = self.client_for(Role.ADMIN)
        self.manager = self.client_for(Role.HIRING_MANAGER, self.holders["manager"])
        self.lead, self.board = (
            self.client_for(Role.APPROVER, self.holders[name]) for name in ("lead", "board")
        )
        self.interviewers = {
            name: self.client_for(Role.INTERVIEWER, self.holders[name]) for name in ("ada", "bob")
        }

    def live(self) -> None:
        """Lets it all happen, up to the end."""
        self.govern()
        self.hirings = [Hiring(self, job) for job in JOBS]
        for hiring in self.hirings:
            self.later(hiring.job.drafted_on, hiring.draft)
        for month in range(6):
            self.later(31 + 30 * month, self.pay_bills)
        while self.waiting:
            day, _, happens = heappop(self.waiting)
            if BEGINS + timedelta(days=day) < ENDS:
                happens(day)

    def later(self, day: float, happens: Callable[[float], None]) -> None:
        heappush(self.waiting, (day, next(self.entered), happens))

    def does(self, client: TestClient, day: float, path: str, /, **body: Any) -> dict[str, Any]:
        """A command, with the time it happened at."""
        done = post(client, path, occurred_at=moment(day).isoformat(), **body)
        self.reached = max(self.reached, done["log_position"])
        return done

    def govern(self) -> None:
        """The lead approves everything, the board what costs much."""
        steps: list[dict[str, Any]] = [
            {"id": name, "name": name.title(), "approver_ids": [self.holders[name]]}
            for name in ("lead", "board")
        ]
        steps[-1] |= {"from_amount": "80000", "currency": EUR}
        for subject in ("requisition", "offer"):
            self.does(self.admin, 0, f"/approval-chains/{subject}", steps=steps)

    def farewell(self, candidacy: "Candidacy") -> dict[str, Any]:  # noqa: ARG002
        """What a rejection offers besides; nothing, in a half-year of hiring alone."""
        return {}

    def pay_bills(self, day: float) -> None:
        """The recruiters' month, a job board's bill, and what a campaign cost."""
        first = moment(day - 30).date()
        costs: tuple[dict[str, Any], ...] = (
            {
                "scope": "period",
                "starts_on": str(first),
                "ends_on": str(first + timedelta(days=29)),
                "category": "salaries",
                "internal": True,
                "amount": "4100.00",
            },
            {"scope": "source", "source_code": "linkedin", "amount": "780.50"},
            {"scope": "campaign", "campaign_id": str(uuid4()), "amount": "99.95"},
        )
        for cost in costs:
            about = {"category": "advertising", "internal": False, "currency": EUR, **cost}
            self.does(self.recruiter, day, "/costs", **about)


@dataclass
class Hiring:
    """One requisition on its way."""

    life: HalfYear
    job: Job
    id: str = ""
    seats: int = 0
    goes_on: float = float("-inf")
    takes_applications: bool = False
    running: list["Candidacy"] = field(default_factory=list)

    def draft(self, day: float) -> None:
        job, life = self.job, self.life
        drafted = life.does(
            life.manager,
            day,
            "/requisitions",
            number=job.number,
            title=job.title,
            department=job.department,
            openings=job.openings,
            budget_amount=str(job.pay),
            currency=EUR,
            description=f"We are looking for a {job.title.lower()}.",
            basic_qualifications=["Speaks English"],
        )
        self.id, self.seats = drafted["id"], job.openings
        life.does(life.recruiter, day + 1, f"{self.path}/approval-request")
        life.does(life.lead, day + 2, f"{self.path}/approval")
        if job.pay >= 80_000:
            life.does(life.board, day + 3.5, f"{self.path}/approval")
        life.later(day + 4, self.open)

    @property
    def path(self) -> str:
        return f"/requisitions/{self.id}"

    def open(self, day: float) -> None:
        life, job = self.life, self.job
        life.does(life.recruiter, day, f"{self.path}/launch")
        self.takes_applications = True
        life.does(life.recruiter, day + 0.1, f"{self.path}/posting")
        for _ in range(job.applicants):
            life.later(day + life.dice.uniform(0.5, 22), Candidacy(self).apply)
        if job.on_hold:
            life.later(job.on_hold, self.pause)
        if job.given_up_on:
            life.later(job.given_up_on, self.give_up)

    def pause(self, day: float) -> None:
        """Nobody applies or is hired until it goes on."""
        life = self.life
        life.does(life.recruiter, day, f"{self.path}/hold", reason_code="budget")
        self.takes_applications = False
        self.goes_on = day + 11
        life.later(self.goes_on, self.resume)

    def resume(self, day: float) -> None:
        self.life.does(self.life.recruiter, day, f"{self.path}/hold/release")
        self.takes_applications = True

    def give_up(self, day: float) -> None:
        """Nobody is hired after all; whoever still runs is told so."""
        life = self.life
        life.does(
            life.recruiter,
            day,
            f"{self.path}/closure",
            reason_code="cancelled",
            disposition="position_cancelled",
        )
        self.close()

    def fill(self, day: float) -> None:
        """One seat less; with the last one, the requisition is closed."""
        self.seats -= 1
        if not self.seats:
            life = self.life
            life.does(
                life.recruiter,
                day + 0.5,
                f"{self.path}/closure",
                reason_code="filled",
                disposition="position_filled",
            )
            self.close()
            agency = {"scope": "requisition", "requisition_id": self.id, "category": "agency"}
            life.does(
                life.recruiter, day, "/costs", **agency, internal=False, amount="2500", currency=EUR
            )

    def close(self) -> None:
        self.takes_applications = False
        self.running.clear()


@dataclass(eq=False)
class Candidacy:
    """One application on its way."""

    hiring: Hiring
    id: str = ""
    candidate: str = ""
    offer: str = ""
    interview: str = ""

    @property
    def life(self) -> HalfYear:
        return self.hiring.life

    @property
    def runs(self) -> bool:
        return self in self.hiring.running

    def does(self, client: TestClient, day: float, what: str, /, **body: Any) -> dict[str, Any]:
        return self.life.does(client, day, f"/applications/{self.id}{what}", **body)

    def then(self, day: float, happens: Callable[[float], None]) -> None:
        """Goes on, if the application still runs by then."""
        self.life.later(day, lambda at: happens(at) if self.runs else None)

    def apply(self, day: float) -> None:
        if not self.hiring.seats or (self.hiring.job.given_up_on or ENDS_ON) <= day:
            return None
        life = self.life
        if day < self.hiring.goes_on:
            return life.later(self.hiring.goes_on + 0.5, self.apply)
        source = life.dice.choice(list(SOURCES))
        about = {"source": source, "origin": SOURCES[source]}
        number = next(life.entered)
        person = {"full_name": f"Person {number}", "email": f"person-{number}@example.org"}
        self.candidate = life.does(life.recruiter, day, "/candidates", **person, **about)["id"]
        self.id = life.does(
            life.recruiter,
            day,
            f"/candidates/{self.candidate}/applications",
            requisition_id=self.hiring.id,
            **about,
        )["id"]
        self.hiring.running.append(self)
        return self.then(day + life.dice.uniform(0.5, 6), self.screen)

    def screen(self, day: float) -> None:
        life = self.life
        if life.dice.random() < 0.25:
            return self.reject(day)
        self.does(life.recruiter, day, "/screenings", outcome="passed", notes="Worth a talk")
        if life.dice.random() < 0.15:
            return self.withdraw(day + 0.2)
        if life.whims.random() < 0.4:
            self.change_over(day + 0.3)
        return self.then(day + life.dice.uniform(1, 4), self.schedule)

    def change_over(self, day: float) -> None:
        """Fits another requisition better, if there is one."""
        open_now = [one for one in self.life.hirings if one.takes_applications]
        if others := [one for one in open_now if one is not self.hiring]:
            self.does(self.life.recruiter, day, "/transfer", requisition_id=others[0].id)
            self.hiring.running.remove(self)
            self.hiring = others[0]
            self.hiring.running.append(self)

    def schedule(self, day: float) -> None:
        life = self.life
        starts_at = moment(day + 3).replace(hour=10, minute=0, second=0, microsecond=0)
        ends_at = starts_at + timedelta(hours=1)
        self.interview = self.does(
            life.recruiter,
            day,
            "/interviews",
            starts_at=starts_at.isoformat(),
            ends_at=ends_at.isoformat(),
            time_zone="Europe/Berlin",
            interviewer_ids=[life.holders[name] for name in life.interviewers],
        )["id"]
        if life.whims.random() < 0.25:
            starts_at, ends_at = (time + timedelta(days=1) for time in (starts_at, ends_at))
            times = {"starts_at": starts_at.isoformat(), "ends_at": ends_at.isoformat()}
            about = f"/interviews/{self.interview}/rescheduling"
            self.does(life.recruiter, day + 0.5, about, **times, reason_code="interviewer_ill")
        self.then((ends_at - BEGINS) / timedelta(days=1), self.meet)

    def meet(self, day: float) -> None:
        life = self.life
        about = f"/interviews/{self.interview}"
        self.does(life.recruiter, day, f"{about}/completion")
        for name, client in life.interviewers.items():
            self.does(
                client,
                day + life.dice.uniform(0.1, 2),
                f"{about}/scorecards",
                interviewer_id=life.holders[name],
                overall=life.dice.choice(["yes", "strong_yes", "no"]),
                notes="Thinks aloud",
            )
        self.survey(day + 1, "interview")
        self.then(day + 2.5, self.decide)

    def decide(self, day: float) -> None:
        if self.life.dice.random() < 0.35:
            return self.reject(day)
        return self.prepare_offer(day)

    def prepare_offer(self, day: float) -> None:
        life, pay = self.life, self.hiring.job.pay + 500 * self.life.dice.randrange(-4, 5)
        self.offer = self.does(
            life.recruiter,
            day,
            "/offers/drafts",
            terms="Full time, permanent",
            first_year_pay=str(pay),
            currency=EUR,
            expires_at=moment(day + 9).isoformat(),
        )["id"]
        about = f"/offers/{self.offer}"
        self.does(life.recruiter, day + 0.1, f"{about}/approval-request")
        self.does(life.lead, day + 0.6, f"{about}/approval")
        if pay >= 80_000:
            self.does(life.board, day + 0.9, f"{about}/approval")
        self.does(life.recruiter, day + 1, f"{about}/extension")
        self.then(day + life.dice.uniform(2, 6), self.answer)

    def answer(self, day: float) -> None:
        life, about, luck = self.life, f"/offers/{self.offer}", self.life.dice.random()
        if luck < 0.15:
            self.does(life.recruiter, day, f"{about}/decline", reason_code="salary")
            self.withdraw(day + 0.1)
        elif luck < 0.25:
            self.does(life.recruiter, day + 8, f"{about}/expiry")
            self.withdraw(day + 8.1)
        else:
            self.does(life.recruiter, day, f"{about}/acceptance")
            self.then(day + 0.4, self.hire)

    def hire(self, day: float) -> None:
        if day < self.hiring.goes_on:
            return self.then(self.hiring.goes_on + 0.5, self.hire)
        life, starts_on = self.life, moment(day + 21).date()
        self.does(life.recruiter, day, "/hire", start_date=str(starts_on))
        self.hiring.running.remove(self)
        self.hiring.fill(day)
        self.survey(day + 1, "outcome")
        first_day = (datetime.combine(starts_on, datetime.min.time(), UTC) - BEGINS) / timedelta(1)
        return life.later(first_day + 0.4, self.come)

    def come(self, day: float) -> None:
        life = self.life
        if life.dice.random() < 0.15:
            self.does(life.recruiter, day, "/start/no-show", reason_code="other_job")
            self.does(life.recruiter, day + 1, "/hire/reversal", reason_code="did_not_start")
            return
        self.does(life.recruiter, day, "/start", start_date=str(moment(day).date()))
        life.later(day + 90, self.turn_out)

    def turn_out(self, day: float) -> None:
        dice = self.life.dice
        self.does(
            self.life.recruiter,
            day,
            "/outcomes",
            day=90,
            performance=dice.randrange(50, 100),
            ramp_up=dice.randrange(40, 100),
            manager_satisfaction=dice.randrange(50, 100),
            retained=True,
        )

    def reject(self, day: float) -> None:
        reason = self.life.dice.choice(REJECTIONS)
        self.does(
            self.life.recruiter, day, "/rejection", reason_code=reason, **self.life.farewell(self)
        )
        self.hiring.running.remove(self)
        self.survey(day + 2, "outcome")

    def withdraw(self, day: float) -> None:
        self.does(self.life.recruiter, day, "/withdrawal", reason_code="other_job")
        self.hiring.running.remove(self)

    def survey(self, day: float, about: str) -> None:
        """Asked after an interview and in the end, those rejected, too."""
        self.life.does(
            self.life.recruiter,
            day,
            f"/candidates/{self.candidate}/surveys",
            moment=about,
            score=self.life.dice.randrange(2, 11),
            application_id=self.id,
        )


ENDS_ON = (ENDS - BEGINS) / timedelta(days=1)


def moment(day: float) -> datetime:
    """So many days after it began."""
    return BEGINS + timedelta(days=day)
