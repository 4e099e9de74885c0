"""Half a year of hiring, by API alone: every metric the API tells of it equals a plain fold."""

from collections.abc import Sequence
from datetime import datetime
from itertools import product
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from fastapi.testclient import TestClient

from domain.event import Category
from store.access_log import Access
from store.ids import new_id
from store.log import Log
from tests import (
    fold_of_hiring,
    fold_of_relationships,
    fold_of_requisitions,
    fold_of_reviews,
    fold_of_time,
    fold_of_today,
    plain_fold,
)
from tests.api.conftest import ClientFor
from tests.api.half_year import ENDS, HalfYear, moment
from tests.api.test_whole_way import get
from tests.fold_of_time import Stretch
from tests.plain_fold import Row

UTC_ZONE = ZoneInfo("UTC")
WINDOWS = ((None, None), (moment(0), moment(90)), (moment(90), ENDS))
DAYS = ("elapsed", "calendar", "business")
LEAST_TOLD = 5
"""Answers in confidence: of fewer, nothing is told."""


def test_every_metric_of_half_a_year_is_that_of_a_plain_fold(
    admin: TestClient, client_for: ClientFor, log: Log
) -> None:
    life = HalfYear(client_for)
    life.live()
    get(admin, "/metrics/funnel", min_log_position=life.reached)
    with log.database.transaction(log.organisation) as connection:
        rows = plain_fold.read(connection)
    assert len(rows) > 350
    assert {"application.transferred", "interview.rescheduled"} < {row.type for row in rows}
    history = plain_fold.known(rows, ENDS, len(rows))
    told = Told(admin, history)
    for window in WINDOWS:
        told.durations(window)
        told.requisitions(window)
        told.funnel(window)
        told.offers(window)
        told.costs(window, opened_pay(log, rows))
        told.quality(window)
        told.sources(window)
        told.satisfaction(window)
    told.today()


def opened_pay(log: Log, rows: Sequence[Row]) -> dict[int, str]:
    """The pay of each offer, at the position that extended it."""
    extended = [row.position for row in rows if row.type == "offer.extended"]
    with log.database.transaction(log.organisation) as connection:
        facts = log.facts.at_positions(extended)
        access = Access(new_id(), "test", new_id())
        opened = log.vault.open(connection, facts, [Category.COMPENSATION], access)
    return {
        fact.position or 0: fields["first_year_pay"]
        for fact, fields in zip(facts, opened, strict=True)
    }


Window = tuple[datetime | None, datetime | None]


