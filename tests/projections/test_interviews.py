"""Interviews as of any date, and as known at any place in the log, are those of a plain fold."""

from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime
from functools import partial
from typing import Any
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from app import Hireledger
from domain.interview import InterviewState
from projections.asked import Asked
from projections.interviews import interviews
from tests import examples, plain_fold
from tests.plain_fold import Row
from tests.projections.test_against_a_plain_fold import lived, moments, projected, rich
from tests.strategies import Step, histories, interviewers

ASSIGNING = (
    "application.applied",
    "application.reengaged",
    "application.assigned_to_requisition",
    "application.transferred",
)


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
            expected = fold(plain_fold.known(rows, t, p), t or datetime.now(UTC))
            assert [row.model_dump(include=set(COMPARED)) for row in said] == expected
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
ENDS = {
    "interview.held": "held",
    "interview.cancelled": "cancelled",
    "interview.no_show": "no_show",
}
ARRANGING = ("interview.scheduled", "interview.rescheduled", "interview.changed")


def fold(history: Sequence[Row], now: datetime) -> list[dict[str, Any]]:
    """Each interview, from what is said of it in the world's order."""
    found: dict[Any, dict[str, Any]] = {}
    requisitions: dict[Any, Any] = {}
    of_each: dict[Any, list[Row]] = defaultdict(list)
    for row in history:
        id = row.id("interview_id")
        if row.type in ASSIGNING:
            requisitions[row.id("application_id")] = row.id("requisition_id")
        elif row.type in ARRANGING:
            found[id] = {
                "interview_id": id,
                "application_id": row.id("application_id"),
                "candidate_id": row.stream_id,
                "stage": row.data.get("stage_to_be"),
                "starts_at": moment(row.data.get("starts_at")),
                "ends_at": moment(row.data.get("ends_at")),
                "interviewer_ids": [UUID(text) for text in row.data.get("interviewer_ids", ())],
                "sequence": row.data.get("sequence", 0),
            }
        if id:
            of_each[id].append(row)
    return [
        {
            **found[id],
            "requisition_id": requisitions.get(found[id]["application_id"]),
            **became(found[id], of_each[id], min(now, datetime.now(UTC))),
        }
        for id in sorted(found)
    ]


def became(interview: dict[str, Any], rows: list[Row], now: datetime) -> dict[str, Any]:
    """What became of one interview."""
    ends = [row for row in rows if row.type in ENDS]
    last = ends[-1] if ends else None
    status = ENDS[last.type] if last else "scheduled"
    held = [row.occurred_at for row in rows if row.type == "interview.held"]
    assessed = {row.id("interviewer_id") for row in rows if row.type == SCORED}
    asked = max(row.data.get("sequence", 0) for row in rows if row.type in ARRANGING[:2])
    answers = {
        row.id("interviewer_id"): row.data["participation"]
        for row in rows
        if row.type == "interview.answered" and row.data["sequence"] >= asked
    }
    candidate = answers.pop(None, None)
    ours = {id: said for id, said in answers.items() if id in interview["interviewer_ids"]}
    unassessed = [id for id in interview["interviewer_ids"] if id not in assessed]
    ends_at, needs = interview["ends_at"], []
    over = status == "scheduled" and ends_at is not None and ends_at <= now
    comes = status == "scheduled" and ends_at is not None and interview["starts_at"] > now
    if over:
        needs.append("outcome")
    if unassessed and (over or status == "held"):
        needs.append("scorecards")
    if comes and "declined" in {candidate, *ours.values()}:
        needs.append("declined")
    if comes and candidate == "needs_action":
        needs.append("answer")
    return {
        "status": status,
        "reason_code": last.reason_code if last else None,
        "party": last and (last.data.get("cancelled_by") or last.data.get("absent")),
        "held_at": min(held, default=None),
        "assessed_by": sorted(id for id in assessed if id),
        "unassessed": unassessed,
        "candidate_answer": candidate,
        "interviewer_answers": ours,
        "needs": needs,
    }


SCORED = "interview.scorecard_submitted"


def moment(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None
