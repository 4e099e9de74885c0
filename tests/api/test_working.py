"""Working an application over HTTP."""

import time
from typing import Any
from uuid import uuid4

import pytest
from fastapi.testclient import TestClient

from domain.member import Member
from domain.role import Role, Scope
from policies.bulk_actions import CarryOutBulkActions
from policies.reactor import Reactor
from policies.settings import MailSettings
from store.envelope import Attribution
from store.ids import new_id
from store.log import Log
from tests.api.conftest import ClientFor
from tests.api.test_reach import Hiring, hiring
from tests.api.test_whole_way import applied, get, open_requisition, post


def refusal(client: TestClient, path: str, **body: Any) -> tuple[int, str, str]:
    answer = client.post(f"/api{path}", json=body)
    problem = answer.json()
    return answer.status_code, problem["type"].rpartition(":")[2], problem["detail"]


def columns(client: TestClient, requisition: str, **asks: Any) -> list[str]:
    board = get(client, f"/requisitions/{requisition}/board", **asks)
    return [card["application_id"] for column in board["columns"] for card in column["cards"]]


def test_tags_narrow_lists_boards_and_search(admin: TestClient) -> None:
    requisition = open_requisition(admin)
    (ada, first), (eve, second) = applied(admin, requisition), applied(admin, requisition)
    post(admin, f"/candidates/{ada}/tags", tag="finalist")
    before = post(admin, f"/candidates/{eve}/tags", tag="finalist", application_id=second)
    done = post(admin, f"/candidates/{eve}/tags/removal", tag="finalist", application_id=second)
    seen = {"tag": "finalist", "min_log_position": done["log_position"]}
    assert columns(admin, requisition, **seen) == [first]
    then = {"known_before": before["log_position"] + 1}
    assert set(columns(admin, requisition, **seen, **then)) == {first, second}
    found = get(admin, "/candidates", **seen)["items"]
    assert [one["candidate_id"] for one in found] == [ada]
    rows = get(admin, "/applications", **seen)["items"]
    assert [row["application_id"] for row in rows] == [first]
    told = get(admin, f"/candidates/{ada}")["tags"]
    assert [(tag["tag"], tag["application_id"]) for tag in told] == [("finalist", None)]
    again = refusal(admin, f"/candidates/{ada}/tags", tag="finalist")
    assert again[:2] == (409, "already-tagged")
    words = {"search": "lovelace", "tag": "finalist"}
    sought = admin.post("/api/candidates/search", json=words, params=seen).json()
    assert [one["candidate_id"] for one in sought["items"]] == [ada]


def test_candidates_with_a_tag_come_a_page_at_a_time(admin: TestClient) -> None:
    people = [post(admin, "/candidates", full_name=f"Ada {n}")["id"] for n in range(3)]
    for one in people:
        done = post(admin, f"/candidates/{one}/tags", tag="remote")
    asks = {"tag": "remote", "limit": 2, "min_log_position": done["log_position"]}
    first = get(admin, "/candidates", **asks)
    rest = get(admin, "/candidates", **asks, cursor=first["next_cursor"])
    listed = [one["candidate_id"] for one in first["items"] + rest["items"]]
    assert listed == sorted(people)
    assert rest["next_cursor"] is None


def test_a_vocabulary_leaves_no_other_tags(admin: TestClient) -> None:
    ada = post(admin, "/candidates", full_name="Ada Lovelace")["id"]
    done = post(admin, "/tags", tag="finalist", title="Finalist")
    status, rule, words = refusal(admin, f"/candidates/{ada}/tags", tag="other")
    assert (status, rule) == (422, "tag-not-defined")
    assert words.startswith("tag: other")
    seen = {"min_log_position": done["log_position"]}
    assert [tag["code"] for tag in get(admin, "/tags", **seen)["items"]] == ["finalist"]
    done = post(admin, "/tags/finalist/retirement")
    assert get(admin, "/tags", min_log_position=done["log_position"])["items"] == []


