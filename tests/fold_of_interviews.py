"""Interviews as the log tells them, in plain Python, event by event."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from tests.plain_fold import Row

ASSIGNING = (
    "application.applied",
    "application.reengaged",
    "application.assigned_to_requisition",
    "application.transferred",
)


ENDS = {
    "interview.held": "held",
    "interview.cancelled": "cancelled",
    "interview.no_show": "no_show",
}
ARRANGING = ("interview.scheduled", "interview.rescheduled", "interview.changed")


def interviews(history: Sequence[Row], now: datetime) -> list[dict[str, Any]]:
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
                "starts_at": _moment(row.data.get("starts_at")),
                "ends_at": _moment(row.data.get("ends_at")),
                "interviewer_ids": [UUID(text) for text in row.data.get("interviewer_ids", ())],
                "sequence": row.data.get("sequence", 0),
                "arranged_at": row.occurred_at,
            }
        if id:
            of_each[id].append(row)
    return [
        {
            **found[id],
            "requisition_id": requisitions.get(found[id]["application_id"]),
            **_became(found[id], of_each[id], min(now, datetime.now(UTC))),
        }
        for id in sorted(found)
    ]


def _became(interview: dict[str, Any], rows: list[Row], now: datetime) -> dict[str, Any]:
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


def _moment(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None
