"""Interviews: arranged, held, and assessed."""

from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from domain.application import ApplicationEvent, Applications, StandingEvent
from domain.errors import NotFound, Refusal
from domain.event import ApplicationText, Code, EvaluationText, Event, Moment, Words
from domain.plan import InterviewPlan, StageKind


class InterviewScheduled(ApplicationEvent, name="interview.scheduled"):
    sentence = "Interview scheduled for {starts_at}"
    interview_id: UUID
    stage_to_be: Code | None = None
    starts_at: Moment | None = None
    ends_at: Moment | None = None
    time_zone: Words | None = None
    interviewer_ids: tuple[UUID, ...] = ()
    location: ApplicationText = None


class Interviewed(StandingEvent, name="interview.held"):
    sentence = "Interviewed"
    interview_id: UUID


class ScorecardSubmitted(ApplicationEvent, name="interview.scorecard_submitted"):
    sentence = "Scorecard submitted: {overall}"
    interview_id: UUID
    interviewer_id: UUID
    overall: Code
    notes: EvaluationText = None


class ScorecardReminded(ApplicationEvent, name="interview.scorecard_reminded"):
    sentence = "Interviewer reminded of the scorecard"
    interview_id: UUID
    interviewer_id: UUID


class InterviewAlreadyHeld(Refusal):
    """Interview {interview_id} has already been held."""

    status = 409


class EndsBeforeItStarts(Refusal):
    """The interview would end before it starts."""


@dataclass
class Interview:
    """An arranged interview of an application."""

    application_id: UUID
    stage_id: str | None
    interviewer_ids: tuple[UUID, ...] = ()
    held: bool = False


class Interviews(Applications):
    """The decisions about a candidate's interviews."""

    interviews: dict[UUID, Interview] = field(default_factory=dict)

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
    ) -> None:
        """Arranges an interview. An imported history may not know when it was to be."""
        self._undecided(application_id)
        if stage_id is not None:
            self.named(stage_id, plan)
        _guard_order(starts_at, ends_at)
        self.happened(
            InterviewScheduled,
            application_id=application_id,
            interview_id=interview_id,
            stage_to_be=stage_id,
            starts_at=starts_at,
            ends_at=ends_at,
            time_zone=time_zone,
            interviewer_ids=interviewer_ids,
            location=location,
        )

    def hold_interview(self, interview_id: UUID, plan: InterviewPlan) -> None:
        """Records that an arranged interview took place."""
        interview = self.interview(interview_id)
        application = self._undecided(interview.application_id)
        self.guard(not interview.held, InterviewAlreadyHeld(interview_id=interview_id))
        self.happened(
            Interviewed,
            application_id=application.id,
            interview_id=interview_id,
            **self.forward(application, StageKind.INTERVIEW, plan, interview.stage_id),
        )

    def submit_scorecard(
        self, interview_id: UUID, interviewer_id: UUID, overall: str, notes: str | None = None
    ) -> None:
        """Keeps one interviewer's assessment. It is evidence: a closed application takes it too."""
        application = self.application(self.interview(interview_id).application_id)
        self.guard_begun(application)
        self.happened(
            ScorecardSubmitted,
            application_id=application.id,
            interview_id=interview_id,
            interviewer_id=interviewer_id,
            overall=overall,
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
        return any(
            isinstance(event, ScorecardSubmitted)
            and (event.interview_id, event.interviewer_id) == (interview_id, interviewer_id)
            for event in self.history
        )

    def guard_correction(self, entry: Event, instead: Event) -> None:
        super().guard_correction(entry, instead)
        if isinstance(instead, InterviewScheduled):
            _guard_order(instead.starts_at, instead.ends_at)

    def note_interview(self, event: InterviewScheduled | Interviewed) -> None:
        """Notes what happened to an interview."""
        if isinstance(event, InterviewScheduled):
            self.interviews[event.interview_id] = Interview(
                event.application_id, event.stage_to_be, event.interviewer_ids
            )
        else:
            self.interviews[event.interview_id].held = True
            self.note_application(event)


def _guard_order(starts_at: datetime | None, ends_at: datetime | None) -> None:
    if starts_at is not None and ends_at is not None and ends_at <= starts_at:
        raise EndsBeforeItStarts
