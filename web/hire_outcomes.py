"""The page on which a hiring manager says how a hire turned out, by the link of our mail."""

from datetime import timedelta
from typing import Annotated, NamedTuple
from uuid import UUID

from fastapi import APIRouter, Form, Request
from fastapi.responses import Response

from commands import surveys
from domain.candidate import Candidate
from entrance.browser import ANYONE, guard_origin
from policies.asking_managers import LINK, PATH
from policies.mail.wording import title_of
from store import sealed_tokens
from store.log import Log
from web.pages import calmly, page
from web.sealed_links import followed

GOOD_FOR = timedelta(days=60)
STEPS = {"0": "Far below", "25": "Below", "50": "As expected", "75": "Above", "100": "Far above"}
"""What a choice counts as, of 100."""
QUESTIONS = {
    "performance": "The quality of their work",
    "ramp_up": "How fast they got going",
    "manager_satisfaction": "How glad you are of the hire",
}

router = APIRouter(prefix=PATH, tags=["Pages"], dependencies=[ANYONE])
Field = Annotated[str, Form(max_length=sealed_tokens.LONGEST)]


class Visit(NamedTuple):
    """A hiring manager with the link of our mail."""

    log: Log
    candidate: Candidate
    application_id: UUID
    day: int
    member_id: UUID

    @property
    def is_told(self) -> bool:
        return (self.application_id, self.day) in self.candidate.outcomes_told


@router.get("")
@calmly("survey_over")
def show_outcome(request: Request, token: str = "") -> Response:
    """The questions, or thanks for the answers."""
    return _shown(_visit(request, token), token, {})


@router.post("")
@calmly("survey_over")
def tell_outcome(
    request: Request,
    token: Field = "",
    performance: Field = "",
    ramp_up: Field = "",
    manager_satisfaction: Field = "",
    retained: Field = "",
) -> Response:
    """Keeps the answers; what is not answered is not known."""
    visit = _visit(request, token)
    guard_origin(request)
    said = {
        "performance": performance,
        "ramp_up": ramp_up,
        "manager_satisfaction": manager_satisfaction,
    }
    told: dict[str, int | bool | None] = {
        name: int(choice) for name, choice in said.items() if choice in STEPS
    }
    if retained in ("yes", "no"):
        told["retained"] = retained == "yes"
    if not told:
        words = "Please answer one of the questions at least."
        return _shown(visit, token, said, refusal=words)
    surveys.answer_outcome(visit.log, visit.application_id, visit.day, visit.member_id, **told)
    return _shown(_visit(request, token), token, {})


def _shown(visit: Visit, token: str, said: dict[str, str], *, refusal: str = "") -> Response:
    requisition_id = visit.candidate.application(visit.application_id).requisition_id
    return page(
        "hire_outcome",
        422 if refusal else 200,
        title=requisition_id and title_of(visit.log, requisition_id),
        day=visit.day,
        told=visit.is_told,
        token=token,
        path=PATH,
        refusal=refusal,
        steps=STEPS,
        questions=QUESTIONS,
        said=said,
    )


def _visit(request: Request, token: str) -> Visit:
    """Who comes. Raises TokenOfNoUse, NotFound."""
    log, said = followed(request, LINK, token, GOOD_FOR)
    application_id, day = UUID(said["application"]), int(said["day"])
    candidate = log.candidate_of(application_id)
    if candidate.erased or (application_id, day) not in candidate.outcomes_asked:
        raise sealed_tokens.TokenOfNoUse
    return Visit(log, candidate, application_id, day, UUID(said["member"]))
