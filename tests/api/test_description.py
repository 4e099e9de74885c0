"""The API description is complete and true: a fuzzer driven by it finds nothing undeclared."""

from typing import Any

import pytest
import schemathesis
from fastapi.testclient import TestClient
from hypothesis import HealthCheck, Phase, given, settings
from openapi_spec_validator import validate
from schemathesis.core.result import Ok
from schemathesis.specs.openapi.checks import positive_data_acceptance

from tests.api.test_whole_way import applied, open_requisition, post

EXAMPLES_AN_OPERATION = 6


def test_the_description_is_valid_openapi(http: TestClient) -> None:
    validate(http.get("/api/openapi.json").json())


def test_every_operation_says_who_it_is_and_how_it_refuses(http: TestClient) -> None:
    description = http.get("/api/openapi.json").json()
    operations = [
        operation
        for path, item in description["paths"].items()
        if path.startswith("/api/")
        for operation in item.values()
    ]
    names = [operation["operationId"] for operation in operations]
    assert len(names) == len(set(names))
    for operation in operations:
        assert operation["description"]
        assert {"401", "403", "422"} <= operation["responses"].keys()


def test_the_docs_page_fetches_nothing_from_elsewhere(http: TestClient) -> None:
    page = http.get("/docs").text
    assert "http://" not in page
    assert "https://" not in page
    for asset in ("swagger-ui-bundle.js", "swagger-ui.css"):
        assert asset in page
        assert http.get(f"/assets/swagger/{asset}").status_code == 200


# The server's own threads draw random numbers meanwhile: its pools of connections do.
@pytest.mark.filterwarnings("ignore:Do not use the .random. module inside strategies")
@pytest.mark.timeout(280)
def test_a_fuzzer_finds_no_crash_and_no_undeclared_answer(admin: TestClient) -> None:
    requisition = open_requisition(admin, openings=3)
    candidate, application = applied(admin, requisition)
    pool = post(admin, "/pools", title="Silver medalists")["id"]
    real: dict[str, Any] = {
        "requisition_id": requisition,
        "candidate_id": candidate,
        "application_id": application,
        "pool_id": pool,
    }
    schema = schemathesis.openapi.from_asgi("/api/openapi.json", admin.app)
    for result in schema.get_all_operations():
        assert isinstance(result, Ok)
        # An answer that never ends is not for the fuzzer, which reads to the end; see test_live.py.
        if result.ok().path != "/api/events/stream":
            fuzz(result.ok(), admin.headers["Authorization"], real)


def fuzz(operation: Any, authorization: str, real: dict[str, Any]) -> None:
    """Tries an operation with made-up requests, half of them about things that are there."""

    @settings(
        max_examples=EXAMPLES_AN_OPERATION,
        deadline=None,
        database=None,
        derandomize=True,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(case=operation.as_strategy())
    def tried(case: schemathesis.Case[Any]) -> None:
        # A position the log has not reached is rightly answered with 503, after two seconds.
        (case.query or {}).pop("min_log_position", None)
        for name in (case.path_parameters or {}).keys() & real.keys():
            case.path_parameters[name] = real[name]
        # 422 is also how this API says "understood, but not allowed": no schema can foresee that.
        case.call_and_validate(
            headers={"Authorization": authorization}, excluded_checks=[positive_data_acceptance]
        )

    tried()
