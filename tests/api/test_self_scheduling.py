"""A candidate chooses a time by a link: without scripts, once, and never one that is taken."""

import re
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from fastapi.testclient import TestClient
from httpx2 import Response

from commands import self_scheduling
from domain.role import Role
from domain.self_scheduling import Slot
from store.envelope import Attribution
from store.log import Log
from store.settings import Settings
from tests.api.conftest import ClientFor
from tests.api.test_whole_way import applied, get, open_requisition, post
from tests.test_race_to_hire import answer, racing

BEGIN = datetime.now(UTC).replace(minute=0, second=0, microsecond=0) + timedelta(days=7)
HOUR = timedelta(hours=1)
SLOTS = [
    {"starts_at": (BEGIN + n * HOUR).isoformat(), "ends_at": (BEGIN + (n + 1) * HOUR).isoformat()}
    for n in range(3)
]


def offer(admin: TestClient, application: str, **said: Any) -> dict[str, Any]:
    until = (datetime.now(UTC) + timedelta(days=5)).isoformat()
    body = {"expires_at": until, "slots": SLOTS, "time_zone": "Europe/Berlin", **said}
    return post(admin, f"/applications/{application}/slot-offers", **body)


def link(offered: dict[str, Any]) -> str:
    url: str = offered["booking_url"]
    return url[url.index("/self-scheduling") :]


def token(offered: dict[str, Any]) -> str:
    return link(offered).partition("token=")[2]


def choices(page: Response) -> list[str]:
    return re.findall(r'name="slot" value="([^"]+)"', page.text)


def book(http: TestClient, offered: dict[str, Any], slot: str, **said: str) -> Response:
    form = {"token": token(offered), "slot": slot, **said}
    return http.post("/self-scheduling", data=form, follow_redirects=False)


def act(http: TestClient, offered: dict[str, Any], what: str, **said: str) -> Response:
    form = {"token": token(offered), **said}
    return http.post(f"/self-scheduling/{what}", data=form, follow_redirects=False)


@pytest.fixture
def application(admin: TestClient) -> str:
    return applied(admin, open_requisition(admin))[1]


def of(admin: TestClient, application: str) -> dict[str, Any]:
    """The application's interview."""
    head = get(admin, "/events", after=0, limit=1000)["next_after"]
    said = {"application_id": application, "min_log_position": head}
    [row] = get(admin, "/interviews", **said)["items"]
    return dict(row)


def test_a_candidate_books_a_time_in_the_zone_they_like(
    http: TestClient, admin: TestClient, application: str, log: Log
) -> None:
    grace = str(uuid4())
    offered = offer(admin, application, interviewer_ids=[grace], location="Room 4")
    page = http.get(link(offered))
    assert page.status_code == 200
    assert "script-src" not in page.headers["Content-Security-Policy"]
    assert "<script" not in page.text
    assert len(choices(page)) == 3
    tokyo = http.get(f"{link(offered)}&zone=Asia/Tokyo")
    there = (BEGIN + timedelta(hours=9)).strftime("%H:%M")
    assert f"> {there} to" in tokyo.text
    done = book(http, offered, choices(page)[1])
    assert done.status_code == 303
    assert "It is booked" in http.get(done.headers["Location"]).text
    interview = of(admin, application)
    assert interview["interviewer_ids"] == [grace]
    assert interview["invitation_id"] == offered["invitation_id"]
    assert datetime.fromisoformat(interview["starts_at"]) == BEGIN + HOUR
    [fact] = log.facts.at_positions([log.facts.max_notification_id() or 0])
    event = get(admin, f"/events/{fact.position}")
    assert (event["type"], event["actor_type"]) == ("interview.scheduled", "candidate")
    assert event["personal"] == {"location": "Room 4"}
    again = book(http, offered, choices(page)[0])
    assert (again.status_code, "was chosen already" in again.text) == (409, True)


