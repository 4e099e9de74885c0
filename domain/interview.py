"""Interviews: arranged, moved or cancelled, held or missed, and assessed."""

from bisect import insort
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from domain.application import Application, ApplicationEvent, Applications, StandingEvent, Status
from domain.errors import NotFound, Refusal
from domain.event import (
    ApplicationText,
    Code,
    CommunicationText,
    Count,
    EvaluationText,
    Event,
    Moment,
    Words,
)
from domain.kit import KitReference, Rating
from domain.plan import InterviewPlan, StageKind

APPLICATION_ENDED = "application_ended"


class Party(StrEnum):
    """Whose act something was, or who stayed away."""

    CANDIDATE = "candidate"
    US = "us"


class Participation(StrEnum):
    """What somebody invited answers (PARTSTAT, RFC 5545); needs_action leaves it open, in words."""

    ACCEPTED = "accepted"
    DECLINED = "declined"
    TENTATIVE = "tentative"
    NEEDS_ACTION = "needs_action"


class InterviewEvent(ApplicationEvent):
    """Something that happened to one interview."""

    interview_id: UUID


class InterviewArranged(InterviewEvent):
    """Says when an interview is to be, where and with whom, from then on.

    Omitted, the location stays what it was; an empty one takes it away.
    """

    stage_to_be: Code | None = None
    invitation_id: UUID | None = None
    """The offered times that the candidate chose from."""
    starts_at: Moment | None = None
    ends_at: Moment | None = None
    time_zone: Words | None = None
    """An IANA name. The moments stay what they are when the zone's rules change."""
    interviewer_ids: tuple[UUID, ...] = ()
    kit: KitReference | None = None
    silent: bool = False
    """Whether nobody is to be sent an invitation."""
    despite_conflicts: bool = False
    """Whether it was to be at a time at which an interviewer was known to be busy."""
    location: ApplicationText = None


class InterviewScheduled(InterviewArranged, name="interview.scheduled"):
    sentence = "Interview scheduled for {starts_at}"


class InterviewArrangedAnew(InterviewArranged):
    """Another arrangement in place of the one before."""

    sequence: Count
    """How often it was changed (SEQUENCE, RFC 5545)."""
    reason_code: Code | None = None
    released_ids: tuple[UUID, ...] = ()
    """Who is not to interview any more."""


class InterviewRescheduled(InterviewArrangedAnew, name="interview.rescheduled"):
    sentence = "Interview moved to {starts_at}"


class InterviewChanged(InterviewArrangedAnew, name="interview.changed"):
    sentence = "Interviewers or place of the interview changed"


class InterviewCancelled(InterviewEvent, name="interview.cancelled"):
    sentence = "Interview cancelled by {cancelled_by}: {reason_code}"
    reason_code: Code
    cancelled_by: Party
    sequence: Count
    interviewer_ids: tuple[UUID, ...] = ()
    """Who was to interview."""
    silent: bool = False


class Interviewed(StandingEvent, InterviewEvent, name="interview.held"):
    sentence = "Interviewed"


class InterviewNoShow(InterviewEvent, name="interview.no_show"):
    sentence = "Interview not held, {absent} did not come"
    absent: Party
    interviewer_id: UUID | None = None
    """Which interviewer did not come."""


class InterviewAnswered(InterviewEvent, name="interview.answered"):
    sentence = "Invitation to the interview answered: {participation}"
    correctable = False
    participation: Participation
    interviewer_id: UUID | None = None
    """Who answered; the candidate if nobody is named."""
    sequence: Count | None = None
    """The arrangement that was answered."""
    comment: CommunicationText = None


class RescheduleRequested(InterviewEvent, name="interview.reschedule_requested"):
    sentence = "The candidate asks for another time"
    comment: CommunicationText = None


class InvitationSent(InterviewEvent, name="interview.invitation_sent"):
    sentence = "Interview mail sent: {method}"
    correctable = False
    method: Code
    """request, cancel or reminder."""
    sequence: Count
    mail_id: UUID
    interviewer_id: UUID | None = None
    """To whom; to the candidate if nobody is named."""
    recipient: CommunicationText = None


class InvitationBounced(InterviewEvent, name="interview.invitation_bounced"):
    sentence = "Interview mail came back: {code}"
    correctable = False
    code: Code
    permanent: bool
    interviewer_id: UUID | None = None


