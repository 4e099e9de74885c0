"""Legal holds: orders not to destroy, on one candidate or on all who competed for a requisition.

Not to be confused with a requisition that is put on hold.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import ClassVar, NamedTuple
from uuid import UUID

from domain.aggregate import Aggregate
from domain.errors import NotFound, Refusal
from domain.event import Category, Code, EvaluationText, Event

WITHOUT_APPLICATION_NOT_NEEDED = frozenset({Category.COMMUNICATION, Category.SURVEY})
COMPETITION_NEEDS = frozenset({Category.IDENTITY, Category.EVALUATION, Category.DOCUMENTS})


class HoldPlaced(Event):
    """From now on nothing is destroyed that the matter needs."""

    correctable = False
    sentence = "Legal hold placed: {matter}"
    hold_id: UUID
    matter: Code
    note: EvaluationText = None


class HoldReleaseProposed(Event):
    """One person says the hold may end; a second one must agree."""

    correctable = False
    sentence = "Release of a legal hold proposed"
    hold_id: UUID
    proposed_by: UUID


class HoldReleased(Event):
    """The hold has ended, and what waited for that can be carried out."""

    correctable = False
    sentence = "Legal hold released"
    hold_id: UUID


class NeedsASecondPerson(Refusal):
    """The release of legal hold {hold_id} waits for a second person to agree."""

    status = 409


class HoldOver(Refusal):
    """Legal hold {hold_id} has been released already."""

    status = 409


class HoldEvents(NamedTuple):
    """The events of a kind of stream that can be held."""

    placed: type[HoldPlaced]
    release_proposed: type[HoldReleaseProposed]
    released: type[HoldReleased]


@dataclass
class Hold:
    """One legal hold, and who would release it."""

    id: UUID
    matter: str
    proposed_by: UUID | None = None
    released: bool = False


class LegalHolds(Aggregate):
    """The decisions about legal holds, on whatever they are placed."""

    hold_events: ClassVar[HoldEvents]

    holds: dict[UUID, Hold] = field(default_factory=dict)

    def place_hold(self, hold_id: UUID, matter: str, note: str | None = None) -> None:
        """Forbids to destroy what a matter needs."""
        self.happened(self.hold_events.placed, hold_id=hold_id, matter=matter, note=note)

    def release_hold(self, hold_id: UUID, *people: UUID) -> None:
        """Proposes to end a hold or, for the second person, ends it.

        `people` is whoever acts and whoever they act for, the one who answers for it first.
        """
        hold = self.hold(hold_id)
        self.guard(not hold.released, HoldOver(hold_id=hold_id))
        if hold.proposed_by is None:
            events = self.hold_events
            self.happened(events.release_proposed, hold_id=hold_id, proposed_by=people[0])
            return
        self.guard(hold.proposed_by not in people, NeedsASecondPerson(hold_id=hold_id))
        self.happened(self.hold_events.released, hold_id=hold_id)

    def hold(self, id: UUID) -> Hold:
        """A hold, standing or over. Raises NotFound."""
        try:
            return self.holds[id]
        except KeyError:
            raise NotFound(what="legal hold", id=id) from None

    def standing_holds(self) -> Iterator[Hold]:
        """The holds that forbid something today."""
        return (hold for hold in self.holds.values() if not hold.released)

    def note_hold(self, event: Event) -> None:
        """Notes what happened to a hold."""
        match event:
            case HoldPlaced():
                self.holds[event.hold_id] = Hold(event.hold_id, event.matter)
            case HoldReleaseProposed():
                self.holds[event.hold_id].proposed_by = event.proposed_by
            case HoldReleased():
                self.holds[event.hold_id].released = True


def needed_of_a_person(category: Category, application_id: UUID | None) -> bool:
    """Whether a hold on a candidate needs data of this category and application.

    All but what was said without any application: campaigns, pools and surveys of those.
    """
    return application_id is not None or category not in WITHOUT_APPLICATION_NOT_NEEDED


def needed_of_a_competitor(category: Category, application_id: UUID | None, competes: bool) -> bool:
    """Whether a hold on a requisition needs data of a category of one who applied for it.

    `competes` says whether the application is one for that requisition.
    """
    return category in COMPETITION_NEEDS if application_id is None else competes
