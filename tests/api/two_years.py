"""Two years of one organisation, by API alone: from sourcing over a pool and nurture to hires.

A year and a half of relations come before the half-year of hiring (tests/api/half_year.py), whose
days they share: they begin at a day below zero.
"""

from dataclasses import dataclass, field
from typing import Any

from tests.api.half_year import ENDS_ON, Candidacy, HalfYear, Hiring, Job

BEGINS_ON = ENDS_ON - 730
PROSPECTS = 24
EARLIER = Job("R-0", "Test engineer", "Engineering", 2, -480, 14, 66_000)
CAMPAIGN_EVERY = 45
RESPONSES: tuple[tuple[str, dict[str, Any]], ...] = (
    ("click", {"by_scanner": False}),
    ("click", {"by_scanner": True}),
    ("opening", {}),
    ("reply", {"sentiment": "positive", "text": "Gladly, next year"}),
)


@dataclass
class TwoYears(HalfYear):
    """The half-year of hiring, and all that was done before to have people to hire."""

    pool: str = ""
    members: list[str] = field(default_factory=list)
    earlier: dict[str, str] = field(default_factory=dict)
    """The last application of those who were rejected and kept."""

    def live(self) -> None:
        self.pool = self.does(self.recruiter, BEGINS_ON, "/pools", title="Engineers")["id"]
        for number in range(PROSPECTS):
            self.later(BEGINS_ON + 1 + number * 3, self.source)
        self.later(EARLIER.drafted_on, Hiring(self, EARLIER).draft)
        for day in range(int(BEGINS_ON) + 80, int(ENDS_ON) - 5, CAMPAIGN_EVERY):
            self.later(day, self.nurture)
        self.later(BEGINS_ON + 200, self.invite)
        for day in (12, 20, 95, 100, 104):
            self.later(day, self.bring_back)
        super().live()

    def source(self, day: float) -> None:
        """Somebody is found, agrees to hear from us, and joins the pool."""
        number = next(self.entered)
        person = {"full_name": f"Prospect {number}", "email": f"p-{number}@example.org"}
        made = self.does(
            self.recruiter, day, "/candidates", origin="sourced", source="linkedin", **person
        )
        about = f"/candidates/{made['id']}"
        self.does(self.recruiter, day + 0.1, f"{about}/notices", text_version="n1")
        self.does(self.recruiter, day + 0.5, f"{about}/consents", text_version="c1")
        self.join(made["id"], day + 0.6, "sourced")

    def join(self, candidate: str, day: float, reason: str) -> None:
        about = {"candidate_id": candidate, "reason_code": reason}
        self.does(self.recruiter, day, f"/pools/{self.pool}/members", **about)
        self.members.append(candidate)

    def farewell(self, candidacy: Candidacy) -> dict[str, Any]:
        """Rejected engineers who came far enough are kept, in the same action."""
        keeps = candidacy.hiring.job.department == "Engineering" and candidacy.interview
        if not keeps or candidacy.candidate in self.members:
            return {}
        self.members.append(candidacy.candidate)
        self.earlier[candidacy.candidate] = candidacy.id
        return {
            "keep_in_touch": {
                "pool_id": self.pool,
                "reason_code": "silver_medalist",
                "consent": {"text_version": "c1"},
            }
        }

    def nurture(self, day: float) -> None:
        """A word to everyone who is not in a process; some answer, some have had enough."""
        for number, candidate in enumerate(list(self.members)):
            at, about = day + number / 100, f"/candidates/{candidate}"
            touched = self.does(
                self.recruiter, at, f"{about}/touchpoints", channel="email", pool_id=self.pool
            )["touchpoint_id"]
            if self.dice.random() < 0.05:
                self.does(self.recruiter, at + 0.1, f"{about}/touchpoints/{touched}/bounce")
                self.leave(candidate, at + 0.2, "unreachable")
                continue
            self.does(self.recruiter, at + 0.01, f"{about}/touchpoints/{touched}/delivery")
            for what, said in RESPONSES:
                if self.dice.random() < 0.3:
                    path = f"{about}/touchpoints/{touched}/{what}"
                    self.does(self.recruiter, at + self.dice.uniform(0.1, 4), path, **said)
            if self.dice.random() < 0.04:
                self.does(self.recruiter, at + 5, f"{about}/opt-outs", channel="all")
                self.leave(candidate, at + 5.1, "asked_to")

    def leave(self, candidate: str, day: float, reason: str) -> None:
        path = f"/pools/{self.pool}/members/{candidate}/removal"
        self.does(self.recruiter, day, path, reason_code=reason)
        self.members.remove(candidate)

    def invite(self, day: float) -> None:
        """An open day, and a call to one who came."""
        for candidate in self.members[::3]:
            about = f"/candidates/{candidate}"
            self.does(self.recruiter, day, f"{about}/attendances", event_code="open_day")
        call = {"channel": "call", "logged_by_hand": True, "pool_id": self.pool}
        self.does(self.recruiter, day + 2, f"/candidates/{self.members[0]}/touchpoints", **call)

    def bring_back(self, day: float) -> None:
        """Two members come back into a requisition that takes applications."""
        open_now = [one for one in self.hirings if one.takes_applications and one.seats]
        for hiring in open_now[:1]:
            for candidate in self.members[:2]:
                Returning(hiring, candidate=candidate).come_back(day)


@dataclass(eq=False)
class Returning(Candidacy):
    """The application of somebody who was brought back."""

    def come_back(self, day: float) -> None:
        life = self.life
        if not isinstance(life, TwoYears):
            raise TypeError("only two years have a pool")
        previous = life.earlier.get(self.candidate)
        about = {"previous_application_id": previous} if previous else {}
        self.id = life.does(
            life.recruiter,
            day,
            f"/candidates/{self.candidate}/reengagements",
            requisition_id=self.hiring.id,
            pool_id=life.pool,
            **about,
        )["application_id"]
        life.leave(self.candidate, day + 0.1, "in_process")
        self.hiring.running.append(self)
        self.then(day + 1, self.schedule)
