"""Candidates over HTTP."""

from contextlib import suppress
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query, Request, Response
from pydantic import BaseModel, ConfigDict, EmailStr, Field

from api.asking import Answered, Asking, Cursor, Limit, asking, getting
from api.commanding import PROBLEMS as COMMAND_PROBLEMS
from api.commanding import Answer, Body, Commanding, commanding, example, posting
from api.paging import link_next
from api.problems import NotAllowed
from api.timelines import Timeline, TimelineCursor, timeline_of
from commands import candidates as commands
from domain.candidate import CandidateEntryCorrected, Registered
from domain.errors import NotFound
from domain.event import Category, Code, Text, Words, personal_fields
from domain.role import KNOWING_PEOPLE, LIMITED, READING, SOURCING, Role
from projections import candidates as read_models
from projections import dossier as dossiers
from projections import pipeline, requisitions, talent_pool, timeline
from projections.asked import Asked, resolve
from projections.candidates import CandidateRow, candidates
from projections.dossier import Dossier, dossier, external_id_positions
from projections.duplicates import others_with_email
from projections.people import histories as histories_of
from projections.pipeline import ApplicationRow, applications, candidates_for
from projections.requisitions import requisitions_for
from projections.search import READS as SEARCH_READS
from projections.search import Search, SearchBeingBuilt
from projections.tags import READS as TAG_READS
from projections.tags import TagRow, tags, with_tag
from projections.talent_pool import pools_of
from store.database import Connection
from store.envelope import Fact
from store.search_keys import SearchKeys

MEETING = READING | {Role.HIRING_MANAGER}
CONCERNED = MEETING | {Role.INTERVIEWER, Role.CANDIDATE}
LIST_READS = (*read_models.READS, *pipeline.READS, *requisitions.READS)
FOUND_READS = (*LIST_READS, *SEARCH_READS, *TAG_READS)
SEARCHING = {"search": SEARCH_READS, "external_id": SEARCH_READS, "tag": TAG_READS}
WHOLE_READS = (
    *read_models.READS,
    *pipeline.READS,
    *talent_pool.READS,
    *dossiers.READS,
    *TAG_READS,
)

router = APIRouter(prefix="/api/candidates", tags=["Candidates"])
post, get = posting(router), getting(router)

PersonalText = Annotated[Text, Field(min_length=1, max_length=1000)]
ExternalId = Annotated[
    str,
    Field(
        pattern=r"^[a-z0-9][a-z0-9_.-]{0,63}:.{1,200}$",
        description="Another system's id for the person, as system:id.",
        examples=["greenhouse:4512"],
    ),
]

SearchWords = Annotated[
    str,
    Field(
        min_length=1,
        max_length=200,
        description="Words or beginnings of words of at least two letters, e-mail addresses,"
        " @domain, phone numbers; a candidate is found if each of them is in their profile.",
        examples=["ada lovel", "ada@example.org", "030 1234567"],
    ),
]


class Profile(Body):
    """Who someone is. Words are personal data: sealed, and opened on the record."""

    model_config = example(email="ada@example.org")

    full_name: PersonalText | None = None
    email: Annotated[EmailStr | None, Field(examples=["ada@example.org"])] = None
    phone: PersonalText | None = None
    location: PersonalText | None = None
    links: PersonalText | None = None
    summary: Annotated[
        Text | None,
        Field(
            min_length=1,
            max_length=10_000,
            description="Skills and whatever else helps to find them, in words.",
        ),
    ] = None

    region: Annotated[
        Code | None,
        Field(description="Where they live, roughly: ISO 3166, lower case.", examples=["de-be"]),
    ] = None
    time_zone: Annotated[
        Words | None, Field(description="An IANA name.", examples=["Europe/Berlin"])
    ] = None


class Registration(Profile):
    """A person who is new to the organisation."""

    model_config = example(full_name="Ada Lovelace", email="ada@example.org", source="linkedin")

    full_name: Annotated[PersonalText, Field(examples=["Ada Lovelace"])]
    origin: Annotated[
        Code, Field(description="applied, sourced, referred, agency, internal, university.")
    ] = "applied"
    source: Annotated[Code, Field(description="The channel.", examples=["linkedin"])] = "unknown"
    jurisdiction: Annotated[Code | None, Field(examples=["de"])] = None
    external_id: ExternalId | None = None


