"""The requisitions of the made-up organisation, oldest first."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any
from uuid import UUID

from domain.application_form import NO, ApplicationForm, KnockOut, Question, QuestionKind
from domain.plan import STANDARD_PLAN, InterviewPlan, Stage, StageKind
from simulation.actions import Name, colleague

ENGINEERING, PRODUCT, SALES = "Engineering", "Product", "Sales"
OPERATIONS, FINANCE = "Operations", "Finance"
LOCATIONS = {
    ENGINEERING: "Berlin",
    PRODUCT: "Berlin",
    SALES: "London",
    OPERATIONS: "Warsaw",
    FINANCE: "London",
}
DEPARTMENTS = tuple(LOCATIONS)
CURRENCY = "EUR"
SALARIES = {"graduate": 52_000, "junior": 43_000, "mid": 63_000, "senior": 82_000}

TWO_ROUNDS = InterviewPlan(
    stages=(
        Stage(id="applied", name="Applied", kind=StageKind.APPLIED),
        Stage(id="screen", name="Phone screen", kind=StageKind.SCREEN),
        Stage(id="technical", name="Technical interview", kind=StageKind.INTERVIEW),
        Stage(id="team", name="Team interview", kind=StageKind.INTERVIEW),
        Stage(id="offer", name="Offer", kind=StageKind.OFFER),
        Stage(id="hired", name="Hired", kind=StageKind.HIRED),
    )
)


ENGINEERING_PLAN = "two_interviews"
"""The template that holds it."""


class Ending(StrEnum):
    """What becomes of a requisition; one opened lately is still on its way there."""

    FILLED = "filled"
    CANCELLED = "cancelled"
    HELD = "held"
    NOT_APPROVED_YET = "not_approved_yet"


class Surprise(StrEnum):
    """What did not go as planned."""

    APPROVAL_REFUSED = "approval_refused"
    PAUSED = "paused"
    OPENING_ADDED = "opening_added"
    FIRST_OFFER_DECLINED = "first_offer_declined"
    FIRST_OFFER_EXPIRED = "first_offer_expired"
    FIRST_HIRE_UNDONE = "first_hire_undone"


DESCRIPTIONS = {
    ENGINEERING: """\
We build the software that hospitals plan their shifts with. You will

- design, build and run what a small team can be proud of,
- review what others build, and be reviewed,
- talk with the nurses who use it.

We work in pairs when it helps and alone when it does not.""",
    PRODUCT: """\
You find out what people who plan shifts need, and help the team to build **that** and no more.

