"""Interview plans: which are allowed, and where a step leads."""

import pytest
from pydantic import ValidationError

from domain.plan import STANDARD_PLAN, InterviewPlan, Stage, StageKind, StageNotInPlan
from tests import examples


def plan(*stages: str) -> InterviewPlan:
    """A plan of stages written `kind:id`."""
    named = [stage.split(":") for stage in stages]
    return InterviewPlan(
        stages=tuple(Stage(id=id, name=id.title(), kind=StageKind(kind)) for kind, id in named)
    )


def test_a_plan_may_do_without_the_kinds_in_the_middle() -> None:
    assert plan("applied:in", "hired:done").first(StageKind.APPLIED).id == "in"


@pytest.mark.parametrize(
    ("stages", "complaint"),
    [
        (("applied:in", "interview:talk", "screen:look", "hired:done"), "must go from applied"),
        (("applied:in", "applied:again", "hired:done"), "exactly one applied"),
        (("applied:in", "interview:talk"), "exactly one applied and one hired"),
        (("applied:in", "screen:same", "interview:same", "hired:done"), "the same id"),
        (("applied:in",), "at least 2"),
    ],
)
def test_a_plan_out_of_order_is_refused(stages: tuple[str, ...], complaint: str) -> None:
    with pytest.raises(ValidationError, match=complaint):
        plan(*stages)


def test_a_stage_is_found_by_id() -> None:
    assert STANDARD_PLAN.stage("offer").kind == StageKind.OFFER
    with pytest.raises(StageNotInPlan, match="no stage panel; it has applied, screen, interview"):
        STANDARD_PLAN.stage("panel")


def test_the_first_of_a_kind_that_is_missing_is_the_last_before_it() -> None:
    short = plan("applied:in", "interview:talk", "hired:done")
    assert short.first(StageKind.SCREEN).id == "in"
    assert short.first(StageKind.OFFER).id == "talk"


def test_the_next_of_a_kind_is_the_first_not_passed() -> None:
    two = examples.two_interviews()
    first = two.next(StageKind.INTERVIEW, {"applied"}, "applied")
    second = two.next(StageKind.INTERVIEW, {"applied", "team"}, "team")
    assert (first and first.id, second and second.id) == ("team", "panel")


def test_there_is_no_next_where_all_are_passed_or_it_would_be_back() -> None:
    two = examples.two_interviews()
    assert two.next(StageKind.INTERVIEW, {"applied", "team", "panel"}, "panel") is None
    assert two.next(StageKind.SCREEN, {"applied", "team"}, "team") is None


def test_a_stage_of_another_plan_counts_as_before_all() -> None:
    stage = examples.two_interviews().next(StageKind.SCREEN, set(), "elsewhere")
    assert stage is not None
    assert stage.id == "phone"
