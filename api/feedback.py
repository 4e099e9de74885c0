"""What was learned afterwards, over HTTP: surveys and how hires turned out."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter
from pydantic import Field

from api.commanding import Answer, Body, Commanding, commanding, example, posting
from commands import feedback as commands
from domain.event import Percent, Text
from domain.feedback import Day, Score, SurveyMoment
from domain.role import RECRUITING

router = APIRouter(prefix="/api", tags=["Feedback"])
post = posting(router)

Indicator = Annotated[Percent | None, Field(description="0 to 100; omitted: not known.")]


class SurveyAnswer(Body):
    """What a candidate answered."""

    model_config = example(moment="interview", score=9, comment="Everyone was on time")

    moment: Annotated[SurveyMoment, Field(description="What they were asked about.")]
    score: Score
    application_id: UUID | None = None
    comment: Annotated[Text | None, Field(description="Sealed.")] = None


class Outcome(Body):
    """How a hire turned out so many days after the start."""

    model_config = example(day=90, performance=80, retained=True)

    day: Day
    performance: Indicator = None
    ramp_up: Indicator = None
    manager_satisfaction: Indicator = None
    retained: Annotated[bool | None, Field(description="Whether they are still here.")] = None


@post("/candidates/{candidate_id}/surveys")
def answer_survey(
    candidate_id: UUID, body: SurveyAnswer, command: Commanding = commanding(RECRUITING)
) -> Answer:
    """Keeps what a candidate answered, about one application or about all of it."""
    return command.answer(
        commands.answer_survey(command.log, command.by, candidate_id, **body.model_dump())
    )


@post("/applications/{application_id}/outcomes")
def record_outcome(
    application_id: UUID, body: Outcome, command: Commanding = commanding(RECRUITING)
) -> Answer:
    """Keeps how a hire turned out."""
    return command.answer(
        commands.record_outcome(command.log, command.by, application_id, **body.model_dump())
    )
