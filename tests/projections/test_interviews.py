"""Interviews as of any date, and as known at any place in the log, are those of a plain fold."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from functools import partial
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from app import Hireledger
from domain.interview import InterviewState
from projections.asked import Asked
from projections.interviews import interviews
from tests import examples, fold_of_interviews, plain_fold
from tests.projections.test_against_a_plain_fold import lived, moments, projected, rich
from tests.strategies import Step, histories, interviewers


@rich
@given(steps=histories, questions=st.lists(st.tuples(moments, st.floats(0, 1)), min_size=4))
def test_interviews_are_those_of_a_plain_fold(
    hireledger: Hireledger, steps: list[Step], questions: list[tuple[datetime | None, float]]
) -> None:
    log, _ = lived(hireledger, steps)
    with projected(log) as (connection, rows):
        for t, share in [*questions, (None, 1.0)]:
            p = round(share * len(rows))
            asked = Asked(as_of=t, log_position=p)
            said = interviews(connection, asked, limit=1000)
            expected = fold_of_interviews.interviews(
                plain_fold.known(rows, t, p), t or datetime.now(UTC)
            )
            assert [row.model_dump(include=set(COMPARED)) for row in said] == [
                {name: row[name] for name in COMPARED} for row in expected
            ]
            for narrowed, holds in narrowings(expected):
                found = interviews(connection, asked, limit=1000, **narrowed)
                assert [row.interview_id for row in found] == [
                    row["interview_id"] for row in expected if holds(row)
                ], narrowed


def narrowings(
    rows: list[dict[str, Any]],
) -> Iterator[tuple[dict[str, Any], Callable[[dict[str, Any]], bool]]]:
    """Filters, and whether a row passes them."""
    for id in interviewers:
        yield {"interviewer_id": id}, partial(_has, "interviewer_ids", id)
    for status in InterviewState:
        yield {"status": status}, partial(_is, "status", status)
    for row in rows[:2]:
        id = row["application_id"]
        yield {"application_id": id}, partial(_is, "application_id", id)
    yield {"since": FIRST, "until": LAST}, _is_between
    yield {"waiting": True}, _waits


FIRST, LAST = examples.day(20), examples.day(30)


def _is(name: str, value: Any, row: dict[str, Any]) -> bool:
    return bool(row[name] == value)


def _has(name: str, value: Any, row: dict[str, Any]) -> bool:
    return value in row[name]


def _is_between(row: dict[str, Any]) -> bool:
    return bool(row["starts_at"] and row["ends_at"] > FIRST and row["starts_at"] < LAST)


def _waits(row: dict[str, Any]) -> bool:
    return bool(row["needs"])


COMPARED = (
    "interview_id",
    "application_id",
    "candidate_id",
    "requisition_id",
    "stage",
    "starts_at",
    "ends_at",
    "interviewer_ids",
    "sequence",
    "status",
    "reason_code",
    "party",
    "held_at",
    "assessed_by",
    "unassessed",
    "candidate_answer",
    "interviewer_answers",
    "needs",
)