class RegistrationAnswer(Answer):
    """What was recorded, and whether there may be a history of the person already."""

    possible_duplicates: Annotated[
        list[UUID] | None,
        Field(
            description="Others who gave the same e-mail address. Told once: the answer to a"
            " repeated request is read from the log, which does not say."
        ),
    ] = None


class Note(Body):
    """Something worth remembering; sealed."""

    model_config = example(text="Prefers to be called in the morning")

    text: Annotated[Text, Field(min_length=1)]
    topic: Code = "note"
    application_id: UUID | None = None
    mentions: Annotated[
        tuple[UUID, ...],
        Field(max_length=50, description="Members who are asked to look; see /api/mentions."),
    ] = ()


class Candidate(CandidateRow):
    """A candidate as the caller may see them; personal fields are null for those who may not."""

    full_name: str | None = None
    email: str | None = None
    phone: str | None = None
    location: str | None = None
    links: str | None = None
    summary: str | None = None
    external_ids: Annotated[
        list[str] | None,
        Field(description="Other systems' ids for them; only where one person is asked for."),
    ] = None


class CandidateAnswer(Answered, Dossier):
    """One person, both halves: applications (ATS) and pools (CRM), of all their histories."""

    asked_for: Annotated[
        UUID,
        Field(description="The id asked for: the candidate's, or that of one merged into them."),
    ]
    candidate: Candidate
    applications: list[ApplicationRow]
    pool_ids: Annotated[list[UUID], Field(description="The talent pools they are in.")]
    tags: Annotated[list[TagRow], Field(description="Theirs, and those of their applications.")]


class CandidateList(Answered):
    """Candidates in a stable order."""

    items: list[Candidate]
    next_cursor: Annotated[
        UUID | None, Field(description="Ask on after this; null on the last page.")
    ] = None


class CandidateSearch(BaseModel):
    """What to find people by. In a body, because addresses end up in logs."""

    model_config = ConfigDict(extra="forbid", **example(search="ada lovelace"))

    search: SearchWords
    tag: Annotated[
        Code | None, Field(description="Only with this tag, on them or on an application.")
    ] = None
    cursor: Annotated[UUID | None, Field(description="Goes on after this one.")] = None
    limit: Annotated[int, Field(ge=1, le=1000, description="At most this many.")] = 50


@post("")
def register_candidate(
    body: Registration, command: Commanding = commanding(SOURCING)
) -> RegistrationAnswer:
    """Starts the history of a person; tells if others gave the same e-mail address."""
    details = body.model_dump(exclude={"occurred_at", "external_id"})
    answer = command.answer(
        commands.register(
            command.log,
            command.by,
            occurred_at=body.occurred_at,
            external_id=_system_and_id(body.external_id),
            **details,
        )
    )
    others = with_the_same_email(command, body.email, answer.id)
    return RegistrationAnswer(**dict(answer), possible_duplicates=others or None)


@post("/{candidate_id}/profile")
def update_candidate_profile(
    candidate_id: UUID, body: Profile, command: Commanding = commanding(SOURCING)
) -> Answer:
    """Replaces the personal fields named; the others stay."""
    changed = body.model_dump(exclude={"occurred_at"}, exclude_none=True)
    return command.answer(
        commands.update_profile(
            command.log, command.by, candidate_id, occurred_at=body.occurred_at, **changed
        )
    )


@post("/{candidate_id}/notes")
def add_candidate_note(
    candidate_id: UUID, body: Note, command: Commanding = commanding(KNOWING_PEOPLE)
) -> Answer:
    """Keeps a note about a candidate or one of their applications."""
    return command.answer(
        commands.add_note(command.log, command.by, candidate_id, **body.model_dump())
    )


@get("")
def list_candidates(
    request: Request,
    response: Response,
    ask: Asking = asking(MEETING, LIST_READS, narrows=True, for_parameters=SEARCHING),
    search: Annotated[
        SearchWords | None,
        Query(description="Only whom these words find. Better said in a body: see POST …/search."),
    ] = None,
    external_id: Annotated[
        ExternalId | None, Query(description="Only whom another system knows by this id.")
    ] = None,
    tag: Annotated[
        Code | None, Query(description="Only with this tag, on them or on an application.")
    ] = None,
    cursor: Cursor = None,
    limit: Limit = 50,
) -> CandidateList:
    """Candidates in a stable order, a page at a time."""
    page = _page(ask, search, external_id, tag, cursor, limit)
    if page.next_cursor:
        link_next(request, response, cursor=page.next_cursor)
    return page


