"""What holds for every event type and every refusal there is."""

import ast
import importlib
import json
import string
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from types import NoneType
from typing import Any, get_type_hints
from uuid import UUID

import pytest
import rfc8785
from hypothesis import HealthCheck, given, settings
from pydantic import BaseModel, TypeAdapter, ValidationError

from domain import catalogue
from domain.agency import OwnershipDays
from domain.application_form import ApplicationForm, KnockOut, Question, QuestionKind
from domain.approval import ApprovalStep, ApprovalSubject, ChainStep
from domain.bulk_action import BulkKind, RefusedItem
from domain.campaign import CampaignKind, Days, Hours, RefusedRule, Step
from domain.check import Measure
from domain.consent import Asking
from domain.cost import CostScope
from domain.document import MediaType
from domain.errors import Refusal
from domain.event import (
    Amount,
    Category,
    Code,
    Count,
    Currency,
    EvaluationText,
    Event,
    IdentityText,
    Moment,
    Percent,
    Personal,
    PublicText,
    Sealed,
    Words,
    personal_fields,
)
from domain.feedback import Day, Score, SurveyMoment
from domain.interview import Participation, Party
from domain.kit import Attribute, Guidance, Highest, Kit, KitReference, Points, Rating
from domain.knock_out import KnockOutPolicy
from domain.message_template import TemplateText
from domain.plan import InterviewPlan, Stage, StageKind
from domain.pool_rule import PoolRule, RecencyDays
from domain.reason import ReasonKind
from domain.requisition import State
from domain.role import Role, Scope
from domain.search_criteria import SearchCriteria
from domain.self_scheduling import Buffer, Minutes, Slot, SlotRule, WallTime, Weekday
from domain.survey import ApartDays, WaitDays
from tests import strategies

ROOT = Path(__file__).parent.parent.parent
MODULES = [
    f"{folder}.{path.stem}"
    for folder in ("domain", "commands")
    for path in sorted((ROOT / folder).glob("[a-z]*.py"))
]
PLAIN = [
    SearchCriteria,
    ApartDays,
    WaitDays,
    CampaignKind,
    Days,
    Hours,
    PoolRule,
    RecencyDays,
    RefusedRule,
    Step,
    Code,
    Count,
    Moment,
    Words,
    Attribute,
    Buffer,
    Guidance,
    Highest,
    Kit,
    KitReference,
    Minutes,
    Participation,
    Party,
    Points,
    Rating,
    Slot,
    SlotRule,
    WallTime,
    Weekday,
    TemplateText,
    Amount,
    Currency,
    Percent,
    Score,
    Day,
    UUID,
    bool,
    date,
    Role,
    Scope,
    StageKind,
    SurveyMoment,
    Category,
    MediaType,
    CostScope,
    InterviewPlan,
    ApprovalSubject,
    ApprovalStep,
    ChainStep,
    State,
    PublicText,
    Asking,
    OwnershipDays,
    KnockOutPolicy,
    ApplicationForm,
    Question,
    QuestionKind,
    KnockOut,
    Measure,
    ReasonKind,
    BulkKind,
    RefusedItem,
    NoneType,
    ...,
]
every_event = pytest.mark.parametrize(
    "event_class", catalogue.events.values(), ids=catalogue.events
)


def all_events(base: type[Event] = Event) -> Iterator[type[Event]]:
    yield base
    for cls in base.__subclasses__():
        yield from all_events(cls)


def all_refusals() -> dict[str, type[Refusal]]:
    for module in MODULES:
        importlib.import_module(module)
    found, left = {}, [Refusal]
    while left:
        refusal = left.pop()
        left += refusal.__subclasses__()
        if refusal.__module__ in MODULES:
            found[refusal.__name__] = refusal
    return found


def placeholders(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name is not None}


def test_stored_names_are_unique_and_qualified() -> None:
    named = {cls for cls in all_events() if "name" in vars(cls)}
    assert len({cls.name for cls in named}) == len(named) == len(catalogue.events)
    assert all(cls.name.count(".") == 1 and cls.name.islower() for cls in named)


def test_a_stored_name_is_taken_once() -> None:
    with pytest.raises(TypeError, match=r"two events are named pool\.archived"):

        class Archived(Event, name="pool.archived"):
            pass


def test_every_event_type_is_one_that_says_something() -> None:
    ours = [cls for cls in all_events() if cls.__module__.startswith("domain.")]
    assert [cls for cls in ours if "name" not in vars(cls) and not cls.__subclasses__()] == []


@every_event
def test_every_event_has_a_stream(event_class: type[Event]) -> None:
    assert catalogue.stream_type(event_class)


@every_event
def test_every_event_has_a_sentence_about_its_plain_fields(event_class: type[Event]) -> None:
    assert event_class.sentence
    plain = event_class.model_fields.keys() - personal_fields(event_class).keys()
    assert placeholders(event_class.sentence) <= plain


