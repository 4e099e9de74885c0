"""Sequences and campaigns: who goes through them, step by step, and what ends that."""

from datetime import datetime, timedelta
from uuid import UUID, uuid4

import pytest

from domain.business_hours import WritingHours, at_work
from domain.campaign import (
    Campaign,
    CampaignKind,
    CampaignNotIn,
    CampaignState,
    NoPool,
    NoSteps,
    PoolNeeded,
    Step,
    following,
)
from domain.candidate import Candidate
from domain.consent import HasOptedOut
from domain.enrolment import EnrolledAlready, EnrolmentOver
from domain.message_template import UnknownVariable
from domain.outreach import (
    InActiveApplication,
    NotInPool,
    OutreachRules,
    TooManyContacts,
    TouchpointBounced,
)
from tests import examples
from tests.examples import day

HOURS = WritingHours("UTC")
BERLIN, KATHMANDU = "Europe/Berlin", "Asia/Kathmandu"
HELLO = Step(subject="Hello", body="Dear {{ candidate_name }}")
AGAIN = Step(subject="Again", body="Still there?", days=3)
LAST = Step(subject="Last", body="A last word", days=7)
GLAD = Step(subject="Glad", body="Shall we talk?", hours=2, after_reply=True)


def sequence(*steps: Step) -> Campaign:
    """A sequence that runs."""
    campaign = Campaign.begin(uuid4()).at(day(1))
    campaign.draft(CampaignKind.SEQUENCE, "Spring", steps or (HELLO, AGAIN, LAST))
    campaign.start()
    return campaign


def consenting(on: int = 2) -> Candidate:
    """Grace, who has agreed to hear from us."""
    candidate = Candidate.begin(uuid4()).at(day(1))
    candidate.register(full_name="Grace Hopper", origin="sourced")
    candidate.grant_consent("contact", "v1")
    return candidate.at(day(on))


def enrolled(candidate: Candidate, campaign: Campaign) -> UUID:
    id = uuid4()
    candidate.enrol(id, campaign, sender_id=None, hours=HOURS)
    return id


def sent(candidate: Candidate, campaign: Campaign, id: UUID, step: int, on: int) -> UUID:
    """The touchpoint of a step that went out on a day."""
    touchpoint_id = candidate.touchpoint_of(id, step)
    candidate.at(day(on)).note_step(touchpoint_id, campaign, hours=HOURS)
    return touchpoint_id


def replied(candidate: Candidate, campaign: Campaign, touchpoint_id: UUID, on: int) -> None:
    candidate.at(day(on)).receive_reply(touchpoint_id, campaign, hours=HOURS)


@pytest.mark.parametrize(
    ("moment", "zone", "then"),
    [
        ("2026-11-25T10:00+00:00", BERLIN, "2026-11-25T11:00+01:00"),
        ("2026-11-25T05:00+00:00", BERLIN, "2026-11-25T09:00+01:00"),
        ("2026-11-25T16:00+00:00", BERLIN, "2026-11-26T09:00+01:00"),
        ("2026-11-27T17:30+00:00", BERLIN, "2026-11-30T09:00+01:00"),
        ("2026-11-29T12:00+00:00", KATHMANDU, "2026-11-30T09:00+05:45"),
        # The clocks change on the Sunday between; nine stays nine.
        ("2026-03-27T17:00+00:00", BERLIN, "2026-03-30T09:00+02:00"),
        ("2026-10-23T17:00+00:00", BERLIN, "2026-10-26T09:00+01:00"),
    ],
)
def test_people_are_written_to_when_they_are_at_work(moment: str, zone: str, then: str) -> None:
    assert at_work(datetime.fromisoformat(moment), zone) == datetime.fromisoformat(then)


def test_steps_follow_each_other_after_their_waits() -> None:
    grace, spring = consenting(), sequence()
    id = enrolled(grace, spring)
    assert grace.enrolments[id].step == 1
    sent(grace, spring, id, 1, on=4)
    assert grace.enrolments[id].step == 2
    assert grace.enrolments[id].due_at == at_work(day(4) + timedelta(days=3), "UTC")
    sent(grace, spring, id, 2, on=8)
    sent(grace, spring, id, 3, on=16)
    assert grace.enrolments[id].ended == "finished"