@router.post("/search", responses=COMMAND_PROBLEMS)
def search_candidates(
    body: CandidateSearch, ask: Asking = asking(KNOWING_PEOPLE, FOUND_READS, narrows=True)
) -> CandidateList:
    """Candidates whom words of their profile find, in a stable order. Nothing is changed.

    Showing their names is recorded, once for the page.
    """
    return _page(ask, body.search, None, body.tag, body.cursor, body.limit)


@get("/{candidate_id}")
def get_candidate(
    candidate_id: UUID, ask: Asking = asking(CONCERNED, WHOLE_READS)
) -> CandidateAnswer:
    """Everything one page needs to know of a candidate. Opening personal data is recorded."""
    only = _applications_within_reach(ask, candidate_id)
    with ask.at() as (connection, asked):
        histories = histories_of(connection, asked, candidate_id)
        return CandidateAnswer(
            **asked.model_dump(),
            **dict(dossier(connection, asked, histories)),
            asked_for=candidate_id,
            candidate=_one(connection, ask, asked, histories),
            applications=[
                row
                for row in applications(connection, asked, candidate_id=candidate_id)
                if only is None or row.application_id in only
            ],
            pool_ids=pools_of(connection, asked, candidate_id) if only is None else [],
            tags=_tags_within_reach(connection, ask, asked, histories, only),
        )


@get("/{candidate_id}/timeline")
def get_candidate_timeline(
    candidate_id: UUID,
    request: Request,
    response: Response,
    ask: Asking = asking(CONCERNED - {Role.CANDIDATE}, timeline.READS),
    personal: Annotated[
        bool, Query(description="With personal fields, which is recorded as access.")
    ] = False,
    cursor: TimelineCursor = None,
    limit: Limit = 200,
) -> Timeline:
    """What happened with a candidate, in sentences."""
    only = _applications_within_reach(ask, candidate_id)
    return timeline_of(
        candidate_id, "candidate", request, response, ask, cursor, limit, personal, only
    )


def with_the_same_email(command: Commanding, email: str | None, than: UUID) -> list[UUID]:
    """Others who gave an e-mail address, as far as they are indexed: the list of duplicates is
    complete, a hint need not be."""
    if email is None:
        return []
    with command.log.database.transaction(command.log.organisation) as connection:
        asked = resolve(connection, SEARCH_READS)
        keys = SearchKeys(command.log.database.keyring)
        index = Search(connection, keys, command.log.organisation)
        with suppress(SearchBeingBuilt):
            return others_with_email(index, asked, email, than=than)
    return []


def _page(
    ask: Asking,
    search: str | None,
    external_id: str | None,
    tag: str | None,
    cursor: UUID | None,
    limit: int,
) -> CandidateList:
    """A page of candidates, all or those found; their names are opened once.

    Raises NotAllowed for those who may not know people.
    """
    sought = search is not None or external_id is not None
    if sought and not ask.caller.knows_people:
        raise NotAllowed(role=ask.caller.role)
    with ask.at() as (connection, asked):
        only = _sought(connection, ask, asked, search, external_id, tag, cursor, limit)
        rows = candidates(connection, asked, candidate_ids=only, cursor=cursor, limit=limit)
        # What words find is a page already; whatever else narrows the list does not page it.
        full = len(rows if only is None or search is None else only) == limit
        purpose = "search candidates" if sought else "list candidates"
        return CandidateList(
            **asked.model_dump(),
            items=_known(connection, ask, rows, purpose),
            next_cursor=rows[-1].candidate_id if full and rows else None,
        )


def _sought(
    connection: Connection,
    ask: Asking,
    asked: Asked,
    search: str | None,
    external_id: str | None,
    tag: str | None,
    cursor: UUID | None,
    limit: int,
) -> list[UUID] | None:
    """The next candidates that are looked for, within reach; None for all."""
    index = Search(connection, SearchKeys(ask.log.database.keyring), ask.caller.organisation)
    found = _within_reach(connection, ask)
    if tag is not None:
        tagged = with_tag(connection, asked, tag)
        # Whoever reaches some of a person's applications may not know of the others' tags.
        found = sorted(tagged.owners if found is None else tagged.people.intersection(found))
    if external_id is not None:
        known = index.known_as(asked, *_split(external_id))
        found = [known] if known and (found is None or known in found) else []
    if search is not None and found != []:
        return index.people(asked, search, candidate_ids=found, cursor=cursor, limit=limit)
    return found


