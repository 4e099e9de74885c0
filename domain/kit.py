"""Interview kits: what a stage's interviews ask, and on which scales they are assessed."""

from typing import Annotated
from uuid import UUID

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator

from domain.errors import Refusal
from domain.event import Code, Count, Words, storable

Guidance = Annotated[str, Field(min_length=1, max_length=5_000), AfterValidator(storable)]
"""The organisation's own words to its interviewers; never about a person."""
MOST_POINTS = 10
Points = Annotated[int, Field(ge=1, le=MOST_POINTS)]
Highest = Annotated[int, Field(ge=2, le=MOST_POINTS, description="The scale begins at 1.")]


class AttributeNotInKit(Refusal):
    """The interview's kit has no attribute {attribute}; it has {attributes}."""


class RatingOffTheScale(Refusal):
    """{attribute} is rated from 1 to {highest}, not {rating}."""


class RatedTwice(Refusal):
    """{attribute} is rated twice."""


class Attribute(BaseModel):
    """One thing to assess, from 1 (lowest) to `highest`."""

    model_config = ConfigDict(frozen=True)

    id: Code
    name: Words
    highest: Highest = 4
    guidance: Guidance | None = None


class Rating(BaseModel):
    """How an attribute was assessed, on the kit's scale."""

    model_config = ConfigDict(frozen=True)

    attribute: Code
    rating: Points


class Kit(BaseModel):
    """What interviewers of a stage are given."""

    model_config = ConfigDict(frozen=True)

    instructions: Guidance | None = None
    questions: Annotated[tuple[Guidance, ...], Field(max_length=100)] = ()
    attributes: Annotated[tuple[Attribute, ...], Field(max_length=50)] = ()

    @model_validator(mode="after")
    def _told_apart(self) -> "Kit":
        if len({attribute.id for attribute in self.attributes}) < len(self.attributes):
            raise ValueError("two attributes have the same id")
        return self

    def guard_ratings(self, ratings: tuple[Rating, ...]) -> None:
        """Refuses what is not on the kit's scales.

        Raises AttributeNotInKit, RatingOffTheScale, RatedTwice.
        """
        known = {attribute.id: attribute for attribute in self.attributes}
        rated: set[str] = set()
        for said in ratings:
            if said.attribute not in known:
                named = ", ".join(known) or "none"
                raise AttributeNotInKit(attribute=said.attribute, attributes=named)
            if said.attribute in rated:
                raise RatedTwice(attribute=said.attribute)
            rated.add(said.attribute)
            highest = known[said.attribute].highest
            if said.rating > highest:
                raise RatingOffTheScale(
                    attribute=said.attribute, highest=highest, rating=said.rating
                )


NO_KIT = Kit()


class KitReference(BaseModel):
    """Which kit an interview has: of a stage, in the plan that an entry of a requisition says."""

    model_config = ConfigDict(frozen=True)

    requisition_id: UUID
    version: Count
    """The entry's version in the requisition's stream."""
    stage: Code
