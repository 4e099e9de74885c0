"""Interviews as of any date, and as known at any place in the log, are those of a plain fold."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from app import Hireledger
from projections.asked import Asked
from projections.interviews import interviews
from tests import plain_fold
from tests.plain_fold import Row
from tests.projections.test_against_a_plain_fold import lived, moments, projected, rich
from tests.strategies import Step, histories

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
            said = interviews(connection, Asked(as_of=t, log_position=p), limit=1000)
            expected = fold(plain_fold.known(rows, t, p))
            assert [row.model_dump(exclude={"time_zone"}) for row in said] == expected
            for interviewer in {id for row in expected for id in row["interviewer_ids"]}:
                own = interviews(
                    connection, Asked(as_of=t, log_position=p), interviewer_id=interviewer
                )
                assert [row.interview_id for row in own] == [
                    row["interview_id"] for row in expected if interviewer in row["interviewer_ids"]
                ]


def fold(history: Sequence[Row]) -> list[dict[str, Any]]:
    """Each interview, from what is said of it in the world's order."""
    found: dict[Any, dict[str, Any]] = {}
    requisitions: dict[Any, Any] = {}
    held: dict[Any, datetime] = {}
    assessed: dict[Any, set[Any]] = {}
    for row in history:
        id = row.id("interview_id")
        if row.type in ASSIGNING:
            requisitions[row.id("application_id")] = row.id("requisition_id")
        elif row.type == "interview.scheduled":
            found[id] = {
                "interview_id": id,
                "application_id": row.id("application_id"),
                "candidate_id": row.stream_id,
                "stage": row.data.get("stage_to_be"),
                "starts_at": moment(row.data.get("starts_at")),
                "ends_at": moment(row.data.get("ends_at")),
                "interviewer_ids": [UUID(text) for text in row.data.get("interviewer_ids", ())],
            }
        elif row.type == "interview.held":
            held.setdefault(id, row.occurred_at)
        elif row.type == "interview.scorecard_submitted":
            assessed.setdefault(id, set()).add(row.id("interviewer_id"))
    return [
        {
            **found[id],
            "requisition_id": requisitions.get(found[id]["application_id"]),
            "held_at": held.get(id),
            "assessed_by": sorted(assessed.get(id, ())),
        }
        for id in sorted(found)
    ]


def moment(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None
