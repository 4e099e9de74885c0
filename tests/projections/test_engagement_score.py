"""Engagement scores, small enough to compute by hand."""

from typing import Any
from uuid import uuid4

import pytest

from domain.candidate import Candidate
from domain.outreach import TouchpointClicked, TouchpointReplied
from projections.asked import resolve
from projections.catalogue import READ_MODELS
from projections.metrics.answer import chosen_policy
from projections.metrics.engagement_score import ENGAGEMENT_SCORE, Score, score_of
from projections.metrics.policy import UnknownPolicy
from projections.metrics.question import Question
from store.log import Log
from tests import examples
from tests.answers import answer, happened
from tests.examples import day, the_touchpoint


def reached() -> Candidate:
    """Someone met on day 10."""
    candidate = Candidate.begin(uuid4()).at(day(10))
    candidate.register(full_name="Grace Hopper", origin="sourced")
    candidate.grant_consent("contact", "v1")
    candidate.nurture(uuid4(), "phone", logged_by_hand=True)
    return candidate


def replied(number: float) -> Candidate:
    candidate = reached().at(day(number))
    candidate.touchpoint_outcome(TouchpointReplied, the_touchpoint(candidate))
    return candidate


def scores(log: Log, number: float, **asks: Any) -> Any:
    return answer(log, ENGAGEMENT_SCORE, as_of=day(number), **asks)


def score(log: Log, candidate: Candidate, number: float, policy: str | None = None) -> Score:
    with log.database.transaction(log.organisation) as connection:
        asked, question = resolve(connection, READ_MODELS, as_of=day(number)), Question()
        chosen = chosen_policy(connection, asked, ENGAGEMENT_SCORE, policy, question)
        return score_of(connection, asked, chosen, question, candidate.id)


def test_a_reply_fades_by_half_in_a_half_life(log: Log) -> None:
    candidate = replied(20)
    happened(log, candidate)
    assert score(log, candidate, 20).score == 30
    assert score(log, candidate, 200).score == pytest.approx(15)
    assert score(log, candidate, 29, "reply:80-half_life_days:3").score == pytest.approx(10)


def test_responses_add_up_to_a_hundred_at_most(log: Log) -> None:
    candidate = reached().at(day(20))
    for _ in range(2):
        candidate.attend("meetup")
    candidate.apply_for(uuid4(), examples.open_requisition())
    happened(log, candidate)
    assert score(log, candidate, 20).score == 85
    candidate.attend("meetup")
    happened(log, candidate)
    assert score(log, candidate, 20).score == 100


def test_a_mail_scanners_click_does_not_count(log: Log) -> None:
    candidate = reached().at(day(20))
    for by_scanner in (True, False):
        touchpoint = the_touchpoint(candidate)
        candidate.touchpoint_outcome(TouchpointClicked, touchpoint, by_scanner=by_scanner)
    happened(log, candidate)
    assert score(log, candidate, 20).score == 10


def test_a_score_shows_what_it_is_made_of(log: Log) -> None:
    candidate = replied(20).at(day(200))
    candidate.attend("meetup")
    happened(log, candidate)
    found = score(log, candidate, 380)
    assert (found.policy, found.weights["half_life_days"]) == ("standard", 180)
    assert found.scored_at == day(380)
    assert [
        (response.kind, response.occurred_at, response.weight) for response in found.responses
    ] == [("attended", day(200), 25), ("replied", day(20), 30)]
    contributions = [response.contribution for response in found.responses]
    assert contributions == pytest.approx([12.5, 7.5])
    assert found.score == pytest.approx(20)
    positions = [response.position for response in found.responses]
    assert [fact.topic for fact in log.facts.at_positions(positions)] == [
        "touchpoint.replied",
        "candidate.attended_event",
    ]


def test_what_is_older_than_any_number_can_tell_counts_for_nothing(log: Log) -> None:
    candidate = replied(20)
    happened(log, candidate)
    assert score(log, candidate, 3000, "half_life_days:1").score == pytest.approx(0)


def test_the_people_reached_are_scored_each(log: Log) -> None:
    warm, tepid, cold = replied(20), replied(20), reached()
    warm.attend("meetup")
    unreached = Candidate.begin(uuid4()).at(day(20))
    unreached.register(full_name="Ada Lovelace")
    unreached.attend("meetup")
    happened(log, warm, tepid, cold, unreached)
    found = scores(log, 20)
    assert (found.people, found.median_score) == (3, 30)
    assert found.mean_score == pytest.approx((55 + 30 + 0) / 3)


def test_a_score_in_a_window_is_for_its_end(log: Log) -> None:
    happened(log, replied(20))
    found = scores(log, 400, since=day(5), until=day(200))
    assert found.mean_score == pytest.approx(15)
    assert scores(log, 400, since=day(5), until=day(15)).mean_score == 0


@pytest.mark.parametrize("policy", ["half_life_days:0", "reply:101", "reply:-1", "reply:many"])
def test_a_policy_without_sense_is_refused(log: Log, policy: str) -> None:
    with pytest.raises(UnknownPolicy):
        scores(log, 20, policy=policy)
