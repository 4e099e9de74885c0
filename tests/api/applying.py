"""A careers page, and somebody who applies there with nothing but a browser."""

import re
from html import unescape
from typing import Any
from uuid import uuid4

from fastapi.testclient import TestClient

from store.database import Database
from tests.api.test_whole_way import post

PERMIT = {
    "id": "permit",
    "label": "May you work in Germany?",
    "kind": "yes_no",
    "required": True,
    "knock_out": {"answers": ["no"]},
}
YEARS = {
    "id": "years",
    "label": "Years with SQL",
    "kind": "number",
    "knock_out": {"below": 3},
}
TOOLS = {
    "id": "tools",
    "label": "Your tools",
    "kind": "multiple_choice",
    "choices": ["Python", "Rust"],
}
PDF = b"%PDF-1.7\nsome resume"
ADA: dict[str, Any] = {
    "full_name": "Ada Lovelace",
    "email": "ada@example.org",
    "q.permit": "yes",
    "q.years": "7",
}


def forget_forms(database: Database) -> None:
    """Lets the address of the tests send forms as if it never had."""
    with database.registry() as connection:
        connection.execute("DELETE FROM sign_in_attempts")


def careers_page(admin: TestClient, **said: Any) -> str:
    """The address of a fresh careers page."""
    slug = f"acme-{uuid4().hex[:12]}"
    post(admin, "/careers-page", slug=slug, public_name="Acme & Söhne", **said)
    return slug


def posted(
    admin: TestClient, *questions: dict[str, Any], title: str = "Data engineer", **details: Any
) -> str:
    """A requisition that is open, with a form, and posted on the careers page."""
    said = {"number": "R-104", "title": title, "department": "Engineering", "location": "Berlin"}
    requisition = str(post(admin, "/requisitions", **said | details)["id"])
    if questions:
        form = {"questions": list(questions)}
        post(admin, f"/requisitions/{requisition}/application-form", form=form)
    for step in ("approval-request", "approval", "launch", "posting"):
        reached = post(admin, f"/requisitions/{requisition}/{step}")["log_position"]
    # What is listed is read from what the projector made of it.
    admin.get("/api/requisitions", params={"min_log_position": reached})
    return requisition


class Applicant:
    """Opens the form of a posting, fills it in and sends it."""

    def __init__(self, http: TestClient, slug: str, requisition: str, via: str = "") -> None:
        self.browser = TestClient(http.app, raise_server_exceptions=False)
        self.path = f"/careers/{slug}/jobs/{requisition}/application"
        self.shown = self.browser.get(self.path, params={"via": via} if via else {})
        self.hidden = hidden(self.shown.text) if self.shown.status_code == 200 else {}

    def send(self, file: Any = None, **typed: Any) -> Any:
        """Sends what was typed, beside what the form says itself."""
        fields = {name: (None, value) for name, value in {**self.hidden, **typed}.items()}
        files = {"resume": (*file, "text/html")} if file else {"resume": ("", b"")}
        listed = [
            (name, (None, one))
            for name, (_, value) in fields.items()
            for one in (value if isinstance(value, list) else [value])
        ]
        return self.browser.post(self.path, files=[*listed, *files.items()], follow_redirects=False)

    def apply(self, file: Any = None, **typed: Any) -> Any:
        """Sends it and follows to the receipt."""
        answer = self.send(file, **{**ADA, **typed})
        assert answer.status_code == 303, re.findall(
            r'class="problem".*|role="alert">.*', answer.text
        )
        receipt = self.browser.get(answer.headers["location"])
        assert receipt.status_code == 200, receipt.text
        return receipt


def hidden(html: str) -> dict[str, str]:
    """The hidden fields of a form."""
    found = re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', html)
    return {name: unescape(value) for name, value in found}


def application_id(receipt: str) -> str:
    """The id that a receipt names."""
    [id] = re.findall(r'<dd class="code">([0-9a-f-]{36})</dd>', receipt)
    return str(id)
