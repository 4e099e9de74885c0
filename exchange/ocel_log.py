"""OCEL 1.0 as recruiting logs use it: read and checked as a whole before anything is imported.

What the importer would lose is refused, not dropped: a log that only grows is never complete
again once half of a file is in.
"""

from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    FailFast,
    Field,
    ValidationError,
    ValidationInfo,
)
from pydantic_core import ErrorDetails, PydanticCustomError

from domain.event import Words
from exchange import json_file

APPLICATIONS = "applications"
OFFERS = "offers"
EARLIEST = datetime(1900, 1, 1, tzinfo=UTC)

MOST_EVENTS = 100_000
"""One append holds up all others, so it must not take minutes."""
TOO_MANY = f"has more than {MOST_EVENTS:,} entries; import it in parts"


class Activity(StrEnum):
    """What can happen in a recruiting log."""

    SUBMIT = "submit application"
    ASSIGN_RECRUITER = "assign recruiter"
    ASSIGN_VACANCY = "assign vacancy"
    SCREEN = "first screening"
    CHECK_REFERENCES = "check references"
    CONSULT_MANAGER = "consult manager"
    INVITE = "invite for interview"
    INTERVIEW = "conduct interview"
    OFFER = "make job offer"
    HIRE = "offer accepted and hired"
    DECLINE = "job offer declined"
    REJECT = "send rejection"


@dataclass(frozen=True)
class SourceEvent:
    """One event of the source, at its own time."""

    id: str
    activity: Activity
    at: datetime
    applications: tuple[str, ...]
    offer: str | None


def read(path: Path) -> list[SourceEvent]:
    """The events of a file by time; where times are equal, in the file's order.

    Raises ImportRefused.
    """
    document = json_file.read(path)
    wrong = [(way, "stands twice in its object") for way in document.repeated]
    try:
        log = _Log.model_validate(document.value, context=_types(document.value))
    except ValidationError as error:
        document.refuse(wrong + [(fault["loc"], _words(fault)) for fault in error.errors()])
    events = sorted(log.source_events(), key=lambda event: event.at)
    if sum(len(event.applications) for event in events) > MOST_EVENTS:
        wrong.append((("ocel:events",), TOO_MANY))
    if wrong:
        document.refuse(wrong)
    return events


def _types(value: Any) -> dict[str, Any]:
    """The type of each object that events may refer to, as far as the file can be trusted."""
    objects = value.get("ocel:objects") if isinstance(value, dict) else None
    if not isinstance(objects, dict):
        return {}
    return {id: o.get("ocel:type") for id, o in objects.items() if isinstance(o, dict)}


def _words(fault: ErrorDetails) -> str:
    """What is wrong, and what is there instead."""
    given = fault["input"]
    said = f"; it says {given!r}" if isinstance(given, str | int | float) else ""
    return fault["msg"] + said


def _time(value: Any) -> datetime:
    try:
        moment = datetime.fromisoformat(value)
    except (TypeError, ValueError):
        raise PydanticCustomError("time", "is not a time") from None
    if moment.tzinfo is None:
        raise PydanticCustomError("offset", "has no offset from UTC, so nobody knows when it was")
    if moment > datetime.now(UTC):
        raise PydanticCustomError("future", "is in the future")
    if moment < EARLIEST:
        raise PydanticCustomError("past", "is before 1900, which must be a mistake")
    return moment.astimezone(UTC)


def _nothing(value: dict[str, Any]) -> dict[str, Any]:
    if value:
        raise PydanticCustomError("lost", "has attributes, which this importer does not know")
    return value


def _objects_known(ids: list[str], info: ValidationInfo) -> list[str]:
    types = info.context or {}
    for id in ids:
        if id not in types:
            raise PydanticCustomError(
                "object", "names {id}, which ocel:objects does not have", {"id": id}
            )
    kinds = [types[id] for id in set(ids)]
    if APPLICATIONS not in kinds:
        raise PydanticCustomError("application", "names no application")
    if kinds.count(OFFERS) > 1:
        raise PydanticCustomError("offers", "names more than one offer")
    return list(dict.fromkeys(ids))


def _not_too_many(value: Any) -> Any:
    # Before each entry is looked at: a million wrong ones would be a million errors.
    if isinstance(value, dict) and len(value) > MOST_EVENTS:
        raise PydanticCustomError("too_many", TOO_MANY)
    return value


_Nothing = Annotated[dict[str, Any], AfterValidator(_nothing)]
_Objects = Annotated[list[str], FailFast(), AfterValidator(_objects_known)]
_Few = BeforeValidator(_not_too_many)


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid")


class _Event(_Strict):
    id: Words | None = Field(default=None, alias="ocel:id")
    activity: Activity = Field(alias="ocel:activity")
    at: Annotated[datetime, BeforeValidator(_time)] = Field(alias="ocel:timestamp")
    vmap: _Nothing = Field(alias="ocel:vmap")
    omap: _Objects = Field(alias="ocel:omap")


class _Object(_Strict):
    id: Words | None = Field(default=None, alias="ocel:id")
    type: Literal["applications", "offers"] = Field(alias="ocel:type")
    ovmap: _Nothing = Field(alias="ocel:ovmap")


class _Log(BaseModel):
    """The file. What it says about itself (ocel:global-...) is not needed."""

    events: Annotated[dict[Words, _Event], _Few] = Field(alias="ocel:events")
    objects: Annotated[dict[Words, _Object], _Few] = Field(alias="ocel:objects")

    def source_events(self) -> list[SourceEvent]:
        return [
            SourceEvent(
                id=id,
                activity=event.activity,
                at=event.at,
                applications=tuple(o for o in event.omap if self._is(o, APPLICATIONS)),
                offer=next((o for o in event.omap if self._is(o, OFFERS)), None),
            )
            for id, event in self.events.items()
        ]

    def _is(self, object_id: str, type: str) -> bool:
        return self.objects[object_id].type == type