def _within_reach(connection: Connection, ask: Asking) -> list[UUID] | None:
    """The candidates the caller may know of; None if that is all of them."""
    if ask.caller.role is not Role.HIRING_MANAGER:
        return None
    return candidates_for(connection, requisitions_for(connection, ask.caller.actor_id))


def _applications_within_reach(ask: Asking, candidate_id: UUID) -> list[UUID] | None:
    """The candidate's applications the caller may know of; None if that is all of them."""
    return ask.caller.reach.applications_of(candidate_id) if ask.caller.reach else None


def _tags_within_reach(
    connection: Connection,
    ask: Asking,
    asked: Asked,
    histories: list[UUID],
    only: list[UUID] | None,
) -> list[TagRow]:
    """What recruiters sort by is for them and hiring managers, not for whom it is about."""
    if ask.caller.role in LIMITED - {Role.HIRING_MANAGER}:
        return []
    rows = tags(connection, asked, histories)
    return [row for row in rows if only is None or row.application_id in (None, *only)]


def _one(connection: Connection, ask: Asking, asked: Asked, histories: list[UUID]) -> Candidate:
    rows = candidates(connection, asked, candidate_ids=histories[:1])
    if not rows:
        raise NotFound(what="candidate", id=histories[0])
    linked = external_id_positions(connection, asked, histories)
    return _known(connection, ask, rows, "view candidate", linked)[0]


def _known(
    connection: Connection,
    ask: Asking,
    rows: list[CandidateRow],
    purpose: str,
    linked: list[int] | None = None,
) -> list[Candidate]:
    """The candidates with the personal fields the caller may see: what was said last counts.

    `linked` are the events that say which ids other systems know one of them by.
    """
    positions = [position for row in rows for position in row.positions] + (linked or [])
    facts = ask.log.facts.at_positions(positions) if ask.caller.knows_people else []
    opened = ask.open(connection, facts, [Category.IDENTITY], purpose)
    said = {fact.position: (fact, fields) for fact, fields in zip(facts, opened, strict=True)}
    return [
        Candidate(
            **row.model_dump(),
            positions=row.positions,
            external_ids=external_ids_of([said[at] for at in linked or () if at in said]) or None,
            **profile_of([said[at] for at in row.positions if at in said]),
        )
        for row in rows
    ]


def profile_of(said: list[tuple[Fact, dict[str, Any]]]) -> dict[str, Any]:
    """What events say of someone, in order, each followed by the corrections of it.

    A correction says a field of its event anew, or that the event does not say it.
    """
    profile: dict[str, Any] = {}
    told: dict[str, Any] = {}
    for fact, opened in said:
        if fact.topic != CandidateEntryCorrected.name:
            profile.update(told)
            told = dict(opened)
        elif (field := fact.data["field"]) in personal_fields(Registered):
            told.pop(field, None)
            if opened.get("identity_value") is not None:
                told[field] = opened["identity_value"]
    return profile | told


def external_ids_of(said: list[tuple[Fact, dict[str, Any]]]) -> list[str]:
    """The ids other systems know someone by, each followed by the corrections of it."""
    linked: dict[tuple[Any, int], dict[str, Any]] = {}
    for fact, opened in said:
        if fact.topic != CandidateEntryCorrected.name:
            linked[fact.originator_id, fact.originator_version] = {**fact.data, **opened}
        elif link := linked.get((fact.originator_id, fact.data["corrects"])):
            link[fact.data["field"]] = opened.get("identity_value", fact.data.get("value"))
    return [f"{link['system']}:{link['external_id']}" for link in linked.values()]


def _system_and_id(external_id: str | None) -> tuple[str, str] | None:
    return _split(external_id) if external_id else None


def _split(external_id: str) -> tuple[str, str]:
    system, _, id = external_id.partition(":")
    return system, id


def names_of(
    connection: Connection, ask: Asking, asked: Asked, candidate_ids: list[UUID], purpose: str
) -> dict[UUID, str | None]:
    """The names of candidates, on the record, for callers who may know them."""
    if not ask.caller.knows_people or not candidate_ids:
        return {}
    rows = candidates(connection, asked, candidate_ids=candidate_ids, limit=len(set(candidate_ids)))
    known = _known(connection, ask, rows, purpose)
    return {candidate.candidate_id: candidate.full_name for candidate in known}
