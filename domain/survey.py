"""Asking: candidates how it was, and hiring managers how a hire turned out."""

from dataclasses import field
from datetime import datetime, timedelta
from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from domain.application import ApplicationEvent
from domain.consent import EMAIL, Consents
from domain.errors import NotFound, Refusal
from domain.event import Code, CommunicationText
from domain.feedback import Day, PostHireOutcomeRecorded, SurveyAnswered, SurveyMoment
from domain.merging import CandidateEvent

SURVEYS = "surveys"
"""What somebody opts out of who wants to be asked nothing any more."""

WaitDays = Annotated[int, Field(ge=0, le=60)]
ApartDays = Annotated[int, Field(ge=0, le=365)]


class SurveyRules(BaseModel):
    """What an organisation asks by itself; nothing until it says so."""

    model_config = ConfigDict(
        frozen=True,
        extra="forbid",
        json_schema_extra={
            "examples": [{"moments": ["interview", "outcome"], "asks_hire_outcomes": True}]
        },
    )

    moments: Annotated[
        tuple[SurveyMoment, ...],
        Field(
            max_length=3,
            description="After what candidates are asked how likely they are to recommend us.",
        ),
    ] = ()
    after_days: Annotated[WaitDays, Field(description="How long after it.")] = 1
    days_apart: Annotated[
        ApartDays, Field(description="One person is asked once within so many days.")
    ] = 14
    asks_hire_outcomes: Annotated[
        bool,
        Field(description="Whether hiring managers are asked 90, 180 and 365 days after a start."),
    ] = False


NO_SURVEYS = SurveyRules()


class SurveyAsked(CandidateEvent, name="survey.asked"):
    sentence = "Asked about the {moment}"
    correctable = False
    survey_id: UUID
    moment: SurveyMoment
    application_id: UUID
    mail_hash: Code
    recipient: CommunicationText = None


class HireOutcomeAsked(ApplicationEvent, name="hire.outcome_asked"):
    sentence = "The hiring manager was asked how the hire turned out, day {day}"
    correctable = False
    day: Day
    member_id: UUID
    reminds: bool = False
    mail_hash: Code


class AskedLately(Refusal):
    """The candidate was asked on {on}; the next survey can go out after {next_on}."""

    status = 409


class AnsweredAlready(Refusal):
    """You have answered already. Thank you."""

    status = 409


class Surveys(Consents):
    """The decisions about asking, and about answers to what was asked."""

    surveys: dict[UUID, SurveyAsked] = field(default_factory=dict)
    surveys_answered: set[UUID] = field(default_factory=set)
    outcomes_told: set[tuple[UUID, int]] = field(default_factory=set)
    outcomes_asked: dict[tuple[UUID, int], HireOutcomeAsked] = field(default_factory=dict)

    def guard_survey(self, rules: SurveyRules) -> None:
        """Refuses to ask who does not want it, whom it does not reach, or who was asked lately.

        Raises HasOptedOut, AddressBounced, AskedLately.
        """
        for channel in (SURVEYS, EMAIL):
            self.guard_not_opted_out(channel)
        self.guard_reachable(EMAIL)
        asked = [one.timestamp for history in self.histories for one in history.surveys.values()]
        latest = max(asked, default=datetime.min.replace(tzinfo=self.occurring.tzinfo))
        apart = timedelta(days=rules.days_apart)
        lately = bool(asked) and latest + apart > self.occurring
        next_on = latest + apart if lately else None
        self.guard(not lately, AskedLately(on=latest.date(), next_on=next_on))

    def note_survey_sent(
        self,
        survey_id: UUID,
        moment: SurveyMoment,
        application_id: UUID,
        mail_hash: str,
        recipient: str,
    ) -> None:
        """Records that the mail server took the question over."""
        self.happened(
            SurveyAsked,
            survey_id=survey_id,
            moment=moment,
            application_id=application_id,
            mail_hash=mail_hash,
            recipient=recipient,
        )

    def survey(self, id: UUID) -> SurveyAsked:
        """What was asked. Raises NotFound."""
        if id not in self.surveys:
            raise NotFound(what="survey", id=id)
        return self.surveys[id]

    def answer_asked(self, survey_id: UUID, score: int, comment: str | None) -> None:
        """Keeps what the candidate answers to a question. Raises AnsweredAlready."""
        asked = self.survey(survey_id)
        self.guard(survey_id not in self.surveys_answered, AnsweredAlready())
        self.answer_survey(
            asked.moment,
            score,
            application_id=asked.application_id,
            survey_id=survey_id,
            comment=comment,
        )

    def note_outcome_asked(
        self, application_id: UUID, day: int, member_id: UUID, mail_hash: str
    ) -> None:
        """Records that a hiring manager was asked, or reminded, how a hire turned out."""
        self.happened(
            HireOutcomeAsked,
            application_id=application_id,
            day=day,
            member_id=member_id,
            reminds=(application_id, day) in self.outcomes_asked,
            mail_hash=mail_hash,
        )

    def note_survey(self, event: CandidateEvent) -> None:
        """Notes what was asked and answered."""
        match event:
            case SurveyAsked():
                self.surveys[event.survey_id] = event
            case SurveyAnswered() if event.survey_id is not None:
                self.surveys_answered.add(event.survey_id)
            case HireOutcomeAsked():
                self.outcomes_asked[event.application_id, event.day] = event
            case PostHireOutcomeRecorded():
                self.outcomes_told.add((event.application_id, event.day))
