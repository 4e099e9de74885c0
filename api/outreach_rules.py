"""What an organisation asks of its outreach beyond what the law does, over HTTP."""

from typing import Annotated

from fastapi import APIRouter

from api.asking import getting
from api.caller import Caller, may
from api.commanding import Answer, Commanding, commanding, posting
from commands import organisation as commands
from domain.outreach import OutreachRules
from domain.role import ADMINISTERING, READING

router = APIRouter(prefix="/api/outreach-rules", tags=["Outreach"])
post, get = posting(router), getting(router)


@post("")
def adopt_outreach_rules(
    body: OutreachRules, command: Commanding = commanding(ADMINISTERING)
) -> Answer:
    """Says how often a person is written to, and by whom, from now on."""
    return command.answer(commands.adopt_outreach_rules(command.log, command.by, body))


@get("")
def get_outreach_rules(calling: Annotated[Caller, may(READING)]) -> OutreachRules:
    """The rules in force."""
    return calling.log.organisation_itself().outreach_rules
