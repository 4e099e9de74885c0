"""What recruiters do to applications: tags, transfers, checks, reasons, mentions, many at once."""

from uuid import UUID, uuid4

import pytest

from domain.application import (
    AlreadyApplied,
    ApplicationClosed,
    HasMovedOn,
    Rejected,
    WouldBelongElsewhere,
)
from domain.bulk_action import (
    BulkAction,
    BulkActionHasNo,
    BulkActionIncomplete,
    BulkActionTooLarge,
    BulkKind,
    NamedTwice,
    RefusedItem,
)
from domain.candidate import Candidate, MentionNotActive, NoteAdded
from domain.check import (
    NoPreAdverseNotice,
    NothingAdverse,
    ScoreNeedsScale,
    ScoreOutsideScale,
    WaitingPeriodRuns,
)
from domain.errors import NotFound
from domain.event import Event, utc_text
from domain.member import Member, MentionSeen
from domain.organisation import (
    Organisation,
    ReasonNotDefined,
    ReasonOfOtherKind,
    ReasonRetired,
    TagNotDefined,
)
from domain.plan import StageNotInPlan
from domain.reason import BACKGROUND_CHECK, ReasonKind
from domain.requisition import RequisitionNotOpen
from domain.role import Role
from domain.tag import AlreadyTagged, NotTagged
from domain.transfer import AlreadyThere, NothingToTransfer, OfferOutstanding, Transferred
from tests import examples
from tests.examples import day, the_application, the_offer

WE, THEY = ReasonKind.WE_REJECTED, ReasonKind.THEY_WITHDREW


def last(candidate: Candidate) -> Event:
    return candidate.history[-1]


def organisation() -> Organisation:
    return Organisation.begin(uuid4())


def member(*, joined: bool = True) -> Member:
    found = Member.begin(uuid4())
    found.invite(Role.RECRUITER, "Eve Moss", "eve@example.org")
    if joined:
        found.join("Eve Moss")
    return found


def test_a_tag_is_put_on_once_and_taken_off_once() -> None:
    candidate = examples.applied()
    candidate.tag("finalist")
    with pytest.raises(AlreadyTagged):
        candidate.tag("finalist")
    candidate.untag("finalist")
    with pytest.raises(NotTagged):
        candidate.untag("finalist")


def test_a_tag_of_an_application_is_not_the_person_s() -> None:
    candidate = examples.applied()
    candidate.tag("finalist", the_application(candidate).id)
    assert not candidate.has_tag("finalist")
    candidate.tag("finalist")
    with pytest.raises(NotFound):
        candidate.tag("finalist", uuid4())


def test_a_late_tag_counts_from_its_own_time() -> None:
    candidate = examples.applied_on(day(0))
    candidate.at(day(10)).tag("finalist")
    assert not candidate.at(day(5)).has_tag("finalist")
    with pytest.raises(NotTagged):
        candidate.at(day(5)).untag("finalist")
    candidate.at(day(4)).tag("finalist")
    candidate.at(day(5)).untag("finalist")
    assert candidate.at(day(11)).has_tag("finalist")


def test_a_merged_person_has_the_tags_of_all_their_histories() -> None:
    ada, double = examples.applied(), examples.ada()
    double.tag("finalist")
    double.merge_into(ada, "same_person")
    known = {one.id: one for one in (ada, double)}
    ada.knowing_others(known.__getitem__)
    with pytest.raises(AlreadyTagged):
        ada.tag("finalist")
    ada.untag("finalist")
    assert not ada.has_tag("finalist")


def test_any_tag_is_taken_until_there_is_a_vocabulary() -> None:
    ours = organisation()
    ours.guard_tag("anything")
    ours.define_tag("finalist", "Finalist")
    ours.guard_tag("finalist")
    with pytest.raises(TagNotDefined, match="tag: anything"):
        ours.guard_tag("anything")
    ours.retire_tag("finalist")
    with pytest.raises(TagNotDefined, match="one of: none"):
        ours.guard_tag("finalist")


def test_a_transfer_begins_anew_in_the_other_plan_and_keeps_the_history() -> None:
    candidate, other = examples.interviewed(), examples.requisition_with_two_interviews()
    application = the_application(candidate)
    before, began = application.requisition_id, application.began
    candidate.transfer(application.id, other)
    event = last(candidate)
    assert isinstance(event, Transferred)
    assert (event.from_requisition_id, event.requisition_id) == (before, other.id)
    assert (application.now.stage, application.requisition_id) == ("applied", other.id)
    assert application.began == began
    assert [a for _, _, a in application.assignments] == [before, other.id]


def test_stages_passed_in_the_plan_left_are_to_be_passed_in_the_new_one() -> None:
    requisition = examples.open_requisition()
    candidate, other = examples.screened(requisition), examples.open_requisition()
    application = the_application(candidate)
    candidate.transfer(application.id, other)
    candidate.screen(application.id, other.plan, outcome="passed")
    assert application.now.stage == "screen"


