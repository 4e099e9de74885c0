"""What candidates and hiring managers are asked by themselves, over HTTP."""

from typing import Annotated

from fastapi import APIRouter

from api.asking import getting
from api.caller import Caller, may
from api.commanding import Answer, Commanding, commanding, posting
from commands import organisation as commands
from domain.role import ADMINISTERING, READING
from domain.survey import SurveyRules

router = APIRouter(prefix="/api/survey-rules", tags=["Feedback"])
post, get = posting(router), getting(router)


@post("")
def adopt_surveys(body: SurveyRules, command: Commanding = commanding(ADMINISTERING)) -> Answer:
    """Says what is asked by mail after which moments, from now on."""
    return command.answer(commands.adopt_surveys(command.log, command.by, body))


@get("")
def get_survey_rules(calling: Annotated[Caller, may(READING)]) -> SurveyRules:
    """The rules in force."""
    return calling.log.organisation_itself().survey_rules
