"""Corrections: an earlier entry of a stream was wrong, and here is what it should have said.

A correction counts from the corrected entry's own time: whoever reads a stream rewrites the entry
where it stands, then reads on as if it had been right from the beginning.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, TypeVar, get_args
from uuid import UUID

from pydantic import ValidationError

from domain.errors import Refusal
from domain.event import Code, Count, Event, Words, personal_fields, utc_text

AnyEvent = TypeVar("AnyEvent", bound=Event)
Value = Words | Count | bool | None
OCCURRED_AT = "occurred_at"

# What other entries build on, and what another decision says better.
FIXED = frozenset(
    {
        "originator_version",
        "timestamp",
        "back_dated",
        "stage",
        "stage_kind",
        "from_stage",
        "stage_to_be",
        "entered_in_error",
        "offer_version",
        "plan",
        "form",
        "form_version",
        "scope",
        "step",
        "steps",
        "resumes_as",
        "resume",
        "sequence",
        "kit",
        "ratings",
        "revises",
        "slots",
        "slot_rule",
    }
)


class EntryCorrected(Event):
    """Says what an earlier entry of the same stream should have said."""

    corrects: Count
    """The version, in this stream, of the entry corrected."""
    field: Code
    value: Value = None
    """What is right, as plain JSON; nothing if the field is cleared, or is sealed."""
    reason_code: Code

    @classmethod
    def says(cls, entry: Event, instead: Event, field: str) -> dict[str, Any]:
        """The fields of a correction that puts one event in another's place."""
        value = utc_text(instead.timestamp) if field == OCCURRED_AT else instead.plain().get(field)
        return {"corrects": entry.originator_version, "field": field, "value": value}


class EntryNotCorrectable(Refusal):
    """Entry {version} ({type}) cannot be corrected: {why}."""

    status = 409


class FieldNotCorrectable(Refusal):
    """{field} of {type} cannot be corrected; what can is {correctable}."""


class CorrectionInvalid(Refusal):
    """{field} cannot have that value: {problem}."""


def correctable_fields(event_class: type[Event]) -> list[str]:
    """The fields of an event that a correction may name: plain values, and what is sealed."""
    fields = [
        name
        for name, field in event_class.model_fields.items()
        if name not in FIXED and not _names_things(field.annotation)
    ]
    return [OCCURRED_AT, *fields]


def _names_things(annotation: Any) -> bool:
    return annotation is UUID or any(_names_things(part) for part in get_args(annotation))


def with_field(event: AnyEvent, field: str, value: str | int | bool | None) -> AnyEvent:
    """The event as it would be with this said instead.

    Raises FieldNotCorrectable, CorrectionInvalid.
    """
    correctable = correctable_fields(type(event))
    if field not in correctable:
        raise FieldNotCorrectable(field=field, type=event.name, correctable=", ".join(correctable))
    name = "timestamp" if field == OCCURRED_AT else field
    try:
        return type(event).model_validate({**dict(event), name: value})
    except ValidationError as error:
        problem = error.errors()[0]["msg"]
        raise CorrectionInvalid(field=field, problem=problem) from None


def rewritten(event: AnyEvent, correction: EntryCorrected) -> AnyEvent:
    """An event read from a stream, as a correction further on says it was."""
    data = event.plain()
    data, occurred_at, reason_code = corrected(
        type(event),
        data,
        event.timestamp,
        data.pop("reason_code", None),
        correction.field,
        correction.value,
    )
    if reason_code is not None:
        data["reason_code"] = reason_code
    return type(event).restored(
        data,
        event.personal(),
        originator_id=event.originator_id,
        originator_version=event.originator_version,
        timestamp=occurred_at,
    )


def corrected(
    event_class: type[Event],
    data: Mapping[str, Any],
    occurred_at: datetime,
    reason_code: str | None,
    field: str,
    value: str | int | bool | None,
) -> tuple[dict[str, Any], datetime, str | None]:
    """The plain data, occurred_at and reason_code of an entry, once a field of it is corrected.

    What is sealed stays as it was: whoever opens the entry opens the correction after it.
    """
    if field == OCCURRED_AT:
        return dict(data), datetime.fromisoformat(str(value)), reason_code
    if field == "reason_code":
        return dict(data), occurred_at, str(value)
    if field in personal_fields(event_class):
        return dict(data), occurred_at, reason_code
    others = {name: said for name, said in data.items() if name != field}
    return others if value is None else {**others, field: value}, occurred_at, reason_code
