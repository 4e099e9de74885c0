"""What people an organisation finds are told and asked, over HTTP."""

from typing import Annotated

from fastapi import APIRouter
from pydantic import BaseModel

from api.asking import getting
from api.caller import Caller, may
from api.commanding import Answer, Commanding, commanding, posting
from commands import organisation as commands
from domain.consent import ContactTexts
from domain.role import ADMINISTERING, READING

router = APIRouter(prefix="/api/contact-texts", tags=["Consents"])
post, get = posting(router), getting(router)


class TextsInForce(BaseModel):
    """What is in force."""

    texts: ContactTexts | None


@post("")
def adopt_contact_texts(
    body: ContactTexts, command: Commanding = commanding(ADMINISTERING)
) -> Answer:
    """Says what people are told and asked from now on; each version's words stay in the log."""
    return command.answer(commands.adopt_contact_texts(command.log, command.by, body))


@get("")
def get_contact_texts(calling: Annotated[Caller, may(READING)]) -> TextsInForce:
    """What people are told and asked; null until it is said."""
    return TextsInForce(texts=calling.log.organisation_itself().texts)
