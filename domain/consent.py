"""Whether we may contact a person: consent, notice, and the wish to hear no more."""

from dataclasses import field
from datetime import datetime
from typing import NamedTuple

from domain.errors import Refusal
from domain.event import Code, Moment
from domain.feedback import Feedback
from domain.merging import CandidateEvent

CONTACT = "contact"
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
    channel: Code = "email"
    expires_at: Moment | None = None


class OptedOut(CandidateEvent, name="candidate.opted_out"):
    sentence = "Opted out of {channel}"
    channel: Code


class HasOptedOut(Refusal):
    """The candidate has opted out of {channel}."""


class NoValidConsent(Refusal):
    """The candidate has given no consent for {purpose} that is valid on {on}, nor had a notice."""


class NoConsentToWithdraw(Refusal):
    """The candidate has given no consent for {purpose}."""

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
        self, text_version: str, channel: str = "email", expires_at: datetime | None = None
    ) -> None:
        """Records that the candidate was told how their data is used."""
        self.guard_survivor()
        self.happened(
            NoticeGiven, text_version=text_version, channel=channel, expires_at=expires_at
        )

    def opt_out(self, channel: str = EVERY_CHANNEL) -> None:
        """Records that the candidate wants to hear no more by this channel."""
        self.happened(OptedOut, channel=channel)

    def guard_ground(self, channel: str) -> None:
        """Refuses where nothing allows contact. Raises HasOptedOut, NoValidConsent."""
        person = self.person
        opted_out = person.opted_out & {channel, EVERY_CHANNEL}
        self.guard(not opted_out, HasOptedOut(channel=channel))
        notice = person.notice
        if notice is None or not notice.valid_at(self.occurring):
            self.guard_consent(CONTACT)

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
