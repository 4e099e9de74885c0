"""First days: somebody hired comes, or does not."""

from datetime import date
from uuid import UUID, uuid4

import pytest

from domain.candidate import Candidate
from domain.start import (
    OnlyHiredStart,
    StartAlreadyKnown,
    StartBeforeHire,
    Started,
    StartNoShow,
)
from tests import examples
from tests.examples import day, the_application

FIRST_DAY = date(2025, 3, 1)


def hired() -> tuple[Candidate, UUID]:
    candidate = examples.hired()
    return candidate, the_application(candidate).id


def test_somebody_hired_starts_once() -> None:
    candidate, id = hired()
    candidate.start(id, FIRST_DAY)
    event = candidate.pending_events[-1]
    assert isinstance(event, Started)
    assert event.start_date == FIRST_DAY
    with pytest.raises(StartAlreadyKnown, match="started"):
        candidate.start(id, FIRST_DAY)
    with pytest.raises(StartAlreadyKnown, match="started"):
        candidate.miss_start(id, "other_job")


def test_somebody_who_did_not_come_may_come_later() -> None:
    candidate, id = hired()
    candidate.miss_start(id, "illness")
    assert isinstance(candidate.pending_events[-1], StartNoShow)
    with pytest.raises(StartAlreadyKnown, match="no_show"):
        candidate.miss_start(id, "illness")
    candidate.start(id, FIRST_DAY)


@pytest.mark.parametrize("story", [examples.offered, examples.rejected_after_interview])
def test_only_somebody_hired_starts(story: type) -> None:
    candidate = story()
    with pytest.raises(OnlyHiredStart):
        candidate.start(the_application(candidate).id, FIRST_DAY)
    with pytest.raises(OnlyHiredStart):
        candidate.miss_start(the_application(candidate).id, "other_job")


def test_who_is_hired_again_starts_again() -> None:
    requisition = examples.open_requisition()
    candidate = examples.hired(requisition)
    application = the_application(candidate)
    candidate.start(application.id, FIRST_DAY)
    candidate.reverse_hire(application.id, "left", False)
    with pytest.raises(OnlyHiredStart, match="is open"):
        candidate.start(application.id, FIRST_DAY)
    candidate.hire(application.id, requisition.plan, uuid4())
    candidate.start(application.id, FIRST_DAY)


def test_nobody_starts_before_the_hire() -> None:
    candidate, id = hired()
    with pytest.raises(StartBeforeHire):
        candidate.at(day(0)).start(id, FIRST_DAY)
