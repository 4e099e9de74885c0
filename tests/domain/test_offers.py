"""Offers: extended in versions, then accepted, declined or rescinded."""

from typing import Any
from uuid import uuid4

import pytest

from domain.application import ApplicationClosed
from domain.candidate import Candidate
from domain.errors import NotFound
from domain.offer import (
    AnotherOfferPending,
    OfferDeclined,
    OfferExpired,
    OfferExtended,
    OfferNotPending,
    OfferRescinded,
    OfferState,
    PayNeedsCurrency,
)
from domain.plan import STANDARD_PLAN
from tests import examples
from tests.examples import the_application, the_offer


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
