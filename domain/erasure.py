"""Erasure: a person's data is destroyed, unless a legal hold still needs it; the history stays."""

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from domain.correction import EntryCorrected
from domain.document import (
    DocumentAttached,
    DocumentRead,
    DocumentRemoved,
    Documents,
    SuggestionDismissed,
)
from domain.errors import Refusal
from domain.event import Category, Code, Count, Event, personal_fields
from domain.legal_hold import (
    Hold,
    HoldEvents,
    HoldPlaced,
    HoldReleased,
    HoldReleaseProposed,
    needed_of_a_competitor,
    needed_of_a_person,
)
from domain.merging import CandidateEvent
from domain.requisition import Requisition

ERASED = "erased"
"""The reason for which applications are withdrawn and memberships end."""


class PersonalDataErased(CandidateEvent, name="candidate.personal_data_erased"):
    correctable = False
    sentence = "Personal data erased: {ground}"
    ground: Code
    whole: bool
    """Whether the person was erased, rather than some categories of their data."""
    categories: tuple[Category, ...]
    """What was destroyed, all of it or what no hold needs."""
    retained: tuple[Category, ...] = ()
    """What is restricted instead, until the holds that need it are released."""
    holds: tuple[UUID, ...] = ()
    """The legal holds that need it."""
    keys_destroyed: Count
    keys_retained: Count = 0
    documents: tuple[UUID, ...] = ()
    """The documents that were destroyed."""


class CandidateHoldPlaced(HoldPlaced, CandidateEvent, name="candidate.legal_hold_placed"):
    pass


class CandidateHoldReleaseProposed(
    HoldReleaseProposed, CandidateEvent, name="candidate.legal_hold_release_proposed"
):
    pass


class CandidateHoldReleased(HoldReleased, CandidateEvent, name="candidate.legal_hold_released"):
    pass


AFTER_ERASURE = (PersonalDataErased, HoldPlaced, HoldReleaseProposed, HoldReleased, DocumentRemoved)
"""All that can still happen to someone who was erased."""


class PersonErased(Refusal):
    """The candidate's personal data was erased; nothing is added to it any more."""

    status = 409


class Suppressed(Refusal):
    """This person can only be registered by applying."""

    status = 409


class UnderLegalHold(Refusal):
    """Legal hold {hold_id} needs this; it can be removed when that is released."""

    status = 409


@dataclass(frozen=True)
class HeldKey:
    """A data key as it stands in the vault: what it opens, and whether only for a hold."""

    key_id: UUID
    category: Category
    application_id: UUID | None
    restricted: bool = False


@dataclass(frozen=True)
class Erased:
    """What becomes of the keys and documents of an erasure."""

    destroyed: tuple[UUID, ...]
    restricted: tuple[UUID, ...]
    documents: tuple[UUID, ...]


