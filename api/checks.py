"""References, assessments and background checks over HTTP."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter
from pydantic import Field

from api.asking import Answered, Asking, asking, getting
from api.commanding import Answer, Body, Commanding, commanding, example, posting
from commands import checks as commands
from domain.check import WAITING_DAYS, Measure
from domain.errors import NotFound
from domain.event import Category, Code, Text
from domain.role import COMPLIANCE, RECRUITING, SCHEDULING
from projections import checks as read_model
from projections import pipeline
from projections.checks import CheckRow, checks
from projections.pipeline import applications

READS = (*read_model.READS, *pipeline.READS)
SealedText = Annotated[Text, Field(description="Sealed: personal data.")]

router = APIRouter(prefix="/api/applications/{application_id}", tags=["Checks"])
post, get = posting(router), getting(router)


class Reference(Body):
    """What somebody who knows the applicant said."""

    model_config = example(relationship="former_manager", outcome="positive", referee="Eve Moss")

    relationship: Annotated[Code, Field(examples=["former_manager"])]
    outcome: Annotated[Code, Field(examples=["positive"])]
    referee: Annotated[SealedText | None, Field(description="Who it was; sealed.")] = None
    notes: SealedText | None = None


class Assessment(Body):
    """The result of a test."""

    model_config = example(
        provider="codelab",
        kind="coding",
        outcome="passed",
        score="87.5",
        scale_from="0",
        scale_to="100",
    )

    provider: Annotated[Code, Field(examples=["codelab"])]
    kind: Annotated[Code, Field(examples=["coding"])]
    outcome: Annotated[Code, Field(examples=["passed"])]
    score: Annotated[Measure | None, Field(description="With the scale it is on.")] = None
    scale_from: Measure | None = None
    scale_to: Measure | None = None
    result: SealedText | None = None


class NewBackgroundCheck(Body):
    """A background check that was ordered, or has been reported."""

    model_config = example(kind="criminal", provider="checkwell", status="ordered")

    kind: Annotated[Code, Field(examples=["criminal"])]
    provider: Annotated[Code, Field(examples=["checkwell"])]
    status: Annotated[
        Code, Field(description="ordered, clear, consider …", examples=["ordered"])
    ] = "ordered"
    details: SealedText | None = None


class Report(Body):
    """How a background check stands by now."""

    model_config = example(status="consider")

    status: Annotated[Code, Field(description="clear, consider …", examples=["consider"])]
    details: SealedText | None = None


class PreAdverseNotice(Body):
    """The applicant got a copy of the report and a summary of their rights, and may answer."""

    model_config = example(waiting_days=7)

    waiting_days: Annotated[
        int,
        Field(ge=5, le=90, description="Calendar days in which nobody is rejected because of it."),
    ] = WAITING_DAYS


class AdverseActionNotice(Body):
    """The applicant was told that the report counted against them."""

    model_config = example()

    waiver: Annotated[
        Code | None, Field(description="Why there was no notice and waiting before.")
    ] = None


class Check(CheckRow):
    """One step of a check; what is said in words is null for those who may not read it."""

    referee: str | None = None
    notes: str | None = None
    result: str | None = None
    details: str | None = None


class CheckList(Answered):
    """Every step of an application's checks, in the order they were taken."""

    items: list[Check]


@post("/references")
def record_reference(
    application_id: UUID, body: Reference, command: Commanding = commanding(SCHEDULING)
) -> Answer:
    """Keeps what somebody who knows the applicant said."""
    return command.answer(
        commands.record_reference(command.log, command.by, application_id, **body.model_dump())
    )


@post("/assessments")
def record_assessment(
    application_id: UUID, body: Assessment, command: Commanding = commanding(SCHEDULING)
) -> Answer:
    """Keeps the result of a test."""
    return command.answer(
        commands.record_assessment(command.log, command.by, application_id, **body.model_dump())
    )


@post("/background-checks")
def record_background_check(
    application_id: UUID, body: NewBackgroundCheck, command: Commanding = commanding(RECRUITING)
) -> Answer:
    """Orders a background check, or keeps one that was reported already."""
    return command.answer(
        commands.record_background_check(
            command.log, command.by, application_id, **body.model_dump()
        )
    )


@post("/background-checks/{check_id}/report")
def report_background_check(
    application_id: UUID,
    check_id: UUID,
    body: Report,
    command: Commanding = commanding(RECRUITING),
) -> Answer:
    """Keeps how a background check stands by now."""
    return command.answer(
        commands.report_background_check(
            command.log, command.by, application_id, check_id, **body.model_dump()
        )
    )


@post("/background-checks/{check_id}/pre-adverse-notice")
def give_pre_adverse_notice(
    application_id: UUID,
    check_id: UUID,
    body: PreAdverseNotice,
    command: Commanding = commanding(RECRUITING),
) -> Answer:
    """Records the notice that comes before a rejection because of a background check."""
    return command.answer(
        commands.give_pre_adverse_notice(
            command.log, command.by, application_id, check_id, **body.model_dump()
        )
    )


@post("/background-checks/{check_id}/adverse-action-notice")
def give_adverse_action_notice(
    application_id: UUID,
    check_id: UUID,
    body: AdverseActionNotice,
    command: Commanding = commanding(RECRUITING),
) -> Answer:
    """Records the notice that comes with a rejection because of a background check."""
    return command.answer(
        commands.give_adverse_action_notice(
            command.log, command.by, application_id, check_id, **body.model_dump()
        )
    )


@get("/checks")
def list_checks(
    application_id: UUID, ask: Asking = asking(RECRUITING | COMPLIANCE, READS)
) -> CheckList:
    """An application's checks, now or as of any date. Opening what was said is recorded."""
    with ask.at() as (connection, asked):
        if not applications(connection, asked, application_id=application_id):
            raise NotFound(what="application", id=application_id)
        rows = checks(connection, asked, application_id)
        facts = list(ask.log.facts.at_positions([row.position for row in rows]))
        opened = ask.open(connection, facts, [Category.EVALUATION], "view checks")
        said: dict[int | None, dict[str, Any]] = {
            fact.position: words for fact, words in zip(facts, opened, strict=True)
        }
    items = [Check(**row.model_dump(), **said.get(row.position, {})) for row in rows]
    return CheckList(**asked.model_dump(), items=items)
