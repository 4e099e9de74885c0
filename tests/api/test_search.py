"""People are found by what their profile says, and by nothing it does not say."""

from typing import Any

from fastapi.testclient import TestClient

from domain.role import Role
from tests.api.conftest import ClientFor
from tests.api.test_conventions import PROBLEM
from tests.api.test_whole_way import get, post

PEOPLE = {
    "Ada Lovelace": {"email": "ada.lovelace@example.org", "phone": "+49 (0)30 123-4567"},
    "Anna-Lena O\u2019Brien": {"location": "Köln", "summary": "Kubernetes, PostgreSQL and sailing"},
    "Jürgen Müller": {"email": "jm@example.com", "phone": "0171 9876543"},
    "李小龙": {"location": "香港"},
    "Łukasz Żółć": {"links": "https://www.linkedin.com/in/zolc"},
}


FOUND = [
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
    ("anna-lena", ["Anna-Lena O\u2019Brien"]),
    ("annalena", ["Anna-Lena O\u2019Brien"]),
    ("lena obrien", ["Anna-Lena O\u2019Brien"]),
    ("o'brien", ["Anna-Lena O\u2019Brien"]),
    ("brien koln", ["Anna-Lena O\u2019Brien"]),
    ("koeln", ["Anna-Lena O\u2019Brien"]),
    ("kubern postgres", ["Anna-Lena O\u2019Brien"]),
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
]


def register(client: TestClient) -> None:
    """Everybody; what comes next finds them."""
    for name, profile in PEOPLE.items():
        made = post(client, "/candidates", full_name=name, **profile)
    get(client, "/read-models", min_log_position=made["log_position"])


def names(answer: dict[str, Any]) -> list[str]:
    return [item["full_name"] for item in answer["items"]]


def test_people_are_found_by_words_addresses_and_numbers(admin: TestClient) -> None:
    register(admin)
    for words, expected in FOUND:
        assert names(get(admin, "/candidates", search=words)) == expected, words
        answer = admin.post("/api/candidates/search", json={"search": words})
        assert answer.status_code == 200
        assert names(answer.json()) == expected, words


def test_a_search_obeys_both_clocks(admin: TestClient) -> None:
    old, new = "2026-01-01T00:00:00Z", "2026-02-01T00:00:00Z"
    made = post(admin, "/candidates", full_name="Ada Byron", occurred_at=old)
    path = f"/candidates/{made['id']}"
    last = post(admin, f"{path}/profile", full_name="Ada King", occurred_at=new)["log_position"]
    assert names(get(admin, "/candidates", search="king", min_log_position=last)) == ["Ada King"]
    assert names(get(admin, "/candidates", search="byron")) == []
    assert names(get(admin, "/candidates", search="byron", as_of="2026-01-15")) == ["Ada Byron"]
    assert names(get(admin, "/candidates", search="king", as_of="2026-01-15")) == []
    assert names(get(admin, "/candidates", search="byron", known_before=last)) == ["Ada Byron"]


def test_what_is_found_comes_page_by_page(admin: TestClient) -> None:
    for number in range(5):
        made = post(admin, "/candidates", full_name=f"Ada {number}")
    path = f"/api/candidates?search=ada&limit=2&min_log_position={made['log_position']}"
    seen: list[str] = []
    while path:
        answer = admin.get(path)
        seen += names(answer.json())
        path = answer.links.get("next", {}).get("url", "")
    assert seen == [f"Ada {number}" for number in range(5)]
    again: list[str] = []
    cursor = None
    while cursor or not again:
        body = {"search": "ada", "limit": 2, "cursor": cursor}
        page = admin.post("/api/candidates/search", json=body).json()
        again += names(page)
        cursor = page["next_cursor"]
    assert again == seen


def test_words_too_short_to_look_for_are_refused(admin: TestClient) -> None:
    last = post(admin, "/candidates", full_name="Ada")["log_position"]
    get(admin, "/read-models", min_log_position=last)
    answer = admin.get("/api/candidates", params={"search": "a !"})
    assert (answer.status_code, answer.headers["content-type"]) == (422, PROBLEM)
    assert answer.json()["type"] == "urn:hireledger:problem:nothing-to-search-for"
    assert "a !" not in answer.text


def test_only_those_who_may_know_people_search(client_for: ClientFor) -> None:
    for role in (Role.ANALYST, Role.AUDITOR):
        client = client_for(role)
        assert client.get("/api/candidates").status_code == 200
        for sought in ({"search": "ada"}, {"external_id": "greenhouse:1"}):
            assert client.get("/api/candidates", params=sought).status_code == 403
        answer = client.post("/api/candidates/search", json={"search": "ada"})
        assert answer.status_code == 403


def test_an_id_of_another_system_is_found_whole_and_in_its_system_only(admin: TestClient) -> None:
    made = post(admin, "/candidates", full_name="Ada", external_id="greenhouse:4512")
    get(admin, "/read-models", min_log_position=made["log_position"])
    for external_id, expected in (
        ("greenhouse:4512", ["Ada"]),
        ("greenhouse:451", []),
        ("lever:4512", []),
    ):
        assert names(get(admin, "/candidates", external_id=external_id)) == expected
    assert names(get(admin, "/candidates", external_id="greenhouse:4512", search="bob")) == []
    assert names(get(admin, "/candidates", external_id="greenhouse:4512", search="ad")) == ["Ada"]
