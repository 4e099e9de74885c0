"""One person with two histories: the rules ask both of them, until the merge is undone."""

from uuid import UUID, uuid4

import pytest

from domain.application import AlreadyApplied
from domain.candidate import Candidate
from domain.consent import AddressBounced, HasOptedOut, NoValidConsent
from domain.merging import (
    DuplicateDismissed,
    MergedFrom,
    MergedInto,
    MergeNotCorrectable,
    NotMerged,
    Unmerged,
    WasMerged,
    WithThemselves,
)
from domain.outreach import (
    AlreadyInPool,
    InActiveApplication,
    NotInPool,
    TouchpointBounced,
)
from tests import examples
from tests.examples import day, the_application, the_touchpoint


def know_each_other(*people: Candidate) -> None:
    known = {candidate.id: candidate for candidate in people}
    for candidate in people:
        candidate.knowing_others(known.__getitem__)


def merged(loser: Candidate, survivor: Candidate) -> tuple[Candidate, Candidate]:
    """Two candidates who are one person from now on."""
    loser.merge_into(survivor, "same_email")
    know_each_other(loser, survivor)
    return loser, survivor


def reachable(on: float = 1) -> Candidate:
    candidate = Candidate.begin(uuid4()).at(day(on))
    candidate.register(full_name="Ada Lovelace", origin="sourced")
    candidate.grant_consent("contact", "v1")
    return candidate


def test_a_merge_stands_in_both_histories() -> None:
    loser, survivor = merged(examples.ada(), examples.ada())
    into, taken = loser.pending_events[-1], survivor.pending_events[-1]
    assert isinstance(into, MergedInto)
    assert isinstance(taken, MergedFrom)
    assert (into.survivor_id, taken.loser_id) == (survivor.id, loser.id)
    assert (loser.survivor_id, survivor.survivor_id) == (survivor.id, survivor.id)


def test_nobody_is_merged_with_themselves() -> None:
    candidate = examples.ada()
    with pytest.raises(WithThemselves):
        candidate.merge_into(candidate, "same_email")


def test_whoever_was_merged_is_not_merged_again_and_takes_nobody_in() -> None:
    loser, survivor = merged(examples.ada(), examples.ada())
    third = examples.ada()
    with pytest.raises(WasMerged, match=str(survivor.id)):
        loser.merge_into(third, "same_email")
    with pytest.raises(WasMerged, match=str(survivor.id)):
        third.merge_into(loser, "same_email")
    with pytest.raises(WasMerged):
        survivor.merge_into(loser, "same_email")
    assert not isinstance(third.pending_events[-1], MergedInto)


def test_whoever_took_others_in_may_be_merged_and_then_all_are_one() -> None:
    first, second, third = examples.ada(), examples.applied(), examples.ada()
    first.merge_into(second, "same_email")
    second.merge_into(third, "same_phone")
    know_each_other(first, second, third)
    assert {one.survivor_id for one in (first, second, third)} == {third.id}
    assert first.person.applications.keys() == second.applications.keys()
    assert second.unmerge("two_people") is third
    know_each_other(first, second, third)
    assert [one.survivor_id for one in (first, second, third)] == [second.id, second.id, third.id]


def test_an_undone_merge_leaves_two_people() -> None:
    loser, survivor = merged(examples.ada(), examples.ada())
    loser.unmerge("two_people")
    for one in (loser, survivor):
        event = one.pending_events[-1]
        assert isinstance(event, Unmerged)
        assert (event.loser_id, event.survivor_id) == (loser.id, survivor.id)
    know_each_other(loser, survivor)
    assert (loser.others, survivor.others) == ((), ())
    for one in (loser, survivor):
        with pytest.raises(NotMerged):
            one.unmerge("two_people")
    loser.merge_into(survivor, "one_person_after_all")


def test_a_merge_is_not_corrected() -> None:
    loser, _ = merged(examples.ada(), examples.ada())
    with pytest.raises(MergeNotCorrectable):
        loser.correct_entry(loser.version, "reason_code", "same_phone", "mistyped")


