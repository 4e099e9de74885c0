"""Scorecards: by whom, by which kit, revised, and hidden from whoever still owes theirs."""

from dataclasses import dataclass
from typing import Any
from uuid import uuid4

import pytest
from fastapi.testclient import TestClient

from domain.plan import STANDARD_PLAN
from domain.role import Role
from tests.api.conftest import ClientFor
from tests.api.test_feedback import HOUR
from tests.api.test_whole_way import get, post

SECRET = "She froze when asked about loops"
KIT = {
    "instructions": "Be kind",
    "questions": ["What did you build last?"],
    "attributes": [{"id": "depth", "name": "Depth", "highest": 5}],
}


@dataclass(frozen=True)
class Panel:
    """Grace and the hiring manager interviewed together; Grace has handed in her scorecard."""

    manager: str
    grace: str
    alan: str
    requisition: str
    candidate: str
    application: str
    interview: str
    submitted_at: int

    @property
    def scorecards(self) -> str:
        return f"/applications/{self.application}/interviews/{self.interview}/scorecards"

    @property
    def after(self) -> dict[str, int]:
        return {"min_log_position": self.submitted_at}


def plan(**kits: Any) -> dict[str, Any]:
    stages = [stage.model_dump(mode="json", exclude_none=True) for stage in STANDARD_PLAN.stages]
    for stage in stages:
        if stage["id"] in kits:
            stage["kit"] = kits[stage["id"]]
    return {"stages": stages}


@pytest.fixture
def panel(admin: TestClient) -> Panel:
    manager, grace, alan = (str(uuid4()) for _ in range(3))
    requisition = post(
        admin,
        "/requisitions",
        number="R-1",
        title="Engineer",
        hiring_manager_id=manager,
        plan=plan(interview=KIT),
    )["id"]
    for step in ("approval-request", "approval", "launch"):
        post(admin, f"/requisitions/{requisition}/{step}")
    candidate = post(admin, "/candidates", full_name="Ada Lovelace")["id"]
    application = post(admin, f"/candidates/{candidate}/applications", requisition_id=requisition)[
        "id"
    ]
    about = f"/applications/{application}/interviews"
    interview = post(admin, about, interviewer_ids=[manager, grace, alan], **HOUR)["id"]
    post(admin, f"{about}/{interview}/completion")
    done = post(
        admin,
        f"{about}/{interview}/scorecards",
        interviewer_id=grace,
        overall="strong_no",
        ratings=[{"attribute": "depth", "rating": 2}],
        notes=SECRET,
    )
    return Panel(
        manager, grace, alan, requisition, candidate, application, interview, done["log_position"]
    )


def told_of(client: TestClient, panel: Panel) -> dict[str, str]:
    """What each way by which a scorecard could be read says, to whoever may take that way."""
    ways = {
        "scorecards": f"/applications/{panel.application}/scorecards",
        "application": f"/applications/{panel.application}",
        "timeline of the application": f"/applications/{panel.application}/timeline",
        "candidate": f"/candidates/{panel.candidate}",
        "timeline of the candidate": f"/candidates/{panel.candidate}/timeline",
        "timeline of the requisition": f"/requisitions/{panel.requisition}/timeline",
        "board": f"/requisitions/{panel.requisition}/board",
        "interviews": "/interviews",
        "event": f"/events/{panel.submitted_at}",
        "feed": f"/events?after={panel.submitted_at - 1}",
        "cases of a metric": "/metrics/scorecard-turnaround/cases",
    }
    told = {}
    for name, path in ways.items():
        asked: dict[str, Any] = {} if "?" in path else {"personal": "true", **panel.after}
        answer = client.get(f"/api{path}", params=asked or None)
        told[name] = answer.text if answer.status_code == 200 else ""
    return told


def opinions(told: dict[str, str]) -> set[str]:
    """The ways on which Grace's opinion is told."""
    return {
        name
        for name, text in told.items()
        if SECRET in text or "strong_no" in text or "strong no" in text or '"rating":2' in text
    }


@pytest.mark.parametrize(
    ("role", "one"),
    [
        (Role.HIRING_MANAGER, "manager"),
        (Role.INTERVIEWER, "alan"),
        (Role.ANALYST, "alan"),
        (Role.COMPLIANCE_OFFICER, "alan"),
        (Role.AUDITOR, "alan"),
        (Role.SOURCER, "alan"),
        (Role.COORDINATOR, "alan"),
    ],
)
def test_whoever_still_owes_a_scorecard_is_told_no_others_on_any_way(
    admin: TestClient, client_for: ClientFor, panel: Panel, role: Role, one: str
) -> None:
    who = getattr(panel, one)
    client = client_for(role, who)
    before = told_of(client, panel)
    assert opinions(before) == set()
    assert before["scorecards"] == "" or '"hidden":true' in before["scorecards"]
    post(admin, panel.scorecards, interviewer_id=who, overall="yes")
    after = opinions(told_of(client, panel))
    assert after
    if role in (Role.HIRING_MANAGER, Role.INTERVIEWER):
        assert "scorecards" in after


@pytest.mark.parametrize("role", [Role.ADMIN, Role.RECRUITER])
def test_recruiters_read_scorecards_though_they_interview(
    client_for: ClientFor, panel: Panel, role: Role
) -> None:
    told = told_of(client_for(role, panel.alan), panel)
    assert {"scorecards", "event", "feed", "timeline of the candidate"} <= opinions(told)


