"""The command line as people and programs use it: a process of its own each time."""

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from psycopg import sql

from projections.engine import Projector
from store.database import Organisation
from store.envelope import Attribution
from store.log import Log
from store.settings import Settings
from store.system import Hireledger
from tests import examples
from tests.projections.test_cost_per_hire import cost
from tests.projections.test_recruiting_cost_ratio import hired_for, on_record

Run = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture
def run(hireledger: Hireledger, settings: Settings, organisation: Organisation) -> Run:
    """Runs `hireledger …` on the fresh organisation."""
    environment = {
        **os.environ,
        "HIRELEDGER_DATABASE_URL": hireledger.database.admin_url,
        "HIRELEDGER_DATA_DIR": str(settings.data_dir),
        "HIRELEDGER_ORG": organisation.name,
    }

    def hire(*words: object) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "cli", *map(str, words)],
            env=environment,
            capture_output=True,
            text=True,
            check=False,
            timeout=120,
        )

    return hire


def last_line(done: subprocess.CompletedProcess[str]) -> dict[str, Any]:
    """The JSON that programs read."""
    assert done.returncode == 0, done.stderr
    answer: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return answer


def test_a_real_log_is_imported_measured_and_checked(run: Run, shared_data: Path) -> None:
    file = shared_data / "event-logs" / "recruiting-red.jsonocel"
    report = last_line(run("import", file))
    assert (report["applications"], report["anomalies"]) == (916, 0)
    assert last_line(run("import", file))["events"] == 0
    hires = last_line(run("metrics", "time-to-hire", "--json"))
    assert hires.keys() >= {"n", "median_days", "mean_days", "p90_days", "policy"}
    assert hires["n"] == 89
    funnel = last_line(run("metrics", "funnel", "--json"))
    assert {stage["stage"]: stage["entered"] for stage in funnel["stages"]} == {
        "applied": 916,
        "screened": 916,
        "interviewed": 446,
        "offered": 135,
        "hired": 89,
        "rejected": 781,
        "declined": 46,
    }
    assert run("check").returncode == 0
    assert last_line(run("rebuild"))["events_per_second"] > 0


def test_pay_is_measured_for_the_organisation_and_on_the_record(
    run: Run, log: Log, recruiter: Attribution
) -> None:
    log.record(hired_for("60000"), cost("3000"), by=recruiter)
    said = last_line(run("metrics", "recruiting-cost-ratio", "--json"))
    assert (said["hires"], said["recruiting_cost_ratio"]) == (1, 0.05)
    [(actor_id, *_)] = on_record(log)
    assert actor_id == log.organisation.id
    spec = last_line(run("metrics", "recruiting-cost-ratio", "--chart", "--json"))
    assert spec["data"]["values"][0]["recruiting_cost_ratio"] == 0.05


def test_a_metric_is_printed_as_a_chart(run: Run) -> None:
    spec = json.loads(run("metrics", "time-to-hire", "--chart").stdout)
    assert spec["$schema"].startswith("https://vega.github.io/schema/vega-lite/v6")
    assert spec["data"]["values"][0]["n"] == 0
    assert last_line(run("metrics", "time-to-hire", "--chart", "--json")) == spec


def test_what_cannot_be_imported_is_refused_in_words(run: Run, tmp_path: Path) -> None:
    truncated = tmp_path / "log.json"
    truncated.write_text('{"ocel:events": {"1": {"ocel:activity": ')
    done = run("import", truncated)
    assert done.returncode == 1
    assert "line 1" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize(
    ("words", "complaint"),
    [
        (("metrics", "happiness"), "there is no metric happiness"),
        (("metrics", "recruiting-cost-ratio", "--by", "source"), "of the whole window only"),
        (("metrics", "funnel", "--as-of", "yesterday"), "--as-of: 'yesterday' is neither"),
        (("metrics", "funnel", "--org", "nobody"), "There is no organisation nobody"),
        (("rebuild", "--read-model", "nothing"), "there is no read model nothing"),
        (("key", "create", "--role", "king"), "king"),
    ],
)
def test_what_makes_no_sense_is_answered_in_a_line(
    run: Run, words: tuple[str, ...], complaint: str
) -> None:
    done = run(*words)
    assert done.returncode != 0
    assert complaint in done.stderr
    assert "Traceback" not in done.stderr


def test_check_names_a_row_that_the_log_does_not_say(
    run: Run, log: Log, projector: Projector, recruiter: Attribution
) -> None:
    log.record(examples.applied(), by=recruiter)
    while projector.step():
        pass
    as_owner(log, "UPDATE application_steps SET stage = 'offer'")
    done = run("check")
    assert done.returncode == 1
    assert "read model applications: application_steps has 1 rows it should not have" in done.stdout


def test_check_names_a_gap_in_the_log(
    run: Run, log: Log, projector: Projector, recruiter: Attribution
) -> None:
    log.record(examples.screened(), by=recruiter)
    while projector.step():
        pass
    as_owner(log, "DELETE FROM events WHERE position = 3")
    done = run("check")
    assert done.returncode == 1
    assert "log: 3 events, but positions run from 1 to 4" in done.stdout


def as_owner(log: Log, statement: str) -> None:
    """Does what no role of the application may do."""
    with log.database.administer() as connection:
        schema = sql.Identifier(log.organisation.schema)
        connection.execute(sql.SQL("SET LOCAL search_path = {}").format(schema))
        connection.execute(statement.encode())


def test_policies_are_listed_paused_and_resumed(run: Run) -> None:
    def paused() -> set[str]:
        items = last_line(run("policies", "list", "--json"))["items"]
        return {row["policy"] for row in items if row["paused"]}

    assert last_line(run("policies", "pause", "send-messages")) == {"paused": "send-messages"}
    assert paused() == {"send-messages"}
    assert run("policies", "pause", "send-messages").returncode == 1
    run("policies", "resume", "send-messages")
    assert paused() == set()
    assert "there is no policy" in run("policies", "upcoming", "no-such").stderr
    assert last_line(run("outbox", "--json")) == {"items": []}
