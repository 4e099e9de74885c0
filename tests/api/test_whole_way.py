"""One application from Applied to Hired, by HTTP alone."""

import time
from typing import Any

from fastapi.testclient import TestClient

PATIENCE = 30


def post(client: TestClient, path: str, **body: Any) -> dict[str, Any]:
    """A command that is expected to be done."""
    answer = client.post(f"/api{path}", json=body)
    assert answer.status_code == 201, answer.text
    result: dict[str, Any] = answer.json()
    assert answer.headers["Log-Position"] == str(result["log_position"])
    return result


def get(client: TestClient, path: str, **parameters: Any) -> dict[str, Any]:
    """A query that is expected to be answered; asked again while the read side is behind."""
    until = time.monotonic() + PATIENCE
    answer = client.get(f"/api{path}", params=parameters)
    while answer.status_code == 503 and time.monotonic() < until:
        answer = client.get(f"/api{path}", params=parameters)
    assert answer.status_code == 200, answer.text
    result: dict[str, Any] = answer.json()
    return result


def open_requisition(client: TestClient, openings: int = 1) -> str:
    requisition = post(
        client, "/requisitions", number="R-104", title="Data engineer", openings=openings
    )["id"]
    for step in ("approval-request", "approval", "launch"):
        post(client, f"/requisitions/{requisition}/{step}")
    return str(requisition)


def applied(client: TestClient, requisition: str) -> tuple[str, str]:
    candidate = post(client, "/candidates", full_name="Ada Lovelace", email="ada@example.org")["id"]
    application = post(client, f"/candidates/{candidate}/applications", requisition_id=requisition)[
        "id"
    ]
    return candidate, application


def test_an_application_goes_from_applied_to_hired(admin: TestClient) -> None:
    requisition = open_requisition(admin)
    candidate, application = applied(admin, requisition)
    about = f"/applications/{application}"
    post(admin, f"{about}/screenings", outcome="passed", notes="Knows her engines")
    interview = post(
        admin,
        f"{about}/interviews",
        starts_at="2030-03-09T10:00:00+01:00",
        ends_at="2030-03-09T11:00:00+01:00",
    )["id"]
    post(admin, f"{about}/interviews/{interview}/completion")
    offer = post(admin, f"{about}/offers", terms="60,000 EUR a year")["id"]
    post(admin, f"{about}/offers/{offer}/acceptance")
    done = post(admin, f"{about}/hire", start_date="2030-05-01")["log_position"]

    seen = get(admin, about, min_log_position=done)
    assert seen["application"]["status"] == "hired"
    assert seen["log_position"] >= done
    board = get(admin, f"/requisitions/{requisition}/board", status="hired", names=True)
    assert [column["cards"][0]["full_name"] for column in board["columns"] if column["cards"]] == [
        "Ada Lovelace"
    ]
    assert get(admin, f"/requisitions/{requisition}")["requisition"]["openings_filled"] == 1
    assert get(admin, f"/candidates/{candidate}")["candidate"]["email"] == "ada@example.org"
    assert get(admin, "/metrics/time-to-hire")["n"] == 1
    funnel = {stage["stage"]: stage["entered"] for stage in get(admin, "/metrics/funnel")["stages"]}
    assert funnel == {
        "applied": 1,
        "screened": 1,
        "interviewed": 1,
        "offered": 1,
        "hired": 1,
        "rejected": 0,
        "declined": 0,
    }
    sentences = [row["sentence"] for row in get(admin, f"{about}/timeline")["items"]]
    assert sentences[0] == "Applied, source unknown"
    assert "Hired, starting 2030-05-01" in sentences
