"""Self-scheduling: a candidate chooses one of the times that we offer for an interview."""

from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, model_validator

from domain.application import ApplicationEvent
from domain.errors import NotFound, Refusal
from domain.event import ApplicationText, Code, Count, Moment, Words
from domain.interview import InterviewEvent, Interviews, InterviewScheduled, Party
from domain.kit import KitReference
from domain.plan import InterviewPlan

HOUR = timedelta(hours=1)
BY_CANDIDATE = "candidate_cancelled"
WallTime = Annotated[
    str, Field(pattern=r"^([01][0-9]|2[0-3]):[0-5][0-9]$", description="HH:MM in the zone.")
]
Weekday = Annotated[int, Field(ge=1, le=7, description="1 is Monday (ISO 8601).")]
Minutes = Annotated[int, Field(ge=5, le=480)]
Buffer = Annotated[int, Field(ge=0, le=240, description="Minutes kept free before and after.")]


class Slot(BaseModel):
    """A time at which an interview could be."""

    model_config = ConfigDict(frozen=True)

    starts_at: Moment
    ends_at: Moment


class SlotRule(BaseModel):
    """What makes a time one that could be chosen, if no interviewer is busy then."""

    model_config = ConfigDict(frozen=True)

    opens_at: Moment
    closes_at: Moment
    minutes: Minutes = 60
    buffer_minutes: Buffer = 0
    day_begins: WallTime = "09:00"
    day_ends: WallTime = "17:00"
    weekdays: tuple[Weekday, ...] = (1, 2, 3, 4, 5)
    time_zone: Words = "UTC"

    @model_validator(mode="after")
    def _in_order(self) -> "SlotRule":
        if self.closes_at <= self.opens_at or self.day_ends <= self.day_begins:
            raise ValueError("ends before it begins")
        if self.closes_at - self.opens_at > timedelta(days=92):
            raise ValueError("spans more than 92 days")
        return self

    @property
    def hours(self) -> tuple[time, time]:
        """From when until when on a day."""
        return time.fromisoformat(self.day_begins), time.fromisoformat(self.day_ends)


class SlotsOffered(ApplicationEvent, name="interview.slots_offered"):
    sentence = "Times for an interview offered, to choose from until {expires_at}"
    invitation_id: UUID
    expires_at: Moment
    interviewer_ids: tuple[UUID, ...] = ()
    slots: tuple[Slot, ...] = ()
    slot_rule: SlotRule | None = None
    time_zone: Words | None = None
    stage_to_be: Code | None = None
    kit: KitReference | None = None
    notice_hours: Count = 24
    """Until how many hours before it the candidate may change what they booked."""
    location: ApplicationText = None


class SlotsWithdrawn(ApplicationEvent, name="interview.slots_withdrawn"):
    sentence = "Offered times withdrawn: {reason_code}"
    invitation_id: UUID
    reason_code: Code


class SlotsAreOver(Refusal):
    """These times are not offered any more."""

    status = 410


class AlreadyBooked(Refusal):
    """A time was chosen already."""

    status = 409


class NotOffered(Refusal):
    """That time is not offered, or has passed."""

    status = 409


class NothingOffered(Refusal):
    """Offer times, or the rule that makes them; not both."""


class TooLateToChange(Refusal):
    """It is less than {hours} hours before the interview; please write to us instead."""

    status = 409


@dataclass
class Invitation:
    """Offered times, and what came of them."""

    application_id: UUID
    version: int
    said: SlotsOffered
    """Without its location, which is personal."""
    withdrawn: bool = False
    interview_ids: list[UUID] = field(default_factory=list)


