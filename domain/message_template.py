"""Message templates: the organisation's own words, with places for what differs."""

import re
from collections.abc import Mapping
from enum import StrEnum
from typing import Annotated

from pydantic import AfterValidator, Field

from domain.aggregate import Aggregate
from domain.errors import Refusal
from domain.event import Event, Words, storable

PLACE = re.compile(r"\{\{([^{}]*)\}\}")
TemplateText = Annotated[str, Field(min_length=1, max_length=20_000), AfterValidator(storable)]
"""The organisation's own words at length; never about a person."""


class Variable(StrEnum):
    """What a template may leave a place for, as {{ name }}."""

    CANDIDATE_NAME = "candidate_name"
    JOB_TITLE = "job_title"
    ORGANISATION = "organisation"
    BOOKING_LINK = "booking_link"
    """Where the candidate chooses one of the times offered last."""
    OWN_PAGE = "own_page"
    """Where the candidate sees how things stand, what is held of them, and who looked."""


class TemplateEvent(Event):
    """Something that happened to a message template."""


class TemplateCreated(TemplateEvent, name="message_template.created"):
    sentence = "Template {title} created"
    title: Words
    subject: Words
    body: TemplateText


class TemplateRevised(TemplateEvent, name="message_template.revised"):
    sentence = "Template revised: {title}"
    title: Words
    subject: Words
    body: TemplateText


class TemplateArchived(TemplateEvent, name="message_template.archived"):
    sentence = "Template archived"


class UnknownVariable(Refusal):
    """A template knows no {variable}; it knows {known}."""


class VariableMissing(Refusal):
    """The template speaks of the {variable}, which is not known here."""


class TemplateIsArchived(Refusal):
    """Template {id} is archived."""

    status = 409


class MessageTemplate(Aggregate):
    """A template in its latest words."""

    stream_type = "message_template"
    event_class = TemplateEvent

    subject: str = ""
    body: str = ""
    archived: bool = False

    def create(self, title: str, subject: str, body: str) -> None:
        """Starts a template. Raises UnknownVariable."""
        guard_places(subject + body, Variable)
        self.happened(TemplateCreated, title=title, subject=subject, body=body)

    def revise(self, title: str, subject: str, body: str) -> None:
        """Gives a template other words. Raises UnknownVariable, TemplateIsArchived."""
        self._guard_in_use()
        guard_places(subject + body, Variable)
        self.happened(TemplateRevised, title=title, subject=subject, body=body)

    def archive(self) -> None:
        """Lets nobody use the template any more."""
        self._guard_in_use()
        self.happened(TemplateArchived)

    def filled_in(self, known: Mapping[str, str | None]) -> tuple[str, str]:
        """Subject and body with each place filled in. Raises VariableMissing, TemplateIsArchived.

        What is filled in is text and stays text: places in it are not looked at again.
        """
        self._guard_in_use()
        return fill_in(self.subject, known), fill_in(self.body, known)

    def _guard_in_use(self) -> None:
        self.guard(not self.archived, TemplateIsArchived(id=self.id))

    def note(self, event: Event) -> None:
        if isinstance(event, TemplateCreated | TemplateRevised):
            self.subject, self.body = event.subject, event.body
        else:
            self.archived = True


def guard_places(text: str, known: type[StrEnum]) -> None:
    """Refuses a place for what nobody fills in. Raises UnknownVariable."""
    for name in PLACE.findall(text):
        if name.strip() not in set(known):
            raise UnknownVariable(variable=name.strip(), known=", ".join(known))


def fill_in(text: str, known: Mapping[str, str | None]) -> str:
    """A text with each place filled in; what is filled in stays text. Raises VariableMissing."""

    def value(place: re.Match[str]) -> str:
        name = place[1].strip()
        if not known.get(name):
            raise VariableMissing(variable=name.replace("_", " "))
        return str(known[name])

    return PLACE.sub(value, text)
