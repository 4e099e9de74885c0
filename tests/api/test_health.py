"""What the system tells about itself, in the text format of Prometheus."""

from fastapi.testclient import TestClient
from prometheus_client.parser import text_string_to_metric_families

from domain.role import Role
from projections.catalogue import ALL_READ_MODELS
from store.log import Log
from tests.api.conftest import ClientFor
from tests.api.test_whole_way import get, post

NAMES = {model.name for model in ALL_READ_MODELS}


def measured(client: TestClient) -> dict[str, dict[str | None, float]]:
    """Each metric's value by read model."""
    answer = client.get("/metrics")
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"] == "text/plain; version=0.0.4; charset=utf-8"
    return {
        family.name.removeprefix("hireledger_"): {
            sample.labels.get("read_model"): sample.value for sample in family.samples
        }
        for family in text_string_to_metric_families(answer.text)
    }


def test_each_read_model_is_measured(client_for: ClientFor, admin: TestClient) -> None:
    position = post(admin, "/pools", title="Silver medalists")["log_position"]
    get(admin, "/read-models", min_log_position=position)
    metrics = measured(client_for(Role.AUDITOR))
    assert metrics["log_position"] == {None: position}
    assert metrics["read_model_position"] == dict.fromkeys(NAMES, position)
    for name in ("lag_events", "lag_seconds", "stopped"):
        assert metrics[f"read_model_{name}"] == dict.fromkeys(NAMES, 0)


def test_a_stopped_read_model_is_seen_to_fall_behind(admin: TestClient, log: Log) -> None:
    position = post(admin, "/pools", title="Silver medalists")["log_position"]
    get(admin, "/read-models", min_log_position=position)
    with log.database.transaction(log.organisation) as connection:
        connection.execute(
            "UPDATE read_models SET position = 1, error = 'stopped' WHERE name = 'timeline'"
        )
    metrics = measured(admin)
    assert metrics["read_model_stopped"] == {name: name == "timeline" for name in NAMES}
    assert metrics["read_model_position"]["timeline"] == 1
    assert metrics["read_model_lag_events"]["timeline"] == position - 1
    assert metrics["read_model_lag_seconds"]["timeline"] > 0


def test_metrics_are_for_readers_of_the_organisation(
    client_for: ClientFor, http: TestClient
) -> None:
    assert http.get("/metrics").status_code == 401
    assert client_for(Role.INTERVIEWER).get("/metrics").status_code == 403
