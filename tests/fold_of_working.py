"""Tags, checks, mentions, reasons and what waits for review, in plain Python: see plain_fold.py."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from domain.reason import STANDARD_REASONS
from tests.plain_fold import Row

OnWhat = tuple[UUID, UUID | None, str]
CHECKS = (
    "application.reference_checked",
    "application.assessment_recorded",
    "application.background_check_recorded",
    "application.pre_adverse_notice_given",
    "application.adverse_action_notice_given",
)


def tags(history: Iterable[Row]) -> dict[OnWhat, datetime]:
    """(person, application, tag): since when it is there."""
    there: dict[OnWhat, datetime] = {}
    for row in history:
        if row.type in ("candidate.tagged", "candidate.untagged"):
            on_what = row.stream_id, row.id("application_id"), row.data["tag"]
            there.pop(on_what, None)
            if row.type == "candidate.tagged":
                there[on_what] = row.occurred_at
    return there


def mentions(history: Sequence[Row], member_id: UUID) -> dict[int, datetime | None]:
    """Position of each note that mentions a member: when they acknowledged it."""
    seen: dict[int, datetime] = {}
    for row in history:
        if row.type == "member.mention_acknowledged" and row.stream_id == member_id:
            seen.setdefault(row.data["note_position"], row.occurred_at)
    return {
        row.position: seen.get(row.position)
        for row in history
        if row.type == "candidate.note_added" and str(member_id) in row.data["mentions"]
    }


def checks(history: Iterable[Row], application_id: UUID) -> list[tuple[int, str, Any]]:
    """(position, step, outcome) of an application's checks."""
    return [
        (row.position, row.type.partition(".")[2], row.data.get("outcome", row.data.get("status")))
        for row in history
        if row.type in CHECKS and row.id("application_id") == application_id
    ]


def reasons(history: Iterable[Row]) -> dict[tuple[str, str], str | None]:
    """(kind, code): the title; None where it is retired."""
    found: dict[tuple[str, str], str | None] = {
        (kind, code): title for (kind, code), title in STANDARD_REASONS.items()
    }
    for row in history:
        if row.type in ("organisation.reason_code_defined", "organisation.reason_code_retired"):
            found[row.data["kind"], row.data["code"]] = row.data.get("title")
    return found


def vocabulary(history: Iterable[Row]) -> dict[str, str]:
    """The title of each tag in use."""
    found: dict[str, str] = {}
    for row in history:
        if row.type == "organisation.tag_defined":
            found[row.data["tag"]] = row.data["title"]
        if row.type == "organisation.tag_retired":
            found.pop(row.data["tag"], None)
    return found
