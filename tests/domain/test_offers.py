"""Offers: extended in versions, then accepted, declined or rescinded."""

from typing import Any
from uuid import UUID, uuid4

import pytest

from domain.application import ApplicationClosed
from domain.approval import ApprovedBeforeAsked, NotAnApprover
from domain.candidate import Candidate
from domain.errors import NotFound
from domain.offer import (
    AnotherOfferPending,
    BeforeDraft,
    DraftedAnew,
    DraftNotInState,
    NothingDrafted,
    NotThisVersion,
    OfferApprovalRequested,
    OfferDeclined,
    OfferExpired,
    OfferExtended,
    OfferNeedsApproval,
    OfferNotPending,
    OfferRescinded,
    OfferState,
    PayNeedsCurrency,
)
from domain.plan import STANDARD_PLAN
from tests import examples
from tests.examples import BOARD, FINANCE, LEAD, chain, the_application, the_offer


def extend(candidate: Candidate) -> None:
    candidate.extend_offer(the_application(candidate).id, the_offer(candidate), STANDARD_PLAN)


def test_an_offer_moves_to_the_offer_stage() -> None:
    candidate = examples.offered()
    event = candidate.pending_events[-1]
    assert isinstance(event, OfferExtended)
    assert event.offer_version == 1
    assert the_application(candidate).now.stage == "offer"


def test_an_offer_is_improved_in_versions() -> None:
    candidate = examples.offered()
    extend(candidate)
    event = candidate.pending_events[-1]
    assert isinstance(event, OfferExtended)
    assert event.offer_version == 2
    assert len(candidate.offers) == 1


def test_a_declined_offer_is_extended_in_a_new_version() -> None:
    candidate = examples.offered()
    candidate.decline_offer(the_offer(candidate), "salary")
    extend(candidate)
    offer = candidate.offer(the_offer(candidate))
    assert (offer.version, offer.state) == (2, OfferState.EXTENDED)


def test_an_accepted_offer_gets_no_new_version() -> None:
    candidate = examples.offered()
    candidate.accept_offer(the_offer(candidate))
    with pytest.raises(AnotherOfferPending, match="is accepted"):
        extend(candidate)


def test_an_application_has_one_offer_at_a_time() -> None:
    candidate = examples.offered()
    with pytest.raises(AnotherOfferPending, match="is extended"):
        candidate.extend_offer(the_application(candidate).id, uuid4(), STANDARD_PLAN)


def test_a_rescinded_offer_makes_room_for_another() -> None:
    candidate = examples.offered()
    candidate.rescind_offer(the_offer(candidate), "budget")
    candidate.extend_offer(the_application(candidate).id, uuid4(), STANDARD_PLAN)
    assert [offer.state for offer in candidate.offers.values()] == [
        OfferState.RESCINDED,
        OfferState.EXTENDED,
    ]


def test_an_expired_offer_makes_room_for_another() -> None:
    candidate = examples.offered()
    candidate.expire_offer(the_offer(candidate))
    assert isinstance(candidate.pending_events[-1], OfferExpired)
    candidate.extend_offer(the_application(candidate).id, uuid4(), STANDARD_PLAN)
    assert [offer.state for offer in candidate.offers.values()] == [
        OfferState.EXPIRED,
        OfferState.EXTENDED,
    ]


def test_an_accepted_offer_does_not_expire() -> None:
    candidate = examples.offered()
    candidate.accept_offer(the_offer(candidate))
    with pytest.raises(OfferNotPending, match="is accepted; letting it expire"):
        candidate.expire_offer(the_offer(candidate))


@pytest.mark.parametrize(
    ("pay", "missing"),
    [({"first_year_pay": "60000.00"}, "currency"), ({"currency": "EUR"}, "first_year_pay")],
)
def test_pay_is_offered_in_a_currency(pay: dict[str, Any], missing: str) -> None:
    candidate = examples.interviewed()
    with pytest.raises(PayNeedsCurrency, match=f"{missing} is missing"):
        candidate.extend_offer(the_application(candidate).id, uuid4(), STANDARD_PLAN, **pay)


