"""The candidate: one person, one history, from first contact to hire and beyond.

What can happen to a candidate stands by concern, facts first in each: applications
(application.py), interviews (interview.py), offers (offer.py), first days (start.py), whether they
may be contacted (consent.py), and by whom (owner.py), keeping in touch (outreach.py), messages
(message.py), being the same person as another (merging.py), documents (document.py), erasure and
what forbids it (erasure.py), transfers (transfer.py), checks (check.py), tags (tag.py), answers
that do not meet a basic qualification (knock_out.py), what they say of themselves for statistics
(self_identification.py). Here is who the person is.
"""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from domain.application import ApplicationEvent
from domain.check import CheckEvent
from domain.consent import EMAIL
from domain.correction import EntryCorrected
from domain.errors import Refusal
from domain.event import (
    ApplicationText,
    Code,
    CommunicationText,
    CompensationText,
    DocumentText,
    EvaluationText,
    Event,
    IdentityText,
    SurveyText,
    Words,
    personal_fields,
)
from domain.feedback import PostHireOutcomeRecorded
from domain.interview import InterviewEvent, UnknownTimeZone, is_time_zone
from domain.knock_out import KnockedOut, KnockOutWaived
from domain.member import Member, Standing
from domain.merging import CandidateEvent, MergeEvent
from domain.message import MessageEvent
from domain.offer import OfferAnswer, OfferExtended, OfferVersion
from domain.outreach import Reengaged
from domain.self_identification import SelfIdentification, SelfIdentified
from domain.self_scheduling import SlotsOffered, SlotsWithdrawn
from domain.start import StartEvent
from domain.survey import HireOutcomeAsked
from domain.tag import TagEvent
from domain.transfer import Transferred

APPLIED = "applied"


class Registered(CandidateEvent, name="candidate.registered"):
    sentence = "Registered, source {source}"
    full_name: IdentityText = None
    email: IdentityText = None
    phone: IdentityText = None
    location: IdentityText = None
    links: IdentityText = None
    summary: IdentityText = None
    origin: Code = APPLIED
    source: Code = "unknown"
    jurisdiction: Code | None = None
    region: Code | None = None
    """Where they live, roughly: ISO 3166 in lower case, such as de or de-be."""
    time_zone: Words | None = None
    """An IANA name."""


class ProfileUpdated(CandidateEvent, name="candidate.profile_updated"):
    sentence = "Profile updated"
    full_name: IdentityText = None
    email: IdentityText = None
    phone: IdentityText = None
    location: IdentityText = None
    links: IdentityText = None
    summary: IdentityText = None
    """Skills and whatever else helps to find them, in words."""
    resume: DocumentText = None
    """Work, education and the rest, as JSON Resume. No part of who someone is for those who only
    need to know that, and so as closed as the document it comes from."""
    from_document: UUID | None = None
    """The document that suggested it, if one did."""
    region: Code | None = None
    time_zone: Words | None = None


class ExternalIdLinked(CandidateEvent, name="candidate.external_id_linked"):
    sentence = "Linked to {system}"
    system: Code
    external_id: IdentityText = None
    """An early log may have it in plain `data`; from there it loads as well."""


class NoteAdded(CandidateEvent, name="candidate.note_added"):
    sentence = "Note added: {topic}"
    topic: Code = "note"
    application_id: UUID | None = None
    mentions: tuple[UUID, ...] = ()
    """Members whom it asks to look."""
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


class MentionNotActive(Refusal):
    """mentions: member {member_id} is {standing}; mention who is active."""


class Candidate(SelfIdentification):
    """A person, at once applicant (ATS) and relation (CRM)."""

    stream_type = "candidate"
    event_class = CandidateEvent
    correction_class = CandidateEntryCorrected

    origin: str = APPLIED
    """How the person first came: by applying, or because someone found them."""

    def register(
        self,
        *,
        full_name: str | None = None,
        email: str | None = None,
        phone: str | None = None,
        location: str | None = None,
        links: str | None = None,
        summary: str | None = None,
        origin: str = APPLIED,
        source: str = "unknown",
        jurisdiction: str | None = None,
        region: str | None = None,
        time_zone: str | None = None,
    ) -> None:
        """Starts the history of a person."""
        self.guard(self.version == 0, AlreadyRegistered())
        self._guard_time_zone(time_zone)
        self.happened(
            Registered,
            full_name=full_name,
            email=email,
            phone=phone,
            location=location,
            links=links,
            summary=summary,
            origin=origin,
            source=source,
            jurisdiction=jurisdiction,
            region=region,
            time_zone=time_zone,
        )

    def update_profile(self, **changed: str | None) -> None:
        """Replaces the fields named; the others stay."""
        self.guard_survivor()
        self._guard_time_zone(changed.get("time_zone"))
        self.guard(any(value is not None for value in changed.values()), NothingToUpdate())
        self.happened(ProfileUpdated, **changed)

    def confirm_suggestion(self, document_id: UUID, **accepted: str | None) -> None:
        """Takes over what a document of the person suggests, as far as someone accepts it."""
        self.guard_survivor()
        self.guard_suggestion(document_id)
        self.guard(any(value is not None for value in accepted.values()), NothingToUpdate())
        self.happened(ProfileUpdated, **accepted, from_document=document_id)

    def link_external_id(self, system: str, external_id: str) -> None:
        """Notes the id another system knows the candidate by."""
        self.happened(ExternalIdLinked, system=system, external_id=external_id)

    def add_note(
        self,
        text: str | None,
        *,
        topic: str = "note",
        application_id: UUID | None = None,
        mentions: Sequence[Member] = (),
    ) -> None:
        """Keeps a note, about an application or about the person; it may ask members to look."""
        self._guard_known(application_id)
        for member in mentions:
            self.guard(
                member.standing is Standing.ACTIVE,
                MentionNotActive(member_id=member.id, standing=member.standing),
            )
        self.happened(
            NoteAdded,
            text=text,
            topic=topic,
            application_id=application_id,
            mentions=tuple(dict.fromkeys(member.id for member in mentions)),
        )

    def _guard_time_zone(self, name: str | None) -> None:
        self.guard(name is None or is_time_zone(name), UnknownTimeZone(time_zone=name))

    def _note_profile(self, event: ProfileUpdated) -> None:
        self.time_zone = event.time_zone or self.time_zone
        if event.email is not None:
            self.bounced.discard(EMAIL)
        if event.from_document is not None:
            self.settled.add(event.from_document)

    def note(self, event: Event) -> None:
        match event:
            case InterviewEvent():
                self.note_interview(event)
            case SlotsOffered() | SlotsWithdrawn():
                self.note_slots(event)
            case OfferVersion() | OfferExtended() | OfferAnswer():
                self.note_offer(event)
            case StartEvent():
                self.note_start(event)
            case MessageEvent():
                self.note_message(event)
            case ProfileUpdated():
                self._note_profile(event)
            case KnockedOut() | KnockOutWaived():
                self.note_knock_out(event)
            case SelfIdentified():
                self.note_self_identification(event)
            case Transferred():
                self.note_transfer(event)
            case CheckEvent():
                self.note_check(event)
            case TagEvent():
                self.note_tag(event)
            case HireOutcomeAsked() | PostHireOutcomeRecorded():
                self.note_survey(event)
            case ApplicationEvent() if not isinstance(event, Reengaged):
                self.note_application(event)
            case Registered():
                self.origin = event.origin
                self.time_zone = event.time_zone
            case MergeEvent():
                self.note_merge(event)
            case CandidateEvent():
                self.note_enrolment(event)
                self.note_erasure(event)
