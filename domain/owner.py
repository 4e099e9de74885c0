"""Who looks after a candidate, and whom they let contact them."""

from dataclasses import field
from datetime import datetime
from uuid import UUID

from domain.errors import Refusal
from domain.event import Moment
from domain.merging import CandidateEvent
from domain.survey import Surveys


class OwnerAssigned(CandidateEvent, name="candidate.owner_assigned"):
    sentence = "Owner assigned"
    owner_id: UUID | None = None
    application_id: UUID | None = None


class OwnerAgreed(CandidateEvent, name="candidate.owner_agreed"):
    """The owner lets somebody else contact the candidate."""

    sentence = "Owner agreed to contact by another"
    member_id: UUID
    until: Moment | None = None


class OwnedByAnother(Refusal):
    """Member {owner_id} looks after the candidate and has not agreed to contact by another."""

    status = 409


class NotTheOwner(Refusal):
    """Only who looks after the candidate lets others contact them."""

    status = 403


class Owners(Surveys):
    """The decisions about who looks after a candidate."""

    owner_id: UUID | None = None
    """Who looks after the person; who looks after an application is another matter."""
    agreed: dict[UUID, datetime | None] = field(default_factory=dict)
    """Whom the owner lets contact the person, and until when."""

    def assign_owner(self, owner_id: UUID | None, application_id: UUID | None = None) -> None:
        """Says who looks after the candidate; None where a source does not name them."""
        if application_id is not None:
            self.application(application_id)
        self.happened(OwnerAssigned, owner_id=owner_id, application_id=application_id)

    def agree_to_contact(
        self, agreeing_id: UUID, member_id: UUID, until: datetime | None = None
    ) -> None:
        """Lets somebody else contact the candidate. Raises NotTheOwner."""
        self.guard(self.person.owner_id == agreeing_id, NotTheOwner())
        self.happened(OwnerAgreed, member_id=member_id, until=until)

    def guard_owner(self, sender_id: UUID | None) -> None:
        """Refuses contact by others than the owner and whom they let. Raises OwnedByAnother."""
        person = self.person
        if person.owner_id in (None, sender_id):
            return
        until = person.agreed.get(sender_id, self.occurring) if sender_id else self.occurring
        agreed = until is None or until > self.occurring
        self.guard(agreed, OwnedByAnother(owner_id=person.owner_id))

    def note_owner(self, event: CandidateEvent) -> None:
        """Notes who looks after the person, and what they agreed to."""
        match event:
            case OwnerAssigned(application_id=None):
                self.owner_id = event.owner_id
                self.agreed.clear()
            case OwnerAgreed():
                self.agreed[event.member_id] = event.until