- Interviews with users every week
- Decisions written down, with their reasons""",
    SALES: "You show hospitals what we do, listen to what they need, and stay in touch for years.",
    OPERATIONS: "You are the one people reach when something does not work, in three languages.",
    FINANCE: "You keep the books of three companies in order, and explain them to everyone.",
}
PERMIT = Question(
    id="permit",
    label="Are you allowed to work in the country of the job?",
    kind=QuestionKind.YES_NO,
    required=True,
    knock_out=KnockOut(answers=(NO,)),
)
START = Question(id="start", label="When could you start?", kind=QuestionKind.DATE)
MOTIVE = Question(
    id="motive", label="Why would you like to work with us?", kind=QuestionKind.LONG_TEXT
)
TOOLS = Question(
    id="tools",
    label="What have you worked with?",
    kind=QuestionKind.MULTIPLE_CHOICE,
    choices=("Python", "TypeScript", "PostgreSQL", "Something else"),
)
YEARS = Question(
    id="years",
    label="How many years have you done similar work?",
    kind=QuestionKind.NUMBER,
    required=True,
    knock_out=KnockOut(below=1),
)


@dataclass(frozen=True)
class Job:
    """One requisition: what it is for, how many days ago it opened, how many come for it."""

    number: str
    title: str
    department: str
    level: str
    days_ago: int
    applications: int
    openings: int = 1

    @property
    def id(self) -> Name:
        return Name(self.number)

    @property
    def plan(self) -> InterviewPlan:
        return TWO_ROUNDS if self.plan_template else STANDARD_PLAN

    @property
    def form(self) -> ApplicationForm:
        """What applicants are asked."""
        tools = (TOOLS,) if self.department == ENGINEERING else ()
        years = () if self.level in ("graduate", "junior") else (YEARS,)
        return ApplicationForm(questions=(PERMIT, *years, *tools, START, MOTIVE))

    @property
    def qualifications(self) -> tuple[str, ...]:
        """What everyone has to bring."""
        permit = "A permit to work in the country of the job"
        if self.level in ("graduate", "junior"):
            return (permit,)
        return (permit, "A year of similar work")

    @property
    def plan_template(self) -> str | None:
        return ENGINEERING_PLAN if self.department in (ENGINEERING, PRODUCT) else None

    @property
    def budget(self) -> int:
        """What is planned for a year, before anything changes."""
        return SALARIES[self.level]

    @property
    def ending(self) -> Ending:
        return ENDINGS.get(self.number, Ending.FILLED)

    @property
    def surprise(self) -> Surprise | None:
        return SURPRISES.get(self.number)

    @property
    def changed(self) -> Mapping[str, Any]:
        """The details that turn out to be others while people apply."""
        return CHANGED.get(self.number, {})

    @property
    def salary(self) -> int:
        """The usual one a year, at the level people are hired at."""
        return SALARIES[self.changed.get("level", self.level)]

    @property
    def recruiter(self) -> UUID:
        return colleague("recruiter", 1 + DEPARTMENTS.index(self.department) % 3)

    @property
    def hiring_manager(self) -> UUID:
        return colleague("hiring manager", DEPARTMENTS.index(self.department))

    @property
    def manager(self) -> UUID:
        """Who those hired work for in the end."""
        manager: UUID = self.changed.get("hiring_manager_id", self.hiring_manager)
        return manager


JOBS = (
    Job("R-101", "Backend engineer", ENGINEERING, "senior", 530, 60, openings=2),
    Job("R-102", "Product designer", PRODUCT, "mid", 480, 65),
    Job("R-103", "Data engineer", ENGINEERING, "senior", 420, 55, openings=2),
    Job("R-104", "Customer support specialist", OPERATIONS, "junior", 375, 80, openings=3),
    Job("R-105", "Graduate software engineer", ENGINEERING, "graduate", 320, 300, openings=2),
    Job("R-106", "Financial controller", FINANCE, "senior", 265, 40, openings=2),
    Job("R-107", "Account executive", SALES, "mid", 210, 45),
    Job("R-108", "Site reliability engineer", ENGINEERING, "senior", 150, 45, openings=2),
    Job("R-109", "Product analyst", PRODUCT, "mid", 90, 40),
    Job("R-110", "Machine learning engineer", ENGINEERING, "senior", 34, 70, openings=3),
    Job("R-111", "Sales development representative", SALES, "junior", 31, 55, openings=2),
    Job("R-112", "Product manager", PRODUCT, "senior", 25, 60),
    Job("R-113", "Frontend engineer", ENGINEERING, "mid", 16, 60),
    Job("R-114", "Technical writer", PRODUCT, "mid", 0, 0),
)
ENDINGS = {
    "R-107": Ending.CANCELLED,
    "R-109": Ending.HELD,
    "R-114": Ending.NOT_APPROVED_YET,
}
CHANGED: Mapping[str, Mapping[str, Any]] = {
    "R-105": {"hiring_manager_id": colleague("hiring manager", len(DEPARTMENTS))},
    "R-106": {"level": "mid"},
}
SURPRISES = {
    "R-101": Surprise.FIRST_OFFER_EXPIRED,
    "R-102": Surprise.APPROVAL_REFUSED,
    "R-103": Surprise.FIRST_HIRE_UNDONE,
    "R-104": Surprise.FIRST_OFFER_DECLINED,
    "R-105": Surprise.OPENING_ADDED,
    "R-106": Surprise.PAUSED,
    "R-108": Surprise.FIRST_OFFER_EXPIRED,
}