class SelfScheduling(Interviews):
    """The decisions about times that a candidate may choose from."""

    invitations: dict[UUID, Invitation] = field(default_factory=dict)

    def invitation(self, id: UUID) -> Invitation:
        """Times that were offered. Raises NotFound."""
        try:
            return self.invitations[id]
        except KeyError:
            raise NotFound(what="invitation", id=id) from None

    def offer_slots(
        self,
        application_id: UUID,
        invitation_id: UUID,
        plan: InterviewPlan,
        *,
        expires_at: datetime,
        interviewer_ids: tuple[UUID, ...] = (),
        slots: tuple[Slot, ...] = (),
        slot_rule: SlotRule | None = None,
        time_zone: str | None = None,
        stage_id: str | None = None,
        kit: KitReference | None = None,
        notice_hours: int = 24,
        location: str | None = None,
    ) -> None:
        """Lets the candidate choose one of these times, or one that a rule makes."""
        self._undecided(application_id)
        if stage_id is not None:
            self.named(stage_id, plan)
        if bool(slots) == (slot_rule is not None):
            raise NothingOffered
        for slot in slots:
            self._guard_time(slot.starts_at, slot.ends_at, time_zone)
        self._guard_time(None, None, slot_rule.time_zone if slot_rule else time_zone)
        self.happened(
            SlotsOffered,
            application_id=application_id,
            invitation_id=invitation_id,
            expires_at=expires_at,
            interviewer_ids=tuple(dict.fromkeys(interviewer_ids)),
            slots=slots,
            slot_rule=slot_rule,
            time_zone=time_zone or (slot_rule.time_zone if slot_rule else None),
            stage_to_be=stage_id,
            kit=kit,
            notice_hours=notice_hours,
            location=location,
        )

    def withdraw_slots(self, invitation_id: UUID, reason_code: str) -> None:
        """Takes the offer back; what was booked stays booked."""
        invitation = self.invitation(invitation_id)
        self.guard(not invitation.withdrawn, SlotsAreOver())
        self.happened(
            SlotsWithdrawn,
            application_id=invitation.application_id,
            invitation_id=invitation_id,
            reason_code=reason_code,
        )

    def booked(self, invitation_id: UUID) -> UUID | None:
        """The interview that was booked with it and still is to be held, or was."""
        ids = reversed(self.invitation(invitation_id).interview_ids)
        return next((id for id in ids if not self.interviews[id].called_off), None)

    def guard_bookable(self, invitation_id: UUID) -> Invitation:
        """Refuses when nothing can be chosen any more. Raises SlotsAreOver, AlreadyBooked."""
        invitation = self.invitation(invitation_id)
        over = invitation.withdrawn or invitation.said.expires_at <= self.occurring
        closed = not self.application(invitation.application_id).is_open
        self.guard(not over and not closed, SlotsAreOver())
        self.guard(self.booked(invitation_id) is None, AlreadyBooked())
        return invitation

    def bookable(self, application_id: UUID) -> UUID | None:
        """The times offered last of which one can still be chosen."""
        for id, invitation in reversed(self.invitations.items()):
            if invitation.application_id == application_id:
                with suppress(SlotsAreOver, AlreadyBooked):
                    self.guard_bookable(id)
                    return id
        return None

    def book_slot(
        self,
        invitation_id: UUID,
        interview_id: UUID,
        slot: Slot,
        plan: InterviewPlan,
        location: str | None = None,
    ) -> None:
        """Arranges the interview at the time the candidate chose.

        `location` is that of the offer, opened. Whether a rule makes this time is looked at before.
        """
        said = self.guard_bookable(invitation_id).said
        offered = said.slot_rule is not None or slot in said.slots
        self.guard(offered and slot.starts_at > self.occurring, NotOffered())
        self.schedule_interview(
            self.invitation(invitation_id).application_id,
            interview_id,
            plan,
            starts_at=slot.starts_at,
            ends_at=slot.ends_at,
            time_zone=said.time_zone,
            stage_id=said.stage_to_be,
            interviewer_ids=said.interviewer_ids,
            location=location,
            kit=said.kit,
            invitation_id=invitation_id,
        )

    def cancel_booking(self, invitation_id: UUID) -> None:
        """The candidate calls off what they booked; while times are offered they may book anew."""
        self.cancel_interview(
            self._changeable(invitation_id), BY_CANDIDATE, cancelled_by=Party.CANDIDATE
        )

    def request_another_time(self, invitation_id: UUID, comment: str | None = None) -> None:
        """The candidate asks for another time than the one they booked."""
        self.request_rescheduling(self._changeable(invitation_id), comment)

    def may_change_booking(self, invitation_id: UUID) -> bool:
        """Whether it is early enough."""
        booked, said = self.booked(invitation_id), self.invitation(invitation_id).said
        starts_at = self.interviews[booked].now.starts_at if booked else None
        return starts_at is not None and self.occurring <= starts_at - said.notice_hours * HOUR

    def _changeable(self, invitation_id: UUID) -> UUID:
        booked = self.booked(invitation_id)
        if booked is None:
            raise NotFound(what="booking of invitation", id=invitation_id)
        hours = self.invitation(invitation_id).said.notice_hours
        self.guard(self.may_change_booking(invitation_id), TooLateToChange(hours=hours))
        return booked

    def note_interview(self, event: InterviewEvent) -> None:
        super().note_interview(event)
        if isinstance(event, InterviewScheduled) and event.invitation_id in self.invitations:
            self.invitations[event.invitation_id].interview_ids.append(event.interview_id)

    def note_slots(self, event: SlotsOffered | SlotsWithdrawn) -> None:
        """Notes that times were offered, or no more."""
        if isinstance(event, SlotsOffered):
            self.invitations[event.invitation_id] = Invitation(
                event.application_id,
                event.originator_version,
                event.model_copy(update={"location": None}),
            )
        else:
            self.invitations[event.invitation_id].withdrawn = True
