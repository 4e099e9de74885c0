"""The organisation: its departments, places, people, channels and interview plans."""

from collections.abc import Iterator
from dataclasses import dataclass
from random import Random

from benchmarks.history.diary import new_id
from domain.plan import STANDARD_PLAN, InterviewPlan, Stage, StageKind

JOBS = {
    "Engineering": ("Backend engineer", "Frontend engineer", "Site reliability engineer"),
    "Data": ("Data analyst", "Data engineer", "Machine learning engineer"),
    "Product": ("Product manager", "Product designer"),
    "Sales": ("Account executive", "Sales development representative"),
    "Marketing": ("Content manager", "Performance marketer"),
    "Operations": ("Logistics planner", "Warehouse lead"),
    "Finance": ("Controller", "Payroll accountant"),
    "Support": ("Support agent", "Support team lead"),
}
DEPARTMENTS = tuple(JOBS)
LOCATIONS = ("Berlin", "Hamburg", "Vienna", "Zurich", "Remote")
LEVELS = ("junior", "intermediate", "senior", "lead")
SOURCES = (
    ("careers_page", "applied", 32),
    ("linkedin", "applied", 22),
    ("indeed", "applied", 16),
    ("referral", "referred", 10),
    ("agency", "agency", 7),
    ("university", "university", 6),
    ("event", "applied", 5),
    ("internal", "internal", 2),
)
"""Code, origin, and how many of a hundred applicants come by it."""
MANAGERS, RECRUITERS, SOURCERS = 20, 20, 5


def _plan(*stages: tuple[str, str, StageKind]) -> InterviewPlan:
    return InterviewPlan(stages=tuple(Stage(id=i, name=n, kind=k) for i, n, k in stages))


PLANS = (
    STANDARD_PLAN,
    _plan(
        ("applied", "Applied", StageKind.APPLIED),
        ("screen", "Screen", StageKind.SCREEN),
        ("first_interview", "First interview", StageKind.INTERVIEW),
        ("final_interview", "Final interview", StageKind.INTERVIEW),
        ("offer", "Offer", StageKind.OFFER),
        ("hired", "Hired", StageKind.HIRED),
    ),
    _plan(
        ("applied", "Applied", StageKind.APPLIED),
        ("cv_review", "Review of the CV", StageKind.SCREEN),
        ("phone_screen", "Phone screen", StageKind.SCREEN),
        ("technical", "Technical interview", StageKind.INTERVIEW),
        ("team", "Interview with the team", StageKind.INTERVIEW),
        ("offer", "Offer", StageKind.OFFER),
        ("hired", "Hired", StageKind.HIRED),
    ),
)


@dataclass(frozen=True)
class Step:
    """A stage, and how an event says that an application stands in it."""

    id: str
    said: str


class Steps:
    """An interview plan as applications go through it."""

    def __init__(self, plan: InterviewPlan) -> None:
        self.json = plan.model_dump_json(exclude_none=True)
        self.applied = next(self._of(plan, StageKind.APPLIED))
        self.screens = tuple(self._of(plan, StageKind.SCREEN))
        self.interviews = tuple(self._of(plan, StageKind.INTERVIEW))
        self.offer = next(self._of(plan, StageKind.OFFER))
        self.hired = next(self._of(plan, StageKind.HIRED))

    def _of(self, plan: InterviewPlan, kind: StageKind) -> Iterator[Step]:
        for stage in plan.stages:
            if stage.kind == kind:
                yield Step(stage.id, f'"stage": "{stage.id}", "stage_kind": "{kind}"')


class Company:
    """Who works there, as the envelope of an event names them."""

    def __init__(self, organisation: str, dice: Random, at: int) -> None:
        self.manager_ids = [new_id(dice, at) for _ in range(MANAGERS)]
        self.recruiter_ids = [new_id(dice, at) for _ in range(RECRUITERS)]
        sourcer_ids = [new_id(dice, at) for _ in range(SOURCERS)]
        self.managers = [f"person\t{id}\thiring_manager\tapi" for id in self.manager_ids]
        self.interviewers = [f"person\t{id}\tinterviewer\tapi" for id in self.manager_ids]
        self.recruiters = [f"person\t{id}\trecruiter\tapi" for id in self.recruiter_ids]
        self.sourcers = [f"person\t{id}\tsourcer\tapi" for id in sourcer_ids]
        self.approver = f"person\t{new_id(dice, at)}\tapprover\tapi"
        self.analyst = f"person\t{new_id(dice, at)}\tanalyst\tapi"
        self.careers_page = f"api_key\t{new_id(dice, at)}\trecruiter\tapi"
        self.mail_server = f"api_key\t{new_id(dice, at)}\tsourcer\tapi"
        self.owner = f"system\t{organisation}\tadmin\tcli"
        self.plans = [Steps(plan) for plan in PLANS]
        self.by_source = [s for *s, share in SOURCES for _ in range(share)]


def id_of(colleague: str) -> str:
    """The id of somebody as an envelope names them."""
    return colleague.split("\t")[1]
