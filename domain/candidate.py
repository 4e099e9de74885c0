"""The candidate: one person, one history, from first contact to hire and beyond.

What can happen to a candidate stands by concern, facts first in each: applications
(application.py), interviews (interview.py), offers (offer.py), keeping in touch (outreach.py),
messages (message.py). Here is who the person is.
"""

from dataclasses import field
from typing import Any
from uuid import UUID

from domain.application import ApplicationEvent, CandidateEvent
from domain.correction import EntryCorrected
from domain.errors import Refusal
from domain.event import (
    ApplicationText,
    Code,
    CommunicationText,
    CompensationText,
    EvaluationText,
    Event,
    IdentityText,
    SurveyText,
    Words,
    personal_fields,
)
from domain.interview import Interviewed, InterviewScheduled
from domain.message import EMAIL, MessageEvent, Messages
from domain.offer import OfferAnswer, OfferExtended
from domain.outreach import Reengaged


class Registered(CandidateEvent, name="candidate.registered"):
    sentence = "Registered, source {source}"
    full_name: IdentityText = None
    email: IdentityText = None
    phone: IdentityText = None
    location: IdentityText = None
    links: IdentityText = None
    origin: Code = "applied"
    source: Code = "unknown"
    jurisdiction: Code | None = None


class ProfileUpdated(CandidateEvent, name="candidate.profile_updated"):
    sentence = "Profile updated"
    full_name: IdentityText = None
    email: IdentityText = None
    phone: IdentityText = None
    location: IdentityText = None
    links: IdentityText = None


class ExternalIdLinked(CandidateEvent, name="candidate.external_id_linked"):
    sentence = "Linked to {system}"
    system: Code
    external_id: Words


class OwnerAssigned(CandidateEvent, name="candidate.owner_assigned"):
    sentence = "Owner assigned"
    owner_id: UUID | None = None
    application_id: UUID | None = None


class NoteAdded(CandidateEvent, name="candidate.note_added"):
    sentence = "Note added: {topic}"
    topic: Code = "note"
    application_id: UUID | None = None
    text: EvaluationText = None


class CandidateEntryCorrected(EntryCorrected, CandidateEvent, name="candidate.entry_corrected"):
    """What is sealed in the entry is sealed here too, as the value of its category."""

    sentence = "Entry {corrects} corrected: {field}"
    application_id: UUID | None = None
    """The entry's own, so that one key seals both and one timeline tells of both."""
    identity_value: IdentityText = None
    application_value: ApplicationText = None
    evaluation_value: EvaluationText = None
    communication_value: CommunicationText = None
    compensation_value: CompensationText = None
    survey_value: SurveyText = None

    @classmethod
    def says(cls, entry: Event, instead: Event, field: str) -> dict[str, Any]:
        said = super().says(entry, instead, field)
        said["application_id"] = getattr(entry, "application_id", None)
        if category := personal_fields(type(entry)).get(field):
            said[f"{category}_value"] = getattr(instead, field)
        return said


class AlreadyRegistered(Refusal):
    """The candidate is already registered."""

    status = 409


class NothingToUpdate(Refusal):
    """The update names no field to change."""


class Candidate(Messages):
    """A person, at once applicant (ATS) and relation (CRM)."""

    stream_type = "candidate"
    event_class = CandidateEvent
    correction_class = CandidateEntryCorrected

    external_ids: set[tuple[str, str]] = field(default_factory=set)

    def register(
        self,
        *,
        full_name: str | None = None,
        email: str | None = None,
        phone: str | None = None,
        location: str | None = None,
        links: str | None = None,
        origin: str = "applied",
        source: str = "unknown",
        jurisdiction: str | None = None,
    ) -> None:
        """Starts the history of a person."""
        self.guard(self.version == 0, AlreadyRegistered())
        self.happened(
            Registered,
            full_name=full_name,
            email=email,
            phone=phone,
            location=location,
            links=links,
            origin=origin,
            source=source,
            jurisdiction=jurisdiction,
        )

    def update_profile(self, **changed: str | None) -> None:
        """Replaces the personal fields named; the others stay."""
        self.guard(any(value is not None for value in changed.values()), NothingToUpdate())
        self.happened(ProfileUpdated, **changed)

    def link_external_id(self, system: str, external_id: str) -> None:
        """Notes the id another system knows the candidate by."""
        self.happened(ExternalIdLinked, system=system, external_id=external_id)

    def assign_owner(self, owner_id: UUID | None, application_id: UUID | None = None) -> None:
        """Says who looks after the candidate; None where a source does not name them."""
        self._guard_known(application_id)
        self.happened(OwnerAssigned, owner_id=owner_id, application_id=application_id)

    def add_note(
        self, text: str | None, *, topic: str = "note", application_id: UUID | None = None
    ) -> None:
        """Keeps a note, about an application or about the person."""
        self._guard_known(application_id)
        self.happened(NoteAdded, text=text, topic=topic, application_id=application_id)

    def _guard_known(self, application_id: UUID | None) -> None:
        if application_id is not None:
            self.application(application_id)

    def note(self, event: Event) -> None:
        match event:
            case Interviewed() | InterviewScheduled():
                self.note_interview(event)
            case OfferExtended() | OfferAnswer():
                self.note_offer(event)
            case MessageEvent():
                self.note_message(event)
            case ProfileUpdated() if event.email is not None:
                self.bounced.discard(EMAIL)
            case ApplicationEvent() if not isinstance(event, Reengaged):
                self.note_application(event)
            case ExternalIdLinked():
                self.external_ids.add((event.system, event.external_id))
            case CandidateEvent():
                self.note_outreach(event)
