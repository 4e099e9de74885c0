"""Candidate satisfaction, small enough to compute by hand, and what of it stays hidden."""

from typing import Any
from uuid import uuid4

import pytest

from domain.candidate import Candidate
from domain.feedback import SurveyMoment
from projections.asked import resolve
from projections.catalogue import READ_MODELS
from projections.metrics.candidate_satisfaction import CANDIDATE_SATISFACTION
from projections.metrics.explain import Against, compared
from projections.metrics.metric import ToldInConfidence, cases
from projections.metrics.question import Question
from store.log import Log
from tests import examples
from tests.answers import answer, happened
from tests.examples import day

ALL_SCORES = (10, 9, 8, 7, 6, 0, 10, 10)  # four promoters, two passives, two detractors


def answered(
    *scores: int, source: str = "referral", on: float = 5, moment: str = "interview"
) -> list[Candidate]:
    """People of one source who answered, one each."""
    people = []
    for score in scores:
        candidate = Candidate.begin(uuid4()).at(day(1))
        candidate.register(full_name="Ada Lovelace", source=source)
        candidate.at(day(on)).answer_survey(SurveyMoment(moment), score)
        people.append(candidate)
    return people


def satisfaction(log: Log, **asks: Any) -> Any:
    return answer(log, CANDIDATE_SATISFACTION, **asks)


def by_source(log: Log, **asks: Any) -> dict[str, tuple[int, float | None]]:
    """Source: answers, and the cNPS shown."""
    found = satisfaction(log, by=("source",), **asks)
    assert all((row.cnps is None) == row.hidden for row in found.rows)
    return {row.group: (row.n, row.cnps) for row in found.rows}


def test_it_is_the_share_of_promoters_less_that_of_detractors(log: Log) -> None:
    happened(log, *answered(*ALL_SCORES))
    found = satisfaction(log)
    assert (found.n, found.promoters, found.passives, found.detractors) == (8, 4, 2, 2)
    assert (found.cnps, found.hidden) == (25, False)


def test_rejected_people_are_heard_too(log: Log) -> None:
    candidate = examples.rejected_after_interview()
    candidate.answer_survey(SurveyMoment.OUTCOME, 3)
    happened(log, candidate)
    assert satisfaction(log).n == 1


def test_too_few_answers_are_not_told_of(log: Log) -> None:
    happened(log, *answered(0, 0, 0, 0))
    found = satisfaction(log)
    assert (found.n, found.hidden) == (4, True)
    assert (found.promoters, found.passives, found.detractors, found.cnps) == (None,) * 4
    happened(log, *answered(0))
    assert satisfaction(log).cnps == -100


def test_a_hidden_group_cannot_be_computed_from_the_others(log: Log) -> None:
    happened(
        log,
        *answered(0, source="agency"),
        *answered(10, 10, 10, 10, 10, source="job_board"),
        *answered(9, 9, 9, 9, 9, 9, source="referral"),
    )
    assert by_source(log) == {"agency": (1, None), "job_board": (5, None), "referral": (6, 100)}


def test_two_hidden_groups_with_too_few_answers_between_them_hide_a_third(log: Log) -> None:
    happened(
        log,
        *answered(0, source="agency"),
        *answered(0, 0, source="event"),
        *answered(10, 10, 10, 10, 10, source="job_board"),
        *answered(9, 9, 9, 9, 9, 9, source="referral"),
    )
    hidden = {source for source, (_, cnps) in by_source(log).items() if cnps is None}
    assert hidden == {"agency", "event", "job_board"}


def test_groups_that_hide_each_other_hide_no_third(log: Log) -> None:
    happened(
        log,
        *answered(0, 0, source="agency"),
        *answered(0, 0, 0, source="event"),
        *answered(10, 10, 10, 10, 10, source="job_board"),
    )
    assert by_source(log)["job_board"] == (5, 100)


def test_a_hidden_month_cannot_be_computed_from_the_year(log: Log) -> None:
    happened(
        log,
        *answered(*ALL_SCORES, on=5),
        *answered(0, on=35),
        *answered(*ALL_SCORES, 10, on=65),
    )
    found = satisfaction(log, since=day(0), until=day(90), every="month")
    assert [(row.n, row.hidden) for row in found.rows] == [(8, True), (1, True), (9, False)]


def test_each_moment_can_be_asked_about_alone(log: Log) -> None:
    happened(log, *answered(*ALL_SCORES), *answered(0, 0, 0, 0, 0, moment="outcome"))
    assert satisfaction(log).n == 13
    assert satisfaction(log, policy="outcome").cnps == -100


def test_a_question_may_ask_for_more_answers_but_not_for_fewer(log: Log) -> None:
    happened(log, *answered(*ALL_SCORES))
    assert satisfaction(log, policy="min_n:9").hidden
    assert satisfaction(log, policy="min_n:2").policy == "any"


def test_an_adopted_policy_may_ask_for_fewer(log: Log) -> None:
    happened(log, *answered(10, 10))
    organisation = log.organisation_itself()
    organisation.adopt_policy("candidate-satisfaction", "any-min_n:2")
    happened(log, organisation)
    assert satisfaction(log).cnps == 100


def test_who_answered_what_is_not_told(log: Log) -> None:
    happened(log, *answered(*ALL_SCORES))
    window = Question(day(0), day(30))
    with log.database.transaction(log.organisation) as connection:
        asked = resolve(connection, READ_MODELS)
        policy = CANDIDATE_SATISFACTION.policy()
        with pytest.raises(ToldInConfidence, match="told in confidence"):
            cases(connection, asked, CANDIDATE_SATISFACTION, policy, window)
        with pytest.raises(ToldInConfidence):
            compared(connection, asked, CANDIDATE_SATISFACTION, window, None, Against())
