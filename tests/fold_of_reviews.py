"""How fast applications were looked at, interviews assessed and offers made, in plain Python."""

from collections.abc import Iterator, Sequence
from datetime import datetime

from tests.fold_of_time import Stretch
from tests.plain_fold import STARTS, Row, within

ACTS = (
    "application.assigned_to_requisition",
    "application.transferred",
    "application.moved_to_stage",
    "application.screened",
    "interview.scheduled",
    "interview.held",
    "interview.scorecard_submitted",
    "offer.extended",
    "offer.rescinded",
    "offer.expired",
    "application.hired",
    "application.hire_reversed",
    "application.rejected",
    "application.rejection_reversed",
    "application.withdrawal_reversed",
)


def first_offers(
    history: Sequence[Row], since: datetime | None, until: datetime | None
) -> list[Stretch]:
    """From each application to its first offer, if that is of the window."""
    return list(_until_first(history, ("offer.extended",), since, until))


def first_reviews(
    history: Sequence[Row], since: datetime | None, until: datetime | None
) -> list[Stretch]:
    """From each application to the first act of a person on it, if that is of the window."""
    by_people = [row for row in history if "rule" not in row.data or row.type in STARTS]
    return list(_until_first(by_people, ACTS, since, until))


def _until_first(
    history: Sequence[Row], types: tuple[str, ...], since: datetime | None, until: datetime | None
) -> Iterator[Stretch]:
    for nth, start in enumerate(history):
        id = start.id("application_id")
        if start.type in STARTS and id:
            later = [row for row in history[nth:] if row.id("application_id") == id]
            ended = next((row.occurred_at for row in later if row.type in types), None)
            if ended and within(ended, since, until):
                yield Stretch(id, start.occurred_at, ended)


def scorecards(
    history: Sequence[Row], since: datetime | None, until: datetime | None
) -> list[Stretch]:
    """From each interview to every scorecard of the window about it."""
    held: dict[object, datetime] = {}
    for row in history:
        if row.type == "interview.held":
            held.setdefault(row.id("interview_id"), row.occurred_at)
    return [
        Stretch(row.stream_id, held[row.id("interview_id")], row.occurred_at)
        for row in history
        if row.type == "interview.scorecard_submitted"
        and "revises" not in row.data
        and row.id("interview_id") in held
        and within(row.occurred_at, since, until)
    ]