class Erasure(Documents):
    """The decisions about destroying what is known of a person, and about not destroying it."""

    hold_events = HoldEvents(
        CandidateHoldPlaced, CandidateHoldReleaseProposed, CandidateHoldReleased
    )

    erased: bool = False
    ground: str = ""
    """Of the erasure that waits, if one does."""

    def erase(
        self,
        ground: str,
        keys: Collection[HeldKey],
        requisitions: Collection[Requisition],
        categories: Collection[Category] | None = None,
    ) -> Erased:
        """Destroys the person's data, or some categories of it, as far as no hold needs it.

        `requisitions` are all that the person ever applied for: their holds count. Open
        applications and memberships end when the whole person is erased. Raises PersonErased.
        """
        if self.erased:
            raise PersonErased
        if categories is None:
            for application in list(self.open_applications()):
                self.withdraw(application.id, ERASED)
            self.end_enrolments(ERASED)
            for pool_id in sorted(self.pools):
                self.remove_from_pool(pool_id, ERASED)
        meant = [key for key in keys if categories is None or key.category in categories]
        return self._destroy(ground, meant, requisitions, whole=categories is None)

    def erase_due(
        self, keys: Collection[HeldKey], requisitions: Collection[Requisition]
    ) -> Erased | None:
        """Destroys what was kept for holds that are over; None if nothing was."""
        waiting = [key for key in keys if key.restricted]
        if all(self.holds_on(key.category, key.application_id, requisitions) for key in waiting):
            return None
        return self._destroy(self.ground or ERASED, waiting, requisitions, whole=self.erased)

    def _destroy(
        self,
        ground: str,
        keys: Iterable[HeldKey],
        requisitions: Collection[Requisition],
        whole: bool,
    ) -> Erased:
        destroyed: list[HeldKey] = []
        retained: list[HeldKey] = []
        needing: set[UUID] = set()
        for key in keys:
            holds = self.holds_on(key.category, key.application_id, requisitions)
            (retained if holds else destroyed).append(key)
            needing |= {hold.id for hold in holds}
        opened_by = {key.application_id for key in destroyed if key.category == Category.DOCUMENTS}
        documents = tuple(sorted(id for id, of in self.documents.items() if of in opened_by))
        self.happened(
            PersonalDataErased,
            ground=ground,
            whole=whole,
            categories=_categories(destroyed),
            retained=_categories(retained),
            holds=tuple(sorted(needing)),
            keys_destroyed=len(destroyed),
            keys_retained=len(retained),
            documents=documents,
        )
        return Erased(
            destroyed=tuple(key.key_id for key in destroyed),
            restricted=tuple(key.key_id for key in retained if not key.restricted),
            documents=documents,
        )

    def remove_document(
        self, document_id: UUID, reason_code: str, requisitions: Collection[Requisition]
    ) -> None:
        """Destroys one document, unless a hold needs it."""
        application_id = self.document(document_id)
        for hold in self.holds_on(Category.DOCUMENTS, application_id, requisitions):
            self.guard(False, UnderLegalHold(hold_id=hold.id))
        self.happened(
            DocumentRemoved,
            document_id=document_id,
            application_id=application_id,
            reason_code=reason_code,
        )

    def holds_on(
        self,
        category: Category,
        application_id: UUID | None,
        requisitions: Collection[Requisition],
    ) -> list[Hold]:
        """The standing holds that need data of this category and application."""
        return [
            *(
                hold
                for history in self.histories
                for hold in history.standing_holds()
                if needed_of_a_person(category, application_id)
            ),
            *(
                hold
                for requisition in requisitions
                if needed_of_a_competitor(
                    category, application_id, self._competes(application_id, requisition.id)
                )
                for hold in requisition.standing_holds()
            ),
        ]

    def _competes(self, application_id: UUID | None, requisition_id: UUID) -> bool:
        """Whether an application was ever one for a requisition."""
        application = self.applications.get(application_id) if application_id else None
        assignments = application.assignments if application else []
        return any(assigned == requisition_id for _, _, assigned in assignments)

    def competed_for(self) -> list[UUID]:
        """The requisitions that the person ever applied for."""
        return sorted(set(self._assigned()))

    def _assigned(self) -> Iterator[UUID]:
        for application in self.applications.values():
            yield from (id for _, _, id in application.assignments if id is not None)

    def happened(self, event_class: type[Event], **fields: Any) -> None:
        said = {name for name, value in fields.items() if value is not None}
        adds_nothing = issubclass(event_class, EntryCorrected) and not (
            said & personal_fields(event_class).keys()
        )
        # No matter of opinion, and so no `guard`: an imported history adds nothing either.
        if self.erased and not issubclass(event_class, AFTER_ERASURE) and not adds_nothing:
            raise PersonErased
        super().happened(event_class, **fields)

    def note_erasure(self, event: CandidateEvent) -> None:
        """Notes what became of the person's data."""
        match event:
            case PersonalDataErased():
                self.erased = self.erased or event.whole
                self.ground = event.ground
                for id in event.documents:
                    self.lose_document(id)
            case DocumentAttached() | DocumentRead() | SuggestionDismissed() | DocumentRemoved():
                self.note_document(event)
            case HoldPlaced() | HoldReleaseProposed() | HoldReleased():
                self.note_hold(event)
            case _:
                self.note_outreach(event)


def _categories(keys: Iterable[HeldKey]) -> tuple[Category, ...]:
    return tuple(sorted({key.category for key in keys}))
