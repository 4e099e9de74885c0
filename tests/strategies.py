"""Random events and, from the domain's own verbs, random histories."""

from collections.abc import Mapping
from datetime import date, timedelta
from enum import StrEnum
from types import NoneType, UnionType
from typing import Annotated, Any, Union, get_args, get_origin, get_type_hints
from uuid import UUID

from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from domain import catalogue
from domain.event import Code, Count, Event, Moment, Sealed, Words
from domain.plan import STANDARD_PLAN, InterviewPlan
from tests import examples

storable = st.characters(exclude_categories=["Cs"], exclude_characters="\x00")
hard_texts = ["", "👩🏽‍💻 ✓ ẞ", "line\r\n\ttab\x1b\x7f", "Redacted", '{"a": 1}', "ü" * 5_000]
texts = st.one_of(st.text(storable, max_size=80), st.sampled_from(hard_texts))
codes = st.from_regex(r"[a-z0-9][a-z0-9_.:-]{0,63}", fullmatch=True)
moments = st.integers(-(10**15), 10**15).map(
    lambda microseconds: examples.day(0) + timedelta(microseconds=microseconds)
)
numbers = st.integers(0, 2**53 - 1)

_by_annotation: list[tuple[Any, SearchStrategy[Any]]] = [
    (Code, codes),
    (Words, st.text(storable, min_size=1, max_size=300)),
    (Moment, moments),
    (Count, numbers),
    (UUID, st.uuids()),
    (bool, st.booleans()),
    (date, st.dates()),
    (str, texts),
    (NoneType, st.none()),
    (InterviewPlan, st.sampled_from([STANDARD_PLAN, examples.two_interviews()])),
]


def values(annotation: Any) -> SearchStrategy[Any]:
    """Values of a field, by its annotation."""
    for known, strategy in _by_annotation:
        if annotation == known:
            return strategy
    arguments = get_args(annotation)
    if get_origin(annotation) is Annotated:
        return values(arguments[0])
    if get_origin(annotation) in (Union, UnionType):
        return st.one_of(*(values(one) for one in arguments if one is not Sealed))
    if get_origin(annotation) is tuple:
        return st.lists(values(arguments[0]), max_size=3).map(tuple)
    if issubclass(annotation, StrEnum):
        return st.sampled_from(annotation)
    raise LookupError(f"no strategy for {annotation}")


def fields(event_class: type[Event]) -> Mapping[str, Any]:
    """The annotations of what an event says, besides the envelope."""
    hints = get_type_hints(event_class, include_extras=True)
    envelope = {"originator_id", "originator_version", "timestamp", "back_dated"}
    return {name: hints[name] for name in event_class.model_fields if name not in envelope}


def events_of(
    event_class: type[Event], stream_id: UUID | None = None, version: int = 1
) -> SearchStrategy[Event]:
    """Random events of a class."""
    return st.builds(
        event_class,
        originator_id=st.just(stream_id) if stream_id else st.uuids(),
        originator_version=st.just(version),
        timestamp=moments,
        back_dated=st.just(True),
        **{name: values(annotation) for name, annotation in fields(event_class).items()},
    )


any_event_class = st.sampled_from(list(catalogue.events.values()))
any_event = any_event_class.flatmap(events_of)
