"""Durations, funnels, groups and periods of any history, by every policy, equal a plain fold."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from itertools import product
from typing import Any, get_args
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app import Hireledger
from projections.asked import Asked
from projections.metrics.policy import Days
from projections.metrics.question import UTC_ZONE
from projections.metrics.stage_conversion import FUNNEL, CohortPolicy
from projections.metrics.time_in_stage import STAGE_KINDS, TIME_IN_STAGE
from projections.metrics.time_to_hire import TIME_TO_HIRE, TimeToHirePolicy
from store.database import Connection
from tests import fold_of_time, plain_fold
from tests.fold_of_time import Stretch
from tests.measured import measured
from tests.plain_fold import Row
from tests.projections.test_against_a_plain_fold import lived, moments, projected, rich
from tests.strategies import Step, histories

BEHIND_UTC = ZoneInfo("America/New_York")
zones = st.sampled_from([UTC_ZONE, BEHIND_UTC])


def choices(policy: Any) -> Iterable[dict[str, str]]:
    """Every policy there is."""
    fields = policy.model_fields
    for chosen in product(*(get_args(field.annotation) for field in fields.values())):
        yield dict(zip(fields, chosen, strict=True))


@rich
@given(
    steps=histories,
    questions=st.lists(st.tuples(moments, st.floats(0.3, 1), moments, moments), min_size=2),
    zone=zones,
)
def test_every_duration_and_funnel_is_that_of_a_plain_fold(
    hireledger: Hireledger,
    steps: list[Step],
    questions: list[tuple[datetime | None, float, datetime | None, datetime | None]],
    zone: ZoneInfo,
) -> None:
    log, _ = lived(hireledger, steps)
    with projected(log) as (connection, rows):
        for t, share, since, until in [*questions, (None, 1.0, None, None)]:
            asked = Asked(as_of=t, log_position=round(share * len(rows)))
            history = plain_fold.known(rows, t, asked.log_position)
            window = {"since": since, "until": until}
            same_times_to_hire(connection, asked, history, window, zone)
            same_times_in_stage(connection, asked, history, window, zone)
            same_funnels(connection, asked, history, window)
            same_groups(connection, asked, history, window)
            if since and until and since < until:
                same_months(connection, asked, history, since, until, zone)


def same_times_to_hire(
    connection: Connection, asked: Asked, history: list[Row], window: Any, zone: ZoneInfo
) -> None:
    for policy in choices(TimeToHirePolicy):
        counted = policy.pop("days")
        hires = fold_of_time.hires(history, **{**window, **policy})
        name = TimeToHirePolicy(**policy, days=counted).name  # type: ignore[arg-type]
        found = measured(connection, asked, TIME_TO_HIRE, policy=name, zone=zone, **window)
        same_durations(found, hires, counted, zone)


def same_times_in_stage(
    connection: Connection, asked: Asked, history: list[Row], window: Any, zone: ZoneInfo
) -> None:
    stays = list(fold_of_time.stays(history, **window))
    for counted in get_args(Days):
        found = measured(connection, asked, TIME_IN_STAGE, policy=counted, zone=zone, **window)
        assert [figures.stage for figures in found.stages] == list(STAGE_KINDS)
        for figures in found.stages:
            of_kind = [stay for stay in stays if stay.step == figures.stage]
            same_durations(figures, of_kind, counted, zone)


def same_durations(
    figures: Any, stretches: Sequence[Stretch], counted: str, zone: ZoneInfo
) -> None:
    days = sorted(stretch.days(counted, zone) for stretch in stretches)
    assert figures.n == len(days)
    assert figures.median_days == pytest.approx(plain_fold.percentile(days, 0.5))
    assert figures.mean_days == pytest.approx(plain_fold.mean(days))
    assert figures.p90_days == pytest.approx(plain_fold.percentile(days, 0.9))


def same_funnels(connection: Connection, asked: Asked, history: list[Row], window: Any) -> None:
    for policy in choices(CohortPolicy):
        found = measured(connection, asked, FUNNEL, policy=policy["cohort"], **window)
        assert {row.stage: (row.entered, row.advanced, row.pending) for row in found.stages} == (
            plain_fold.funnel(history, **{**window, **policy})
        )


def same_groups(connection: Connection, asked: Asked, history: list[Row], window: Any) -> None:
    hires = fold_of_time.hires(history, **window)
    for by, attributes in product((("source",), ("department", "source")), ("event", "current")):
        expected: dict[str, list[Stretch]] = {}
        for hire in hires:
            at = hire.ended if attributes == "event" else asked.as_of
            named = {
                "department": fold_of_time.department(history, hire.application_id, at),
                "source": fold_of_time.source(history, hire.application_id),
            }
            expected.setdefault(" / ".join(named[name] for name in by), []).append(hire)
        found = measured(connection, asked, TIME_TO_HIRE, by=by, attributes=attributes, **window)
        assert [row.group for row in found.rows] == sorted(expected)
        for row in found.rows:
            same_durations(row, expected[row.group], "elapsed", UTC_ZONE)


def same_months(
    connection: Connection,
    asked: Asked,
    history: list[Row],
    since: datetime,
    until: datetime,
    zone: ZoneInfo,
) -> None:
    months = list(fold_of_time.months(since, until, zone))
    found = measured(
        connection, asked, TIME_TO_HIRE, since=since, until=until, every="month", zone=zone
    )
    assert [(row.since, row.until) for row in found.rows] == months
    for row, month in zip(found.rows, months, strict=True):
        same_durations(row, fold_of_time.hires(history, *month), "elapsed", zone)
    assert sum(row.n for row in found.rows) == found.n
