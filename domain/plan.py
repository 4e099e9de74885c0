"""Interview plans: the ordered stages that applications to a requisition go through."""

from collections.abc import Collection
from enum import StrEnum

from pydantic import BaseModel, ConfigDict, Field, model_validator

from domain.errors import Refusal
from domain.event import Code, Words
from domain.kit import Kit


class StageKind(StrEnum):
    """What a stage is for; metrics compare stages of a kind across requisitions."""

    APPLIED = "applied"
    SCREEN = "screen"
    INTERVIEW = "interview"
    OFFER = "offer"
    HIRED = "hired"


class StageNotInPlan(Refusal):
    """The interview plan has no stage {stage}; it has {stages}."""


class Stage(BaseModel):
    """One step of an interview plan. Its id stays the same when it is renamed."""

    model_config = ConfigDict(frozen=True)

    id: Code
    name: Words
    kind: StageKind
    kit: Kit | None = None
    """What its interviews ask and assess."""


class InterviewPlan(BaseModel):
    """Stages in order: one or more of each kind in use, kinds never going back."""

    model_config = ConfigDict(frozen=True)

    stages: tuple[Stage, ...] = Field(min_length=2, max_length=50)

    @model_validator(mode="after")
    def _in_order(self) -> "InterviewPlan":
        order = [list(StageKind).index(stage.kind) for stage in self.stages]
        if order != sorted(order):
            raise ValueError(
                "stages must go from applied over screen, interview and offer to hired"
            )
        if order.count(0) != 1 or order.count(len(StageKind) - 1) != 1:
            raise ValueError("needs exactly one applied and one hired stage")
        if len({stage.id for stage in self.stages}) < len(self.stages):
            raise ValueError("two stages have the same id")
        return self

    def stage(self, id: str) -> Stage:
        """The stage with this id. Raises StageNotInPlan."""
        for stage in self.stages:
            if stage.id == id:
                return stage
        raise StageNotInPlan(stage=id, stages=", ".join(stage.id for stage in self.stages))

    def first(self, kind: StageKind) -> Stage:
        """The first stage of a kind; the last before where it would be, if the plan has none."""
        reached = list(StageKind).index(kind)
        standing = self.stages[0]
        for stage in self.stages:
            if stage.kind == kind:
                return stage
            if list(StageKind).index(stage.kind) < reached:
                standing = stage
        return standing

    def next(self, kind: StageKind, passed: Collection[str], standing: str) -> Stage | None:
        """Where a step of this kind moves an application: the first such stage it has not passed.

        None where that would not be forward, or where no such stage is left.
        """
        ids = [stage.id for stage in self.stages]
        here = ids.index(standing) if standing in ids else -1
        for index, stage in enumerate(self.stages):
            if stage.kind == kind and stage.id not in passed and index > here:
                return stage
        return None


STANDARD_PLAN = InterviewPlan(
    stages=(
        Stage(id="applied", name="Applied", kind=StageKind.APPLIED),
        Stage(id="screen", name="Screen", kind=StageKind.SCREEN),
        Stage(id="interview", name="Interview", kind=StageKind.INTERVIEW),
        Stage(id="offer", name="Offer", kind=StageKind.OFFER),
        Stage(id="hired", name="Hired", kind=StageKind.HIRED),
    )
)
