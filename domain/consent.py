"""Whether we may contact a person: consent, notice, and the wish to hear no more."""

from dataclasses import field
from datetime import datetime
from enum import StrEnum
from typing import Annotated, NamedTuple
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from domain.errors import NotFound, Refusal
from domain.event import Code, CommunicationText, Moment, PublicText
from domain.feedback import Feedback
from domain.merging import CandidateEvent

Months = Annotated[int, Field(ge=1, le=120)]
CONTACT = "contact"
EMAIL = "email"
EVERY_CHANNEL = "all"


class ConsentGranted(CandidateEvent, name="consent.granted"):
    sentence = "Consent granted for {purpose}"
    purpose: Code
    text_version: Code
    expires_at: Moment | None = None


class ConsentWithdrawn(CandidateEvent, name="consent.withdrawn"):
    sentence = "Consent withdrawn for {purpose}"
    purpose: Code


class NoticeGiven(CandidateEvent, name="candidate.notice_given"):
    """They were told whose data we hold, why, where it came from, and that they may object.

    From then on they may be contacted without a consent, until the notice ends or they object
    (GDPR, articles 6 (1) f, 14 and 21).
    """

    sentence = "Told how their data is used ({text_version})"
    text_version: Code
    channel: Code = EMAIL
    expires_at: Moment | None = None


class OptedOut(CandidateEvent, name="candidate.opted_out"):
    sentence = "Opted out of {channel}"
    channel: Code


class Asking(StrEnum):
    """What a person is asked for their consent with."""

    NOTICE = "notice"
    """The first word we write to somebody found: whose data we hold, and may we keep in touch?"""
    RENEWAL = "renewal"
    """What allows contact ends soon: may we stay in touch?"""


class ConsentAskEvent(CandidateEvent):
    """Something that happened to one question whether we may keep in touch."""

    ask_id: UUID


class ConsentAsked(ConsentAskEvent, name="consent.asked"):
    sentence = "To be asked whether we may keep in touch ({asking})"
    asking: Asking


class ConsentAskSent(ConsentAskEvent, name="consent.ask_sent"):
    sentence = "Asked whether we may keep in touch"
    mail_hash: Code
    """SHA-256 of the Message-ID that the mail bears, in part."""
    recipient: CommunicationText = None


class ConsentAskFailed(ConsentAskEvent, name="consent.ask_failed"):
    sentence = "Could not be asked whether we may keep in touch ({code})"
    code: Code


class ContactTexts(BaseModel):
    """What an organisation tells people it found, and asks them; each text with its version."""

    model_config = ConfigDict(
        frozen=True,
        extra="forbid",
        json_schema_extra={
            "examples": [
                {
                    "notice": "We found your public profile and keep it to tell you of jobs.",
                    "notice_version": "n1",
                    "notice_months": 12,
                    "consent_text": "May we write to you about jobs for two years?",
                    "consent_version": "c1",
                    "consent_months": 24,
                }
            ]
        },
    )

    notice: PublicText
    notice_version: Code
    notice_months: Months | None = None
    """How long the notice allows contact; until they object if it does not say."""
    consent_text: PublicText
    consent_version: Code
    consent_months: Months | None = None


class HasOptedOut(Refusal):
    """The candidate has opted out of {channel}."""


class AddressBounced(Refusal):
    """Earlier messages by {channel} came back; there is no address to reach the candidate at."""


class NoValidConsent(Refusal):
    """The candidate has given no consent for {purpose} that is valid on {on}, nor had a notice."""


class NoConsentToWithdraw(Refusal):
    """The candidate has given no consent for {purpose}."""

    status = 409


class AskedAlready(Refusal):
    """The candidate is being asked already whether we may keep in touch."""

    status = 409


class Ground(NamedTuple):
    """Why a person may be contacted, and until when; None for ever."""

    text_version: str
    expires_at: datetime | None

    def valid_at(self, moment: datetime) -> bool:
        """Whether it allows contact then."""
        return self.expires_at is None or self.expires_at > moment


