"""Messages, templates and policies over HTTP."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from fastapi.testclient import TestClient

from domain.role import Role
from policies.reactor import Reactor
from policies.sending import SendMessages
from policies.settings import MailSettings
from store.log import Log
from tests.api.conftest import ClientFor
from tests.api.test_whole_way import applied, get, open_requisition, post


@pytest.fixture
def application(admin: TestClient) -> str:
    return applied(admin, open_requisition(admin))[1]


def write(client: TestClient, application: str, **body: Any) -> dict[str, Any]:
    said = {"subject": "Your application", "body": "We would like to meet you."} | body
    return post(client, f"/applications/{application}/messages", **said)


def messages(client: TestClient, application: str, at: int) -> list[dict[str, Any]]:
    path = f"/applications/{application}/messages"
    items: list[dict[str, Any]] = get(client, path, min_log_position=at)["items"]
    return items


def followed(log: Log) -> None:
    """The policy has heard of everything; it sends nothing, for there is no mail server."""
    reactor = Reactor(log, SendMessages(MailSettings()))
    while reactor.step():
        pass


def test_a_message_waits_a_minute_and_is_cancelled(
    admin: TestClient, application: str, log: Log
) -> None:
    made = write(admin, application)
    (message,) = messages(admin, application, made["log_position"])
    assert (message["message_id"], message["state"]) == (made["id"], "waiting")
    assert message["body"] == "We would like to meet you."
    wait = datetime.fromisoformat(message["send_at"]) - datetime.now(UTC)
    assert timedelta(seconds=30) < wait <= timedelta(seconds=60)
    followed(log)
    (row,) = get(admin, "/policies/send-messages/upcoming")["items"]
    assert (row["about"], row["effect"]) == (made["id"], "send")
    assert get(admin, "/outbox", state="in_doubt")["items"] == []

    done = post(admin, f"/messages/{made['id']}/cancellation")
    assert messages(admin, application, done["log_position"])[0]["state"] == "cancelled"
    followed(log)
    assert made["id"] not in {row["about"] for row in get(admin, "/outbox")["items"]}
    again = admin.post(f"/api/messages/{made['id']}/cancellation")
    assert (again.status_code, again.json()["title"]) == (409, "Message not waiting")


def test_a_template_is_filled_in_for_an_application_on_the_record(
    admin: TestClient, application: str, log: Log
) -> None:
    template = post(
        admin,
        "/message-templates",
        title="Invitation",
        subject="Your application as {{ job_title }}",
        body="Dear {{ candidate_name }}, we would like to meet you.",
    )
    (row,) = get(admin, "/message-templates", min_log_position=template["log_position"])["items"]
    assert (row["template_id"], row["title"]) == (template["id"], "Invitation")
    about = {"template_id": template["id"]}
    draft = get(admin, f"/applications/{application}/message-draft", **about)
    assert draft == {
        "subject": "Your application as Data engineer",
        "body": "Dear Ada Lovelace, we would like to meet you.",
    }
    made = post(admin, f"/applications/{application}/messages", body="Dear Ada", **about)
    (message,) = messages(admin, application, made["log_position"])
    assert message["subject"] == draft["subject"]
    assert message["body"] == "Dear Ada"
    with log.database.transaction(log.organisation) as connection:
        purposes = {p for (p,) in connection.execute("SELECT purpose FROM access_log")}
    assert {"write message", "read messages"} <= purposes

    gone = post(admin, f"/message-templates/{template['id']}/archive")["log_position"]
    assert get(admin, "/message-templates", min_log_position=gone)["items"] == []
    refused = admin.post(f"/api/applications/{application}/messages", json=about)
    assert refused.json()["title"] == "Template is archived"


def test_header_injection_and_unknown_places_are_refused_by_name(
    admin: TestClient, application: str
) -> None:
    body = {"subject": "Hi\r\nBcc: everyone@example.org", "body": "Hello"}
    refused = admin.post(f"/api/applications/{application}/messages", json=body)
    assert (refused.status_code, refused.json()["title"]) == (422, "Line break in header")
    words = {"title": "x", "subject": "x", "body": "{{ candidate_name.__class__ }}"}
    refused = admin.post("/api/message-templates", json=words)
    assert (refused.status_code, refused.json()["title"]) == (422, "Unknown variable")


def test_a_policy_is_paused_and_resumed(admin: TestClient) -> None:
    post(admin, "/policies/expire-offers/pause")
    paused = [row["policy"] for row in get(admin, "/policies")["items"] if row["paused"]]
    assert paused == ["expire-offers"]
    assert admin.post("/api/policies/expire-offers/pause").status_code == 409
    post(admin, "/policies/expire-offers/resumption")
    assert not any(row["paused"] for row in get(admin, "/policies")["items"])
    assert admin.post("/api/policies/no-such/pause").status_code == 404


def test_only_who_may_know_people_reads_messages(
    client_for: ClientFor, admin: TestClient, application: str
) -> None:
    made = write(admin, application)
    path = f"/api/applications/{application}/messages"
    assert client_for(Role.ANALYST).get(path).status_code == 403
    assert client_for(Role.AUDITOR).get("/api/outbox").status_code == 200
    refused = client_for(Role.ANALYST).post(f"/api/messages/{made['id']}/cancellation")
    assert refused.status_code == 403


def test_policies_are_measured(admin: TestClient, application: str, log: Log) -> None:
    write(admin, application)
    followed(log)
    text = admin.get("/metrics").text
    assert 'hireledger_policy_waiting{policy="send-messages"} 1.0' in text
    assert 'hireledger_policy_stopped{policy="send-messages"} 0.0' in text
