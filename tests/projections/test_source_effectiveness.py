"""Source effectiveness, counted by hand."""

from typing import Any
from uuid import uuid4

from domain.candidate import Candidate
from domain.plan import STANDARD_PLAN
from projections.metrics.source_effectiveness import SOURCE_EFFECTIVENESS
from store.log import Log
from tests import examples
from tests.answers import answer, happened
from tests.examples import day, the_application


def applied(source: str, on: float = 0, registered_by: str | None = None) -> Candidate:
    candidate = Candidate.begin(uuid4()).at(day(on))
    candidate.register(source=registered_by or source)
    candidate.apply_for(uuid4(), examples.open_requisition(), source=source)
    return candidate


def hired(source: str, applied_on: float = 0, on: float = 10, **said: Any) -> Candidate:
    candidate = applied(source, applied_on, **said)
    candidate.at(day(on)).hire(the_application(candidate).id, STANDARD_PLAN, None)
    return candidate


def by_source(log: Log, **asks: Any) -> dict[str, tuple[Any, ...]]:
    """Source: applications, of these hired, conversion, hires, share of all hires."""
    return {
        row.source: (
            row.applications,
            row.hired_of_these,
            row.conversion,
            row.hires,
            row.share_of_hires,
        )
        for row in answer(log, SOURCE_EFFECTIVENESS, **asks).sources
    }


def test_each_source_has_its_conversion_and_its_share_of_the_hires(log: Log) -> None:
    happened(
        log,
        hired("referral"),
        applied("referral"),
        hired("job_board"),
        hired("job_board"),
        hired("job_board"),
        applied("linkedin"),
    )
    assert by_source(log) == {
        "job_board": (3, 3, 1, 3, 3 / 4),
        "linkedin": (1, 0, 0, 0, 0),
        "referral": (2, 1, 1 / 2, 1, 1 / 4),
    }


def test_applications_count_when_begun_and_hires_when_made(log: Log) -> None:
    happened(log, hired("referral", applied_on=0, on=40), hired("job_board", applied_on=31, on=35))
    assert by_source(log, until=day(30)) == {"referral": (1, 1, 1, 0, None)}
    assert by_source(log, until=day(30), as_of=day(38)) == {"referral": (1, 0, 0, 0, None)}
    assert by_source(log, since=day(30), until=day(50)) == {
        "job_board": (1, 1, 1, 1, 1 / 2),
        "referral": (0, 0, None, 1, 1 / 2),
    }
    assert by_source(log, since=day(50)) == {}


def test_the_first_touch_is_how_the_person_came(log: Log) -> None:
    happened(log, hired("job_board", registered_by="meetup"), applied("job_board"))
    assert by_source(log) == {"job_board": (2, 1, 1 / 2, 1, 1)}
    assert by_source(log, policy="first_touch") == {
        "job_board": (1, 0, 0, 0, 0),
        "meetup": (1, 1, 1, 1, 1),
    }


def test_a_hire_that_was_reversed_is_none(log: Log) -> None:
    candidate = hired("referral")
    candidate.at(day(20)).reverse_hire(the_application(candidate).id, "visa_refused", False)
    happened(log, candidate)
    assert by_source(log) == {"referral": (1, 0, 0, 0, None)}
    assert by_source(log, as_of=day(15)) == {"referral": (1, 1, 1, 1, 1)}


def test_what_a_history_has_hired_before_it_applied_is_no_conversion(log: Log) -> None:
    candidate = applied("referral", on=10)
    candidate.from_history()
    candidate.at(day(5)).hire(the_application(candidate).id, STANDARD_PLAN, None)
    happened(log, candidate)
    assert by_source(log) == {"referral": (1, 0, 0, 1, 1)}