def test_a_person_has_one_open_application_for_a_requisition() -> None:
    requisition = examples.open_requisition()
    loser, survivor = merged(examples.applied(requisition), examples.ada())
    with pytest.raises(AlreadyApplied, match=str(the_application(loser).id)):
        survivor.apply_for(uuid4(), requisition)
    loser.reject(the_application(loser).id, "experience")
    survivor.apply_for(uuid4(), requisition)
    with pytest.raises(AlreadyApplied):
        loser.reverse_rejection(the_application(loser).id, "error", False)


def begin(what: str, candidate: Candidate) -> None:
    match what:
        case "application":
            candidate.apply_for(uuid4(), None)
        case "membership":
            candidate.add_to_pool(examples.pool(), "finalist")
        case "contact":
            candidate.nurture(uuid4(), "email")
        case "return":
            candidate.reengage(uuid4(), examples.open_requisition())
        case "profile":
            candidate.update_profile(location="Paris")


@pytest.mark.parametrize("what", ["application", "membership", "contact", "return", "profile"])
def test_whoever_was_merged_begins_nothing_new(what: str) -> None:
    loser, survivor = merged(reachable(), reachable())
    with pytest.raises(WasMerged, match=str(survivor.id)):
        begin(what, loser)
    begin(what, survivor)
    loser, survivor = merged(reachable(), reachable())
    loser.unmerge("two_people")
    begin(what, loser)


def test_what_was_begun_goes_on_where_it_began() -> None:
    requisition = examples.open_requisition()
    loser, survivor = merged(examples.screened(requisition), examples.ada())
    id = the_application(loser).id
    assert survivor.with_application(id) is loser
    assert loser.with_application(id) is loser
    assert survivor.with_application(None) is survivor
    loser.extend_offer(id, uuid4(), requisition.plan)
    loser.answer_survey("interview", 9, application_id=id)  # type: ignore[arg-type]
    loser.opt_out()


@pytest.mark.parametrize("of", ["loser", "survivor"])
def test_an_objection_of_either_counts_for_both(of: str) -> None:
    people = dict(zip(("loser", "survivor"), merged(reachable(), reachable()), strict=True))
    people[of].opt_out("email")
    with pytest.raises(HasOptedOut):
        people["survivor"].nurture(uuid4(), "email")
    people["survivor"].nurture(uuid4(), "sms")


def test_the_last_word_on_consent_counts_whichever_history_it_stands_in() -> None:
    loser, survivor = merged(reachable(on=1), reachable(on=2))
    loser.at(day(5)).withdraw_consent("contact")
    with pytest.raises(NoValidConsent):
        survivor.at(day(6)).nurture(uuid4(), "email")
    survivor.at(day(7)).grant_consent("contact", "v2")
    survivor.at(day(8)).nurture(uuid4(), "email")


def test_a_bounce_and_an_active_application_of_either_count_for_both() -> None:
    loser, survivor = merged(examples.contacted(), reachable())
    touchpoint = the_touchpoint(loser)
    assert survivor.with_touchpoint(touchpoint) is loser
    loser.touchpoint_outcome(TouchpointBounced, touchpoint)
    with pytest.raises(AddressBounced):
        survivor.nurture(uuid4(), "email")
    loser.reverse_rejection(the_application(loser).id, "error", False)
    with pytest.raises(InActiveApplication):
        survivor.nurture(uuid4(), "sms")


def test_a_person_is_in_a_pool_once_and_leaves_it_by_either_history() -> None:
    talent_pool = examples.pool()
    loser, survivor = merged(examples.pool_member(talent_pool), reachable())
    with pytest.raises(AlreadyInPool):
        survivor.add_to_pool(talent_pool, "finalist")
    survivor.at(None).remove_from_pool(talent_pool.id, "not_interested")
    for one in (loser, survivor):
        with pytest.raises(NotInPool):
            one.remove_from_pool(talent_pool.id, "not_interested")
    loser.unmerge("two_people")
    know_each_other(loser, survivor)
    assert (loser.pools, survivor.pools) == ({talent_pool.id}, set[UUID]())
    loser.remove_from_pool(talent_pool.id, "not_interested")


def test_a_suspected_duplicate_may_be_somebody_else() -> None:
    candidate, other = examples.ada(), examples.ada()
    candidate.dismiss_duplicate(other)
    event = candidate.pending_events[-1]
    assert isinstance(event, DuplicateDismissed)
    assert event.other_id == other.id
    with pytest.raises(WithThemselves):
        candidate.dismiss_duplicate(candidate)
