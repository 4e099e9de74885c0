"""Scorecards over HTTP: submitted, read, and hidden from whoever is still to write their own.

An opinion is worth more when nobody told you theirs before. So whoever is to interview for an
application, and has not handed in their own scorecard of it, is not told how others assessed it:
not here, nor in a timeline, the feed, or an event by itself. Recruiters are, for they decide.
"""

from contextlib import suppress
from enum import StrEnum
from typing import Annotated, Any, TypeVar
from uuid import UUID

from fastapi import APIRouter
from pydantic import Field

from api.asking import Answered, Asking, asking, getting
from api.caller import Caller
from api.commanding import SOME_ID, Answer, Body, Commanding, commanding, example, posting
from api.opening import opened_for
from commands import interviews as commands
from domain.candidate import CandidateEntryCorrected
from domain.errors import NotFound, Refusal
from domain.event import Category, Text
from domain.interview import ScorecardSubmitted
from domain.kit import Rating
from domain.role import ASSESSING, READING, RECRUITING, Role
from projections import scorecards as read_model
from projections.entries import EntryRow
from projections.pipeline import READS as PIPELINE_READS
from projections.scorecards import ScorecardRow, scorecards
from store.feed import LoggedEvent

READS = (*read_model.READS, *PIPELINE_READS)
ASSESSED = READING | {Role.HIRING_MANAGER, Role.INTERVIEWER}
OPINION = frozenset({"overall", "ratings"})
OF_APPLICATION = "/applications/{application_id}"

Told = TypeVar("Told", LoggedEvent, EntryRow)

router = APIRouter(prefix="/api", tags=["Interviews"])
post, get = posting(router), getting(router)


class ScorecardOwed(Refusal):
    """This tells how others assessed the candidate; hand in your own scorecard first."""

    status = 409


class Recommendation(StrEnum):
    """What an interviewer recommends, all in all."""

    STRONG_NO = "strong_no"
    NO = "no"
    YES = "yes"
    STRONG_YES = "strong_yes"


class NewScorecard(Body):
    """One interviewer's assessment. Whoever enters it for them is on record as having done so."""

    model_config = example(interviewer_id=SOME_ID, overall="strong_yes", notes="Thinks aloud")

    interviewer_id: UUID
    overall: Annotated[Recommendation, Field(description="strong_no, no, yes or strong_yes.")]
    ratings: Annotated[
        tuple[Rating, ...],
        Field(max_length=50, description="Attributes of the interview's kit, on their scales."),
    ] = ()
    notes: Annotated[Text | None, Field(description="Sealed.")] = None


class Scorecard(ScorecardRow):
    """One interviewer's assessment; what it says is null for those who may not read it."""

    notes: str | None = None


class ScorecardList(Answered):
    """The scorecards of an application, in the order they were handed in."""

    items: list[Scorecard]
    hidden: Annotated[
        bool,
        Field(description="Whether others' are left out until the caller has handed in theirs."),
    ]


@post(OF_APPLICATION + "/interviews/{interview_id}/scorecards")
def submit_scorecard(
    application_id: UUID,
    interview_id: UUID,
    body: NewScorecard,
    command: Commanding = commanding(ASSESSING),
) -> Answer:
    """Keeps an interviewer's assessment, after a decision too; another one replaces it."""
    return command.answer(
        commands.submit_scorecard(
            command.log,
            command.by,
            application_id,
            interview_id,
            **body.model_dump(exclude={"ratings"}),
            ratings=body.ratings,
        )
    )


@get(OF_APPLICATION + "/scorecards")
def list_scorecards(application_id: UUID, ask: Asking = asking(ASSESSED, READS)) -> ScorecardList:
    """Every scorecard as it was handed in last, and how often; opening the notes is recorded."""
    hidden = is_hidden(ask.caller, application_id)
    with ask.at() as (connection, asked):
        rows = scorecards(connection, asked, application_id)
        if hidden:
            rows = [row for row in rows if row.interviewer_id == ask.caller.actor_id]
        facts = ask.log.facts.at_positions([row.notes_position for row in rows])
        opened = opened_for(
            ask.caller,
            connection,
            facts,
            [Category.EVALUATION],
            "read scorecards",
            # Of this, and of nothing else that is evaluation.
            besides={Role.INTERVIEWER: Category.EVALUATION},
        )
    said = {fact.position: fields for fact, fields in zip(facts, opened, strict=True)}
    return ScorecardList(
        **asked.model_dump(),
        items=[
            Scorecard(
                **row.model_dump(),
                notes_position=row.notes_position,
                notes=_notes(said.get(row.notes_position, {})),
            )
            for row in rows
        ],
        hidden=hidden,
    )


def _notes(said: dict[str, Any]) -> str | None:
    return said.get("notes", said.get("evaluation_value"))


def is_hidden(caller: Caller, application_id: UUID) -> bool:
    """Whether others' opinions of an application are not to be told to a caller yet.

    Raises NotFound.
    """
    candidate = caller.log.candidate_of(application_id)
    return caller.role not in RECRUITING and candidate.owes_scorecard(
        application_id, caller.actor_id
    )


def guard_told_all(caller: Caller, id: UUID) -> None:
    """Refuses a whole history, which cannot be told in part. Raises ScorecardOwed."""
    theirs = set() if caller.role in RECRUITING else caller.log.interviewed_by(caller.actor_id)
    with suppress(NotFound):
        applications = caller.log.candidate(id).applications.keys() if theirs else ()
        if any(is_hidden(caller, application_id) for application_id in theirs & set(applications)):
            raise ScorecardOwed


class Hiding:
    """Whose opinions are not to be told to a caller; each application is looked at once."""

    def __init__(self, caller: Caller) -> None:
        self.caller = caller
        self._known: dict[str, bool] = {}
        self._theirs: set[UUID] | None = None

    def hides(self, type: str, data: dict[str, Any]) -> bool:
        """Whether an event, or a correction of one, tells what the caller is not to know yet."""
        return (
            type in (ScorecardSubmitted.name, CandidateEntryCorrected.name)
            and self.caller.role not in RECRUITING
            and data.get("interviewer_id") != str(self.caller.actor_id)
            and bool(data.get("application_id"))
            and self._of(data["application_id"])
        )

    def told(self, event: Told) -> Told:
        """An event without the opinion that the caller is not to know yet, if there is one."""
        if not self.hides(event.type, event.data):
            return event
        return event.model_copy(update={"data": _without_opinion(event.data)})

    def _of(self, application_id: str) -> bool:
        if self._theirs is None:
            self._theirs = self.caller.log.interviewed_by(self.caller.actor_id)
        if UUID(application_id) not in self._theirs:
            return False
        if application_id not in self._known:
            self._known[application_id] = is_hidden(self.caller, UUID(application_id))
        return self._known[application_id]


def _without_opinion(data: dict[str, Any]) -> dict[str, Any]:
    """What an event says, less how somebody was assessed."""
    corrected = {"value"} if data.get("field") in OPINION else set()
    return {name: value for name, value in data.items() if name not in OPINION | corrected}
