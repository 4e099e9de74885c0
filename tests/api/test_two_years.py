"""Two years by API alone, from sourcing to quality of hire: every metric equals a plain fold."""

from collections.abc import Sequence
from statistics import median

import pytest
from fastapi.testclient import TestClient

from store.log import Log
from tests import fold_of_relationships as fold
from tests import plain_fold
from tests.api.conftest import ClientFor
from tests.api.half_year import ENDS, moment
from tests.api.test_half_year import Told, Window, opened_pay
from tests.api.test_whole_way import get
from tests.api.two_years import BEGINS_ON, TwoYears

WINDOWS = ((None, None), (moment(BEGINS_ON), moment(0)), (moment(0), ENDS))
HIRING = WINDOWS[::2]
"""In which people were hired."""


@pytest.mark.timeout(1200)
def test_every_metric_of_two_years_is_that_of_a_plain_fold(
    admin: TestClient, client_for: ClientFor, log: Log
) -> None:
    life = TwoYears(client_for)
    life.live()
    get(admin, "/metrics/funnel", min_log_position=life.reached)
    with log.database.transaction(log.organisation) as connection:
        rows = plain_fold.read(connection)
    types = {row.type for row in rows}
    assert {"application.reengaged", "pool.member_removed", "touchpoint.replied"} < types
    history = plain_fold.known(rows, ENDS, len(rows))
    told = Relations(admin, history)
    for window in WINDOWS:
        told.growth(window)
        told.engagement(window)
        told.brought_back(window)
        told.satisfaction(window)
        told.funnel(window)
        told.sources(window)
    for window in HIRING:
        told.durations(window)
        told.requisitions(window)
        told.offers(window)
        told.costs(window, opened_pay(log, rows))
        told.quality(window)
    whole = told.ask("reengagement-yield", (None, None))
    assert whole["hires_from_pools"] > 0
    assert whole["days_saved"] is not None
    told.today()


class Relations(Told):
    """What the API says of relations, compared with what happened."""

    def growth(self, window: Window) -> None:
        said = self.ask("pipeline-growth", window)
        expected = fold.growth(self.history, *window, now=ENDS)
        assert (said["members_at_start"], said["members_at_end"]) == (
            len(expected.start),
            len(expected.end),
        )
        assert (said["gross_adds"], said["reachable"]) == (expected.adds, expected.reachable)
        assert said["exits_by_reason"] == dict(+expected.exits)
        assert expected.adds
        assert expected.exits

    def engagement(self, window: Window) -> None:
        said = self.ask("engagement", window)
        reached, engaged, opened = plain_fold.engagement(self.history, *window)
        assert (said["reached"], said["engaged"], said["opened"]) == (reached, engaged, opened)
        assert engaged
        people = fold.reached(self.history, *window)
        scores = [
            fold.score(self.history, person, *window, now=ENDS, weights=fold.WEIGHTS)
            for person in people
        ]
        said = self.ask("engagement-score", window)
        assert said["people"] == len(people)
        assert said["mean_score"] == pytest.approx(plain_fold.mean(scores), abs=1e-4)
        assert said["median_score"] == pytest.approx(median(scores), abs=1e-4)

    def brought_back(self, window: Window) -> None:
        said = self.ask("reengagement-yield", window)
        back, hires = fold.brought_back(self.history, *window), fold.hires(self.history, *window)
        standings = plain_fold.standings(self.history).items()
        hired = {id for id, standing in standings if standing.status == "hired"}
        assert (said["reengaged"], said["hired"]) == (len(back), len(hired & set(back)))
        held = fold.came_to(self.history, "interview.held")
        assert said["interviewed"] == len(held & set(back))
        days = days_of(hires)
        assert (said["hires"], said["hires_from_pools"]) == (len(hires), len(days[True]))
        others, pools = plain_fold.mean(days[False]), plain_fold.mean(days[True])
        saved = None if others is None or pools is None else others - pools
        assert said["days_saved"] == pytest.approx(saved)


def days_of(hires: Sequence[fold.Hire]) -> dict[bool, list[float]]:
    """How long hires took, of those who came from a pool, and of others."""
    found: dict[bool, list[float]] = {True: [], False: []}
    for hire in hires:
        found[hire.from_pool].append(hire.days)
    return found