def test_a_reason_that_may_not_be_given_is_refused_with_its_field(admin: TestClient) -> None:
    requisition = open_requisition(admin)
    _, application = applied(admin, requisition)
    about = f"/applications/{application}"
    for path, code, rule in (
        ("rejection", "made_up", "reason-not-defined"),
        ("rejection", "counter_offer", "reason-of-other-kind"),
        ("withdrawal", "stronger_candidates", "reason-of-other-kind"),
    ):
        status, refused, words = refusal(admin, f"{about}/{path}", reason_code=code)
        assert (status, refused) == (422, rule)
        assert words.startswith(f"reason_code: {code}")
    closing = {"reason_code": "budget", "disposition": "made_up"}
    status, refused, words = refusal(admin, f"/requisitions/{requisition}/closure", **closing)
    assert (status, refused) == (422, "reason-not-defined")
    assert words.startswith("disposition: made_up")
    assert admin.post(f"/api{about}/rejection", json={}).status_code == 422
    reason = {"kind": "we_rejected", "code": "made_up", "title": "Made up"}
    done = post(admin, "/reason-codes", **reason)
    listed = get(admin, "/reason-codes", min_log_position=done["log_position"])["items"]
    assert [row["title"] for row in listed if row["code"] == "made_up"] == ["Made up"]
    post(admin, "/reason-codes/we_rejected/experience/retirement")
    assert refusal(admin, f"{about}/rejection", reason_code="experience")[1] == "reason-retired"
    post(admin, f"{about}/rejection", reason_code="made_up")
    known = {"kind": "they_withdrew"}
    assert {row["kind"] for row in get(admin, "/reason-codes", **known)["items"]} == {
        "they_withdrew"
    }


def test_an_application_goes_on_for_another_requisition(admin: TestClient) -> None:
    first, second = open_requisition(admin), open_requisition(admin)
    candidate, application = applied(admin, first)
    about = f"/applications/{application}"
    post(admin, f"{about}/screenings", outcome="passed")
    done = post(admin, f"{about}/transfer", requisition_id=second, stage="interview")
    seen = {"min_log_position": done["log_position"]}
    row = get(admin, about, **seen)["application"]
    assert (row["requisition_id"], row["stage"]) == (second, "interview")
    assert columns(admin, first) == []
    assert columns(admin, second) == [application]
    before = {"known_before": done["log_position"]}
    assert columns(admin, first, **before) == [application]
    for requisition in (first, second):
        told = get(admin, f"/requisitions/{requisition}/timeline", **seen)["items"]
        assert told[-1]["type"] == "application.transferred"
    post(admin, f"{about}/hire")
    assert refusal(admin, f"{about}/transfer", requisition_id=first)[1] == "application-closed"
    again = post(admin, f"/candidates/{candidate}/applications", requisition_id=first)["id"]
    assert refusal(admin, f"/applications/{again}/transfer", requisition_id=first)[1] == (
        "already-there"
    )


def test_general_applications_are_listed_and_assigned(admin: TestClient) -> None:
    requisition = open_requisition(admin)
    candidate, other = applied(admin, requisition)
    general = post(admin, f"/candidates/{candidate}/applications")
    asks = {"general": True, "status": "open", "min_log_position": general["log_position"]}
    listed = get(admin, "/applications", **asks)["items"]
    assert [row["application_id"] for row in listed] == [general["id"]]
    rest = get(admin, "/applications", **asks | {"general": False})["items"]
    assert [row["application_id"] for row in rest] == [other]
    done = post(
        admin,
        f"/applications/{general['id']}/requisition",
        requisition_id=open_requisition(admin),
    )
    asks["min_log_position"] = done["log_position"]
    assert get(admin, "/applications", **asks)["items"] == []