def test_what_another_booked_meanwhile_is_not_offered_and_the_rest_is_shown(
    http: TestClient, admin: TestClient
) -> None:
    grace = str(uuid4())
    requisition = open_requisition(admin)
    first, second = (
        offer(admin, applied(admin, requisition)[1], interviewer_ids=[grace]) for _ in range(2)
    )
    slots = choices(http.get(link(second)))
    assert book(http, first, slots[0]).status_code == 303
    assert choices(http.get(link(second))) == slots[1:]
    lost = book(http, second, slots[0])
    assert lost.status_code == 409
    assert "taken while you looked" in lost.text
    assert choices(lost) == slots[1:]
    assert book(http, second, slots[1]).status_code == 303


def test_of_many_who_book_one_interviewer_at_once_one_succeeds(
    admin: TestClient, settings: Settings, log: Log
) -> None:
    """By the rule in the append: nobody looks beforehand here. Half overlap by minutes only."""
    grace, requisition = str(uuid4()), open_requisition(admin)
    with ExitStack() as stack:
        rivals = []
        for n in range(4):
            starts_at = BEGIN + timedelta(minutes=n % 2 * 30)
            times = [starts_at.isoformat(), (starts_at + HOUR).isoformat()]
            slot = dict(zip(("starts_at", "ends_at"), times, strict=True))
            application = applied(admin, requisition)[1]
            offered = offer(admin, application, interviewer_ids=[grace], slots=[slot])
            rivals.append(
                stack.enter_context(
                    racing("tests.race_for_slot", settings, log, offered["id"], *times)
                )
            )
        assert [answer(rival) for rival in rivals] == ["ready"] * 4
        for rival in rivals:
            assert rival.stdin is not None
            rival.stdin.write("now\n")
            rival.stdin.flush()
        assert sorted(answer(rival) for rival in rivals) == ["TimeTaken"] * 3 + ["booked"]


def test_two_back_to_back_and_two_interviewers_at_once_are_no_conflict(
    admin: TestClient, log: Log
) -> None:
    grace, alan, requisition = str(uuid4()), str(uuid4()), open_requisition(admin)
    for nth, who in ((0, grace), (1, grace), (0, alan)):
        offered = offer(admin, applied(admin, requisition)[1], interviewer_ids=[who])
        by = Attribution("candidate", uuid4(), "candidate", "web")
        slot = Slot.model_validate(SLOTS[nth])
        self_scheduling.book(log, by, UUID(offered["id"]), slot)


def test_a_candidate_cancels_or_asks_for_another_time_while_it_is_early(
    http: TestClient, admin: TestClient, application: str
) -> None:
    offered = offer(admin, application)
    slots = choices(http.get(link(offered)))
    book(http, offered, slots[0])
    asked = act(http, offered, "another-time", comment="After lunch would be better")
    assert "You asked for another time" in http.get(asked.headers["Location"]).text
    assert of(admin, application)["needs"] == ["another_time"]
    gone = act(http, offered, "cancellation")
    assert choices(http.get(gone.headers["Location"])) == slots
    row = of(admin, application)
    assert (row["status"], row["reason_code"], row["party"]) == (
        "cancelled",
        "candidate_cancelled",
        "candidate",
    )


def test_shortly_before_it_only_a_person_changes_it(
    http: TestClient, admin: TestClient, application: str
) -> None:
    offered = offer(admin, application, notice_hours=24 * 8)
    book(http, offered, choices(http.get(link(offered)))[0])
    assert "/cancellation" not in http.get(link(offered)).text
    late = act(http, offered, "cancellation")
    assert (late.status_code, "less than 192 hours" in late.text) == (409, True)


def test_a_rule_offers_what_interviewers_have_free(
    http: TestClient, admin: TestClient, application: str
) -> None:
    grace = str(uuid4())
    day = (datetime.now(UTC) + timedelta(days=7)).date()
    while day.isoweekday() > 5:
        day += timedelta(days=1)
    noon = datetime(day.year, day.month, day.day, 12, tzinfo=UTC)
    post(
        admin,
        f"/applications/{application}/interviews",
        starts_at=noon.isoformat(),
        ends_at=(noon + HOUR).isoformat(),
        interviewer_ids=[grace],
    )
    rule = {
        "opens_at": noon.replace(hour=0).isoformat(),
        "closes_at": noon.replace(hour=23).isoformat(),
        "minutes": 60,
        "buffer_minutes": 30,
        "day_begins": "10:00",
        "day_ends": "15:00",
    }
    offered = offer(admin, application, slots=[], slot_rule=rule, interviewer_ids=[grace])
    begins = [choice[11:16] for choice in choices(http.get(link(offered)))]
    assert begins == ["10:00", "10:30", "13:30", "14:00"]
    at_night = f"{(noon - 8 * HOUR).isoformat()}/{(noon - 7 * HOUR).isoformat()}"
    assert book(http, offered, at_night).status_code == 409