def test_a_transfer_may_name_a_stage_of_the_new_plan() -> None:
    candidate, other = examples.interviewed(), examples.requisition_with_two_interviews()
    id = the_application(candidate).id
    with pytest.raises(StageNotInPlan):
        candidate.transfer(id, other, "screen")
    candidate.transfer(id, other, "panel")
    assert the_application(candidate).now.stage == "panel"


def test_an_interview_arranged_before_is_held_in_the_new_plan() -> None:
    requisition, other = examples.requisition_with_two_interviews(), examples.open_requisition()
    candidate = examples.applied(requisition)
    id, interview = the_application(candidate).id, uuid4()
    candidate.schedule_interview(
        id, interview, requisition.plan, starts_at=None, ends_at=None, stage_id="panel"
    )
    candidate.transfer(id, other)
    assert candidate.interview(interview).application_id == id
    candidate.hold_interview(interview, other.plan)
    assert the_application(candidate).now.stage == "interview"


def test_what_cannot_be_transferred() -> None:
    requisition, other = examples.open_requisition(), examples.open_requisition()
    candidate = examples.applied(requisition)
    id = the_application(candidate).id
    with pytest.raises(AlreadyThere):
        candidate.transfer(id, requisition)
    with pytest.raises(RequisitionNotOpen):
        candidate.transfer(id, examples.closed_requisition())
    candidate.screen(id, requisition.plan, outcome="passed")
    with pytest.raises(HasMovedOn):
        candidate.at(the_application(candidate).began).transfer(id, other)
    candidate.at(None).apply_for(uuid4(), other)
    with pytest.raises(AlreadyApplied):
        candidate.transfer(id, other)
    candidate.reject(id, "experience")
    with pytest.raises(ApplicationClosed):
        candidate.transfer(id, other)
    general = examples.ada()
    general.apply_for(uuid4(), None)
    with pytest.raises(NothingToTransfer):
        general.transfer(the_application(general).id, other)


def test_an_offer_is_settled_before_a_transfer() -> None:
    requisition, other = examples.open_requisition(), examples.open_requisition()
    candidate = examples.offered(requisition)
    id = the_application(candidate).id
    with pytest.raises(OfferOutstanding, match="extended"):
        candidate.transfer(id, other)
    candidate.accept_offer(the_offer(candidate))
    with pytest.raises(OfferOutstanding, match="accepted"):
        candidate.transfer(id, other)
    candidate.rescind_offer(the_offer(candidate), "budget")
    candidate.transfer(id, other)


def test_an_offer_that_waits_for_approval_is_settled_too() -> None:
    candidate = examples.applied()
    id, offer = the_application(candidate).id, uuid4()
    candidate.draft_offer(id, offer)
    candidate.request_offer_approval(offer)
    with pytest.raises(OfferOutstanding, match="awaiting_approval"):
        candidate.transfer(id, examples.open_requisition())


def test_a_correction_takes_no_application_elsewhere() -> None:
    first, second, third = (examples.open_requisition(on=day(0)) for _ in range(3))
    candidate = examples.applied_on(day(1), first)
    id = the_application(candidate).id
    candidate.at(day(5)).transfer(id, second)
    candidate.at(day(9)).transfer(id, third)
    entry = last(candidate).originator_version
    with pytest.raises(WouldBelongElsewhere):
        candidate.correct_entry(entry, "occurred_at", utc_text(day(3)), "entered_wrong")
    candidate.correct_entry(entry, "occurred_at", utc_text(day(8)), "entered_wrong")


def test_a_reason_is_one_of_the_catalogue_and_of_its_kind() -> None:
    ours = organisation()
    ours.guard_reason(WE, "experience")
    ours.guard_reason(THEY, "other_job")
    with pytest.raises(ReasonNotDefined, match=r"^reason_code: whatever .*experience"):
        ours.guard_reason(WE, "whatever")
    with pytest.raises(ReasonOfOtherKind, match="disposition: counter_offer"):
        ours.guard_reason(WE, "counter_offer", "disposition")


def test_a_reason_is_defined_retired_and_defined_again() -> None:
    ours = organisation()
    ours.define_reason_code(WE, "portfolio", "Portfolio did not convince")
    ours.guard_reason(WE, "portfolio")
    for code in ("portfolio", "experience"):
        ours.retire_reason_code(WE, code)
        with pytest.raises(ReasonRetired):
            ours.guard_reason(WE, code)
        with pytest.raises(NotFound):
            ours.retire_reason_code(WE, code)
    ours.define_reason_code(WE, "experience", "Too little experience")
    assert ours.reasons[WE, "experience"] == "Too little experience"


def test_history_keeps_reasons_that_nobody_defined() -> None:
    candidate = examples.applied().from_history()
    candidate.reject(the_application(candidate).id, "not_one_of_ours")
    assert candidate.anomalies == []


def checked(status: str = "consider") -> tuple[Candidate, UUID, UUID]:
    candidate, check_id = examples.applied_on(day(0)), uuid4()
    id = the_application(candidate).id
    candidate.at(day(1)).record_background_check(
        id, check_id, kind="criminal", provider="checkwell", status=status
    )
    return candidate, id, check_id


