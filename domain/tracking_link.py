"""Tracking links: a code in an address that says where whoever applies by it comes from.

Nobody's clicks are followed: the code is in the address, and on the application, and nowhere else.
"""

from typing import Any
from uuid import UUID

from domain.aggregate import Aggregate
from domain.errors import Refusal
from domain.event import Code, Event


class TrackingLinkEvent(Event):
    """Something that happened to a tracking link."""


class TrackingLinkMade(TrackingLinkEvent, name="tracking_link.made"):
    sentence = "Tracking link {link} made, source {source}"
    link: Code
    source: Code
    origin: Code
    campaign: Code | None = None
    requisition_id: UUID | None = None
    """Where it leads; to all postings otherwise."""
    agency: Code | None = None
    referrer_id: UUID | None = None
    """The member whose link it is, who refers whoever applies by it."""


class TrackingLinkRetired(TrackingLinkEvent, name="tracking_link.retired"):
    sentence = "Tracking link {link} retired"
    link: Code


class LinkTaken(Refusal):
    """The code {link} is taken; a retired one is not given to others."""

    status = 409


class LinkRetired(Refusal):
    """The tracking link {link} was retired."""

    status = 409


class TrackingLink(Aggregate):
    """A code and what an application that came by it is attributed to."""

    stream_type = "tracking_link"
    event_class = TrackingLinkEvent

    made: TrackingLinkMade | None = None
    retired: bool = False

    def make(self, link: str, *, source: str, origin: str, **about: object) -> None:
        """Makes the link known."""
        self.guard(self.made is None, LinkTaken(link=link))
        self.happened(TrackingLinkMade, link=link, source=source, origin=origin, **about)

    def retire(self, link: str) -> None:
        """Applications that come by it from now on are attributed to nothing."""
        self.guard(not self.retired, LinkRetired(link=link))
        self.happened(TrackingLinkRetired, link=link)

    @property
    def attribution(self) -> dict[str, Any]:
        """What an application is attributed to; nothing once the link is retired."""
        if self.made is None or self.retired:
            return {}
        said = {
            "source": self.made.source,
            "origin": self.made.origin,
            "campaign": self.made.campaign,
            "agency": self.made.agency,
            "referrer_id": self.made.referrer_id,
            "link": self.made.link,
        }
        return {name: value for name, value in said.items() if value is not None}

    def note(self, event: Event) -> None:
        match event:
            case TrackingLinkMade():
                self.made = event
            case TrackingLinkRetired():
                self.retired = True