class ScorecardSubmitted(InterviewEvent, name="interview.scorecard_submitted"):
    # How someone was assessed is not told where everybody reads: see api/scorecards.py.
    sentence = "Scorecard submitted"
    interviewer_id: UUID
    overall: Code
    ratings: tuple[Rating, ...] | None = None
    revises: Count | None = None
    """The version, in this stream, of the scorecard it replaces."""
    notes: EvaluationText = None


class ScorecardReminded(InterviewEvent, name="interview.scorecard_reminded"):
    sentence = "Interviewer reminded of the scorecard"
    interviewer_id: UUID


class InterviewAlreadyHeld(Refusal):
    """Interview {interview_id} has already been held."""

    status = 409


class InterviewIsCancelled(Refusal):
    """Interview {interview_id} is cancelled; arrange another one."""

    status = 409


class InterviewWasMissed(Refusal):
    """Somebody did not come to interview {interview_id}; arrange another one."""

    status = 409


class EndsBeforeItStarts(Refusal):
    """The interview would end before it starts."""


class UnknownTimeZone(Refusal):
    """{time_zone} is no time zone of the IANA database."""


class NothingRearranged(Refusal):
    """The interview is already arranged like that."""


class NotAnInterviewer(Refusal):
    """{interviewer_id} is not to interview there."""


class BeforeScheduling(Refusal):
    """The interview was arranged on {on}; that cannot have come before it."""


class RescheduleInstead(Refusal):
    """Whoever is invited to interview {interview_id} has to hear of another time: reschedule it."""

    status = 409


class InterviewState(StrEnum):
    """How an interview stands."""

    SCHEDULED = "scheduled"
    HELD = "held"
    CANCELLED = "cancelled"
    NO_SHOW = "no_show"


_ENDED = {
    InterviewState.HELD: InterviewAlreadyHeld,
    InterviewState.CANCELLED: InterviewIsCancelled,
    InterviewState.NO_SHOW: InterviewWasMissed,
}


@dataclass(frozen=True, order=True)
class Arrangement:
    """How an interview was to be from a time on, and which event said so."""

    since: datetime
    version: int
    starts_at: datetime | None = field(compare=False)
    ends_at: datetime | None = field(compare=False)
    time_zone: str | None = field(compare=False)
    interviewer_ids: tuple[UUID, ...] = field(compare=False)
    kit: KitReference | None = field(compare=False)
    silent: bool = field(compare=False)


@dataclass
class Interview:
    """An interview of an application, late entries put in their place in time."""

    application_id: UUID
    stage_id: str | None
    scheduled: int
    """The version of the event that scheduled it."""
    invitation_id: UUID | None = None
    arrangements: list[Arrangement] = field(default_factory=list)
    ends: list[tuple[datetime, int, InterviewState]] = field(default_factory=list)
    sequence: int = 0

    @property
    def now(self) -> Arrangement:
        """The latest arrangement in the world's time."""
        return self.arrangements[-1]

    @property
    def interviewer_ids(self) -> tuple[UUID, ...]:
        return self.now.interviewer_ids

    @property
    def state(self) -> InterviewState:
        return self.ends[-1][2] if self.ends else InterviewState.SCHEDULED

    @property
    def held(self) -> bool:
        return self.state is InterviewState.HELD

    @property
    def called_off(self) -> bool:
        return self.state is InterviewState.CANCELLED

    def at(self, moment: datetime) -> Arrangement:
        """The arrangement at a moment; the first one before there was any."""
        earlier = (one for one in self.arrangements if one.since <= moment)
        return max(earlier, default=self.arrangements[0])

    def ended_by(self, moment: datetime) -> InterviewState | None:
        """How it had ended by then, if it had."""
        return next((state for since, _, state in self.ends if since <= moment), None)

    def is_met_by(self, member_id: UUID) -> bool:
        """Whether someone is to interview there, or did: they may know of the candidate."""
        waits_or_held = self.state in (InterviewState.SCHEDULED, InterviewState.HELD)
        return waits_or_held and member_id in self.interviewer_ids