def test_an_offer_is_answered_once() -> None:
    candidate = examples.offered()
    candidate.accept_offer(the_offer(candidate))
    with pytest.raises(OfferNotPending, match="is accepted; accepting it"):
        candidate.accept_offer(the_offer(candidate))
    with pytest.raises(OfferNotPending, match="declining it"):
        candidate.decline_offer(the_offer(candidate), "salary")


def test_an_accepted_offer_may_still_be_rescinded() -> None:
    candidate = examples.offered()
    candidate.accept_offer(the_offer(candidate))
    candidate.rescind_offer(the_offer(candidate), "background_check")
    assert candidate.offer(the_offer(candidate)).state == OfferState.RESCINDED


def test_an_offer_somebody_was_hired_on_is_not_rescinded() -> None:
    candidate = examples.hired()
    with pytest.raises(ApplicationClosed, match="is hired"):
        candidate.rescind_offer(the_offer(candidate), "budget")


def test_an_offer_of_a_rejected_application_is_not_accepted() -> None:
    candidate = examples.offered()
    candidate.reject(the_application(candidate).id, "experience")
    with pytest.raises(ApplicationClosed):
        candidate.accept_offer(the_offer(candidate))


def test_an_offer_belongs_to_one_application() -> None:
    candidate, other = examples.offered(), uuid4()
    candidate.apply_for(other, None)
    with pytest.raises(NotFound, match="no offer"):
        candidate.extend_offer(other, the_offer(candidate), STANDARD_PLAN)


def test_an_unknown_offer_is_not_found() -> None:
    with pytest.raises(NotFound, match="no offer"):
        examples.applied().accept_offer(uuid4())


@pytest.mark.parametrize("event_class", [OfferDeclined, OfferRescinded])
def test_an_offer_that_fails_needs_a_reason(event_class: type[OfferDeclined]) -> None:
    assert event_class.model_fields["reason_code"].is_required()


def drafted(pay: str = "60000") -> Candidate:
    candidate = examples.interviewed()
    draft(candidate, uuid4(), pay)
    return candidate


def draft(candidate: Candidate, offer_id: UUID, pay: str) -> None:
    candidate.draft_offer(
        the_application(candidate).id, offer_id, first_year_pay=pay, currency="EUR", terms="Full"
    )


def awaiting(pay: str = "60000") -> Candidate:
    candidate = drafted(pay)
    candidate.request_offer_approval(the_offer(candidate), chain().steps_at(pay, "EUR"))
    return candidate


def approved() -> Candidate:
    candidate = awaiting()
    candidate.approve_offer(the_offer(candidate), LEAD)
    candidate.approve_offer(the_offer(candidate), BOARD)
    return candidate


def test_a_draft_moves_nobody_and_is_extended_as_its_own_version() -> None:
    candidate = approved()
    stage = the_application(candidate).now.stage
    candidate.extend_draft(the_offer(candidate), STANDARD_PLAN, chain(), first_year_pay="60000")
    event = candidate.pending_events[-1]
    assert isinstance(event, OfferExtended)
    assert (event.offer_version, event.currency, event.first_year_pay) == (1, "EUR", "60000")
    assert (stage, the_application(candidate).now.stage) == ("interview", "offer")


def test_whoever_is_asked_about_an_offer_is_not_told_its_pay() -> None:
    event = awaiting("90000").pending_events[-1]
    assert isinstance(event, OfferApprovalRequested)
    assert [step.id for step in event.steps] == ["lead", "finance", "board"]
    assert all(said not in str(event.plain()) for said in ("'80000'", "'90000'", "from_amount"))


def test_a_changed_draft_is_approved_anew() -> None:
    candidate = approved()
    draft(candidate, the_offer(candidate), "61000")
    assert candidate.offer(the_offer(candidate)).version == 2
    with pytest.raises(OfferNeedsApproval, match="lead, finance"):
        candidate.extend_draft(the_offer(candidate), STANDARD_PLAN, chain(), first_year_pay="61000")


