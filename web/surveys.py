"""The page on which a candidate answers one question, by the link of our mail, as their own act."""

from datetime import timedelta
from typing import Annotated, NamedTuple
from uuid import UUID

from fastapi import APIRouter, Form, Request
from fastapi.responses import Response

from commands import surveys
from domain.candidate import Candidate
from domain.survey import SURVEYS
from entrance.browser import ANYONE, guard_origin
from policies.asking_candidates import LINK, PATH
from policies.mail.wording import organisation_title
from store import sealed_tokens
from store.log import Log
from web.pages import calmly, page
from web.sealed_links import followed

GOOD_FOR = timedelta(days=90)
SCORES = range(11)
LONGEST_COMMENT = 5_000

router = APIRouter(prefix=PATH, tags=["Pages"], dependencies=[ANYONE])
Field = Annotated[str, Form(max_length=sealed_tokens.LONGEST)]


class Visit(NamedTuple):
    """Somebody with the link of our mail."""

    log: Log
    candidate: Candidate
    application_id: UUID
    survey_id: UUID

    @property
    def state(self) -> str:
        if self.survey_id in self.candidate.surveys_answered:
            return "answered"
        return "left" if SURVEYS in self.candidate.person.opted_out else "open"


@router.get("")
@calmly("survey_over")
def show_survey(request: Request, token: str = "") -> Response:
    """The question, or thanks for the answer."""
    return _shown(_visit(request, token), token)


@router.post("")
@calmly("survey_over")
def answer_survey(
    request: Request, token: Field = "", answer: Field = "", score: Field = "", comment: Field = ""
) -> Response:
    """Keeps the answer, or the wish to be asked nothing any more."""
    visit = _visit(request, token)
    guard_origin(request)
    if answer == "leave":
        surveys.opt_out(visit.log, visit.application_id)
    elif score not in map(str, SCORES):
        return _shown(visit, token, refusal="Please choose a number from 0 to 10.", comment=comment)
    elif len(comment) > LONGEST_COMMENT:
        words = f"Please say it in {LONGEST_COMMENT:,} letters at most."
        return _shown(visit, token, refusal=words, comment=comment, score=score)
    else:
        surveys.answer(
            visit.log, visit.application_id, visit.survey_id, int(score), comment.strip() or None
        )
    return _shown(_visit(request, token), token)


def _shown(
    visit: Visit, token: str, *, refusal: str = "", score: str = "", comment: str = ""
) -> Response:
    return page(
        "survey",
        422 if refusal else 200,
        organisation=organisation_title(visit.log),
        state=visit.state,
        token=token,
        path=PATH,
        refusal=refusal,
        scores=[str(number) for number in SCORES],
        score=score,
        comment=comment,
    )


def _visit(request: Request, token: str) -> Visit:
    """Who comes. Raises TokenOfNoUse, NotFound, PersonErased."""
    log, said = followed(request, LINK, token, GOOD_FOR)
    application_id, survey_id = UUID(said["application"]), UUID(said["survey"])
    candidate = log.candidate_of(application_id)
    if candidate.erased or survey_id not in candidate.surveys:
        raise sealed_tokens.TokenOfNoUse
    return Visit(log, candidate, application_id, survey_id)
