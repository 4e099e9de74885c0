"""Engagement of people reached, small enough to count by hand."""

from typing import Any
from uuid import uuid4

from domain.candidate import Candidate
from domain.outreach import (
    TouchpointBounced,
    TouchpointClicked,
    TouchpointDelivered,
    TouchpointOpened,
    TouchpointReplied,
)
from projections.asked import resolve
from projections.catalogue import READ_MODELS
from projections.engine import Projector
from projections.metrics.engagement import ENGAGEMENT
from store.envelope import Attribution
from store.ids import new_id
from store.log import Log
from tests import examples
from tests.examples import day, the_touchpoint
from tests.measured import measured

HOUR = 1 / 24


def contacted(*, by_hand: bool = False) -> Candidate:
    """Someone contacted on day 10."""
    candidate = Candidate.begin(uuid4()).at(day(1))
    candidate.register(full_name="Grace Hopper", origin="sourced")
    candidate.grant_consent("contact", "v1")
    candidate.at(day(10)).nurture(uuid4(), "email", logged_by_hand=by_hand)
    return candidate


def delivered() -> Candidate:
    candidate = contacted().at(day(10))
    candidate.touchpoint_outcome(TouchpointDelivered, the_touchpoint(candidate))
    return candidate


def counted(log: Log, candidate: Candidate) -> Any:
    log.record(candidate, by=Attribution("person", new_id(), "recruiter", "api"))
    projector = Projector(log.database, log.organisation)
    while projector.step():
        pass
    with log.database.transaction(log.organisation) as connection:
        return measured(
            connection, resolve(connection, READ_MODELS), ENGAGEMENT, since=day(5), until=day(30)
        )


def test_a_message_sent_is_not_yet_a_person_reached(log: Log) -> None:
    found = counted(log, contacted())
    assert (found.reached, found.engagement_rate) == (0, None)


def test_a_contact_logged_by_hand_has_reached(log: Log) -> None:
    assert counted(log, contacted(by_hand=True)).reached == 1


def test_a_message_that_bounces_within_three_days_has_not_reached(log: Log) -> None:
    candidate = delivered().at(day(13))
    candidate.touchpoint_outcome(TouchpointBounced, the_touchpoint(candidate))
    assert counted(log, candidate).reached == 0


def test_a_message_that_bounces_later_has_reached(log: Log) -> None:
    candidate = delivered().at(day(13 + HOUR))
    candidate.touchpoint_outcome(TouchpointBounced, the_touchpoint(candidate))
    assert counted(log, candidate).reached == 1


def test_a_reply_engages(log: Log) -> None:
    candidate = delivered().at(day(12))
    candidate.touchpoint_outcome(TouchpointReplied, the_touchpoint(candidate))
    assert counted(log, candidate).engagement_rate == 1.0


def test_a_reply_after_the_window_does_not_count(log: Log) -> None:
    candidate = delivered().at(day(30))
    candidate.touchpoint_outcome(TouchpointReplied, the_touchpoint(candidate))
    assert counted(log, candidate).engagement_rate == 0.0


def test_a_mail_scanners_click_is_no_response(log: Log) -> None:
    candidate = delivered().at(day(12))
    candidate.touchpoint_outcome(TouchpointClicked, the_touchpoint(candidate), by_scanner=True)
    assert counted(log, candidate).engaged == 0


def test_an_opening_stands_apart(log: Log) -> None:
    candidate = delivered().at(day(12))
    candidate.touchpoint_outcome(TouchpointOpened, the_touchpoint(candidate))
    found = counted(log, candidate)
    assert (found.engaged, found.opened, found.open_rate) == (0, 1, 1.0)


def test_an_application_afterwards_is_a_response_and_one_before_is_not(log: Log) -> None:
    candidate = delivered()
    candidate.at(day(8)).apply_for(uuid4(), examples.open_requisition())
    assert counted(log, candidate).engaged == 0
    candidate.at(day(12)).apply_for(uuid4(), examples.open_requisition())
    assert counted(log, candidate).engaged == 1