def test_a_step_that_was_told_of_twice_went_out_once() -> None:
    grace, spring = consenting(), sequence()
    id = enrolled(grace, spring)
    for _ in range(2):
        sent(grace, spring, id, 1, on=4)
    assert [e.name for e in grace.history].count("candidate.nurtured") == 1


def test_a_reply_ends_a_sequence_that_has_no_step_for_it() -> None:
    grace, spring = consenting(), sequence()
    id = enrolled(grace, spring)
    replied(grace, spring, sent(grace, spring, id, 1, on=4), on=5)
    assert grace.enrolments[id].ended == "replied"


def test_a_reply_that_comes_before_we_noted_the_sending_tells_that_it_went_out() -> None:
    grace, spring = consenting(), sequence()
    id = enrolled(grace, spring)
    touchpoint_id = grace.touchpoint_of(id, 1)
    replied(grace, spring, touchpoint_id, on=4)
    assert touchpoint_id in grace.touchpoints
    assert grace.enrolments[id].ended == "replied"


def test_a_reply_leads_to_the_step_for_who_replied_and_to_it_once() -> None:
    grace, spring = consenting(), sequence(HELLO, AGAIN, GLAD)
    id = enrolled(grace, spring)
    first = sent(grace, spring, id, 1, on=4)
    replied(grace, spring, first, on=5)
    assert grace.enrolments[id].step == 3
    replied(grace, spring, first, on=5)
    assert [e.name for e in grace.history].count("enrolment.step_planned") == 3
    sent(grace, spring, id, 3, on=6)
    assert grace.enrolments[id].ended == "replied"


def test_who_has_replied_once_gets_no_step_for_who_has_not() -> None:
    steps = (HELLO, GLAD, AGAIN, Step(subject="Talk", body="When?", after_reply=True))
    assert following(steps, 1) == 3
    assert following(steps, 1, replied=True) == 2
    assert following(steps, 2, replied=True) == 4
    grace, spring = consenting(), sequence(*steps)
    id = enrolled(grace, spring)
    replied(grace, spring, sent(grace, spring, id, 1, on=4), on=5)
    sent(grace, spring, id, 2, on=6)
    assert grace.enrolments[id].step == 4


@pytest.mark.parametrize("end", ["applied", "reengaged", "opted_out", "consent_withdrawn"])
def test_a_process_or_a_wish_to_hear_no_more_ends_every_sequence(end: str) -> None:
    grace = consenting()
    ids = [enrolled(grace, sequence()) for _ in range(2)]
    match end:
        case "applied":
            grace.apply_for(uuid4(), None)
        case "reengaged":
            grace.reengage(uuid4(), examples.open_requisition())
        case "opted_out":
            grace.opt_out("email")
        case _:
            grace.withdraw_consent("contact")
    assert [grace.enrolments[id].ended for id in ids] == [end, end]


def test_a_wish_to_get_no_sms_leaves_mail_alone() -> None:
    grace = consenting()
    id = enrolled(grace, sequence())
    grace.opt_out("sms")
    assert grace.enrolments[id].ended is None


def test_a_mail_that_comes_back_for_good_ends_it_and_one_that_may_arrive_does_not() -> None:
    grace, spring = consenting(), sequence()
    id = enrolled(grace, spring)
    first = sent(grace, spring, id, 1, on=4)
    grace.touchpoint_outcome(TouchpointBounced, first, bounce="soft")
    assert grace.enrolments[id].ended is None
    grace.touchpoint_outcome(TouchpointBounced, first, bounce="hard")
    assert grace.enrolments[id].ended == "bounced"


def test_nobody_goes_through_the_same_sequence_twice_at_a_time() -> None:
    grace, spring = consenting(), sequence()
    id = enrolled(grace, spring)
    with pytest.raises(EnrolledAlready):
        enrolled(grace, spring)
    grace.end_enrolment(id, "spoke_in_person")
    with pytest.raises(EnrolmentOver, match="spoke_in_person"):
        grace.end_enrolment(id, "again")
    enrolled(grace, spring)