def test_a_bundle_that_tells_all_is_for_who_has_said_their_own(
    admin: TestClient, client_for: ClientFor, panel: Panel
) -> None:
    auditor = client_for(Role.AUDITOR, panel.alan)
    path = f"/api/audit/bundles/{panel.candidate}"
    refused = auditor.get(path)
    assert (refused.status_code, refused.json()["title"]) == (409, "Scorecard owed")
    assert client_for(Role.AUDITOR).get(path).status_code != 409
    post(admin, panel.scorecards, interviewer_id=panel.alan, overall="yes")
    assert auditor.get(path).status_code != 409


def test_a_correction_of_a_scorecard_is_as_hidden(
    admin: TestClient, client_for: ClientFor, panel: Panel
) -> None:
    for field, value in (("overall", "no"), ("notes", "Shy about loops")):
        done = post(
            admin,
            f"/events/{panel.submitted_at}/correction",
            field=field,
            value=value,
            reason_code="typo",
        )
    seen = {"min_log_position": done["log_position"], "personal": "true"}
    manager = client_for(Role.HIRING_MANAGER, panel.manager)
    told = manager.get(f"/api/candidates/{panel.candidate}/timeline", params=seen).text
    assert "Shy about loops" not in told
    analyst = client_for(Role.ANALYST, panel.alan)
    for position in (done["log_position"] - 1, done["log_position"]):
        assert '"no"' not in analyst.get(f"/api/events/{position}").text
    [row] = get(admin, f"/applications/{panel.application}/scorecards", **seen)["items"]
    assert (row["overall"], row["notes"], row["versions"]) == ("no", "Shy about loops", 1)


def test_who_interviews_again_waits_again(
    admin: TestClient, client_for: ClientFor, panel: Panel
) -> None:
    post(admin, panel.scorecards, interviewer_id=panel.alan, overall="yes")
    alan = client_for(Role.INTERVIEWER, panel.alan)
    assert "scorecards" in opinions(told_of(alan, panel))
    about = f"/applications/{panel.application}/interviews"
    second = post(admin, about, interviewer_ids=[panel.alan], despite_conflicts=True, **HOUR)["id"]
    assert opinions(told_of(alan, panel)) == set()
    post(admin, f"{about}/{second}/cancellation", reason_code="not_needed")
    assert "scorecards" in opinions(told_of(alan, panel))


def test_a_scorecard_is_revised_and_its_versions_are_kept(
    admin: TestClient, client_for: ClientFor, panel: Panel
) -> None:
    grace = client_for(Role.INTERVIEWER, panel.grace)
    done = post(
        grace,
        panel.scorecards,
        interviewer_id=panel.grace,
        overall="no",
        ratings=[{"attribute": "depth", "rating": 3}],
        notes="Warmed up later",
    )
    now = get(grace, f"/applications/{panel.application}/scorecards", **panel.after)
    seen = {"min_log_position": done["log_position"]}
    [row] = get(admin, f"/applications/{panel.application}/scorecards", **seen)["items"]
    assert (row["overall"], row["ratings"], row["notes"]) == (
        "no",
        [{"attribute": "depth", "rating": 3}],
        "Warmed up later",
    )
    assert (row["versions"], row["submitted_by"]) == (2, panel.grace)
    assert now["hidden"] is False
    before = get(
        admin, f"/applications/{panel.application}/scorecards", known_before=done["log_position"]
    )
    [first] = before["items"]
    assert (first["overall"], first["notes"]) == ("strong_no", SECRET)
    assert first["submitted_by"] != panel.grace
    # A revision is no other scorecard.
    assert get(admin, "/metrics/scorecard-turnaround", **seen)["n"] == 1


@pytest.mark.parametrize(
    ("ratings", "words"),
    [
        ([{"attribute": "charm", "rating": 1}], "no attribute charm; it has depth"),
        ([{"attribute": "depth", "rating": 6}], "depth is rated from 1 to 5, not 6"),
        ([{"attribute": "depth", "rating": 1}] * 2, "depth is rated twice"),
    ],
)
def test_ratings_are_on_the_kits_scales(
    admin: TestClient, panel: Panel, ratings: list[dict[str, Any]], words: str
) -> None:
    body = {"interviewer_id": panel.alan, "overall": "yes", "ratings": ratings}
    answer = admin.post(f"/api{panel.scorecards}", json=body)
    assert (answer.status_code, words in answer.json()["detail"]) == (422, True), answer.text


def test_a_kit_is_the_one_that_stood_when_the_interview_was_arranged(
    admin: TestClient, client_for: ClientFor, panel: Panel
) -> None:
    path = f"/interviews/{panel.interview}/kit"
    changed = plan(interview={**KIT, "questions": ["Why?"]})
    post(admin, f"/requisitions/{panel.requisition}/plan", plan=changed)
    grace = client_for(Role.INTERVIEWER, panel.grace)
    assert get(grace, path)["questions"] == ["What did you build last?"]
    other = str(uuid4())
    about = f"/applications/{panel.application}/interviews"
    second = post(admin, about, interviewer_ids=[other], **HOUR)["id"]
    newer = client_for(Role.INTERVIEWER, other)
    assert get(newer, f"/interviews/{second}/kit")["questions"] == ["Why?"]
    assert newer.get(f"/api{path}").status_code == 404
    assert client_for(Role.CANDIDATE, panel.candidate).get(f"/api{path}").status_code == 403


def test_a_kit_comes_with_the_template_it_was_copied_from(admin: TestClient) -> None:
    post(admin, "/plan-templates", template="with_kit", title="With kit", plan=plan(interview=KIT))
    drafted = post(admin, "/requisitions", number="R-2", title="Engineer", plan_template="with_kit")
    seen = get(admin, f"/requisitions/{drafted['id']}", min_log_position=drafted["log_position"])[
        "requisition"
    ]
    [kit] = [stage["kit"] for stage in seen["stages"] if stage["kit"]]
    assert kit["attributes"][0]["id"] == "depth"
