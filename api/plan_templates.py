"""Plan templates over HTTP."""

from typing import Annotated

from fastapi import APIRouter, Path
from pydantic import Field

from api.asking import Answered, Asking, asking, getting
from api.commanding import NOW, Answer, Body, Commanding, commanding, example, posting
from commands import organisation as commands
from domain.event import Code, Words
from domain.plan import STANDARD_PLAN, InterviewPlan
from domain.role import READING, RECRUITING
from projections import plan_templates as read_models
from projections.plan_templates import TemplateRow, plan_templates

router = APIRouter(prefix="/api/plan-templates", tags=["Requisitions"])
post, get = posting(router), getting(router)


class Template(Body):
    """A plan for requisitions to copy."""

    model_config = example(
        template="engineering", title="Engineering", plan=STANDARD_PLAN.model_dump(mode="json")
    )

    template: Annotated[
        Code, Field(description="Saving under a code in use replaces it.", examples=["engineering"])
    ]
    title: Annotated[Words, Field(examples=["Engineering"])]
    plan: Annotated[InterviewPlan, Field(description="The stages, in order.")]


class TemplateList(Answered):
    """The templates in use, by code."""

    items: list[TemplateRow]


@post("")
def save_plan_template(body: Template, command: Commanding = commanding(RECRUITING)) -> Answer:
    """Keeps a plan to copy; requisitions that copied an earlier one keep theirs."""
    return command.answer(
        commands.save_plan_template(
            command.log,
            command.by,
            body.template,
            body.title,
            body.plan,
            occurred_at=body.occurred_at,
        )
    )


@post("/{template}/retirement")
def retire_plan_template(
    template: Annotated[Code, Path()],
    body: Body = NOW,
    command: Commanding = commanding(RECRUITING),
) -> Answer:
    """Takes a template out of use."""
    return command.answer(
        commands.retire_plan_template(
            command.log, command.by, template, occurred_at=body.occurred_at
        )
    )


@get("")
def list_plan_templates(ask: Asking = asking(READING, read_models.READS)) -> TemplateList:
    """The templates in use, now or as of any date."""
    with ask.at() as (connection, asked):
        rows = plan_templates(connection, asked)
    return TemplateList(**asked.model_dump(), items=rows)