@every_event
def test_every_personal_field_has_one_category(event_class: type[Event]) -> None:
    for name, annotation in strategies.fields(event_class).items():
        marks = [m for m in event_class.model_fields[name].metadata if isinstance(m, Personal)]
        assert len(marks) == ("Sealed" in repr(annotation)), name


@every_event
def test_what_is_not_sealed_is_codes_numbers_and_dates(event_class: type[Event]) -> None:
    for name, annotation in strategies.fields(event_class).items():
        if name not in personal_fields(event_class):
            assert all(leaf in PLAIN for leaf in leaves(annotation)), name


def leaves(annotation: Any) -> Iterator[Any]:
    """The types a field may have, unions and tuples taken apart."""
    parts = () if annotation in PLAIN else getattr(annotation, "__args__", ())
    if not parts:
        yield annotation
    for part in parts:
        yield from leaves(part)


def test_a_number_is_one_that_json_holds_exactly() -> None:
    for number in (-1, 2**53):
        with pytest.raises(ValidationError):
            TypeAdapter(Count).validate_python(number)


@settings(suppress_health_check=[HealthCheck.too_slow])
@given(strategies.any_event)
def test_every_event_survives_being_taken_apart(event: Event) -> None:
    plain, personal = event.plain(), event.personal()
    opened = {name: text for texts in personal.values() for name, text in texts.items()}
    assert json.loads(rfc8785.dumps(plain)) == plain
    assert not opened.keys() & plain.keys()
    again = type(event).model_validate({**plain, **opened, **envelope(event)})
    assert again == event


@given(strategies.any_event)
def test_an_event_restored_from_the_log_is_closed(event: Event) -> None:
    closed = type(event).restored(
        json.loads(json.dumps(event.plain())), event.personal().keys(), **envelope(event)
    )
    assert closed.plain() == event.plain()
    assert closed.personal().keys() == event.personal().keys()
    assert all(
        value == Sealed() for texts in closed.personal().values() for value in texts.values()
    )


def envelope(event: Event) -> dict[str, Any]:
    return {
        name: getattr(event, name)
        for name in ("originator_id", "originator_version", "timestamp", "back_dated")
    }


@pytest.mark.parametrize("text", ["\x00", "\ud800", "a\udfffb", "x" * 100_001])
@pytest.mark.parametrize("kind", [IdentityText, EvaluationText, Words])
def test_text_that_cannot_be_stored_is_refused(kind: Any, text: str) -> None:
    with pytest.raises(ValidationError):
        TypeAdapter(kind).validate_python(text)


def test_a_time_without_an_offset_is_refused() -> None:
    with pytest.raises(ValidationError, match="needs an offset"):
        TypeAdapter(Moment).validate_python("2025-01-01T10:00:00")


def test_a_time_is_kept_in_utc_with_microseconds() -> None:
    moment = TypeAdapter(Moment).validate_python("2025-06-01T10:00:00+02:00")
    assert TypeAdapter(Moment).dump_json(moment) == b'"2025-06-01T08:00:00.000000Z"'


@pytest.mark.parametrize("refusal", all_refusals().values(), ids=all_refusals())
def test_every_refusal_says_what_it_is_about(refusal: type[Refusal]) -> None:
    about = {name: f"<{name}>" for name in placeholders(refusal.__doc__ or "")}
    message = refusal(**about).message
    assert message.endswith(".")
    assert "\n" not in message
    assert not set("{}") & set(message)
    assert all(value in message for value in about.values())
    assert 400 <= refusal.status < 600


@pytest.mark.parametrize("module", MODULES)
def test_every_refusal_is_raised_with_what_it_says(module: str) -> None:
    refusals = all_refusals()
    tree = ast.parse((ROOT / f"{module.replace('.', '/')}.py").read_text())
    for node in ast.walk(tree):
        match node:
            case ast.Call(func=ast.Name(id=name), keywords=keywords) if name in refusals:
                given_here = {keyword.arg for keyword in keywords}
            case ast.Raise(exc=ast.Name(id=name)) if name in refusals:
                given_here = set()
            case _:
                continue
        assert given_here == placeholders(refusals[name].__doc__ or ""), (module, node.lineno)


@pytest.mark.parametrize(
    "part",
    [
        Stage,
        ApprovalStep,
        ChainStep,
        Attribute,
        Kit,
        KitReference,
        Rating,
        Slot,
        SlotRule,
        ApplicationForm,
        Question,
        KnockOut,
        PoolRule,
        RefusedItem,
        RefusedRule,
        SearchCriteria,
        Step,
    ],
)
def test_plans_and_chains_are_made_of_what_may_stand_in_an_event(part: type[BaseModel]) -> None:
    hints = get_type_hints(part, include_extras=True)
    assert all(leaf in PLAIN for name in part.model_fields for leaf in leaves(hints[name]))