def test_links_that_are_over_withdrawn_or_made_up_open_a_page_that_says_so(
    http: TestClient, admin: TestClient, application: str
) -> None:
    offered = offer(admin, application)
    post(
        admin,
        f"/applications/{application}/slot-offers/{offered['id']}/withdrawal",
        reason_code="position_closed",
    )
    soon = (datetime.now(UTC) - HOUR).isoformat()
    over = offer(admin, application, expires_at=soon)
    rejected = offer(admin, application)
    post(admin, f"/applications/{application}/rejection", reason_code="experience")
    for one in (offered, over, rejected):
        page = http.get(link(one))
        assert (page.status_code, "not offered any more" in page.text) == (410, True)
        assert book(http, one, SLOTS[0]["starts_at"]).status_code == 410
    forged = [link(offered)[:-1] + ("A" if link(offered)[-1] != "A" else "E"), "/self-scheduling"]
    forged += ["/self-scheduling?token=hlb_" + "0" * 32 + "_" + "A" * 43]
    for path in forged:
        page = http.get(path)
        assert (page.status_code, "not made by us" in page.text) == (404, True)


def test_a_template_has_a_place_for_the_link(
    admin: TestClient, application: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HIRELEDGER_PUBLIC_URL", "https://hiring.example.org")
    body = "Choose a time: {{ booking_link }}"
    template = post(admin, "/message-templates", title="Choose", subject="Interview", body=body)
    wanted = {"template_id": template["message_template_id"]}
    path = f"/applications/{application}/message-draft"
    assert admin.get(f"/api{path}", params=wanted).status_code == 422
    offered = offer(admin, application)
    said = get(admin, path, **wanted)["body"]
    assert said == f"Choose a time: https://hiring.example.org{link(offered)}"


def test_guessing_links_is_slowed(http: TestClient) -> None:
    somebody = TestClient(http.app, client=("203.0.113.9", 1), raise_server_exceptions=False)
    statuses = [
        somebody.get("/self-scheduling", params={"token": "made-up"}).status_code for _ in range(12)
    ]
    assert statuses[0] == 404
    assert statuses[-1] == 429


def test_forms_of_other_sites_change_nothing(
    http: TestClient, admin: TestClient, application: str
) -> None:
    offered = offer(admin, application)
    answer = http.post(
        "/self-scheduling",
        data={"token": token(offered), "slot": choices(http.get(link(offered)))[0]},
        headers={"Origin": "https://evil.example"},
    )
    assert answer.status_code == 403
    head = get(admin, "/events", after=0, limit=1000)["next_after"]
    assert get(admin, "/interviews", min_log_position=head)["items"] == []


@pytest.mark.parametrize(
    ("said", "status"),
    [
        ({"slots": []}, 422),
        ({"time_zone": "Mars/Olympus"}, 422),
        ({"slots": [{**SLOTS[0], "ends_at": SLOTS[0]["starts_at"]}]}, 422),
        ({"stage": "nowhere"}, 422),
    ],
)
def test_an_offer_makes_sense(
    admin: TestClient, application: str, said: dict[str, Any], status: int
) -> None:
    body = {"expires_at": SLOTS[0]["starts_at"], "slots": SLOTS, **said}
    answer = admin.post(f"/api/applications/{application}/slot-offers", json=body)
    assert answer.status_code == status


def test_who_may_not_schedule_offers_no_times(client_for: ClientFor, application: str) -> None:
    body = {"expires_at": SLOTS[0]["starts_at"], "slots": SLOTS}
    for role in (Role.SOURCER, Role.INTERVIEWER, Role.HIRING_MANAGER):
        answer = client_for(role).post(f"/api/applications/{application}/slot-offers", json=body)
        assert answer.status_code == 403
