"""Self-identification over HTTP: numbers of five people or more, for those who answer for it."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query
from pydantic import BaseModel, Field

from api.asking import PROBLEMS
from api.caller import Caller, may
from domain.role import AUDITING
from projections import self_identifications as read_models
from projections.asked import resolve
from projections.self_identifications import PURPOSE, FormCounts, report
from store.access_log import Access

router = APIRouter(prefix="/api/reports", tags=["Reports"])


class SelfIdentificationReport(BaseModel):
    """What applicants said of themselves, in numbers."""

    log_position: int
    requisition_id: UUID | None
    year: int | None
    forms: Annotated[list[FormCounts], Field(description="One for each version of a form.")]


@router.get("/self-identification", responses=PROBLEMS)
def report_self_identification(
    calling: Annotated[Caller, may(AUDITING)],
    requisition_id: Annotated[UUID | None, Query(description="Omitted: all of them.")] = None,
    year: Annotated[
        int | None, Query(ge=2000, le=2200, description="When it was said (UTC); omitted: always.")
    ] = None,
) -> SelfIdentificationReport:
    """Counts by answer: none of fewer than five people, and none from which one follows.

    Answers are counted five at a time, so that two reports differ by five people or more. It is
    always asked as known now, and recorded as an access to everyone counted.
    """
    log = calling.log
    if requisition_id is not None:
        log.requisition(requisition_id)
    access = Access(calling.actor_id, PURPOSE, calling.request_id)
    with log.database.transaction(calling.organisation) as connection:
        asked = resolve(connection, read_models.READS)
        forms = report(log, connection, asked, access, requisition_id=requisition_id, year=year)
    return SelfIdentificationReport(
        log_position=asked.log_position, requisition_id=requisition_id, year=year, forms=forms
    )
