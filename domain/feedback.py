"""What was learned afterwards: what candidates answered, and how hires turned out."""

from enum import StrEnum
from typing import Annotated
from uuid import UUID

from pydantic import Field

from domain.application import ApplicationEvent, Status
from domain.errors import Refusal
from domain.event import Percent, SurveyText
from domain.merging import CandidateEvent
from domain.start import Starts

Score = Annotated[int, Field(ge=0, le=10, description="How likely to recommend us, 0 to 10.")]
Day = Annotated[int, Field(ge=1, le=730, description="Days after the start: 90, 180 or 365.")]


class SurveyMoment(StrEnum):
    """What had just happened when a candidate was asked."""

    APPLICATION = "application"
    INTERVIEW = "interview"
    OUTCOME = "outcome"


class SurveyAnswered(CandidateEvent, name="survey.answered"):
    sentence = "Answered the survey about the {moment}: {score} of 10"
    moment: SurveyMoment
    application_id: UUID | None = None
    survey_id: UUID | None = None
    """The question it answers; omitted: told by other means."""
    score: Score
    comment: SurveyText = None


class PostHireOutcomeRecorded(ApplicationEvent, name="hire.outcome_recorded"):
    sentence = "Outcome of the hire recorded, day {day}"
    day: Day
    performance: Percent | None = None
    ramp_up: Percent | None = None
    manager_satisfaction: Percent | None = None
    retained: bool | None = None


class NotHired(Refusal):
    """The application is {standing} and was not hired then; only a hire has an outcome."""

    status = 409


class Feedback(Starts):
    """What is kept about how it went. It is evidence: a closed application takes it too."""

    def answer_survey(
        self,
        moment: SurveyMoment,
        score: int,
        *,
        application_id: UUID | None = None,
        survey_id: UUID | None = None,
        comment: str | None = None,
    ) -> None:
        """Keeps what the candidate answered, about one application or about all of it."""
        if application_id is not None:
            self.application(application_id)
        self.happened(
            SurveyAnswered,
            moment=moment,
            application_id=application_id,
            survey_id=survey_id,
            score=score,
            comment=comment,
        )

    def record_outcome(
        self,
        application_id: UUID,
        day: int,
        *,
        performance: int | None = None,
        ramp_up: int | None = None,
        manager_satisfaction: int | None = None,
        retained: bool | None = None,
    ) -> None:
        """Keeps how a hire turned out so many days after the start."""
        application = self.application(application_id)
        self.guard_begun(application)
        standings = application.now, application.standing_at(self.occurring)
        self.guard(
            Status.HIRED in {standing.status for standing in standings},
            NotHired(standing=application.now.status),
        )
        self.happened(
            PostHireOutcomeRecorded,
            application_id=application_id,
            day=day,
            performance=performance,
            ramp_up=ramp_up,
            manager_satisfaction=manager_satisfaction,
            retained=retained,
        )
