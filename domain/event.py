"""The shape of every event: what it says in plain codes, and what is personal and so sealed."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from functools import cache
from typing import Annotated, Any, ClassVar, Self
from uuid import UUID

from eventsourcing.domain import CanMutateAggregate
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, PlainSerializer, WithJsonSchema


class Category(StrEnum):
    """What kind of personal data a field holds; each has a key of its own per person."""

    IDENTITY = "identity"
    APPLICATION = "application"
    EVALUATION = "evaluation"
    COMMUNICATION = "communication"
    COMPENSATION = "compensation"
    SURVEY = "survey"
    EEO = "eeo"
    DOCUMENTS = "documents"


@dataclass(frozen=True)
class Sealed:
    """Stands where a personal field is, in an event read from the log without opening it."""


@dataclass(frozen=True)
class Personal:
    """Marks a field as personal data of a category."""

    category: Category


def storable(text: str) -> str:
    """Refuses what PostgreSQL or canonical JSON cannot hold."""
    if "\x00" in text or any("\ud800" <= character <= "\udfff" for character in text):
        raise ValueError(
            "contains a character that cannot be stored (NUL or half a surrogate pair)"
        )
    return text


def in_utc(moment: datetime) -> datetime:
    """The same moment in UTC; a time without an offset is refused, for nobody knows when it was."""
    if moment.tzinfo is None:
        raise ValueError("needs an offset from UTC")
    try:
        return moment.astimezone(UTC)
    except OverflowError:
        raise ValueError("is outside the calendar") from None


def utc_text(moment: datetime) -> str:
    """A UTC time as the log writes it: always with microseconds, always with Z."""
    return moment.isoformat(timespec="microseconds").replace("+00:00", "Z")


type_names: dict[str, type["Event"]] = {}

Code = Annotated[
    str,
    Field(pattern=r"^[a-z0-9][a-z0-9_.:-]{0,63}$", description="A code: lower case, no spaces."),
]
Words = Annotated[str, Field(min_length=1, max_length=300), AfterValidator(storable)]
"""The organisation's own words (a title, a department); never about a person."""
Count = Annotated[int, Field(ge=0, lt=2**53)]
"""A number, or a version; JSON readers hold no larger one exactly."""
PublicText = Annotated[str, Field(min_length=1, max_length=20_000), AfterValidator(storable)]
"""What the organisation tells many; never about a person."""
Percent = Annotated[int, Field(ge=0, le=100)]
Amount = Annotated[
    str,
    Field(
        pattern=r"^[0-9]{1,12}(\.[0-9]{1,2})?$",
        description="Money as decimal text.",
        examples=["480.50"],
    ),
]
Currency = Annotated[
    str, Field(pattern=r"^[A-Z]{3}$", description="ISO 4217, three capitals.", examples=["EUR"])
]
Moment = Annotated[datetime, AfterValidator(in_utc), PlainSerializer(utc_text, when_used="json")]
Text = Annotated[str, Field(max_length=100_000), AfterValidator(storable)]
"""What someone wrote, as long as they like within reason."""
_sealed_or_text = WithJsonSchema({"type": "string", "maxLength": 100_000})

IdentityText = Annotated[Text | Sealed | None, Personal(Category.IDENTITY), _sealed_or_text]
ApplicationText = Annotated[Text | Sealed | None, Personal(Category.APPLICATION), _sealed_or_text]
EvaluationText = Annotated[Text | Sealed | None, Personal(Category.EVALUATION), _sealed_or_text]
CommunicationText = Annotated[
    Text | Sealed | None, Personal(Category.COMMUNICATION), _sealed_or_text
]
CompensationText = Annotated[Text | Sealed | None, Personal(Category.COMPENSATION), _sealed_or_text]
DocumentText = Annotated[Text | Sealed | None, Personal(Category.DOCUMENTS), _sealed_or_text]
SurveyText = Annotated[Text | Sealed | None, Personal(Category.SURVEY), _sealed_or_text]
EeoText = Annotated[Text | Sealed | None, Personal(Category.EEO), _sealed_or_text]
SealedAmount = Annotated[Amount | Sealed | None, Personal(Category.COMPENSATION), _sealed_or_text]


class Event(BaseModel, CanMutateAggregate[UUID]):
    """One thing that happened. `timestamp` is when it happened in the world (occurred_at).

    A concrete event is declared with its stored name, which is for eternity:
    `class Opened(RequisitionEvent, name="requisition.opened")`.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: ClassVar[str]
    schema_version: ClassVar[int] = 1
    upcasters: ClassVar[Mapping[int, Callable[[dict[str, Any]], dict[str, Any]]]] = {}
    sentence: ClassVar[str] = ""
    """What happened, for people; {field} stands for one of the event's plain fields."""
    correctable: ClassVar[bool] = True
    """Whether what it says can turn out to be wrong; what was destroyed or forbidden cannot."""

    originator_id: UUID
    originator_version: int
    timestamp: Moment
    back_dated: bool = Field(default=False, exclude=True)
    """Whether someone said when it happened; otherwise it happened when it was recorded."""

    def __init_subclass__(cls, *, name: str = "", **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        if name:
            cls.name = name
            if type_names.setdefault(name, cls) is not cls:
                raise TypeError(f"two events are named {name}")

    def apply(self, aggregate: Any) -> None:
        """Lets the aggregate take note."""
        aggregate.learn(self)

    def plain(self) -> dict[str, Any]:
        """The fields that anyone may read, as JSON values."""
        closed = set(_envelope | personal_fields(type(self)).keys())
        return self.model_dump(mode="json", exclude=closed, exclude_none=True)

    def personal(self) -> dict[Category, dict[str, Any]]:
        """The personal fields that have a value, by category."""
        by_category: dict[Category, dict[str, Any]] = {}
        for name, category in personal_fields(type(self)).items():
            value = getattr(self, name)
            if value is not None:
                by_category.setdefault(category, {})[name] = value
        return by_category

    @classmethod
    def in_current_shape(cls, data: dict[str, Any], schema_version: int) -> dict[str, Any]:
        """Data stored under an older schema version, as this version of the class has it.

        A class that changed its shape has one pure function a step: `upcasters = {1: ..., 2: ...}`.
        """
        for version in range(schema_version, cls.schema_version):
            data = cls.upcasters[version](data)
        return data

    @classmethod
    def restored(cls, plain: Mapping[str, Any], sealed: Collection[str], **envelope: Any) -> Self:
        """The event as the log holds it, its personal fields closed."""
        closed = {
            name: Sealed() for name, category in personal_fields(cls).items() if category in sealed
        }
        return cls.model_validate({**plain, **closed, **envelope})


_envelope = frozenset({"originator_id", "originator_version", "timestamp"})


@cache
def personal_fields(event_class: type[Event]) -> dict[str, Category]:
    """The personal fields of an event class, with their categories."""
    return {
        name: mark.category
        for name, field in event_class.model_fields.items()
        for mark in field.metadata
        if isinstance(mark, Personal)
    }