class Told:
    """What the API says of half a year, compared with what happened."""

    def __init__(self, client: TestClient, history: Sequence[Row]) -> None:
        self.client = client
        self.history = history

    def ask(self, name: str, window: Window, policy: str | None = None) -> dict[str, Any]:
        bounds = zip(("from", "to"), window, strict=True)
        asked = {name: moment.isoformat() for name, moment in bounds if moment}
        if policy:
            asked["policy"] = policy
        return get(self.client, f"/metrics/{name}", as_of=ENDS.isoformat(), **asked)

    def durations(self, window: Window) -> None:
        for start, end, counted in product(
            ("applied", "first_touch", "last_reopened"), ("accepted", "hired"), DAYS
        ):
            hires = fold_of_time.hires(self.history, *window, start=start, end=end)
            same_days(
                self.ask("time-to-hire", window, f"{start}-{end}-last-{counted}"), hires, counted
            )
        stays = list(fold_of_time.stays(self.history, *window))
        assert stays
        for stage in self.ask("time-in-stage", window)["stages"]:
            same_days(stage, [stay for stay in stays if stay.step == stage["stage"]])
        for name, stretches in (
            ("days-to-offer", fold_of_reviews.first_offers(self.history, *window)),
            ("time-to-first-review", fold_of_reviews.first_reviews(self.history, *window)),
            ("scorecard-turnaround", fold_of_reviews.scorecards(self.history, *window)),
        ):
            assert stretches
            same_days(self.ask(name, window), stretches)

    def requisitions(self, window: Window) -> None:
        for clock, hold in product(("opened", "approved", "posted"), ("with_hold", "without_hold")):
            filled = list(fold_of_requisitions.filled(self.history, *window, clock))
            assert filled
            days = [span.days(hold, "elapsed", UTC_ZONE) for span in filled]
            same_numbers(self.ask("time-to-fill", window, f"{clock}-{hold}-elapsed"), days)
        ageing = fold_of_requisitions.ageing(self.history, *window, ENDS)
        days = [span.days("with_hold", "elapsed", UTC_ZONE) for span in ageing]
        same_numbers(self.ask("requisition-ageing", window), days)

    def funnel(self, window: Window) -> None:
        for cohort in ("entered", "applied"):
            said = self.ask("stage-conversion", window, cohort)["stages"]
            assert {
                row["stage"]: (row["entered"], row["advanced"], row["pending"]) for row in said
            } == (plain_fold.funnel(self.history, *window, cohort))

    def offers(self, window: Window) -> None:
        for policy in ("resolved", "extended"):
            said = self.ask("offer-acceptance", window, policy)
            expected = fold_of_hiring.offers(self.history, *window, policy)
            outcomes = ("accepted", "declined", "expired", "rescinded", "pending")
            assert {name: said[name] for name in outcomes if said[name]} == expected
            resolved = expected.total() - expected["pending"]
            assert said["acceptance_rate"] == expected["accepted"] / resolved

    def costs(self, window: Window, opened: dict[int, str]) -> None:
        for policy in ("all", "comparable"):
            said = self.ask("cost-per-hire", window, policy)
            spent = sum(fold_of_hiring.costs(self.history, *window, ENDS, policy)["EUR"])
            hires = fold_of_hiring.hires_within(self.history, *window)
            assert (said["hires"], said["costs"]) == (hires, near(spent))
            assert said["cost_per_hire"] == near(spent / hires)
        said = self.ask("recruiting-cost-ratio", window, "all")
        spent = sum(fold_of_hiring.costs(self.history, *window, ENDS, "all")["EUR"])
        pay = sum(float(text or 0) for text, _ in fold_of_hiring.pay(self.history, opened, *window))
        assert pay
        assert said["recruiting_cost_ratio"] == pytest.approx(float(spent) / pay, abs=1e-6)

    def quality(self, window: Window) -> None:
        expected = fold_of_hiring.quality(self.history, *window, fold_of_hiring.WEIGHTS)
        assert expected or window[1] == moment(90)
        for row in self.ask("quality-of-hire", window)["days"]:
            values = expected.get(row["day"], [])
            assert (row["hires"], row["quality"]) == (
                len(values),
                pytest.approx(plain_fold.mean(values)),
            )

    def sources(self, window: Window) -> None:
        for policy in ("last_touch", "first_touch"):
            said = self.ask("source-effectiveness", window, policy)["sources"]
            assert {
                row["source"]: [row["applications"], row["hired_of_these"], row["hires"]]
                for row in said
            } == fold_of_hiring.sources(self.history, *window, policy)

    def satisfaction(self, window: Window) -> None:
        for about in ("any", "interview", "outcome"):
            scores = fold_of_relationships.answers(self.history, *window, about)
            assert scores
            loyal = sum(score >= 9 for score in scores) - sum(score <= 6 for score in scores)
            cnps = 100 * loyal / len(scores) if len(scores) >= LEAST_TOLD else None
            said = self.ask("candidate-satisfaction", window, about)
            assert said["cnps"] == pytest.approx(cnps)

    def today(self) -> None:
        said = get(self.client, "/today", as_of=ENDS.isoformat(), limit=1000)["items"]
        expected = fold_of_today.today(
            self.history, ENDS, {row.position: row.stream_id for row in self.history}
        )
        assert sorted(
            (row["kind"], row["application_id"] or row["requisition_id"]) for row in said
        ) == (sorted((kind, str(about)) for kind, about, *_ in expected))


def same_days(said: dict[str, Any], stretches: Sequence[Stretch], counted: str = "elapsed") -> None:
    same_numbers(said, [stretch.days(counted, UTC_ZONE) for stretch in stretches])


def same_numbers(said: dict[str, Any], days: Sequence[float]) -> None:
    ordered = sorted(days)
    assert said["n"] == len(days)
    assert said["median_days"] == pytest.approx(plain_fold.percentile(ordered, 0.5))
    assert said["mean_days"] == pytest.approx(plain_fold.mean(days))
    assert said["p90_days"] == pytest.approx(plain_fold.percentile(ordered, 0.9))


def near(amount: Any) -> Any:
    return pytest.approx(float(amount), abs=0.0051)
