"""The metrics of hiring, as of any date and as known at any place, equal a plain fold."""

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from functools import partial
from itertools import product
from random import Random
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app import Hireledger
from domain.event import Category
from projections.asked import Asked
from projections.engine import Projector
from projections.metrics.answer import chosen_policy
from projections.metrics.cost_per_hire import COST_PER_HIRE
from projections.metrics.days_to_offer import DAYS_TO_OFFER
from projections.metrics.metric import Metric, Sums, grouped, totals
from projections.metrics.offer_acceptance import OFFER_ACCEPTANCE
from projections.metrics.quality_of_hire import QUALITY_OF_HIRE
from projections.metrics.question import Question
from projections.metrics.recruiting_cost_ratio import ratio
from projections.metrics.requisition_ageing import REQUISITION_AGEING
from projections.metrics.scorecard_turnaround import SCORECARD_TURNAROUND
from projections.metrics.source_effectiveness import SOURCE_EFFECTIVENESS
from projections.metrics.time_to_fill import TIME_TO_FILL
from projections.metrics.time_to_first_review import TIME_TO_FIRST_REVIEW
from store.access_log import Access
from store.database import Connection
from store.log import Log
from tests import fold_of_hiring as fold
from tests import fold_of_requisitions as requisition_fold
from tests import fold_of_reviews, plain_fold
from tests.measured import measured
from tests.plain_fold import Row
from tests.projections.test_against_a_plain_fold import lived, moments, rich
from tests.strategies import Step, histories

ACCESS = Access(UUID(int=1), "test", UUID(int=2))
ZONE = ZoneInfo("UTC")
CLOCKS, HOLDS = ("opened", "approved", "posted"), ("with_hold", "without_hold")
DAYS = ("elapsed", "calendar", "business")
Window = tuple[datetime | None, datetime | None]
POLICIES = {
    OFFER_ACCEPTANCE: ("resolved", "extended"),
    COST_PER_HIRE: ("all", "comparable", "currency:USD"),
    TIME_TO_FILL: tuple(map("-".join, product(CLOCKS, HOLDS, DAYS))),
    REQUISITION_AGEING: tuple(map("-".join, product(HOLDS, DAYS))),
    DAYS_TO_OFFER: DAYS,
    TIME_TO_FIRST_REVIEW: DAYS,
    SCORECARD_TURNAROUND: DAYS,
    SOURCE_EFFECTIVENESS: ("last_touch", "first_touch"),
    QUALITY_OF_HIRE: ("standard", "performance:0-retention:70"),
}
"""Every policy of every metric compared here."""


@rich
@given(
    steps=histories,
    questions=st.lists(
        st.tuples(moments, st.floats(0, 1), moments, moments), min_size=4, max_size=6
    ),
    # All policies of a metric share how it is grouped, so one of them a question is enough.
    drawn=st.randoms(use_true_random=False),
)
def test_every_metric_of_hiring_is_that_of_a_plain_fold(
    hireledger: Hireledger,
    steps: list[Step],
    questions: list[tuple[datetime | None, float, datetime | None, datetime | None]],
    drawn: Random,
) -> None:
    log, _ = lived(hireledger, steps)
    projector = Projector(log.database, log.organisation)
    while projector.step():
        pass
    with log.database.transaction(log.organisation) as connection:
        rows = plain_fold.read(connection)
        for t, share, since, until in [*questions, (None, 1.0, None, None)]:
            asked = Asked(as_of=t, log_position=round(share * len(rows)))
            history = plain_fold.known(rows, t, asked.log_position)
            same_offers(connection, asked, history, (since, until))
            same_costs(connection, asked, history, (since, until))
            same_ratio(connection, asked, history, (since, until), log)
            same_quality(connection, asked, history, (since, until))
            same_sources(connection, asked, history, (since, until))
            same_fillings(connection, asked, history, (since, until))
            same_ageing(connection, asked, history, (since, until))
            same_reviews(connection, asked, history, (since, until))
            for metric, policies in POLICIES.items():
                groups_add_up(connection, asked, metric, drawn.choice(policies), (since, until))


def same_offers(
    connection: Connection, asked: Asked, history: Sequence[Row], window: Window
) -> None:
    for policy in POLICIES[OFFER_ACCEPTANCE]:
        said = ask(connection, asked, OFFER_ACCEPTANCE, window, policy)
        expected = fold.offers(history, *window, policy)
        outcomes = ("accepted", "declined", "expired", "rescinded", "pending")
        assert [getattr(said, outcome) for outcome in outcomes] == [
            expected[outcome] for outcome in outcomes
        ]
        resolved = expected.total() - expected["pending"]
        assert said.offers == expected.total()
        assert said.acceptance_rate == (expected["accepted"] / resolved if resolved else None)


def same_costs(
    connection: Connection, asked: Asked, history: Sequence[Row], window: Window
) -> None:
    for policy in POLICIES[COST_PER_HIRE]:
        said = ask(connection, asked, COST_PER_HIRE, window, policy)
        spent = fold.costs(history, *window, asked.as_of, policy)
        currency = "USD" if policy == "currency:USD" else fold.main_currency(spent)
        costs, hires = sum(spent.get(currency or "", [])), fold.hires_within(history, *window)
        assert (said.hires, said.costs) == (hires, pytest.approx(float(costs), abs=0.005))
        assert said.currency == (currency if currency in spent else None)
        assert said.other_currencies == sorted(spent.keys() - {currency})
        assert said.cost_per_hire == (
            pytest.approx(float(costs / hires), abs=0.005) if hires else None
        )


