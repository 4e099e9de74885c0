"""Whether a person may be contacted, by whom, and how often."""

from uuid import uuid4

import pytest

from domain.candidate import Candidate
from domain.consent import AskedAlready, Asking, HasOptedOut, NoValidConsent
from domain.interview import UnknownTimeZone
from domain.outreach import OutreachRules, TooManyContacts
from domain.owner import NotTheOwner, OwnedByAnother
from tests import examples
from tests.domain.test_merging import merged
from tests.examples import day

ONCE_A_WEEK = OutreachRules(at_most=1, within_days=7)
OWNERS_AGREE = OutreachRules(owner_agrees=True)
EVE, BOB = uuid4(), uuid4()


def found() -> Candidate:
    candidate = Candidate.begin(uuid4()).at(day(1))
    candidate.register(full_name="Grace Hopper", origin="sourced")
    return candidate


def test_who_was_given_notice_may_be_written_to_until_it_ends() -> None:
    grace = found()
    grace.give_notice("n1", expires_at=day(90))
    grace.at(day(89)).nurture(uuid4(), "email")
    with pytest.raises(NoValidConsent, match="nor had a notice"):
        grace.at(day(90)).nurture(uuid4(), "email")


def test_who_takes_consent_back_has_no_notice_either() -> None:
    grace = found()
    grace.give_notice("n1")
    grace.grant_consent("contact", "c1")
    grace.withdraw_consent("contact")
    with pytest.raises(NoValidConsent):
        grace.nurture(uuid4(), "email")


def test_a_notice_does_not_outweigh_an_objection() -> None:
    grace = found()
    grace.opt_out()
    grace.give_notice("n1")
    with pytest.raises(HasOptedOut):
        grace.nurture(uuid4(), "email")


def test_a_notice_in_another_history_of_the_person_counts() -> None:
    known, unknown = found(), found()
    known.give_notice("n1")
    _, survivor = merged(known, unknown)
    survivor.nurture(uuid4(), "email")


def test_one_question_at_a_time() -> None:
    grace, ask_id = found(), uuid4()
    grace.ask_for_consent(ask_id, Asking.NOTICE)
    with pytest.raises(AskedAlready):
        grace.ask_for_consent(uuid4(), Asking.NOTICE)
    grace.note_asking(ask_id, "hash", "grace@example.org")
    grace.ask_for_consent(uuid4(), Asking.NOTICE)


def test_nobody_is_asked_who_wants_to_hear_no_more() -> None:
    grace = found()
    grace.opt_out("email")
    with pytest.raises(HasOptedOut):
        grace.ask_for_consent(uuid4(), Asking.NOTICE)


def test_a_consent_that_is_over_is_not_renewed() -> None:
    grace = found()
    grace.grant_consent("contact", "c1", expires_at=day(10))
    with pytest.raises(NoValidConsent):
        grace.at(day(11)).ask_for_consent(uuid4(), Asking.RENEWAL)


def test_contact_ends_with_the_last_of_what_allows_it() -> None:
    grace = found()
    assert grace.contact_ends is None
    grace.give_notice("n1", expires_at=day(90))
    grace.grant_consent("contact", "c1", expires_at=day(60))
    assert grace.contact_ends == day(90)
    grace.grant_consent("contact", "c2")
    assert grace.contact_ends is None


def test_the_cap_names_when_the_next_contact_may_be() -> None:
    grace = found()
    grace.give_notice("n1")
    grace.at(day(2)).nurture(uuid4(), "email", rules=ONCE_A_WEEK)
    with pytest.raises(TooManyContacts) as refused:
        grace.at(day(8)).nurture(uuid4(), "email", rules=ONCE_A_WEEK)
    assert refused.value.about["next_on"] == str(day(9))
    grace.at(day(9)).nurture(uuid4(), "email", rules=ONCE_A_WEEK)


def test_what_was_said_on_the_phone_is_kept_whatever_the_cap() -> None:
    grace = found()
    grace.give_notice("n1")
    for _ in range(2):
        grace.nurture(uuid4(), "call", logged_by_hand=True, rules=ONCE_A_WEEK)


def test_only_the_owner_writes_and_whom_they_let() -> None:
    grace = found()
    grace.give_notice("n1")
    grace.assign_owner(EVE)
    grace.nurture(uuid4(), "email", sender_id=EVE, rules=OWNERS_AGREE)
    with pytest.raises(OwnedByAnother, match=str(EVE)):
        grace.nurture(uuid4(), "email", sender_id=BOB, rules=OWNERS_AGREE)
    with pytest.raises(NotTheOwner):
        grace.agree_to_contact(BOB, BOB)
    grace.agree_to_contact(EVE, BOB, until=day(5))
    grace.at(day(4)).nurture(uuid4(), "email", sender_id=BOB, rules=OWNERS_AGREE)
    with pytest.raises(OwnedByAnother):
        grace.at(day(5)).nurture(uuid4(), "email", sender_id=BOB, rules=OWNERS_AGREE)


def test_a_new_owner_is_asked_anew() -> None:
    grace = found()
    grace.give_notice("n1")
    grace.assign_owner(EVE)
    grace.agree_to_contact(EVE, BOB)
    grace.assign_owner(uuid4())
    with pytest.raises(OwnedByAnother):
        grace.nurture(uuid4(), "email", sender_id=BOB, rules=OWNERS_AGREE)


def test_whoever_looks_after_an_application_does_not_own_the_person() -> None:
    applied = examples.applied()
    applied.assign_owner(EVE, examples.the_application(applied).id)
    assert applied.owner_id is None


def test_a_time_zone_is_one_of_the_world() -> None:
    with pytest.raises(UnknownTimeZone, match="Mars"):
        Candidate.begin(uuid4()).register(full_name="A", time_zone="Mars/Olympus")
    grace = found()
    grace.update_profile(time_zone="Europe/Berlin")
    grace.update_profile(phone="1")
    assert grace.time_zone == "Europe/Berlin"