class Consents(Feedback):
    """The decisions about whether a candidate may be contacted."""

    consents: dict[str, Ground] = field(default_factory=dict)
    notice: Ground | None = None
    opted_out: set[str] = field(default_factory=set)
    bounced: set[str] = field(default_factory=set)
    """The channels by which nothing reaches them."""
    asks: dict[UUID, ConsentAsked] = field(default_factory=dict)
    asks_waiting: set[UUID] = field(default_factory=set)

    def grant_consent(
        self, purpose: str, text_version: str, expires_at: datetime | None = None
    ) -> None:
        """Records a consent to the text shown; a new one replaces the last."""
        self.happened(
            ConsentGranted, purpose=purpose, text_version=text_version, expires_at=expires_at
        )

    def withdraw_consent(self, purpose: str) -> None:
        """Records that a consent was taken back; a notice given before ends with it."""
        self.guard(purpose in self.person.consents, NoConsentToWithdraw(purpose=purpose))
        self.happened(ConsentWithdrawn, purpose=purpose)

    def give_notice(
        self, text_version: str, channel: str = EMAIL, expires_at: datetime | None = None
    ) -> None:
        """Records that the candidate was told how their data is used."""
        self.guard_survivor()
        self.happened(
            NoticeGiven, text_version=text_version, channel=channel, expires_at=expires_at
        )

    def ask_for_consent(self, ask_id: UUID, asking: Asking) -> None:
        """Has the candidate asked whether we may keep in touch.

        Who has heard nothing yet is given the notice with the question; who may be contacted
        still, is asked before that ends. Raises HasOptedOut, AddressBounced, AskedAlready,
        NoValidConsent.
        """
        self.guard_survivor()
        self.guard(not self.person.asks_waiting, AskedAlready())
        self.guard_asking(asking)
        self.happened(ConsentAsked, ask_id=ask_id, asking=asking)

    def guard_asking(self, asking: Asking) -> None:
        """Refuses to ask where asking would be unwelcome, or reach nobody."""
        if asking is Asking.RENEWAL:
            self.guard_ground(EMAIL)
        self.guard_not_opted_out(EMAIL)
        self.guard_reachable(EMAIL)

    def note_asking(self, ask_id: UUID, mail_hash: str, recipient: str) -> None:
        """Records that the mail server took the question over."""
        self.guard_asked(ask_id)
        self.happened(ConsentAskSent, ask_id=ask_id, mail_hash=mail_hash, recipient=recipient)

    def fail_asking(self, ask_id: UUID, code: str) -> None:
        """Records that there was no asking them."""
        self.guard_asked(ask_id)
        self.happened(ConsentAskFailed, ask_id=ask_id, code=code)

    def guard_asked(self, ask_id: UUID) -> ConsentAsked:
        """The question. Raises NotFound."""
        if ask_id not in self.asks:
            raise NotFound(what="question", id=ask_id)
        return self.asks[ask_id]

    def opt_out(self, channel: str = EVERY_CHANNEL) -> None:
        """Records that the candidate wants to hear no more by this channel."""
        self.happened(OptedOut, channel=channel)

    def guard_ground(self, channel: str) -> None:
        """Refuses where nothing allows contact. Raises HasOptedOut, NoValidConsent."""
        self.guard_not_opted_out(channel)
        notice = self.person.notice
        if notice is None or not notice.valid_at(self.occurring):
            self.guard_consent(CONTACT)

    def guard_not_opted_out(self, channel: str) -> None:
        """Refuses what somebody does not want any more. Raises HasOptedOut."""
        opted_out = self.person.opted_out & {channel, EVERY_CHANNEL}
        self.guard(not opted_out, HasOptedOut(channel=channel))

    def guard_reachable(self, channel: str) -> None:
        """Refuses where nothing reaches the person by a channel. Raises AddressBounced."""
        self.guard(channel not in self.person.bounced, AddressBounced(channel=channel))

    @property
    def contact_ends(self) -> datetime | None:
        """When the last of what allows contact ends; None where nothing does, or never."""
        person = self.person
        grounds = [ground for ground in (person.consents.get(CONTACT), person.notice) if ground]
        ends = [ground.expires_at for ground in grounds]
        return max((end for end in ends if end), default=None) if None not in ends else None

    def guard_consent(self, purpose: str) -> None:
        """Refuses without a valid consent. Raises NoValidConsent."""
        consent = self.person.consents.get(purpose)
        valid = consent is not None and consent.valid_at(self.occurring)
        self.guard(valid, NoValidConsent(purpose=purpose, on=self.occurring.date()))

    def note_consent(self, event: CandidateEvent) -> None:
        """Notes what was allowed and what was forbidden."""
        match event:
            case ConsentGranted():
                self.consents[event.purpose] = Ground(event.text_version, event.expires_at)
            case ConsentWithdrawn():
                self.consents.pop(event.purpose, None)
                if event.purpose == CONTACT:
                    self.notice = None
            case NoticeGiven():
                self.notice = Ground(event.text_version, event.expires_at)
            case OptedOut():
                self.opted_out.add(event.channel)
            case ConsentAsked():
                self.asks[event.ask_id] = event
                self.asks_waiting.add(event.ask_id)
            case ConsentAskEvent():
                self.asks_waiting.discard(event.ask_id)


def months_on(moment: datetime, months: int | None) -> datetime | None:
    """So many calendar months later, at most the last day of that month; None for ever."""
    if months is None:
        return None
    years, month = divmod(moment.month - 1 + months, 12)
    for day in (moment.day, 30, 29, 28):
        try:
            return moment.replace(year=moment.year + years, month=month + 1, day=day)
        except ValueError:
            continue
    return None
