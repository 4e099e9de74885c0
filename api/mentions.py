"""Mentions over HTTP: the notes that ask the caller to look."""

from typing import Annotated

from fastapi import APIRouter, Path, Query, Request, Response

from api.asking import Answered, Asking, Limit, asking, getting
from api.commanding import NOW, Answer, Body, Commanding, commanding, posting
from api.paging import link_next
from api.timelines import TimelineCursor
from commands import members as commands
from domain.candidate import CandidateEntryCorrected
from domain.event import Category
from domain.role import EVERYONE, Role
from projections import mentions as read_model
from projections.mentions import MentionRow, mentions
from store.database import Connection

MENTIONED = EVERYONE - {Role.CANDIDATE}

router = APIRouter(prefix="/api/mentions", tags=["Notes"])
post, get = posting(router), getting(router)


class Mention(MentionRow):
    """A note that asks the caller to look; its text is null for those who may not read it."""

    text: str | None = None


class MentionList(Answered):
    """Notes that mention the caller, oldest first."""

    items: list[Mention]


@get("")
def list_mentions(
    request: Request,
    response: Response,
    ask: Asking = asking(MENTIONED, read_model.READS, narrows=True),
    acknowledged: Annotated[
        bool | None, Query(description="True: those acknowledged; omitted: those that are not.")
    ] = False,
    cursor: TimelineCursor = None,
    limit: Limit = 100,
) -> MentionList:
    """The notes that mention the caller and wait to be seen. Opening their text is recorded."""
    with ask.at() as (connection, asked):
        rows = mentions(
            connection,
            asked,
            ask.caller.actor_id,
            acknowledged=acknowledged,
            cursor=cursor,
            limit=limit,
        )
        if len(rows) == limit:
            link_next(request, response, cursor=rows[-1].position)
        rows = [row for row in rows if _within_reach(ask, row)]
        texts = _texts(connection, ask, rows)
    items = [
        Mention(**row.model_dump(), corrections=[], text=texts.get(row.position)) for row in rows
    ]
    return MentionList(**asked.model_dump(), items=items)


@post("/{position}/acknowledgement")
def acknowledge_mention(
    position: Annotated[int, Path(ge=1, le=2**53 - 1, description="The note's log position.")],
    body: Body = NOW,
    command: Commanding = commanding(MENTIONED),
) -> Answer:
    """Says that the caller has seen a note that mentions them."""
    return command.answer(
        commands.acknowledge_mention(
            command.log, command.by, command.by.actor_id, position, occurred_at=body.occurred_at
        )
    )


def _within_reach(ask: Asking, row: MentionRow) -> bool:
    """Whether the caller may know of whom the note is about."""
    reach = ask.caller.reach
    if reach is None:
        return True
    reached = reach.applications_of(row.candidate_id)
    return row.application_id in reached if row.application_id else bool(reached)


def _texts(connection: Connection, ask: Asking, rows: list[MentionRow]) -> dict[int, str | None]:
    """What the notes say, as corrected, as far as the caller may see it; in one access."""
    note_of = {at: row.position for row in rows for at in (row.position, *row.corrections)}
    facts = list(ask.log.facts.at_positions(list(note_of)))
    opened = ask.open(connection, facts, [Category.EVALUATION], "read mentions")
    texts: dict[int, str | None] = {}
    for fact, said in zip(facts, opened, strict=True):
        name = "evaluation_value" if fact.topic == CandidateEntryCorrected.name else "text"
        texts[note_of[fact.position or 0]] = said.get(name)
    return texts
