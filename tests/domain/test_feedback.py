"""What candidates answer, and how hires turn out."""

from uuid import uuid4

import pytest
from pydantic import ValidationError

from domain.application import BeforeApplication, Status
from domain.errors import NotFound
from domain.feedback import NotHired, PostHireOutcomeRecorded, SurveyAnswered, SurveyMoment
from domain.plan import STANDARD_PLAN
from tests import examples
from tests.examples import day, the_application


def test_a_rejected_candidate_answers_too() -> None:
    candidate = examples.rejected_after_interview()
    application = the_application(candidate)
    candidate.answer_survey(
        SurveyMoment.OUTCOME, 2, application_id=application.id, comment="Took too long"
    )
    event = candidate.pending_events[-1]
    assert isinstance(event, SurveyAnswered)
    assert (event.moment, event.score, event.application_id) == ("outcome", 2, application.id)
    assert application.now.status == Status.REJECTED


@pytest.mark.parametrize("score", [-1, 11])
def test_an_answer_is_between_0_and_10(score: int) -> None:
    candidate = examples.ada()
    with pytest.raises(ValidationError, match="score"):
        candidate.answer_survey(SurveyMoment.APPLICATION, score)
    assert candidate.version == 1


def test_an_answer_is_about_one_of_the_candidates_own_applications() -> None:
    with pytest.raises(NotFound, match="no application"):
        examples.applied().answer_survey(
            SurveyMoment.APPLICATION, 9, application_id=the_application(examples.applied()).id
        )


def test_a_hire_has_an_outcome() -> None:
    candidate = examples.hired()
    candidate.record_outcome(the_application(candidate).id, 90, performance=80, retained=True)
    event = candidate.pending_events[-1]
    assert isinstance(event, PostHireOutcomeRecorded)
    assert (event.day, event.performance, event.retained) == (90, 80, True)


def test_who_was_not_hired_has_no_outcome() -> None:
    candidate = examples.rejected_after_interview()
    with pytest.raises(NotHired, match="is rejected"):
        candidate.record_outcome(the_application(candidate).id, 90, performance=80)
    with pytest.raises(NotFound):
        candidate.record_outcome(uuid4(), 90)


def test_who_was_hired_then_has_an_outcome_of_that_time() -> None:
    candidate = examples.applied_on(day(1))
    application = the_application(candidate)
    candidate.at(day(9)).hire(application.id, STANDARD_PLAN, uuid4())
    candidate.at(day(99)).reverse_hire(application.id, "left", False)
    candidate.at(day(98)).record_outcome(application.id, 90, performance=80)
    with pytest.raises(NotHired, match="is open"):
        candidate.at(day(100)).record_outcome(application.id, 91)
    with pytest.raises(BeforeApplication):
        candidate.at(day(0)).record_outcome(application.id, 1)
