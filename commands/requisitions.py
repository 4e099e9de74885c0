"""Commands about requisitions."""

from collections.abc import Callable
from datetime import datetime
from typing import Any
from uuid import UUID

from commands.applications import active_applications
from domain.errors import Refusal
from domain.plan import STANDARD_PLAN, InterviewPlan
from domain.requisition import CAREERS_PAGE, Requisition
from store.envelope import Attribution
from store.ids import new_id
from store.log import Log, Recorded

NAMED_AT_MOST = 20


class ApplicationsActive(Refusal):
    """{count} applications are still active ({applications}); say how to disposition them."""

    status = 409


def draft(
    log: Log,
    by: Attribution,
    number: str,
    title: str,
    *,
    openings: int = 1,
    plan: InterviewPlan = STANDARD_PLAN,
    occurred_at: datetime | None = None,
    **details: Any,
) -> Recorded:
    """Starts a requisition with a number of openings."""
    requisition = Requisition.begin(new_id()).at(occurred_at)
    seats = tuple(new_id() for _ in range(openings))
    requisition.draft(number, title, openings=seats, plan=plan, **details)
    return log.record(requisition, by=by)


def request_approval(
    log: Log, by: Attribution, id: UUID, *, occurred_at: datetime | None = None
) -> Recorded:
    """Asks for approval."""
    return _change(log, by, id, occurred_at, Requisition.request_approval)


def approve(
    log: Log, by: Attribution, id: UUID, *, occurred_at: datetime | None = None
) -> Recorded:
    """Approves a requisition."""
    return _change(log, by, id, occurred_at, Requisition.approve)


def refuse_approval(
    log: Log, by: Attribution, id: UUID, reason_code: str, *, occurred_at: datetime | None = None
) -> Recorded:
    """Sends a requisition back to its draft."""
    return _change(log, by, id, occurred_at, lambda r: r.refuse_approval(reason_code))


def open(log: Log, by: Attribution, id: UUID, *, occurred_at: datetime | None = None) -> Recorded:
    """Opens an approved requisition for applications."""
    return _change(log, by, id, occurred_at, Requisition.open)


def put_on_hold(
    log: Log, by: Attribution, id: UUID, reason_code: str, *, occurred_at: datetime | None = None
) -> Recorded:
    """Stops hiring on a requisition for a while."""
    return _change(log, by, id, occurred_at, lambda r: r.put_on_hold(reason_code))


def resume(log: Log, by: Attribution, id: UUID, *, occurred_at: datetime | None = None) -> Recorded:
    """Goes on hiring."""
    return _change(log, by, id, occurred_at, Requisition.resume)


def reopen(
    log: Log, by: Attribution, id: UUID, reason_code: str, *, occurred_at: datetime | None = None
) -> Recorded:
    """Opens a closed requisition again."""
    return _change(log, by, id, occurred_at, lambda r: r.reopen(reason_code))


def add_opening(
    log: Log, by: Attribution, id: UUID, *, occurred_at: datetime | None = None
) -> Recorded:
    """Adds a seat to fill."""
    return _change(log, by, id, occurred_at, lambda r: r.add_opening(new_id()))


def close_opening(
    log: Log,
    by: Attribution,
    id: UUID,
    opening_id: UUID,
    reason_code: str,
    *,
    occurred_at: datetime | None = None,
) -> Recorded:
    """Gives up a free seat."""
    return _change(log, by, id, occurred_at, lambda r: r.close_opening(opening_id, reason_code))


def change_details(
    log: Log, by: Attribution, id: UUID, *, occurred_at: datetime | None = None, **details: Any
) -> Recorded:
    """Replaces the details given."""
    return _change(log, by, id, occurred_at, lambda r: r.change_details(**details))


def post(
    log: Log,
    by: Attribution,
    id: UUID,
    channel: str = CAREERS_PAGE,
    *,
    occurred_at: datetime | None = None,
) -> Recorded:
    """Makes an open requisition public."""
    return _change(log, by, id, occurred_at, lambda r: r.post(channel))


def unpost(
    log: Log,
    by: Attribution,
    id: UUID,
    channel: str = CAREERS_PAGE,
    *,
    occurred_at: datetime | None = None,
) -> Recorded:
    """Takes a requisition off where it was public."""
    return _change(log, by, id, occurred_at, lambda r: r.unpost(channel))


def close(
    log: Log,
    by: Attribution,
    id: UUID,
    reason_code: str,
    *,
    disposition: str | None = None,
    occurred_at: datetime | None = None,
) -> Recorded:
    """Ends a requisition, rejecting every active application with the disposition's reason code.

    Without a disposition, raises ApplicationsActive while there are any.
    """
    requisition = log.requisition(id).at(occurred_at)
    active = active_applications(log, requisition)
    if active and disposition is None:
        named = ", ".join(str(application.id) for _, application in active[:NAMED_AT_MOST])
        raise ApplicationsActive(count=len(active), applications=named)
    for candidate, application in active:
        candidate.at(occurred_at).reject(application.id, str(disposition))
    requisition.close(reason_code)
    return log.record(requisition, *(candidate for candidate, _ in active), by=by)


def _change(
    log: Log,
    by: Attribution,
    id: UUID,
    occurred_at: datetime | None,
    decide: Callable[[Requisition], None],
) -> Recorded:
    requisition = log.requisition(id).at(occurred_at)
    decide(requisition)
    return log.record(requisition, by=by)