def test_rejections_and_hires_are_taken_back(admin: TestClient) -> None:
    requisition = open_requisition(admin)
    _, application = applied(admin, requisition)
    about = f"/applications/{application}"
    for ending, body in (("rejection", {"reason_code": "skills"}), ("hire", {})):
        post(admin, f"{about}/{ending}", **body)
        done = post(admin, f"{about}/{ending}/reversal", reason_code="reconsidered")
        seen = {"min_log_position": done["log_position"]}
        assert get(admin, about, **seen)["application"]["status"] == "open"


def test_checks_are_told_with_every_step(admin: TestClient, client_for: ClientFor) -> None:
    _, application = applied(admin, open_requisition(admin))
    about = f"/applications/{application}"
    post(admin, f"{about}/references", relationship="manager", outcome="positive", referee="Eve")
    scale = {"score": "87.5", "scale_from": "0", "scale_to": "100"}
    test = {"provider": "lab", "kind": "coding", "outcome": "passed"}
    post(admin, f"{about}/assessments", **test, **scale, result="Thinks in loops")
    ordered = {"kind": "criminal", "provider": "lab"}
    check = post(admin, f"{about}/background-checks", **ordered)["check_id"]
    one = f"{about}/background-checks/{check}"
    post(admin, f"{one}/report", status="consider", details="A record of 1843")
    no = {"reason_code": "background_check"}
    assert refusal(admin, f"{about}/rejection", **no)[:2] == (409, "no-pre-adverse-notice")
    post(admin, f"{one}/pre-adverse-notice", waiting_days=5)
    assert refusal(admin, f"{about}/rejection", **no)[:2] == (409, "waiting-period-runs")
    post(admin, f"{about}/rejection", **no, waiver="not_required_here")
    done = post(admin, f"{one}/adverse-action-notice", waiver="not_required_here")
    seen = {"min_log_position": done["log_position"]}
    told = get(admin, f"{about}/checks", **seen)["items"]
    assert [row["step"] for row in told] == [
        "reference_checked",
        "assessment_recorded",
        "background_check_recorded",
        "background_check_recorded",
        "pre_adverse_notice_given",
        "adverse_action_notice_given",
    ]
    assert (told[0]["referee"], told[1]["result"]) == ("Eve", "Thinks in loops")
    assert (told[1]["score"], told[3]["outcome"]) == ("87.5", "consider")
    assert told[4]["may_answer_until"] > told[4]["occurred_at"]
    sentences = [row["sentence"] for row in get(admin, f"{about}/timeline", **seen)["items"]]
    assert "Background check recorded" in sentences
    unnamed = get(client_for(Role.RECRUITER, scopes=[Scope.READ]), f"{about}/checks", **seen)
    assert [row["details"] for row in unnamed["items"]] == [None] * 6


def joined(log: Log, role: Role) -> str:
    """A member who is active."""
    member = Member.begin(new_id())
    member.invite(role, "Eve Moss", None)
    member.join("Eve Moss")
    log.record(member, by=Attribution("system", new_id(), "admin", "cli"))
    return str(member.id)


def test_a_mention_waits_until_it_is_acknowledged(
    admin: TestClient, log: Log, client_for: ClientFor
) -> None:
    eve = joined(log, Role.RECRUITER)
    ada = post(admin, "/candidates", full_name="Ada Lovelace")["id"]
    noted = post(admin, f"/candidates/{ada}/notes", text="Please call her", mentions=[eve])
    position = noted["log_position"]
    client = client_for(Role.RECRUITER, eve)
    (mention,) = get(client, "/mentions", min_log_position=position)["items"]
    assert (mention["candidate_id"], mention["text"]) == (ada, "Please call her")
    right = {"field": "text", "value": "Please write to her", "reason_code": "typo"}
    done = post(admin, f"/events/{position}/correction", **right)
    (mention,) = get(client, "/mentions", min_log_position=done["log_position"])["items"]
    assert mention["text"] == "Please write to her"
    stranger = client_for(Role.RECRUITER, joined(log, Role.RECRUITER))
    path = f"/mentions/{position}/acknowledgement"
    assert refusal(stranger, path)[0] == 404
    done = post(client, path)
    seen = {"min_log_position": done["log_position"]}
    assert get(client, "/mentions", **seen)["items"] == []
    assert len(get(client, "/mentions", acknowledged=True)["items"]) == 1
    assert refusal(client, path)[:2] == (409, "mention-seen")