class Interviews(Applications):
    """The decisions about a candidate's interviews."""

    interviews: dict[UUID, Interview] = field(default_factory=dict)
    scorecards: dict[tuple[UUID, UUID], int] = field(default_factory=dict)
    """The version of each interviewer's last scorecard of each interview."""

    def interview(self, id: UUID) -> Interview:
        """One of the candidate's interviews. Raises NotFound."""
        try:
            return self.interviews[id]
        except KeyError:
            raise NotFound(what="interview", id=id) from None

    def schedule_interview(
        self,
        application_id: UUID,
        interview_id: UUID,
        plan: InterviewPlan,
        *,
        starts_at: datetime | None,
        ends_at: datetime | None,
        time_zone: str | None = None,
        stage_id: str | None = None,
        interviewer_ids: tuple[UUID, ...] = (),
        location: str | None = None,
        kit: KitReference | None = None,
        invitation_id: UUID | None = None,
        silent: bool = False,
        despite_conflicts: bool = False,
    ) -> None:
        """Arranges an interview. An imported history may not know when it was to be."""
        self._undecided(application_id)
        if stage_id is not None:
            self.named(stage_id, plan)
        self._guard_time(starts_at, ends_at, time_zone)
        self.happened(
            InterviewScheduled,
            application_id=application_id,
            interview_id=interview_id,
            stage_to_be=stage_id,
            starts_at=starts_at,
            ends_at=ends_at,
            time_zone=time_zone,
            interviewer_ids=tuple(dict.fromkeys(interviewer_ids)),
            location=location,
            kit=kit,
            invitation_id=invitation_id,
            silent=silent,
            despite_conflicts=despite_conflicts,
        )

    def stage_of_next_interview(
        self, application_id: UUID, plan: InterviewPlan, stage_id: str | None
    ) -> str | None:
        """The stage that an interview arranged now would belong to."""
        if stage_id is not None:
            return stage_id
        application = self.application(application_id)
        standing = application.standing_at(self.occurring)
        # Where it stands counts too, if that is a stage of interviews.
        if standing.kind is StageKind.INTERVIEW:
            return standing.stage
        stage = plan.next(StageKind.INTERVIEW, application.passed, standing.stage)
        return stage.id if stage else None

    def rearrange_interview(
        self,
        interview_id: UUID,
        *,
        starts_at: datetime | None = None,
        ends_at: datetime | None = None,
        time_zone: str | None = None,
        interviewer_ids: tuple[UUID, ...] | None = None,
        location: str | None = None,
        kit: KitReference | None = None,
        reason_code: str | None = None,
        silent: bool = False,
        despite_conflicts: bool = False,
    ) -> None:
        """Moves an interview that is still to be held, or changes it; what is omitted stays."""
        interview = self._to_be_held(interview_id)
        self._undecided(interview.application_id)
        before = interview.at(self.occurring)
        time = (
            starts_at or before.starts_at,
            ends_at or before.ends_at,
            time_zone or before.time_zone,
        )
        self._guard_time(*time)
        ids = before.interviewer_ids if interviewer_ids is None else interviewer_ids
        ids = tuple(dict.fromkeys(ids))
        moved = time != (before.starts_at, before.ends_at, before.time_zone)
        changed = moved or ids != before.interviewer_ids or location is not None
        self.guard(changed, NothingRearranged())
        self.happened(
            InterviewRescheduled if moved else InterviewChanged,
            application_id=interview.application_id,
            interview_id=interview_id,
            stage_to_be=interview.stage_id,
            invitation_id=interview.invitation_id,
            starts_at=time[0],
            ends_at=time[1],
            time_zone=time[2],
            interviewer_ids=ids,
            released_ids=tuple(id for id in before.interviewer_ids if id not in ids),
            location=location,
            kit=kit or before.kit,
            reason_code=reason_code,
            sequence=interview.sequence + 1,
            silent=silent,
            despite_conflicts=despite_conflicts,
        )

    def cancel_interview(
        self,
        interview_id: UUID,
        reason_code: str,
        *,
        cancelled_by: Party = Party.US,
        silent: bool = False,
    ) -> None:
        """Calls an interview off. A closed application takes that too: it tidies up."""
        interview = self._to_be_held(interview_id, ever=True)
        self.guard_begun(self.application(interview.application_id))
        self.happened(
            InterviewCancelled,
            application_id=interview.application_id,
            interview_id=interview_id,
            reason_code=reason_code,
            cancelled_by=cancelled_by,
            sequence=interview.sequence + 1,
            interviewer_ids=interview.at(self.occurring).interviewer_ids,
            silent=silent,
        )

    def hold_interview(self, interview_id: UUID, plan: InterviewPlan) -> None:
        """Records that an arranged interview took place."""
        interview = self._to_be_held(interview_id, ever=True)
        application = self._undecided(interview.application_id)
        self.happened(
            Interviewed,
            application_id=application.id,
            interview_id=interview_id,
            **self.forward(application, StageKind.INTERVIEW, plan, interview.stage_id),
        )

    def miss_interview(
        self, interview_id: UUID, absent: Party, interviewer_id: UUID | None = None
    ) -> None:
        """Records that an arranged interview did not take place, because somebody did not come."""
        interview = self._to_be_held(interview_id, ever=True)
        self.guard_begun(self.application(interview.application_id))
        if interviewer_id is not None:
            self._guard_interviewer(interview, interviewer_id)
        self.happened(
            InterviewNoShow,
            application_id=interview.application_id,
            interview_id=interview_id,
            absent=absent,
            interviewer_id=interviewer_id,
        )

    def answer_interview(
        self,
        interview_id: UUID,
        participation: Participation,
        *,
        interviewer_id: UUID | None = None,
        sequence: int | None = None,
        comment: str | None = None,
    ) -> None:
        """Keeps what somebody invited answers. It changes nothing by itself: a person decides.

        Without a sequence it is about the interview as it is arranged now.
        """
        interview = self.interview(interview_id)
        if interviewer_id is not None:
            self._guard_interviewer(interview, interviewer_id)
        self.happened(
            InterviewAnswered,
            application_id=interview.application_id,
            interview_id=interview_id,
            participation=participation,
            interviewer_id=interviewer_id,
            sequence=interview.sequence if sequence is None else sequence,
            comment=comment,
        )

    def request_rescheduling(self, interview_id: UUID, comment: str | None = None) -> None:
        """Keeps that the candidate asks for another time."""
        interview = self._to_be_held(interview_id, ever=True)
        self.happened(
            RescheduleRequested,
            application_id=interview.application_id,
            interview_id=interview_id,
            comment=comment,
        )

    def asks_for_another_time(self, interview_id: UUID) -> bool:
        """Whether the candidate asked for another time since it was arranged last."""
        since = self.interview(interview_id).now.version
        return any(
            isinstance(event, RescheduleRequested) and event.interview_id == interview_id
            for event in self.history[since:]
        )

    def note_interview_mail(
        self, interview_id: UUID, event_class: type[Event], **said: Any
    ) -> None:
        """Records that a mail about an interview went out, or came back."""
        self.happened(
            event_class,
            application_id=self.interview(interview_id).application_id,
            interview_id=interview_id,
            **said,
        )

    def submit_scorecard(
        self,
        interview_id: UUID,
        interviewer_id: UUID,
        overall: str,
        notes: str | None = None,
        ratings: tuple[Rating, ...] | None = None,
    ) -> None:
        """Keeps one interviewer's assessment; a second one replaces the first.

        It is evidence: a closed application takes it too.
        """
        interview = self.interview(interview_id)
        self.guard(
            interview.state is not InterviewState.CANCELLED,
            InterviewIsCancelled(interview_id=interview_id),
        )
        application = self.application(interview.application_id)
        self.guard_begun(application)
        self.happened(
            ScorecardSubmitted,
            application_id=application.id,
            interview_id=interview_id,
            interviewer_id=interviewer_id,
            overall=overall,
            ratings=ratings or None,
            revises=self.scorecards.get((interview_id, interviewer_id)),
            notes=notes,
        )

    def remind_of_scorecard(self, interview_id: UUID, interviewer_id: UUID) -> None:
        """Records that an interviewer was asked for the scorecard that is missing."""
        self.happened(
            ScorecardReminded,
            application_id=self.interview(interview_id).application_id,
            interview_id=interview_id,
            interviewer_id=interviewer_id,
        )

    def has_scorecard(self, interview_id: UUID, interviewer_id: UUID) -> bool:
        """Whether an interviewer has handed in the assessment."""
        return (interview_id, interviewer_id) in self.scorecards

    def owes_scorecard(self, application_id: UUID, member_id: UUID) -> bool:
        """Whether someone is still to assess an application, and so is told no other's opinion."""
        return any(
            interview.application_id == application_id
            and interview.is_met_by(member_id)
            and not self.has_scorecard(id, member_id)
            for id, interview in self.interviews.items()
        )

    def upcoming_interviews(self, application_id: UUID) -> Iterator[UUID]:
        """The interviews still to come."""
        for id, interview in self.interviews.items():
            waits = interview.state is InterviewState.SCHEDULED
            if waits and interview.application_id == application_id:
                starts_at = interview.now.starts_at
                if starts_at is not None and starts_at > self.occurring:
                    yield id

    def wind_up(self, application: Application) -> None:
        """Calls off what was still to come; an imported history is told as it was."""
        if self.anomalies is not None:
            return
        withdrew = application.now.status == Status.WITHDRAWN
        for id in list(self.upcoming_interviews(application.id)):
            by = Party.CANDIDATE if withdrew else Party.US
            self.cancel_interview(id, APPLICATION_ENDED, cancelled_by=by)

    def guard_correction(self, entry: Event, instead: Event) -> None:
        super().guard_correction(entry, instead)
        if not isinstance(instead, InterviewArranged) or not isinstance(entry, InterviewArranged):
            return
        self._guard_time(instead.starts_at, instead.ends_at, instead.time_zone)
        interview = self.interview(entry.interview_id)
        first = self.as_if(instead).interviews[entry.interview_id].arrangements[0]
        self.guard(
            first.version == interview.scheduled, BeforeScheduling(on=first.since.isoformat())
        )
        in_force = interview.now.version == entry.originator_version
        comes = max((t for t in (entry.starts_at, instead.starts_at) if t), default=None)
        moved = (entry.starts_at, entry.ends_at) != (instead.starts_at, instead.ends_at)
        if in_force and moved and interview.state is InterviewState.SCHEDULED and comes:
            self.guard(comes <= self._now, RescheduleInstead(interview_id=entry.interview_id))

    def _to_be_held(self, id: UUID, *, ever: bool = False) -> Interview:
        """An interview that has not ended; or, for a late entry, had not by then.

        With `ever`, not even later: it ends once.
        """
        interview = self.interview(id)
        state = interview.ended_by(self.occurring)
        if ever and interview.ends:
            state = interview.state
        if state is not None:
            self.guard(False, _ENDED[state](interview_id=id))
        arranged = interview.arrangements[0].since
        self.guard(ever or self.occurring >= arranged, BeforeScheduling(on=arranged.isoformat()))
        return interview

    def _guard_interviewer(self, interview: Interview, interviewer_id: UUID) -> None:
        ever = {id for one in interview.arrangements for id in one.interviewer_ids}
        self.guard(interviewer_id in ever, NotAnInterviewer(interviewer_id=interviewer_id))

    def _guard_time(
        self, starts_at: datetime | None, ends_at: datetime | None, time_zone: str | None
    ) -> None:
        if starts_at is not None and ends_at is not None and ends_at <= starts_at:
            raise EndsBeforeItStarts
        if time_zone is not None:
            self.guard(is_time_zone(time_zone), UnknownTimeZone(time_zone=time_zone))

    def note_interview(self, event: InterviewEvent) -> None:
        """Notes what happened to an interview."""
        match event:
            case InterviewScheduled():
                self.interviews[event.interview_id] = Interview(
                    event.application_id,
                    event.stage_to_be,
                    event.originator_version,
                    event.invitation_id,
                )
                self._note_arrangement(event)
            case InterviewArranged():
                self._note_arrangement(event)
            case Interviewed():
                self._note_end(event, InterviewState.HELD)
                self.note_application(event)
            case InterviewCancelled():
                self._note_end(event, InterviewState.CANCELLED)
            case InterviewNoShow():
                self._note_end(event, InterviewState.NO_SHOW)
            case ScorecardSubmitted():
                about = event.interview_id, event.interviewer_id
                self.scorecards[about] = event.originator_version

    def _note_arrangement(self, event: InterviewArranged) -> None:
        interview = self.interviews[event.interview_id]
        arrangement = Arrangement(
            event.timestamp,
            event.originator_version,
            event.starts_at,
            event.ends_at,
            event.time_zone,
            event.interviewer_ids,
            event.kit,
            event.silent,
        )
        insort(interview.arrangements, arrangement)
        if isinstance(event, InterviewArrangedAnew):
            interview.sequence = max(interview.sequence, event.sequence)

    def _note_end(self, event: InterviewEvent, state: InterviewState) -> None:
        interview = self.interviews[event.interview_id]
        insort(interview.ends, (event.timestamp, event.originator_version, state))
        if isinstance(event, InterviewCancelled):
            interview.sequence = max(interview.sequence, event.sequence)


def is_time_zone(name: str) -> bool:
    """Whether the IANA database has a zone of this name."""
    try:
        ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        return False
    return True