def same_ratio(
    connection: Connection, asked: Asked, history: Sequence[Row], window: Window, log: Log
) -> None:
    spent = fold.costs(history, *window, asked.as_of, "all")
    currency = fold.main_currency(spent)
    opened = opened_pay(connection, log, asked.log_position)
    pay = fold.pay(history, opened, *window)
    known = [Decimal(text) for text, its in pay if text and its and its == currency]
    chosen = chosen_policy(connection, asked, COST_PER_HIRE, None, Question(*window))
    said = ratio(connection, asked, Question(*window), chosen, log, ACCESS)
    assert (said.hires, said.hires_without_pay) == (len(pay), len(pay) - len(known))
    assert said.pay == pytest.approx(float(sum(known)))
    costs = float(sum(spent.get(currency or "", [])))
    assert said.costs == pytest.approx(costs, abs=0.005)
    assert said.recruiting_cost_ratio == (
        pytest.approx(costs / float(sum(known)), abs=1e-6) if sum(known) else None
    )


def opened_pay(connection: Connection, log: Log, p: int) -> dict[int, Any]:
    """What is sealed of each offer's pay, as corrected by then, at the offer's position."""
    facts = log.facts.at_positions(range(1, p + 1))
    opened = log.vault.open(connection, facts, [Category.COMPENSATION], ACCESS)
    offers, pay = {}, {}
    for fact, fields in zip(facts, opened, strict=True):
        if fact.topic == "offer.extended":
            offers[fact.originator_id, fact.originator_version] = fact.position or 0
            if "first_year_pay" in fields:
                pay[fact.position or 0] = fields["first_year_pay"]
        elif fact.data.get("field") == "first_year_pay":
            corrected = offers[fact.originator_id, fact.data["corrects"]]
            pay[corrected] = fields["compensation_value"]
    return pay


def same_quality(
    connection: Connection, asked: Asked, history: Sequence[Row], window: Window
) -> None:
    others = {**fold.WEIGHTS, "performance": 0, "retained": 70}
    for policy, weights in zip(POLICIES[QUALITY_OF_HIRE], (fold.WEIGHTS, others), strict=True):
        said = ask(connection, asked, QUALITY_OF_HIRE, window, policy)
        expected = fold.quality(history, *window, weights)
        assert {row.day: row.hires for row in said.days if row.hires} == {
            day: len(found) for day, found in expected.items()
        }
        for row in said.days:
            assert row.quality == pytest.approx(plain_fold.mean(expected.get(row.day, [])))


def same_sources(
    connection: Connection, asked: Asked, history: Sequence[Row], window: Window
) -> None:
    for policy in POLICIES[SOURCE_EFFECTIVENESS]:
        said = ask(connection, asked, SOURCE_EFFECTIVENESS, window, policy)
        expected = fold.sources(history, *window, policy)
        hires = sum(of_source[2] for of_source in expected.values())
        assert {row.source for row in said.sources} == expected.keys()
        for row in said.sources:
            assert [row.applications, row.hired_of_these, row.hires] == expected[row.source]
            assert row.share_of_hires == (row.hires / hires if hires else None)


def same_fillings(
    connection: Connection, asked: Asked, history: Sequence[Row], window: Window
) -> None:
    for clock in CLOCKS:
        spans = list(requisition_fold.filled(history, *window, clock))
        for hold, counted in product(HOLDS, DAYS):
            days = [span.days(hold, counted, ZONE) for span in spans]
            same_days(connection, asked, TIME_TO_FILL, window, f"{clock}-{hold}-{counted}", days)


def same_ageing(
    connection: Connection, asked: Asked, history: Sequence[Row], window: Window
) -> None:
    spans = list(requisition_fold.ageing(history, *window, asked.as_of))
    for hold, counted in product(HOLDS, DAYS):
        days = [span.days(hold, counted, ZONE) for span in spans]
        same_days(connection, asked, REQUISITION_AGEING, window, f"{hold}-{counted}", days)


def same_reviews(
    connection: Connection, asked: Asked, history: Sequence[Row], window: Window
) -> None:
    for metric, stretches in (
        (DAYS_TO_OFFER, fold_of_reviews.first_offers(history, *window)),
        (TIME_TO_FIRST_REVIEW, fold_of_reviews.first_reviews(history, *window)),
        (SCORECARD_TURNAROUND, fold_of_reviews.scorecards(history, *window)),
    ):
        for counted in DAYS:
            days = [stretch.days(counted, ZONE) for stretch in stretches]
            same_days(connection, asked, metric, window, counted, days)


def same_days(
    connection: Connection,
    asked: Asked,
    metric: Metric,
    window: Window,
    policy: str,
    days: Sequence[float],
) -> None:
    said = ask(connection, asked, metric, window, policy)
    # Ageing goes on while it is asked of.
    close = partial(pytest.approx, abs=0.01)
    assert said.n == len(days)
    assert said.median_days == close(plain_fold.percentile(sorted(days), 0.5))
    assert said.mean_days == close(plain_fold.mean(days))
    assert said.p90_days == close(plain_fold.percentile(sorted(days), 0.9))


def ask(
    connection: Connection, asked: Asked, metric: Metric, window: Window, policy: str | None = None
) -> Any:
    return measured(connection, asked, metric, since=window[0], until=window[1], policy=policy)


def groups_add_up(
    connection: Connection, asked: Asked, metric: Metric, policy: str, window: Window
) -> None:
    everything = Question(*window)
    chosen = chosen_policy(connection, asked, metric, policy, everything)
    whole = Sums.together(totals(connection, asked, metric, chosen, everything))
    for by in ("source", "department"):
        question = Question(*window, by=(by,))
        parts = Sums.together(grouped(connection, asked, metric, chosen, question))
        assert parts.n == whole.n
        assert (parts.num, parts.den, parts.extra) == pytest.approx(
            (whole.num, whole.den, whole.extra)
        )
