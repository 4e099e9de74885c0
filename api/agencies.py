"""Agencies and referrals over HTTP: people whom somebody brings."""

from datetime import UTC, datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Path
from pydantic import BaseModel, ConfigDict, EmailStr, Field

from api.asking import Answered, Asking, asking, getting
from api.candidates import PersonalText, with_the_same_email
from api.commanding import SOME_ID, Answer, Commanding, commanding, posting
from api.tracking_links import REFERRING
from commands import agencies as commands
from domain.agency import OwnershipDays
from domain.event import Code, Words
from domain.role import READING, SOURCING
from projections import agencies as read_models
from projections.agencies import AgencyRow, SubmissionRow, agencies, submissions
from projections.asked import resolve
from projections.people import histories

router = APIRouter(prefix="/api", tags=["Careers"])
post, get = posting(router), getting(router)

AgencyCode = Annotated[str, Path(max_length=64)]


class Agreement(BaseModel):
    """The terms with an agency; said again, they replace those before."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [{"agency": "acme", "title": "Acme Search", "ownership_days": 180}]
        },
    )

    agency: Annotated[Code, Field(max_length=57, description="Its code.", examples=["acme"])]
    title: Annotated[Words, Field(examples=["Acme Search"])]
    ownership_days: OwnershipDays
    terms: Annotated[Words | None, Field(description="A note on the terms.")] = None


class Brought(BaseModel):
    """Somebody who is brought for a requisition. All about them is sealed."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [
                {
                    "requisition_id": SOME_ID,
                    "full_name": "Ada Lovelace",
                    "email": "ada@example.org",
                }
            ]
        },
    )

    requisition_id: UUID
    full_name: PersonalText
    email: EmailStr | None = None
    phone: PersonalText | None = None
    location: PersonalText | None = None
    links: PersonalText | None = None


class SubmissionAnswer(Answer):
    """What was recorded, and whose the person is."""

    owner: Annotated[
        str | None,
        Field(
            description="The agency that was first to bring this person, or someone with the same"
            " e-mail address, and whose period is not over. Told once: the answer to a repeated"
            " request does not say."
        ),
    ] = None
    owned_until: datetime | None = None


class AgencyList(Answered):
    """The agencies with which terms are agreed, by code."""

    items: list[AgencyRow]


class SubmissionList(Answered):
    """How often agencies brought a person, in their order."""

    items: list[SubmissionRow]


@post("/agencies")
def agree_with_agency(body: Agreement, command: Commanding = commanding(SOURCING)) -> Answer:
    """Agrees on terms with an agency."""
    return command.answer(commands.agree(command.log, command.by, **body.model_dump()))


@post("/agencies/{agency}/end")
def end_agency(agency: AgencyCode, command: Commanding = commanding(SOURCING)) -> Answer:
    """Takes nobody from an agency any more; who is theirs stays so."""
    return command.answer(commands.end(command.log, command.by, agency))


@post("/agencies/{agency}/submissions")
def submit_by_agency(
    agency: AgencyCode, body: Brought, command: Commanding = commanding(SOURCING)
) -> SubmissionAnswer:
    """Takes somebody an agency brings, and says whose the person is.

    The first agency to bring someone owns them for its period, whoever brings them then.
    """
    person = body.model_dump(exclude={"requisition_id"})
    answer = command.answer(
        commands.submit(command.log, command.by, agency, body.requisition_id, **person)
    )
    first = _owned_by(command, body.email, answer.candidate_id or answer.id)
    return SubmissionAnswer(
        **dict(answer),
        owner=first.owner if first else agency,
        owned_until=first.owned_until if first else None,
    )


@post("/referrals")
def refer(body: Brought, command: Commanding = commanding(REFERRING, narrows=True)) -> Answer:
    """Refers somebody for a requisition; the application names who did."""
    person = body.model_dump(exclude={"requisition_id"})
    return command.answer(
        commands.refer(
            command.log, command.by, body.requisition_id, command.caller.actor_id, **person
        )
    )


@get("/agencies")
def list_agencies(ask: Asking = asking(READING, read_models.READS)) -> AgencyList:
    """The agencies with which terms are agreed, now or as of any date."""
    with ask.at() as (connection, asked):
        rows = agencies(connection, asked)
    return AgencyList(**asked.model_dump(), items=rows)


@get("/candidates/{candidate_id}/agency-submissions")
def list_agency_submissions(
    candidate_id: UUID, ask: Asking = asking(READING, read_models.READS)
) -> SubmissionList:
    """Which agencies brought a person, all histories together, and whose they were each time."""
    ask.log.candidate(candidate_id)
    with ask.at() as (connection, asked):
        rows = submissions(connection, asked, histories(connection, asked, candidate_id))
    return SubmissionList(**asked.model_dump(), items=rows)


def _owned_by(command: Commanding, email: str | None, candidate_id: UUID) -> SubmissionRow | None:
    """The earlier submission by which someone with this address is an agency's now."""
    others = with_the_same_email(command, email, than=candidate_id)
    if not others:
        return None
    with command.log.database.transaction(command.log.organisation) as connection:
        asked = resolve(connection, read_models.READS)
        people = {id for other in others for id in histories(connection, asked, other)}
        rows = submissions(connection, asked, sorted(people - {candidate_id}))
    return rows[-1] if rows and rows[-1].owned_until > datetime.now(UTC) else None
