"""Sequences, to one person at a time, and campaigns, to a pool: both are made of steps.

Who is enrolled, and what became of each step, stands in the candidates' histories
(domain/enrolment.py). An enrolment keeps the steps it began with.
"""

from dataclasses import field
from enum import StrEnum
from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from domain.aggregate import Aggregate
from domain.errors import NotFound, Refusal
from domain.event import Code, Count, Event, Words
from domain.message_template import TemplateText, guard_places

MOST_STEPS = 30

Days = Annotated[int, Field(ge=0, le=365, description="To wait, then into business hours.")]
Hours = Annotated[int, Field(ge=0, le=23)]


class CampaignKind(StrEnum):
    """Whom it goes to."""

    SEQUENCE = "sequence"
    """Whoever is enrolled, one by one, from the member who enrols them."""
    CAMPAIGN = "campaign"
    """The members of a pool when it is started, from the organisation or a member."""


class OutreachVariable(StrEnum):
    """What a step may leave a place for, as {{ name }}."""

    CANDIDATE_NAME = "candidate_name"
    SENDER_NAME = "sender_name"
    ORGANISATION = "organisation"


class CampaignState(StrEnum):
    """How a sequence or campaign stands."""

    DRAFT = "draft"
    RUNNING = "running"
    PAUSED = "paused"
    FINISHED = "finished"