def test_an_unapproved_draft_is_extended_only_where_no_step_applies() -> None:
    candidate = awaiting()
    with pytest.raises(DraftNotInState, match="is awaiting_approval"):
        candidate.extend_draft(the_offer(candidate), STANDARD_PLAN)
    candidate = drafted()
    candidate.extend_draft(the_offer(candidate), STANDARD_PLAN, first_year_pay="60000")
    assert candidate.offer(the_offer(candidate)).state == OfferState.EXTENDED


def test_without_a_draft_an_offer_does_not_get_round_the_chain() -> None:
    candidate = examples.interviewed()
    with pytest.raises(OfferNeedsApproval, match="lead, finance, board"):
        candidate.extend_offer(the_application(candidate).id, uuid4(), STANDARD_PLAN, chain())


def test_an_offer_is_approved_in_order_by_those_named() -> None:
    candidate = awaiting()
    for who in (FINANCE, None):
        with pytest.raises(NotAnApprover, match="step lead"):
            candidate.approve_offer(the_offer(candidate), who)
        with pytest.raises(NotAnApprover, match="step lead"):
            candidate.refuse_offer(the_offer(candidate), "salary", who)
    with pytest.raises(NotThisVersion, match="version 1 by now, not 2"):
        candidate.approve_offer(the_offer(candidate), LEAD, 2)
    with pytest.raises(BeforeDraft):
        candidate.at(the_application(candidate).began).approve_offer(the_offer(candidate), LEAD)
    drafted_at = candidate.draft_of(the_offer(candidate)).since
    with pytest.raises(ApprovedBeforeAsked):
        candidate.at(drafted_at).approve_offer(the_offer(candidate), LEAD)


def test_a_refused_version_stays_a_draft() -> None:
    candidate = awaiting()
    candidate.refuse_offer(the_offer(candidate), "salary", LEAD)
    candidate.request_offer_approval(the_offer(candidate), chain().steps_at("60000", "EUR"))
    with pytest.raises(NotAnApprover):
        candidate.approve_offer(the_offer(candidate), FINANCE)


def test_an_extended_offer_is_answered_while_the_next_version_is_drafted() -> None:
    candidate = examples.offered()
    draft(candidate, the_offer(candidate), "65000")
    candidate.accept_offer(the_offer(candidate))
    with pytest.raises(AnotherOfferPending, match="is accepted"):
        candidate.extend_draft(the_offer(candidate), STANDARD_PLAN, first_year_pay="65000")
    with pytest.raises(OfferNotPending, match="drafting it anew"):
        draft(candidate, the_offer(candidate), "66000")


def test_a_draft_is_no_offer_yet() -> None:
    candidate = drafted()
    with pytest.raises(OfferNotPending, match="is drafted"):
        candidate.accept_offer(the_offer(candidate))
    candidate.extend_offer(the_application(candidate).id, uuid4(), STANDARD_PLAN)
    with pytest.raises(AnotherOfferPending, match="is extended"):
        candidate.extend_draft(the_offer(candidate), STANDARD_PLAN, first_year_pay="60000")


def test_what_was_never_drafted_is_not_approved() -> None:
    candidate = examples.offered()
    with pytest.raises(NothingDrafted):
        candidate.request_offer_approval(the_offer(candidate))


def test_the_draft_of_a_rejected_application_is_not_approved() -> None:
    candidate = awaiting()
    candidate.reject(the_application(candidate).id, "experience")
    with pytest.raises(ApplicationClosed):
        candidate.approve_offer(the_offer(candidate), LEAD)


def test_a_draft_is_not_corrected() -> None:
    candidate = approved()
    version = next(e.originator_version for e in candidate.history if e.name == "offer.drafted")
    with pytest.raises(DraftedAnew):
        candidate.correct_entry(version, "first_year_pay", "90000", "entered_wrong")
