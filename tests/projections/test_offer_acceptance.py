"""Offer acceptance, counted by hand."""

from uuid import UUID, uuid4

from domain.candidate import Candidate
from domain.plan import STANDARD_PLAN
from projections.metrics.offer_acceptance import OFFER_ACCEPTANCE
from store.log import Log
from tests import examples
from tests.answers import answer, happened
from tests.examples import day, the_application, the_offer


def offered(on: float = 10) -> Candidate:
    candidate = examples.applied_on(day(0))
    extend(candidate, uuid4(), on)
    return candidate


def extend(candidate: Candidate, offer_id: UUID, on: float) -> None:
    candidate.at(day(on)).extend_offer(the_application(candidate).id, offer_id, STANDARD_PLAN)


def accepted(on: float = 12) -> Candidate:
    candidate = offered()
    candidate.at(day(on)).accept_offer(the_offer(candidate))
    return candidate


def declined(on: float = 12) -> Candidate:
    candidate = offered()
    candidate.at(day(on)).decline_offer(the_offer(candidate), "salary")
    return candidate


def test_every_offer_is_counted_by_its_outcome(log: Log) -> None:
    expired, rescinded = offered(), offered()
    expired.at(day(20)).expire_offer(the_offer(expired))
    rescinded.at(day(20)).rescind_offer(the_offer(rescinded), "budget")
    happened(log, accepted(), accepted(), declined(), expired, rescinded, offered())
    said = answer(log, OFFER_ACCEPTANCE)
    assert (said.accepted, said.declined, said.expired, said.rescinded) == (2, 1, 1, 1)
    assert (said.offers, said.pending) == (5, 0)
    assert said.acceptance_rate == 2 / 5


def test_an_offer_accepted_and_rescinded_later_counts_as_rescinded(log: Log) -> None:
    candidate = accepted(on=12)
    candidate.at(day(15)).rescind_offer(the_offer(candidate), "budget")
    happened(log, candidate)
    said = answer(log, OFFER_ACCEPTANCE)
    assert (said.offers, said.accepted, said.rescinded, said.acceptance_rate) == (1, 0, 1, 0)
    assert answer(log, OFFER_ACCEPTANCE, as_of=day(13)).acceptance_rate == 1


def test_an_offer_in_two_versions_is_one_offer_and_pending_until_the_last_is_answered(
    log: Log,
) -> None:
    candidate = declined(on=12)
    extend(candidate, the_offer(candidate), 14)
    candidate.at(day(16)).accept_offer(the_offer(candidate))
    happened(log, candidate)
    said = answer(log, OFFER_ACCEPTANCE)
    assert (said.offers, said.accepted, said.declined) == (1, 1, 0)
    meanwhile = answer(log, OFFER_ACCEPTANCE, as_of=day(15))
    assert (meanwhile.offers, meanwhile.acceptance_rate) == (0, None)


def test_the_window_is_of_the_last_resolution_or_of_the_first_extension(log: Log) -> None:
    happened(log, accepted(on=40), declined(on=20), offered())
    late = {"since": day(30), "until": day(50)}
    early = {"since": day(0), "until": day(30)}
    assert answer(log, OFFER_ACCEPTANCE, **late).acceptance_rate == 1
    assert answer(log, OFFER_ACCEPTANCE, **early).acceptance_rate == 0
    said = answer(log, OFFER_ACCEPTANCE, policy="extended", **early)
    assert (said.offers, said.pending, said.acceptance_rate) == (3, 1, 1 / 2)
    assert answer(log, OFFER_ACCEPTANCE, policy="extended", **late).acceptance_rate is None


def test_an_offer_falls_into_the_group_of_its_application(log: Log) -> None:
    happened(log, accepted(), declined())
    rows = answer(log, OFFER_ACCEPTANCE, by=("source",)).rows
    assert [(row.group, row.offers, row.accepted, row.declined) for row in rows] == [
        ("unknown", 2, 1, 1)
    ]
