"""Engagement scores by HTTP."""

from uuid import uuid4

import pytest
from fastapi.testclient import TestClient

from tests.api.test_whole_way import get, post


def test_a_score_can_be_checked_by_hand(admin: TestClient) -> None:
    candidate = post(admin, "/candidates", full_name="Grace Hopper", origin="sourced")["id"]
    answer = post(
        admin,
        f"/candidates/{candidate}/attendances",
        event_code="meetup",
        occurred_at="2026-01-05T10:00:00+01:00",
    )
    found = get(
        admin,
        f"/candidates/{candidate}/engagement-score",
        policy="half_life_days:10",
        to="2026-01-15T10:00:00+01:00",
        min_log_position=answer["log_position"],
    )
    assert found["score"] == pytest.approx(12.5)
    assert found["scored_at"] == "2026-01-15T09:00:00Z"
    assert found["policy"] == "half_life_days:10"
    assert found["responses"] == [
        {
            "kind": "attended",
            "occurred_at": "2026-01-05T09:00:00Z",
            "position": answer["log_position"],
            "weight": 25,
            "contribution": pytest.approx(12.5),
        }
    ]


def test_nobody_has_no_score(admin: TestClient) -> None:
    assert admin.get(f"/api/candidates/{uuid4()}/engagement-score").status_code == 404
