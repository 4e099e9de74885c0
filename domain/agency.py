"""Agencies: whom the organisation has agreed with that they bring it people, and for how long
someone they were the first to bring is theirs."""

from typing import Annotated

from pydantic import Field

from domain.aggregate import Aggregate
from domain.errors import Refusal
from domain.event import Code, Event, Words

AGENCY = "agency"
"""The origin of whom an agency brings."""

OwnershipDays = Annotated[
    int, Field(ge=1, le=1825, description="Days for which the first agency to bring someone owns.")
]


class AgencyEvent(Event):
    """Something that happened with an agency."""


class AgencyAgreed(AgencyEvent, name="agency.agreed"):
    """Said again, it replaces the terms; people brought before keep theirs."""

    sentence = "Terms agreed with {title}: {ownership_days} days"
    agency: Code
    title: Words
    terms: Words | None = None
    ownership_days: OwnershipDays


class AgencyEnded(AgencyEvent, name="agency.ended"):
    sentence = "No more agreement with agency {agency}"
    agency: Code


class AgencyNotAgreed(Refusal):
    """There is no agreement with agency {agency} any more."""

    status = 409


class Agency(Aggregate):
    """An agency and the terms that hold."""

    stream_type = "agency"
    event_class = AgencyEvent

    terms: AgencyAgreed | None = None

    def agree(self, agency: str, title: str, ownership_days: int, terms: str | None = None) -> None:
        """Agrees on terms, in place of those before."""
        self.happened(
            AgencyAgreed, agency=agency, title=title, ownership_days=ownership_days, terms=terms
        )

    def end(self, agency: str) -> None:
        """Takes nobody from the agency any more; who is theirs stays so."""
        self.guard_agreed(agency)
        self.happened(AgencyEnded, agency=agency)

    def guard_agreed(self, agency: str) -> AgencyAgreed:
        """The terms that hold. Raises AgencyNotAgreed."""
        if self.terms is None:
            raise AgencyNotAgreed(agency=agency)
        return self.terms

    def note(self, event: Event) -> None:
        match event:
            case AgencyAgreed():
                self.terms = event
            case AgencyEnded():
                self.terms = None
