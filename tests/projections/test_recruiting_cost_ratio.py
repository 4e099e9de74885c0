"""The recruiting cost ratio, by hand; every look at someone's pay is on the record."""

from typing import Any
from uuid import UUID, uuid4

import pytest

from domain.candidate import Candidate
from domain.offer import OfferExtended
from domain.plan import STANDARD_PLAN
from domain.requisition import Requisition
from projections.asked import resolve
from projections.catalogue import READ_MODELS
from projections.metrics.answer import chosen_policy
from projections.metrics.cost_per_hire import COST_PER_HIRE
from projections.metrics.question import Question
from projections.metrics.recruiting_cost_ratio import PURPOSE, RecruitingCostRatio, ratio
from store.access_log import Access, AccessNotRecorded
from store.log import Log
from tests import examples
from tests.answers import happened
from tests.examples import day, the_application
from tests.projections.test_cost_per_hire import cost

SOMEONE, REQUEST = UUID(int=7), UUID(int=8)
ON_RECORD = """
SELECT
    actor_id,
    subjects,
    categories,
    purpose,
    request_id
FROM access_log
WHERE purpose <> 'index'
"""


def hired_for(
    pay: str | None, requisition: Requisition | None = None, currency: str = "EUR"
) -> Candidate:
    requisition = requisition or examples.open_requisition()
    candidate = examples.applied_on(day(0), requisition)
    application_id, offer_id = the_application(candidate).id, uuid4()
    said: dict[str, Any] = {"first_year_pay": pay, "currency": currency} if pay else {}
    candidate.at(day(5)).extend_offer(application_id, offer_id, requisition.plan, **said)
    candidate.at(day(6)).accept_offer(offer_id)
    opening = requisition.free_opening()
    candidate.at(day(10)).hire(application_id, requisition.plan, opening)
    return candidate


def asked_of(
    log: Log, access: Access | None = None, policy: str | None = None, **window: Any
) -> RecruitingCostRatio:
    with log.database.transaction(log.organisation) as connection:
        asked, question = resolve(connection, READ_MODELS), Question(**window)
        chosen = chosen_policy(connection, asked, COST_PER_HIRE, policy, question)
        by = access or Access(SOMEONE, PURPOSE, REQUEST)
        return ratio(connection, asked, question, chosen, log, by)


def on_record(log: Log) -> list[tuple[Any, ...]]:
    with log.database.transaction(log.organisation) as connection:
        return connection.execute(ON_RECORD).fetchall()


def test_costs_are_divided_by_the_first_year_pay_of_the_hires(log: Log) -> None:
    happened(log, hired_for("60000.00"), hired_for("40000"), hired_for(None), cost("5000"))
    said = asked_of(log)
    assert (said.costs, said.pay, said.recruiting_cost_ratio) == (5000, 100_000, 0.05)
    assert (said.hires, said.hires_without_pay, said.n_redacted) == (3, 1, 0)
    assert (said.currency, said.policy) == ("EUR", "all-currency:EUR")


def test_pay_is_opened_once_and_on_the_record(log: Log) -> None:
    people = [hired_for("60000"), hired_for("40000")]
    happened(log, *people, cost("5000"))
    asked_of(log)
    [(actor_id, subjects, categories, purpose, request_id)] = on_record(log)
    assert (actor_id, categories, request_id) == (SOMEONE, ["compensation"], REQUEST)
    assert purpose == "metric recruiting-cost-ratio"
    assert set(subjects) == {candidate.id for candidate in people}


def test_what_cannot_be_recorded_is_not_shown(log: Log) -> None:
    happened(log, hired_for("60000"), cost("5000"))
    nobody = Access(None, PURPOSE, REQUEST)  # type: ignore[arg-type]
    with pytest.raises(AccessNotRecorded):
        asked_of(log, nobody)


def test_only_pay_that_counts_is_opened(log: Log) -> None:
    happened(log, hired_for("60000"), hired_for("70000", currency="USD"), cost("5000", on=40))
    assert asked_of(log, since=day(30)).hires == 0
    assert asked_of(log, policy="currency:CHF").hires_without_pay == 2
    assert on_record(log) == []
    said = asked_of(log)
    assert (said.pay, said.hires_without_pay) == (60_000, 1)
    [(_, subjects, *_)] = on_record(log)
    assert len(subjects) == 1


def test_pay_that_was_erased_is_counted_as_redacted(log: Log) -> None:
    erased = hired_for("60000")
    happened(log, erased, hired_for("40000"), cost("5000"))
    with log.database.transaction(log.organisation) as connection:
        connection.execute("DELETE FROM vault_keys WHERE subject_id = %s", (erased.id,))
    said = asked_of(log)
    assert (said.pay, said.n_redacted, said.hires_without_pay) == (40_000, 1, 0)


def test_pay_kept_for_a_legal_hold_only_is_counted_as_redacted(log: Log) -> None:
    held = hired_for("60000")
    happened(log, held, hired_for("40000"), cost("5000"))
    with log.database.transaction(log.organisation) as connection:
        connection.execute(
            "UPDATE vault_keys SET restricted_at = now() WHERE subject_id = %s", (held.id,)
        )
    said = asked_of(log)
    assert (said.pay, said.n_redacted, said.hires_without_pay) == (40_000, 1, 0)


def test_pay_counts_as_it_was_corrected(log: Log) -> None:
    candidate = hired_for("6000")
    happened(log, candidate, cost("5000"))
    before = asked_of(log)
    candidate = log.candidate(candidate.id)
    [version] = [e.originator_version for e in candidate.history if isinstance(e, OfferExtended)]
    candidate.correct_entry(version, "first_year_pay", "60000", "typing_error")
    happened(log, candidate)
    assert (before.pay, asked_of(log).pay) == (6000, 60_000)


def test_the_pay_is_that_of_the_last_version_of_the_offer_that_was_accepted(log: Log) -> None:
    candidate, [kept, rescinded, ignored] = examples.applied_on(day(0)), [uuid4() for _ in "abc"]
    extend(candidate, 1, kept, "20000")
    extend(candidate, 2, kept, "30000")
    candidate.at(day(3)).accept_offer(kept)
    candidate.from_history()
    extend(candidate, 4, rescinded, "4")
    candidate.at(day(5)).accept_offer(rescinded)
    candidate.at(day(5)).rescind_offer(rescinded, "budget")
    extend(candidate, 6, ignored, "6")
    candidate.at(day(10)).hire(the_application(candidate).id, STANDARD_PLAN, None)
    happened(log, candidate, cost("5000"))
    assert asked_of(log).pay == 30_000


def extend(candidate: Candidate, on: float, offer_id: UUID, pay: str) -> None:
    candidate.at(day(on)).extend_offer(
        the_application(candidate).id, offer_id, STANDARD_PLAN, first_year_pay=pay, currency="EUR"
    )
