"""API keys have scopes, an end, and a history in the log."""

from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import pytest
from fastapi.testclient import TestClient

from domain.role import Role, Scope
from store import system
from store.log import Log
from store.system import Hireledger
from tests.api.conftest import ClientFor
from tests.api.test_whole_way import applied, get, open_requisition, post
from tests.store import forged


def holding(http: TestClient, key: str) -> TestClient:
    client = TestClient(http.app, raise_server_exceptions=False)
    client.headers["Authorization"] = f"Bearer {key}"
    return client


def test_making_and_revoking_a_key_is_history(admin: TestClient, http: TestClient) -> None:
    made = post(admin, "/keys", role="analyst", label="Report", scopes=["read"])
    program = holding(http, made["key"])
    get(program, "/pools")
    post(admin, f"/keys/{made['api_key_id']}/revocation", reason_code="leaked")
    assert admin.post(f"/api/keys/{made['api_key_id']}/revocation", json={}).status_code == 422
    told = get(admin, "/events", types="api_key.created,api_key.revoked")["items"]
    assert [event["type"] for event in told] == ["api_key.created", "api_key.revoked"]
    assert told[0]["data"]["role"] == "analyst"
    assert told[0]["data"]["scopes"] == ["read"]
    assert told[1]["reason_code"] == "leaked"
    key = made["key"]
    assert key.rsplit("_", 1)[1] not in str(told)


def test_the_list_tells_no_secrets(admin: TestClient) -> None:
    made = post(admin, "/keys", role="analyst", label="Report")
    listed = get(admin, "/keys")["items"]
    assert listed[-1]["key_id"] == made["api_key_id"]
    assert listed[-1]["label"] == "Report"
    assert made["key"][-20:] not in str(listed)
    year = datetime.fromisoformat(listed[-1]["expires_at"]) - datetime.now(UTC)
    assert timedelta(days=364) < year < timedelta(days=366)


def test_a_revoked_key_works_five_seconds_more_at_most(
    admin: TestClient, http: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = post(admin, "/keys", role="analyst", label="Report")
    program = holding(http, made["key"])
    get(program, "/pools")
    post(admin, f"/keys/{made['api_key_id']}/revocation", reason_code="leaked")
    assert system.TRUSTED_SECONDS == 5.0
    monkeypatch.setattr(system, "TRUSTED_SECONDS", 0.0)
    assert program.get("/api/pools").status_code == 401


def test_an_expired_key_is_no_key(
    admin: TestClient, http: TestClient, log: Log, hireledger: Hireledger
) -> None:
    made = post(admin, "/keys", role="analyst", label="Report")
    program = holding(http, made["key"])
    get(program, "/pools")
    with forged.administrator(log) as connection:
        connection.execute(
            "UPDATE api_keys SET expires_at = now() WHERE key_id = %s", (made["api_key_id"],)
        )
    hireledger.forget_actor(UUID(made["api_key_id"]))
    assert program.get("/api/pools").status_code == 401


@pytest.mark.parametrize(
    ("scopes", "reads", "writes", "opens"),
    [
        ({Scope.READ}, 200, 403, None),
        ({Scope.WRITE}, 403, 201, None),
        ({Scope.READ, Scope.PERSONAL}, 200, 403, "Ada Lovelace"),
        (set(Scope), 200, 201, "Ada Lovelace"),
    ],
)
def test_scopes_narrow_what_a_role_may(
    admin: TestClient,
    client_for: ClientFor,
    scopes: set[Scope],
    reads: int,
    writes: int,
    opens: str | None,
) -> None:
    candidate, _ = applied(admin, open_requisition(admin))
    done = post(admin, f"/candidates/{candidate}/notes", text="Call her")
    get(admin, f"/candidates/{candidate}", min_log_position=done["log_position"])
    program = client_for(Role.RECRUITER, scopes=scopes)
    answer = program.get(f"/api/candidates/{candidate}")
    assert answer.status_code == reads
    if reads == 200:
        assert answer.json()["candidate"]["full_name"] == opens
    body = {"text": "Call her again"}
    assert program.post(f"/api/candidates/{candidate}/notes", json=body).status_code == writes


def test_pay_is_personal(client_for: ClientFor) -> None:
    without = client_for(Role.RECRUITER, scopes={Scope.READ})
    assert without.get("/api/metrics/recruiting-cost-ratio").status_code == 403
    assert client_for(Role.RECRUITER).get("/api/metrics/recruiting-cost-ratio").status_code == 200


def test_a_key_of_a_limited_role_is_somebodys(admin: TestClient, http: TestClient) -> None:
    body = {"role": "hiring_manager", "label": "phone"}
    assert admin.post("/api/keys", json=body).status_code == 422
    grace = str(uuid4())
    made = post(admin, "/keys", **body, holder_id=grace)
    assert get(holding(http, made["key"]), "/session")["actor_id"] == grace