def test_only_active_members_are_mentioned(admin: TestClient) -> None:
    ada = post(admin, "/candidates", full_name="Ada Lovelace")["id"]
    body = {"role": "recruiter", "full_name": "Eve", "email": "eve@example.org"}
    invited = post(admin, "/members", **body)["member_id"]
    note = {"text": "Look", "mentions": [invited]}
    status, rule, words = refusal(admin, f"/candidates/{ada}/notes", **note)
    assert (status, rule) == (422, "mention-not-active")
    assert words.startswith("mentions: ")
    note["mentions"] = [str(uuid4())]
    assert refusal(admin, f"/candidates/{ada}/notes", **note)[0] == 404


def test_a_mention_s_text_is_opened_for_those_who_may_read_it(
    admin: TestClient, log: Log, client_for: ClientFor
) -> None:
    ours = hiring(admin)
    eve = joined(log, Role.COORDINATOR)
    note = {"text": "Too junior", "mentions": [eve]}
    done = post(admin, f"/candidates/{ours.candidate}/notes", **note)
    seen = {"min_log_position": done["log_position"]}
    (mention,) = get(client_for(Role.COORDINATOR, eve), "/mentions", **seen)["items"]
    assert mention["text"] is None
    assert get(client_for(Role.HIRING_MANAGER, ours.manager), "/mentions")["items"] == []


def test_a_limited_role_sees_mentions_within_its_reach(
    admin: TestClient, log: Log, client_for: ClientFor
) -> None:
    eve = joined(log, Role.HIRING_MANAGER)
    ada = post(admin, "/candidates", full_name="Ada Lovelace")["id"]
    noted = post(admin, f"/candidates/{ada}/notes", text="Look", mentions=[eve])
    client = client_for(Role.HIRING_MANAGER, eve)
    seen = {"min_log_position": noted["log_position"]}
    assert get(client, "/mentions", **seen)["items"] == []
    post(client, f"/mentions/{noted['log_position']}/acknowledgement")


@pytest.fixture
def reactor(log: Log) -> Reactor:
    return Reactor(log, CarryOutBulkActions(MailSettings()))


def finished(client: TestClient, reactor: Reactor, bulk: str) -> dict[str, Any]:
    """The bulk action once nothing waits; the server's own policy may be at it, too."""
    deadline = time.monotonic() + 30
    while get(client, f"/bulk-actions/{bulk}")["waiting"]:
        assert time.monotonic() < deadline
        reactor.step()
    return get(client, f"/bulk-actions/{bulk}")


