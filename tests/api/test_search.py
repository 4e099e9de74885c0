"""People are found by what their profile says, and every look at them is on the record."""

from typing import Any

import pytest
from fastapi.testclient import TestClient

from domain.role import Role
from tests.api.conftest import ClientFor
from tests.api.test_whole_way import get, post

PEOPLE = {
    "Ada Lovelace": {"email": "ada.lovelace@example.org", "phone": "+49 (0)30 123-4567"},
    "Anna-Lena O’Brien": {"location": "Köln", "summary": "Kubernetes, PostgreSQL and sailing"},
    "Jürgen Müller": {"email": "jm@example.com", "phone": "0171 9876543"},
    "李小龙": {"location": "香港"},
    "Łukasz Żółć": {"links": "https://www.linkedin.com/in/zolc"},
}


@pytest.fixture
def people(admin: TestClient) -> dict[str, str]:
    """Everyone's id; the last one's registration is taken in."""
    ids = {}
    for name, profile in PEOPLE.items():
        made = post(admin, "/candidates", full_name=name, **profile)
        ids[name] = made["id"]
    get(admin, "/candidates", min_log_position=made["log_position"])
    return ids


def names(answer: dict[str, Any]) -> list[str]:
    return [item["full_name"] for item in answer["items"]]


@pytest.mark.usefixtures("people")
@pytest.mark.parametrize(
    ("words", "found"),
    [
        ("ada", ["Ada Lovelace"]),
        ("love ADA", ["Ada Lovelace"]),
        ("Ada Lovelace@x", []),
        ("ada.lovelace@example.org", ["Ada Lovelace"]),
        ("ADA.Lovelace@EXAMPLE.org", ["Ada Lovelace"]),
        ("@example.org", ["Ada Lovelace"]),
        ("example", ["Ada Lovelace", "Jürgen Müller"]),
        ("+49 30 1234567", ["Ada Lovelace"]),
        ("030/1234567", ["Ada Lovelace"]),
        ("0049301234567", ["Ada Lovelace"]),
        ("1234567", ["Ada Lovelace"]),
        ("+49 171 987 65 43", ["Jürgen Müller"]),
        ("234567", []),
        ("anna-lena", ["Anna-Lena O’Brien"]),
        ("annalena", ["Anna-Lena O’Brien"]),
        ("lena obrien", ["Anna-Lena O’Brien"]),
        ("o'brien", ["Anna-Lena O’Brien"]),
        ("brien koln", ["Anna-Lena O’Brien"]),
        ("koeln", ["Anna-Lena O’Brien"]),
        ("kubern postgres", ["Anna-Lena O’Brien"]),
        ("muller", ["Jürgen Müller"]),
        ("mueller", ["Jürgen Müller"]),
        ("Müller", ["Jürgen Müller"]),
        ("小龙", ["李小龙"]),
        ("李小龙", ["李小龙"]),
        ("龙小", []),
        ("lukasz zolc", ["Łukasz Żółć"]),
        ("ada muller", []),
        ("linkedin", ["Łukasz Żółć"]),
        ("vel", []),
    ],
)
def test_someone_is_found_by(admin: TestClient, words: str, found: list[str]) -> None:
    assert names(get(admin, "/candidates", search=words)) == found
    assert names(admin.post("/api/candidates/search", json={"search": words}).json()) == found
