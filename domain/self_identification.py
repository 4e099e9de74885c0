"""What people say of themselves for statistics, voluntarily and apart from their application.

It is sealed in a category of its own that no role opens; reports come from aggregates.
"""

import json
from collections.abc import Mapping
from dataclasses import field
from datetime import date
from functools import cache
from importlib.resources import files
from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from domain.application import ApplicationEvent
from domain.errors import NotFound, Refusal
from domain.event import Code, EeoText, Words
from domain.knock_out import KnockOuts

DECLINED = "declined"
"""The choice, of every question, not to answer it."""
UNANSWERED = "unanswered"


class SelfIdentified(ApplicationEvent, name="candidate.self_identified"):
    """`form` and `form_version` say which words were answered. What was answered is a JSON object:
    question id to choice id."""

    correctable = False
    sentence = "Answered voluntary questions for statistics"
    form: Code
    form_version: Code
    answers: EeoText = None


class AlreadySelfIdentified(Refusal):
    """The voluntary questions were answered already."""

    status = 409


class ChoiceNotOffered(Refusal):
    """{question} has no such choice."""


class Choice(BaseModel):
    """One answer that can be chosen."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    id: Code
    label: Words


class VoluntaryQuestion(BaseModel):
    """A question that nobody has to answer."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    id: Code
    label: Words
    explanation: str = ""
    source: Words
    """The rule that asks for it."""
    choices: Annotated[tuple[Choice, ...], Field(min_length=2)]


class VoluntaryForm(BaseModel):
    """The questions of one jurisdiction, in the words of one version."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    id: Code
    version: Code
    jurisdictions: tuple[Code, ...]
    effective_from: date
    effective_until: date | None = None
    status: Words
    source: Words
    introduction: str
    questions: tuple[VoluntaryQuestion, ...]

    def applies(self, jurisdiction: str, on: date) -> bool:
        """Whether it is asked there on a day; us-ca is asked what us is."""
        places = {jurisdiction, jurisdiction.partition("-")[0]}
        ended = self.effective_until is not None and on > self.effective_until
        return bool(places & set(self.jurisdictions)) and self.effective_from <= on and not ended

    def chosen(self, given: Mapping[str, str]) -> dict[str, str]:
        """The answers given, none for what was left blank. Raises ChoiceNotOffered."""
        answers = {}
        for question in self.questions:
            said = given.get(question.id, "")
            if said and said not in {choice.id for choice in question.choices}:
                raise ChoiceNotOffered(question=question.id)
            if said:
                answers[question.id] = said
        return answers


@cache
def voluntary_forms() -> tuple[VoluntaryForm, ...]:
    """Every form there was and is; a changed wording is a new version."""
    text = files("domain").joinpath("self_identification_forms.json").read_text("utf-8")
    return tuple(VoluntaryForm.model_validate(form) for form in json.loads(text)["forms"])


def form_for(jurisdiction: str | None, on: date) -> VoluntaryForm | None:
    """What is asked in a jurisdiction on a day; None where nothing is."""
    found = [form for form in voluntary_forms() if jurisdiction and form.applies(jurisdiction, on)]
    return max(found, key=lambda form: form.effective_from, default=None)


def form_of(id: str, version: str) -> VoluntaryForm:
    """A form by its name and version. Raises NotFound."""
    for form in voluntary_forms():
        if (form.id, form.version) == (id, version):
            return form
    raise NotFound(what="voluntary form", id=f"{id} {version}")


class SelfIdentification(KnockOuts):
    """What a candidate says of themselves, once for each application."""

    self_identified: set[UUID] = field(default_factory=set)

    def self_identify(
        self, application_id: UUID, form: VoluntaryForm, given: Mapping[str, str]
    ) -> None:
        """Keeps the answers to a form. Raises AlreadySelfIdentified, ChoiceNotOffered."""
        self.guard_begun(self.application(application_id))
        self.guard(application_id not in self.self_identified, AlreadySelfIdentified())
        self.happened(
            SelfIdentified,
            application_id=application_id,
            form=form.id,
            form_version=form.version,
            answers=json.dumps(form.chosen(given), sort_keys=True),
        )

    def note_self_identification(self, event: SelfIdentified) -> None:
        """Notes that the questions were answered, whatever the answers."""
        self.self_identified.add(event.application_id)