def test_a_bulk_action_tells_what_was_done_and_what_a_rule_refused(
    admin: TestClient, reactor: Reactor
) -> None:
    requisition = open_requisition(admin)
    (_, first), (_, second) = applied(admin, requisition), applied(admin, requisition)
    post(admin, f"/applications/{second}/withdrawal", reason_code="other_job")
    template = {"title": "No", "subject": "Your application", "body": "Dear {{ candidate_name }}"}
    written = post(admin, "/message-templates", **template)["message_template_id"]
    body = {
        "kind": "reject",
        "application_ids": [first, second],
        "reason_code": "skills",
        "template_id": written,
        "undo_seconds": 600,
    }
    key = {"Idempotency-Key": "twice"}
    asked = [admin.post("/api/bulk-actions", json=body, headers=key) for _ in range(2)]
    assert [answer.status_code for answer in asked] == [201, 201]
    assert asked[0].json() == asked[1].json()
    told = finished(admin, reactor, asked[0].json()["bulk_action_id"])
    assert (told["applications"], told["done"], told["waiting"]) == (2, 1, 0)
    (refused,) = told["refused"]
    assert (refused["application_id"], refused["rule"]) == (second, "application-closed")
    (head,) = [get(admin, "/events", limit=1000)["next_after"]]
    messages = get(admin, f"/applications/{first}/messages", min_log_position=head)["items"]
    assert [(m["state"], m["body"]) for m in messages] == [("waiting", "Dear Ada Lovelace")]
    post(admin, f"/messages/{messages[0]['message_id']}/cancellation")
    back = {"kind": "reverse_rejection", "application_ids": [first], "reason_code": "mistake"}
    undone = post(admin, "/bulk-actions", **back)["bulk_action_id"]
    assert finished(admin, reactor, undone)["done"] == 1


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"kind": "reject"}, "reason_code"),
        ({"kind": "reject", "reason_code": "made_up"}, "reason_code"),
        ({"kind": "move", "stage": "screen", "tag": "finalist"}, "tag"),
        ({"kind": "move", "stage": "screen", "application_ids": []}, "application_ids"),
    ],
)
def test_what_a_bulk_action_lacks_is_named(
    admin: TestClient, body: dict[str, Any], field: str
) -> None:
    asked = {"application_ids": [str(uuid4())], **body}
    answer = admin.post("/api/bulk-actions", json=asked)
    assert answer.status_code == 422
    assert field in answer.json()["detail"]


def test_who_is_limited_acts_on_many_within_reach_only(
    admin: TestClient, client_for: ClientFor, reactor: Reactor
) -> None:
    ours, others = hiring(admin), hiring(admin)
    manager = client_for(Role.HIRING_MANAGER, ours.manager)

    def ask(kind: str, *who: Hiring, **said: Any) -> Any:
        ids = [one.application for one in who]
        return manager.post(
            "/api/bulk-actions", json={"kind": kind, "application_ids": ids, **said}
        )

    assert ask("reject", ours, others, reason_code="skills").status_code == 404
    assert ask("transfer", ours, requisition_id=ours.requisition).status_code == 403
    asked = ask("reject", ours, reason_code="skills")
    assert asked.status_code == 201, asked.text
    bulk = asked.json()["bulk_action_id"]
    assert finished(manager, reactor, bulk)["done"] == 1
    stranger = client_for(Role.HIRING_MANAGER, others.manager)
    assert stranger.get(f"/api/bulk-actions/{bulk}").status_code == 404


def test_what_waits_for_review_is_listed_until_somebody_looks(
    admin: TestClient, client_for: ClientFor
) -> None:
    ours, _ = hiring(admin), open_requisition(admin)
    _, fresh = applied(admin, ours.requisition)
    done = post(admin, f"/applications/{fresh}/references", relationship="peer", outcome="positive")
    seen = {"min_log_position": done["log_position"]}
    manager = client_for(Role.HIRING_MANAGER, ours.manager)
    waiting = get(manager, "/today", kind="review", **seen)["items"]
    assert [row["application_id"] for row in waiting] == [fresh]
    assert waiting[0]["requisition_id"] == ours.requisition
    done = post(admin, f"/applications/{fresh}/screenings", outcome="passed")
    seen = {"min_log_position": done["log_position"]}
    assert get(manager, "/today", kind="review", **seen)["items"] == []


def test_tags_are_not_shown_to_whom_they_are_about(
    admin: TestClient, client_for: ClientFor
) -> None:
    ours = hiring(admin)
    done = post(admin, f"/candidates/{ours.candidate}/tags", tag="not_again")
    for role, holder, shown in (
        (Role.CANDIDATE, ours.candidate, []),
        (Role.INTERVIEWER, ours.interviewer, []),
        (Role.HIRING_MANAGER, ours.manager, ["not_again"]),
    ):
        seen = {"min_log_position": done["log_position"]}
        told = get(client_for(role, holder), f"/candidates/{ours.candidate}", **seen)
        assert [tag["tag"] for tag in told["tags"]] == shown
