"""Keeping in touch, and bringing people back."""

from uuid import uuid4

import pytest

from domain.application import AlreadyApplied, Status
from domain.candidate import Candidate
from domain.consent import AddressBounced, HasOptedOut, NoConsentToWithdraw, NoValidConsent
from domain.errors import NotFound
from domain.outreach import (
    AttendedEvent,
    InActiveApplication,
    NotInPool,
    Nurtured,
    PreviousStillOpen,
    Reengaged,
    TouchpointBounced,
    TouchpointDelivered,
    TouchpointReplied,
)
from domain.requisition import RequisitionNotOpen
from tests import examples
from tests.examples import day, the_application, the_touchpoint


def prospect() -> Candidate:
    candidate = Candidate.begin(uuid4()).at(day(1))
    candidate.register(full_name="Grace Hopper", origin="sourced")
    candidate.grant_consent("contact", "v1", expires_at=day(100))
    return candidate


def test_a_pool_member_with_consent_is_contacted() -> None:
    talent_pool = examples.pool()
    candidate = examples.pool_member(talent_pool)
    candidate.nurture(uuid4(), "email", pool_id=talent_pool.id, subject="Hello")
    event = candidate.pending_events[-1]
    assert isinstance(event, Nurtured)
    assert (event.channel, event.pool_id) == ("email", talent_pool.id)


def test_nobody_is_contacted_without_consent() -> None:
    with pytest.raises(NoValidConsent, match="for contact"):
        examples.rejected_after_interview().nurture(uuid4(), "email")


def test_nobody_is_contacted_after_the_consent_expired() -> None:
    candidate = prospect()
    candidate.at(day(99)).nurture(uuid4(), "email")
    with pytest.raises(NoValidConsent, match="2025-04-11"):
        candidate.at(day(100)).nurture(uuid4(), "email")


def test_nobody_is_contacted_after_withdrawing_consent() -> None:
    candidate = prospect()
    candidate.withdraw_consent("contact")
    with pytest.raises(NoValidConsent):
        candidate.nurture(uuid4(), "email")


def test_a_new_consent_replaces_the_last() -> None:
    candidate = prospect()
    candidate.grant_consent("contact", "v2", expires_at=day(300))
    candidate.at(day(200)).nurture(uuid4(), "email")


def test_consent_for_something_else_is_no_consent_for_contact() -> None:
    candidate = examples.rejected_after_interview()
    candidate.grant_consent("research", "v1")
    with pytest.raises(NoValidConsent):
        candidate.nurture(uuid4(), "email")


def test_a_consent_not_given_is_not_withdrawn() -> None:
    with pytest.raises(NoConsentToWithdraw):
        examples.ada().withdraw_consent("contact")


@pytest.mark.parametrize("channel", ["email", "all"])
def test_nobody_is_contacted_who_opted_out(channel: str) -> None:
    candidate = prospect()
    candidate.opt_out(channel)
    with pytest.raises(HasOptedOut, match="opted out of email"):
        candidate.nurture(uuid4(), "email")


def test_opting_out_of_one_channel_leaves_the_others() -> None:
    candidate = prospect()
    candidate.opt_out("sms")
    candidate.nurture(uuid4(), "email")


def test_an_address_that_bounced_is_not_used_again() -> None:
    candidate = examples.contacted()
    candidate.touchpoint_outcome(TouchpointBounced, the_touchpoint(candidate), bounce="hard")
    with pytest.raises(AddressBounced, match="by email"):
        candidate.nurture(uuid4(), "email")
    candidate.nurture(uuid4(), "phone")


def test_a_soft_bounce_does_not_count() -> None:
    candidate = examples.contacted()
    candidate.touchpoint_outcome(TouchpointBounced, the_touchpoint(candidate), bounce="soft")
    candidate.nurture(uuid4(), "email")


def test_nobody_is_nurtured_in_an_active_application() -> None:
    candidate = examples.applied()
    candidate.grant_consent("contact", "v1")
    with pytest.raises(InActiveApplication, match=str(the_application(candidate).id)):
        candidate.nurture(uuid4(), "email")


def test_nobody_is_contacted_through_a_pool_they_are_not_in() -> None:
    with pytest.raises(NotInPool):
        prospect().nurture(uuid4(), "email", pool_id=uuid4())


def test_outcomes_belong_to_a_touchpoint() -> None:
    candidate = examples.contacted()
    candidate.touchpoint_outcome(TouchpointDelivered, the_touchpoint(candidate))
    candidate.touchpoint_outcome(
        TouchpointReplied, the_touchpoint(candidate), sentiment="positive", text="Gladly"
    )
    candidate.attend("meetup_vienna", the_touchpoint(candidate))
    assert isinstance(candidate.pending_events[-1], AttendedEvent)
    with pytest.raises(NotFound, match="no touchpoint"):
        candidate.touchpoint_outcome(TouchpointDelivered, uuid4())
    with pytest.raises(NotFound, match="no touchpoint"):
        candidate.attend("meetup_vienna", uuid4())


def test_a_reengagement_starts_the_new_application() -> None:
    talent_pool, requisition = examples.pool(), examples.open_requisition()
    candidate = examples.pool_member(talent_pool)
    previous, id = the_application(candidate), uuid4()
    candidate.reengage(id, requisition, pool_id=talent_pool.id, previous_application_id=previous.id)
    event, application = candidate.pending_events[-1], candidate.application(id)
    assert isinstance(event, Reengaged)
    assert (event.origin, event.previous_application_id) == ("reengaged", previous.id)
    assert (application.now.stage, application.now.status) == ("applied", Status.OPEN)
    assert application.requisition_id == requisition.id
    assert previous.now.status == Status.REJECTED


def test_nobody_is_brought_back_without_consent() -> None:
    with pytest.raises(NoValidConsent):
        examples.rejected_after_interview().reengage(uuid4(), examples.open_requisition())


def test_nobody_is_brought_back_from_a_pool_they_are_not_in() -> None:
    with pytest.raises(NotInPool):
        examples.pool_member().reengage(uuid4(), examples.open_requisition(), pool_id=uuid4())


def test_nobody_is_brought_back_who_is_still_there() -> None:
    candidate = examples.applied()
    candidate.grant_consent("contact", "v1")
    with pytest.raises(PreviousStillOpen):
        candidate.reengage(
            uuid4(),
            examples.open_requisition(),
            previous_application_id=the_application(candidate).id,
        )


def test_nobody_is_brought_back_into_a_requisition_that_is_not_open() -> None:
    with pytest.raises(RequisitionNotOpen):
        examples.pool_member().reengage(uuid4(), examples.closed_requisition())


def test_nobody_is_brought_back_twice() -> None:
    candidate, requisition = examples.pool_member(), examples.open_requisition()
    candidate.reengage(uuid4(), requisition)
    with pytest.raises(AlreadyApplied):
        candidate.reengage(uuid4(), requisition)


def test_a_previous_application_must_be_the_candidates_own() -> None:
    with pytest.raises(NotFound, match="no application"):
        examples.pool_member().reengage(
            uuid4(), examples.open_requisition(), previous_application_id=uuid4()
        )
