"""Suggested profiles over HTTP: what documents suggest, and what a person makes of it."""

import json
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from pydantic import BaseModel, Field

from api.asking import PROBLEMS, Answered, Asking, Cursor, Limit, asking, getting
from api.candidates import Profile as ProfileBody
from api.candidates import profile_of
from api.commanding import Answer, Body, Commanding, commanding, example, posting
from api.paging import link_next
from commands import documents as commands
from domain.errors import NotFound
from domain.event import Category, Code
from domain.role import KNOWING_PEOPLE, SOURCING, Scope
from projections import candidates as read_models
from projections.asked import Asked
from projections.candidates import candidates
from projections.people import histories as histories_of
from projections.profile_suggestions import READS, SuggestionRow, suggestions
from reading.json_resume import as_text, problem_of, resume_of
from reading.limits import RESUME_CHARACTERS
from reading.profile import Profile, Reading
from store.database import Connection
from store.documents import Encrypted, decrypt_reading, readings_of
from store.envelope import Fact
from store.vault import CLOSED

CATEGORIES = (Category.IDENTITY, Category.DOCUMENTS)

router = APIRouter(prefix="/api", tags=["Suggested profiles"])
post, get = posting(router), getting(router)


class Confirmation(ProfileBody):
    """What someone accepts of a suggested profile, changed where it needs to be."""

    model_config = example(full_name="Ada Lovelace", resume={"skills": [{"name": "Analysis"}]})

    resume: Annotated[
        dict[str, Any] | None,
        Field(description="Work, education, skills and the rest, as JSON Resume 1.0.0 has them."),
    ] = None


class Dismissal(Body):
    """Why a suggested profile is not taken over."""

    model_config = example(reason_code="nothing_new")

    reason_code: Code


class Present(BaseModel):
    """The profile as it is."""

    full_name: str | None = None
    email: str | None = None
    phone: str | None = None
    location: str | None = None
    links: str | None = None
    summary: str | None = None
    resume: Annotated[
        dict[str, Any] | None, Field(description="The JSON Resume that was confirmed last.")
    ] = None


class SuggestedProfile(SuggestionRow):
    """A document that was read, and the profile it suggests."""

    profile: Annotated[
        Profile | None,
        Field(description="Null where none is suggested, or the caller may not open it."),
    ]


class SuggestionAnswer(Answered):
    """What a person's documents suggest, beside their profile."""

    candidate_id: Annotated[UUID, Field(description="Who stands for the person.")]
    present: Present
    suggestions: list[SuggestedProfile]


class SuggestionList(Answered):
    """Suggested profiles that wait for a person, oldest first; without what they say."""

    items: list[SuggestionRow]


@get("/profile-suggestions")
def list_profile_suggestions(
    request: Request,
    response: Response,
    ask: Asking = asking(SOURCING, READS),
    cursor: Cursor = None,
    limit: Limit = 100,
) -> SuggestionList:
    """Suggested profiles that nobody has confirmed or dismissed yet."""
    with ask.at() as (connection, asked):
        rows = suggestions(connection, asked, waiting=True, cursor=cursor, limit=limit)
    if len(rows) == limit:
        link_next(request, response, cursor=rows[-1].document_id)
    return SuggestionList(**asked.model_dump(), items=rows)


@get("/candidates/{candidate_id}/suggestion")
def get_profile_suggestion(
    candidate_id: UUID,
    ask: Asking = asking(KNOWING_PEOPLE, (*read_models.READS, *READS), Scope.PERSONAL),
) -> SuggestionAnswer:
    """What a candidate's documents suggest, beside the present profile. Opening it is recorded."""
    with ask.at() as (connection, asked):
        histories = histories_of(connection, asked, candidate_id)
        rows = [
            row
            for row in suggestions(connection, asked, histories=histories, limit=1000)
            if _within_reach(ask, row)
        ]
        said, read = _opened(connection, ask, asked, histories, rows)
        profiles = _profiles(connection, ask, rows, read)
    return SuggestionAnswer(
        **asked.model_dump(),
        candidate_id=histories[0],
        present=Present(**_present(said)),
        suggestions=[
            SuggestedProfile(**row.model_dump(), profile=profiles.get(row.document_id))
            for row in rows
        ],
    )


