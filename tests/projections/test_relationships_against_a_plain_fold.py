"""The metrics of relationships, by every policy, equal a plain fold; groups add up to the whole."""

from collections.abc import Sequence
from datetime import datetime
from statistics import median
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app import Hireledger
from projections.asked import Asked
from projections.metrics.answer import chosen_policy
from projections.metrics.candidate_satisfaction import CANDIDATE_SATISFACTION
from projections.metrics.engagement import ENGAGEMENT
from projections.metrics.engagement_score import ENGAGEMENT_SCORE, score_of
from projections.metrics.metric import Metric, Sums, grouped, totals
from projections.metrics.pipeline_growth import PIPELINE_GROWTH
from projections.metrics.question import Question
from projections.metrics.reengagement_yield import REENGAGEMENT_YIELD
from store.database import Connection
from tests import fold_of_relationships as fold
from tests import plain_fold
from tests.measured import measured
from tests.plain_fold import Row
from tests.projections.test_against_a_plain_fold import lived, moments, projected, rich
from tests.strategies import Step, World, histories

Window = tuple[datetime | None, datetime | None]
QUICK = {"reply": 5, "click": 50, "attendance": 0, "application": 7, "half_life_days": 3}
POLICIES = {
    PIPELINE_GROWTH: ("each_pool", "people"),
    ENGAGEMENT: ("standard",),
    ENGAGEMENT_SCORE: ("standard", "-".join(f"{name}:{n}" for name, n in QUICK.items())),
    REENGAGEMENT_YIELD: ("standard",),
    CANDIDATE_SATISFACTION: ("any", "application", "interview", "outcome"),
}
"""Every policy of every metric compared here."""


@rich
@given(
    steps=histories,
    questions=st.lists(st.tuples(moments, st.floats(0, 1), moments, moments), min_size=4),
)
def test_every_metric_of_relationships_is_that_of_a_plain_fold(
    hireledger: Hireledger,
    steps: list[Step],
    questions: list[tuple[datetime | None, float, datetime | None, datetime | None]],
) -> None:
    log, world = lived(hireledger, steps)
    with projected(log) as (connection, rows):
        for t, share, since, until in [*questions, (None, 1.0, None, None)]:
            asked = Asked(as_of=t, log_position=round(share * len(rows)))
            history = plain_fold.known(rows, t, asked.log_position)
            window = (since, until)
            same_growth(connection, asked, history, window, world)
            same_scores(connection, asked, history, window)
            same_yield(connection, asked, history, window)
            same_satisfaction(connection, asked, history, window)
            for metric, policies in POLICIES.items():
                for policy in policies:
                    groups_add_up(connection, asked, metric, policy, window)


def same_growth(
    connection: Connection, asked: Asked, history: Sequence[Row], window: Window, world: World
) -> None:
    now = fold.now(asked.as_of)
    for pool in (None, *(pool.id for pool in world.pools)):
        for policy in POLICIES[PIPELINE_GROWTH]:
            found = ask(connection, asked, PIPELINE_GROWTH, window, policy=policy, pool=pool)
            expected = fold.growth(history, *window, now=now, policy=policy, pool_id=pool)
            start, end = len(expected.start), len(expected.end)
            assert (found.members_at_start, found.members_at_end) == (start, end)
            assert found.growth_rate == ((end - start) / start if start else None)
            assert found.reachable == expected.reachable
            assert found.gross_adds == expected.adds
            assert found.exits_by_reason == dict(+expected.exits)
            assert start + found.gross_adds - found.exits == end


def same_scores(
    connection: Connection, asked: Asked, history: Sequence[Row], window: Window
) -> None:
    now, people = fold.now(asked.as_of), fold.reached(history, *window)
    # A score fades by the second: both are asked of the same one.
    asked = asked.model_copy(update={"as_of": now})
    for policy, weights in zip(POLICIES[ENGAGEMENT_SCORE], (fold.WEIGHTS, QUICK), strict=True):
        scores = {
            person: fold.score(history, person, *window, now=now, weights=weights)
            for person in people
        }
        found = ask(connection, asked, ENGAGEMENT_SCORE, window, policy=policy)
        assert found.people == len(people)
        assert found.mean_score == pytest.approx(plain_fold.mean(list(scores.values())), abs=1e-4)
        expected = median(scores.values()) if scores else None
        assert found.median_score == pytest.approx(expected, abs=1e-4)
        question = Question(*window)
        chosen = chosen_policy(connection, asked, ENGAGEMENT_SCORE, policy, question)
        for person, expected in scores.items():
            one = score_of(connection, asked, chosen, question, person)
            assert one.score == pytest.approx(expected, abs=1e-4)


def same_yield(
    connection: Connection, asked: Asked, history: Sequence[Row], window: Window
) -> None:
    found = ask(connection, asked, REENGAGEMENT_YIELD, window)
    back, hires = fold.brought_back(history, *window), fold.hires(history, *window)
    hired = {
        id for id, standing in plain_fold.standings(history).items() if standing.status == "hired"
    }
    assert found.reengaged == len(back)
    assert found.interviewed == len(fold.came_to(history, "interview.held") & set(back))
    assert found.offered == len(fold.came_to(history, "offer.extended") & set(back))
    assert found.hired == len(hired & set(back))
    days: dict[bool, list[float]] = {True: [], False: []}
    for hire in hires:
        days[hire.from_pool].append(hire.days)
    assert (found.hires, found.hires_from_pools) == (len(hires), len(days[True]))
    share = len(days[True]) / len(hires) if hires else None
    assert found.share_of_hires_from_pools == share
    others, pools = plain_fold.mean(days[False]), plain_fold.mean(days[True])
    saved = None if others is None or pools is None else others - pools
    assert found.days_saved == pytest.approx(saved)


def same_satisfaction(
    connection: Connection, asked: Asked, history: Sequence[Row], window: Window
) -> None:
    for policy in POLICIES[CANDIDATE_SATISFACTION]:
        found = ask(connection, asked, CANDIDATE_SATISFACTION, window, policy=policy)
        scores = fold.answers(history, *window, moment=policy)
        assert (found.n, found.hidden) == (len(scores), len(scores) < 5)
        if not found.hidden:
            promoters, detractors = sum(s > 8 for s in scores), sum(s < 7 for s in scores)
            assert (found.promoters, found.detractors) == (promoters, detractors)
            assert found.passives == len(scores) - promoters - detractors
            assert found.cnps == pytest.approx(100 * (promoters - detractors) / len(scores))
        by_source = ask(
            connection, asked, CANDIDATE_SATISFACTION, window, policy=policy, by=("source",)
        )
        hidden = [row.n for row in by_source.rows if row.hidden]
        assert sum(row.n for row in by_source.rows) == found.n
        assert not hidden or sum(hidden) >= 5 or found.hidden


def ask(connection: Connection, asked: Asked, metric: Metric, window: Window, **more: Any) -> Any:
    return measured(connection, asked, metric, since=window[0], until=window[1], **more)


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
            (whole.num, whole.den, whole.extra), abs=1e-4
        )