class Step(BaseModel):
    """One mail, so long after the one before, or after the reply that leads to it."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    subject: Words
    body: TemplateText
    days: Days = 0
    hours: Hours = 0
    after_reply: Annotated[
        bool,
        Field(
            description="Only a reply to a step before it leads here; without such a step, a"
            " reply ends the sequence."
        ),
    ] = False


Steps = Annotated[tuple[Step, ...], Field(max_length=MOST_STEPS)]


class RefusedRule(BaseModel):
    """How many were not enrolled because of a rule."""

    model_config = ConfigDict(frozen=True)

    rule: Code
    people: Count


class CampaignEvent(Event):
    """Something that happened to a sequence or campaign itself."""


class CampaignDrafted(CampaignEvent, name="campaign.drafted"):
    sentence = "Drafted: {title} ({kind})"
    kind: CampaignKind
    title: Words
    pool_id: UUID | None = None
    sender_id: UUID | None = None
    """The member who writes; omitted: whoever enrols, or the organisation."""
    steps: tuple[Step, ...] = ()
    tracks_opens: bool = False
    """Whether an image tells that a mail was opened; clients that fetch it by themselves lie."""
    tracks_clicks: bool = True


class StepsChanged(CampaignEvent, name="campaign.steps_changed"):
    sentence = "Steps changed"
    steps: tuple[Step, ...]


class CampaignStarted(CampaignEvent, name="campaign.started"):
    sentence = "Started"


class AudienceEnrolled(CampaignEvent, name="campaign.audience_enrolled"):
    sentence = "{enrolled} people enrolled"
    enrolled: Count
    refused: tuple[RefusedRule, ...] = ()


class CampaignPaused(CampaignEvent, name="campaign.paused"):
    sentence = "Paused"


class CampaignResumed(CampaignEvent, name="campaign.resumed"):
    sentence = "Resumed"


class CampaignFinished(CampaignEvent, name="campaign.finished"):
    sentence = "Finished"


class NoSteps(Refusal):
    """steps: there is none to begin with; a step that a reply leads to is no beginning."""


class PoolNeeded(Refusal):
    """pool_id: a campaign goes to a pool; name it."""


class NoPool(Refusal):
    """pool_id: a sequence goes to those enrolled in it, not to a pool."""


class CampaignNotIn(Refusal):
    """The {kind} is {state}; {action} is not possible now."""

    status = 409


class Campaign(Aggregate):
    """A sequence or campaign in its latest words."""

    stream_type = "campaign"
    event_class = CampaignEvent

    drafted: CampaignDrafted | None = None
    state: CampaignState = CampaignState.DRAFT
    versions: dict[int, tuple[Step, ...]] = field(default_factory=dict)
    """The steps by the version of the history since when they were the latest."""
    tallied: bool = False

    def draft(
        self,
        kind: CampaignKind,
        title: str,
        steps: tuple[Step, ...],
        *,
        pool_id: UUID | None = None,
        sender_id: UUID | None = None,
        tracks_opens: bool = False,
        tracks_clicks: bool = True,
    ) -> None:
        """Puts it together. Raises UnknownVariable, PoolNeeded, NoPool."""
        self.guard(kind is not CampaignKind.CAMPAIGN or pool_id is not None, PoolNeeded())
        self.guard(kind is not CampaignKind.SEQUENCE or pool_id is None, NoPool())
        _guard_words(steps)
        self.happened(
            CampaignDrafted,
            kind=kind,
            title=title,
            pool_id=pool_id,
            sender_id=sender_id,
            steps=steps,
            tracks_opens=tracks_opens,
            tracks_clicks=tracks_clicks,
        )

    def change_steps(self, steps: tuple[Step, ...]) -> None:
        """Gives it other steps; whoever is enrolled goes on with those they began with."""
        self._guard_not(CampaignState.FINISHED, "changing its steps")
        _guard_words(steps)
        if self.state is not CampaignState.DRAFT:
            self._guard_begins(steps)
        self.happened(StepsChanged, steps=steps)

    def start(self) -> None:
        """Lets it run: people can be enrolled, or the pool's members are. Raises NoSteps."""
        self._guard_is(CampaignState.DRAFT, "starting it")
        self._guard_begins(self.steps)
        self.happened(CampaignStarted)

    def tally(self, enrolled: int, refused: tuple[RefusedRule, ...]) -> None:
        """Notes how many of the audience were enrolled, and which rules kept others out."""
        if not self.tallied:
            self.happened(AudienceEnrolled, enrolled=enrolled, refused=refused)

    def pause(self) -> None:
        """Keeps every step back until it is resumed."""
        self._guard_is(CampaignState.RUNNING, "pausing it")
        self.happened(CampaignPaused)

    def resume(self) -> None:
        """Lets what has become due meanwhile go out."""
        self._guard_is(CampaignState.PAUSED, "resuming it")
        self.happened(CampaignResumed)

    def finish(self) -> None:
        """Ends it: nothing more goes out."""
        self._guard_not(CampaignState.FINISHED, "finishing it")
        self.happened(CampaignFinished)

    @property
    def said(self) -> CampaignDrafted:
        """What it is. Raises NotFound."""
        if self.drafted is None:
            raise NotFound(what="campaign", id=self.id)
        return self.drafted

    @property
    def steps(self) -> tuple[Step, ...]:
        """The latest steps."""
        return self.versions[max(self.versions)] if self.versions else ()

    @property
    def steps_version(self) -> int:
        """Since which version of the history there are these steps."""
        return max(self.versions, default=0)

    def guard_enrolling(self, decider: Aggregate) -> None:
        """Refuses, on behalf of whoever decides, unless this runs. Raises CampaignNotIn."""
        running = self.state is CampaignState.RUNNING
        decider.guard(running, self._not_in("enrolling somebody"))

    def _guard_begins(self, steps: tuple[Step, ...]) -> None:
        self.guard(any(not step.after_reply for step in steps), NoSteps())

    def _guard_is(self, state: CampaignState, action: str) -> None:
        self.guard(self.state is state, self._not_in(action))

    def _guard_not(self, state: CampaignState, action: str) -> None:
        self.guard(self.state is not state, self._not_in(action))

    def _not_in(self, action: str) -> CampaignNotIn:
        return CampaignNotIn(kind=self.said.kind, state=self.state, action=action)

    def note(self, event: Event) -> None:
        match event:
            case CampaignDrafted():
                self.drafted = event
                self.versions[event.originator_version] = event.steps
            case StepsChanged():
                self.versions[event.originator_version] = event.steps
            case CampaignStarted() | CampaignResumed():
                self.state = CampaignState.RUNNING
            case CampaignPaused():
                self.state = CampaignState.PAUSED
            case CampaignFinished():
                self.state = CampaignState.FINISHED
            case AudienceEnrolled():
                self.tallied = True


def first_step(steps: tuple[Step, ...]) -> int:
    """The number, from 1, of the step that begins."""
    return following(steps, 0) or 0


def following(steps: tuple[Step, ...], number: int, *, replied: bool = False) -> int | None:
    """The number of the step after one: the next that is for whoever has replied, or has not."""
    return next(
        (n for n, step in enumerate(steps, 1) if n > number and step.after_reply == replied), None
    )


def _guard_words(steps: tuple[Step, ...]) -> None:
    for step in steps:
        guard_places(step.subject + step.body, OutreachVariable)