def test_nobody_is_turned_down_for_a_background_check_before_they_could_answer() -> None:
    candidate, id, check_id = checked()
    with pytest.raises(NoPreAdverseNotice):
        candidate.at(day(2)).reject(id, BACKGROUND_CHECK)
    candidate.at(day(2)).give_pre_adverse_notice(id, check_id)
    for too_early in (3, 8.9):
        with pytest.raises(WaitingPeriodRuns, match="2025-01-10"):
            candidate.at(day(too_early)).reject(id, BACKGROUND_CHECK)
    with pytest.raises(WaitingPeriodRuns):
        candidate.at(day(3)).give_adverse_action_notice(id, check_id)
    candidate.at(day(9)).reject(id, BACKGROUND_CHECK)
    candidate.at(day(9)).give_adverse_action_notice(id, check_id)


def test_whoever_need_not_wait_says_why() -> None:
    candidate, id, check_id = checked()
    candidate.at(day(2)).reject(id, BACKGROUND_CHECK, waiver="not_required_here")
    event = last(candidate)
    assert isinstance(event, Rejected)
    assert event.waiver == "not_required_here"
    candidate.at(day(2)).give_adverse_action_notice(id, check_id, "not_required_here")


def test_a_report_put_right_turns_nobody_down() -> None:
    candidate, id, check_id = checked()
    candidate.at(day(2)).give_pre_adverse_notice(id, check_id)
    candidate.at(day(5)).report_background_check(id, check_id, "clear")
    with pytest.raises(NoPreAdverseNotice):
        candidate.at(day(12)).reject(id, BACKGROUND_CHECK)
    with pytest.raises(NothingAdverse):
        candidate.give_pre_adverse_notice(id, check_id)


def test_other_reasons_wait_for_nothing() -> None:
    candidate, id, _ = checked()
    candidate.at(day(2)).reject(id, "experience")


def test_there_is_no_notice_of_a_report_that_has_not_come() -> None:
    candidate, id, check_id = checked("ordered")
    with pytest.raises(NothingAdverse, match="ordered"):
        candidate.give_pre_adverse_notice(id, check_id)
    with pytest.raises(NotFound):
        candidate.give_pre_adverse_notice(id, uuid4())


def test_a_score_is_on_its_scale() -> None:
    candidate = examples.applied()
    id = the_application(candidate).id
    about = {"provider": "codelab", "kind": "coding", "outcome": "passed"}
    candidate.record_assessment(id, **about, score="10.0", scale_from="0", scale_to="10")
    with pytest.raises(ScoreNeedsScale, match="scale_to"):
        candidate.record_assessment(id, **about, score="3", scale_from="0")
    with pytest.raises(ScoreOutsideScale):
        candidate.record_assessment(id, **about, score="10.5", scale_from="0", scale_to="10")


def test_a_closed_application_takes_checks_as_evidence() -> None:
    candidate = examples.withdrawn()
    id = the_application(candidate).id
    candidate.record_reference(id, relationship="manager", outcome="positive", referee="Eve")


def test_a_note_mentions_active_members_only() -> None:
    candidate, eve = examples.applied(), member()
    candidate.add_note("Look at her", mentions=[eve, eve])
    event = last(candidate)
    assert isinstance(event, NoteAdded)
    assert event.mentions == (eve.id,)
    with pytest.raises(MentionNotActive, match=r"^mentions: .* invited"):
        candidate.add_note("Look at her", mentions=[member(joined=False)])


def test_a_mention_is_acknowledged_once() -> None:
    eve = member()
    eve.acknowledge_mention(12)
    with pytest.raises(MentionSeen):
        eve.acknowledge_mention(12)


def test_a_bulk_action_says_what_its_kind_needs_and_no_more() -> None:
    ids, by = [uuid4(), uuid4()], uuid4()
    bulk = BulkAction.begin(uuid4())
    with pytest.raises(BulkActionIncomplete, match="reason_code"):
        bulk.request(BulkKind.REJECT, by, ids, {})
    with pytest.raises(BulkActionHasNo, match="stage"):
        bulk.request(BulkKind.REJECT, by, ids, {}, reason_code="skills", stage="screen")
    with pytest.raises(BulkActionTooLarge):
        bulk.request(BulkKind.TAG, by, [uuid4() for _ in range(501)], {}, tag="a")
    with pytest.raises(NamedTwice):
        bulk.request(BulkKind.TAG, by, ids * 2, {}, tag="a")
    with pytest.raises(NotFound):
        bulk.request(BulkKind.TAG, by, ids, {uuid4(): 3}, tag="a")
    bulk.request(BulkKind.TAG, by, ids, {ids[1]: 3}, tag="a")
    assert [bulk.expected_version(id) for id in ids] == [None, 3]


def test_a_bulk_action_waits_until_each_is_dealt_with() -> None:
    ids = [uuid4(), uuid4(), uuid4()]
    bulk = BulkAction.begin(uuid4())
    bulk.request(BulkKind.TAG, uuid4(), ids, {}, tag="finalist")
    refused = RefusedItem(application_id=ids[2], rule="already-tagged", words="It is there.")
    bulk.advance([ids[0]], [refused])
    assert bulk.waiting == [ids[1]]
    assert bulk.refused == {ids[2]: refused}