def test_who_must_not_be_written_to_is_not_enrolled() -> None:
    opted_out, applicant = consenting(), examples.ada()
    opted_out.opt_out("email")
    with pytest.raises(HasOptedOut):
        enrolled(opted_out, sequence())
    applicant.grant_consent("contact", "v1")
    applicant.apply_for(uuid4(), None)
    with pytest.raises(InActiveApplication):
        enrolled(applicant, sequence())


def test_the_cap_delays_and_keeps_nobody_out() -> None:
    grace, rules = consenting(), OutreachRules(at_most=1, within_days=7)
    grace.nurture(uuid4(), "email")
    grace.enrol(uuid4(), sequence(), sender_id=None, hours=HOURS, rules=rules)
    with pytest.raises(TooManyContacts):
        grace.guard_contact("email", rules=rules)


def test_a_rule_that_lasts_keeps_a_step_back_and_ends_the_way() -> None:
    grace = consenting()
    id = enrolled(grace, sequence())
    grace.hold_back(id, 1, "not-in-pool")
    assert [e.name for e in grace.history][-2:] == ["enrolment.step_held_back", "enrolment.ended"]


def test_a_campaign_is_for_the_members_of_its_pool() -> None:
    pool, campaign, grace = examples.pool(), Campaign.begin(uuid4()).at(day(1)), consenting()
    with pytest.raises(PoolNeeded):
        campaign.draft(CampaignKind.CAMPAIGN, "Spring", (HELLO,))
    with pytest.raises(NoPool):
        campaign.draft(CampaignKind.SEQUENCE, "Spring", (HELLO,), pool_id=pool.id)
    campaign.draft(CampaignKind.CAMPAIGN, "Spring", (HELLO,), pool_id=pool.id)
    campaign.start()
    with pytest.raises(NotInPool):
        enrolled(grace, campaign)
    grace.add_to_pool(pool, "silver_medalist")
    enrolled(grace, campaign)


def test_places_nobody_fills_in_are_refused_before_anything_starts() -> None:
    campaign = Campaign.begin(uuid4())
    bad = Step(subject="Hello", body="{{ candidate_name.__class__ }}")
    with pytest.raises(UnknownVariable, match="__class__"):
        campaign.draft(CampaignKind.SEQUENCE, "Spring", (bad,))
    campaign.draft(CampaignKind.SEQUENCE, "Spring", (HELLO,))
    with pytest.raises(UnknownVariable):
        campaign.change_steps((bad,))


def test_there_is_no_start_without_a_step_to_begin_with() -> None:
    campaign = Campaign.begin(uuid4())
    campaign.draft(CampaignKind.SEQUENCE, "Spring", (GLAD,))
    with pytest.raises(NoSteps):
        campaign.start()


def test_who_is_enrolled_goes_on_with_the_steps_they_began_with() -> None:
    grace, spring = consenting(), sequence(HELLO)
    id = enrolled(grace, spring)
    spring.change_steps((HELLO, AGAIN))
    sent(grace, spring, id, 1, on=4)
    assert grace.enrolments[id].ended == "finished"
    again = enrolled(grace.at(day(5)), spring)
    sent(grace, spring, again, 1, on=6)
    assert grace.enrolments[again].step == 2


def test_a_campaign_is_paused_resumed_and_finished_once() -> None:
    spring = sequence()
    spring.pause()
    with pytest.raises(CampaignNotIn, match="paused"):
        enrolled(consenting(), spring)
    spring.resume()
    spring.finish()
    assert spring.state is CampaignState.FINISHED
    for action in (spring.pause, spring.resume, spring.start, spring.finish):
        with pytest.raises(CampaignNotIn):
            action()


def test_erasing_somebody_ends_their_ways() -> None:
    grace = consenting()
    id = enrolled(grace, sequence())
    grace.at(None).erase("request", [], [])
    assert grace.enrolments[id].ended == "erased"
