"""Charts of metrics over HTTP."""

import altair as alt
from fastapi.testclient import TestClient
from jsonschema import Draft7Validator

from tests.api.test_whole_way import applied, get, open_requisition, post


def test_a_metric_is_answered_as_a_chart(admin: TestClient) -> None:
    _, application = applied(admin, open_requisition(admin))
    done = post(admin, f"/applications/{application}/rejection", reason_code="experience")
    spec = get(
        admin,
        "/metrics/funnel/chart",
        by="source",
        policy="applied",
        min_log_position=done["log_position"],
    )
    Draft7Validator(alt.load_schema()).validate(spec)
    assert spec["usermeta"]["policy"] == "applied"
    assert spec["usermeta"]["log_position"] >= done["log_position"]
    reached = {row["stage"]: row["entered"] for row in spec["data"]["values"]}
    assert (reached["applied"], reached["rejected"], reached["hired"]) == (1, 1, 0)


def test_every_metric_that_is_listed_has_a_chart(admin: TestClient) -> None:
    for metric in get(admin, "/metrics")["items"]:
        spec = get(admin, f"/metrics/{metric['name']}/chart")
        assert spec["title"]["text"] == metric["title"]


def test_there_is_no_chart_of_a_metric_there_is_not(admin: TestClient) -> None:
    assert admin.get("/api/metrics/happiness/chart").status_code == 404
