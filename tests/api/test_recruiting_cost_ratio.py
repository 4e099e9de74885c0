"""The recruiting cost ratio by HTTP: for those who may know pay."""

import pytest

from domain.role import Role
from projections.metrics.recruiting_cost_ratio import NAME, PURPOSE
from store.envelope import Attribution
from store.log import Log
from tests.api.conftest import ClientFor
from tests.projections.test_cost_per_hire import cost
from tests.projections.test_recruiting_cost_ratio import hired_for, on_record

PATH = f"/api/metrics/{NAME}"


def test_the_ratio_is_told_and_its_look_at_pay_is_on_the_record(
    client_for: ClientFor, log: Log, recruiter: Attribution
) -> None:
    recorded = log.record(hired_for("60000"), cost("3000"), by=recruiter)
    answer = client_for(Role.COMPLIANCE_OFFICER).get(
        PATH,
        params={"from": "2025-01-01", "to": "2025-01-31", "min_log_position": recorded.position},
    )
    assert answer.status_code == 200, answer.text
    said = answer.json()
    assert (said["costs"], said["pay"], said["recruiting_cost_ratio"]) == (3000, 60000, 0.05)
    assert (said["hires"], said["policy"]) == (1, "all-currency:EUR")
    [(*_, purpose, request_id)] = on_record(log)
    assert (purpose, str(request_id)) == (PURPOSE, answer.headers["Request-Id"])


@pytest.mark.parametrize("role", [Role.ANALYST, Role.HIRING_MANAGER, Role.AUDITOR])
def test_others_are_refused(client_for: ClientFor, role: Role) -> None:
    assert client_for(role).get(PATH).status_code == 403


def test_it_is_listed_with_its_policies(client_for: ClientFor) -> None:
    listed = client_for(Role.ANALYST).get("/api/metrics").json()["items"]
    assert {item["name"]: item["policies"] for item in listed}[NAME] == (
        "all | comparable, currency:CURRENCY"
    )
