"""Requisition ageing, counted by hand."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from domain.requisition import Requisition
from projections.metrics.requisition_ageing import REQUISITION_AGEING
from store.log import Log
from tests import examples
from tests.answers import answer, happened
from tests.examples import day


def opened(on: float) -> Requisition:
    requisition = examples.approved_requisition(on=day(0))
    requisition.at(day(on)).open()
    return requisition


def mean(log: Log, **asks: Any) -> tuple[int, float | None]:
    said = answer(log, REQUISITION_AGEING, **asks)
    return said.n, said.mean_days


def test_requisitions_age_from_being_opened_while_open_or_on_hold(log: Log) -> None:
    closed, held, waiting = opened(2), opened(4), examples.approved_requisition(on=day(0))
    closed.at(day(30)).close("filled_otherwise")
    held.at(day(10)).put_on_hold("budget")
    happened(log, closed, held, waiting)
    assert mean(log, as_of=day(20)) == (2, 17)
    assert mean(log, as_of=day(40)) == (1, 36)
    assert mean(log, as_of=day(1)) == (0, None)


def test_the_window_says_of_when(log: Log) -> None:
    requisition = opened(2)
    requisition.at(day(80)).close("filled_otherwise")
    happened(log, requisition)
    assert mean(log, until=day(20)) == (1, 18)
    assert mean(log, since=day(10), until=day(20), as_of=day(15)) == (1, 13)
    assert mean(log, since=day(16), until=day(20), as_of=day(15)) == (0, None)
    rows = answer(log, REQUISITION_AGEING, since=day(0), until=day(59), every="month").rows
    assert [row.mean_days for row in rows] == [29, 57]


def test_without_a_time_it_is_of_now(log: Log) -> None:
    happened(log, opened(2))
    age = (datetime.now(UTC) - day(2)) / timedelta(days=1)
    assert mean(log)[1] == pytest.approx(age, abs=0.01)
    assert mean(log, until=datetime.now(UTC) + timedelta(days=9))[1] == pytest.approx(age, abs=0.01)
    later = datetime.now(UTC) + timedelta(days=1)
    assert mean(log, since=later) == (0, None)


def test_days_on_hold_may_be_left_out(log: Log) -> None:
    requisition = opened(2)
    requisition.at(day(10)).put_on_hold("budget")
    requisition.at(day(15)).resume()
    requisition.at(day(18)).put_on_hold("budget")
    happened(log, requisition)
    assert mean(log, as_of=day(20)) == (1, 18)
    assert mean(log, as_of=day(20), policy="without_hold") == (1, 11)
    # Held from Saturday 11 to Thursday 16, and from Sunday 19 to Tuesday 21 January.
    assert mean(log, as_of=day(20), policy="business") == (1, 12)
    assert mean(log, as_of=day(20), policy="without_hold-business") == (1, 6)