@router.get(
    "/candidates/{candidate_id}/resume.json",
    response_class=JSONResponse,
    responses={**PROBLEMS, 200: {"description": "JSON Resume 1.0.0 (jsonresume.org)."}},
)
def export_resume(
    candidate_id: UUID,
    ask: Asking = asking(KNOWING_PEOPLE, read_models.READS, Scope.PERSONAL),
) -> JSONResponse:
    """The profile as JSON Resume: the one confirmed last, with what was said otherwise since."""
    with ask.at() as (connection, asked):
        histories = histories_of(connection, asked, candidate_id)
        present = _present(_opened(connection, ask, asked, histories, [], "export resume")[0])
    resume = present.pop("resume", None)
    return JSONResponse(resume_of(present, resume), headers={"Cache-Control": "no-store"})


@post("/documents/{document_id}/profile-confirmation")
def confirm_profile(
    document_id: UUID, body: Confirmation, command: Commanding = commanding(SOURCING)
) -> Answer:
    """Takes what is accepted of a document's suggestion into the person's profile."""
    accepted = body.model_dump(exclude={"occurred_at", "resume"}, exclude_none=True)
    if body.resume is not None:
        accepted["resume"] = _kept(body.resume)
    return command.answer(
        commands.confirm_suggestion(
            command.log, command.by, document_id, occurred_at=body.occurred_at, **accepted
        )
    )


@post("/documents/{document_id}/profile-dismissal")
def dismiss_profile(
    document_id: UUID, body: Dismissal, command: Commanding = commanding(SOURCING)
) -> Answer:
    """Says that nothing of a document's suggestion is taken over."""
    return command.answer(
        commands.dismiss_suggestion(command.log, command.by, document_id, **body.model_dump())
    )


def _within_reach(ask: Asking, row: SuggestionRow) -> bool:
    reach = ask.caller.reach
    return reach is None or reach.document(row.of_history, row.application_id)


def _opened(
    connection: Connection,
    ask: Asking,
    asked: Asked,
    histories: list[UUID],
    rows: list[SuggestionRow],
    purpose: str = "view suggested profile",
) -> tuple[list[tuple[Fact, dict[str, Any]]], dict[int, tuple[Fact, dict[str, Any]]]]:
    """What is said of a person, and the keys of what was read, in one access. Raises NotFound."""
    found = candidates(connection, asked, candidate_ids=histories[:1])
    if not found:
        raise NotFound(what="candidate", id=histories[0])
    positions = found[0].positions
    facts = ask.log.facts.at_positions([*positions, *(row.position for row in rows)])
    opened = ask.open(connection, facts, CATEGORIES, purpose)
    all_said = {f.position or 0: (f, fields) for f, fields in zip(facts, opened, strict=True)}
    said = [all_said[position] for position in positions if position in all_said]
    return said, {row.position: all_said[row.position] for row in rows}


def _present(said: list[tuple[Fact, dict[str, Any]]]) -> dict[str, Any]:
    """The profile, without what does not open any more."""
    known = [(fact, _known(fields)) for fact, fields in said]
    present = {name: value for name, value in profile_of(known).items() if value is not None}
    if "resume" in present:
        present["resume"] = json.loads(present["resume"])
    return {name: present[name] for name in Present.model_fields if name in present}


def _known(fields: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in fields.items() if value not in CLOSED}


def _profiles(
    connection: Connection,
    ask: Asking,
    rows: list[SuggestionRow],
    read: dict[int, tuple[Fact, dict[str, Any]]],
) -> dict[UUID, Profile]:
    """What documents suggest, as far as it opens. Raises DocumentChanged."""
    kept = readings_of(connection, [row.document_id for row in rows])
    found = {}
    for row in rows:
        fact, fields = read[row.position]
        key = fields.get("reading_key")
        if key in (None, *CLOSED) or row.document_id not in kept:
            continue
        stored = Encrypted(kept[row.document_id], fact.data["sha256"], str(key))
        about = ask.caller.organisation.id, row.of_history, row.document_id
        profile = Reading.model_validate_json(decrypt_reading(*about, stored)).profile
        if profile is not None:
            found[row.document_id] = profile
    return found


def _kept(resume: dict[str, Any]) -> str:
    """A JSON Resume as it is kept. Raises RequestValidationError naming what is wrong with it."""
    text = as_text(resume)
    problem = problem_of(resume)
    why = f"is not JSON Resume: {problem}" if problem else ""
    if len(text) > RESUME_CHARACTERS:
        why = f"is longer than {RESUME_CHARACTERS} characters"
    if why:
        about = {"type": "json_resume", "loc": ("body", "resume"), "msg": why, "input": None}
        raise RequestValidationError([about])
    return text
