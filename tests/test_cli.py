"""The command line as people and programs use it: a process of its own each time."""

import json
import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from domain.event import Category
from projections.engine import Projector
from store.access_log import Access
from store.database import Organisation
from store.envelope import Attribution
from store.ids import new_id
from store.ledger import checkpoints
from store.ledger.sealing import seal
from store.ledger.trees import LOG
from store.log import Log
from store.settings import Settings
from store.system import Hireledger
from tests import examples
from tests.projections.test_cost_per_hire import cost
from tests.projections.test_recruiting_cost_ratio import hired_for, on_record
from tests.projections.test_search import found
from tests.store import forged
from tests.test_import_histories import event, source

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


def test_a_ledger_is_sealed_verified_and_proven(
    run: Run, log: Log, recruiter: Attribution, tmp_path: Path
) -> None:
    hired = examples.hired()
    log.record(hired, by=recruiter)
    early = last_line(run("audit", "seal"))["size"]
    kept = tmp_path / "kept"
    kept.write_text(checkpoint_of(log))
    log.record(examples.ada(), by=replace(recruiter, command_id=new_id()))
    assert last_line(run("audit", "seal"))["size"] == early + 1
    verified = run("audit", "verify")
    assert verified.returncode == 0, verified.stderr
    assert f"log: {early + 1} entries, 2 checkpoints and 0 copies checked" in verified.stdout
    assert last_line(run("audit", "verify", "--json"))["whole"] is True
    grown = last_line(run("audit", "consistency", kept, "now"))
    assert (grown["old_size"], grown["new_size"]) == (early, early + 1)
    assert last_line(run("audit", "consistency", "2", early))["consistency"]
    key = run("audit", "key").stdout.splitlines()[0]
    file = tmp_path / "proof.zip"
    assert last_line(run("audit", "bundle", hired.id, "--out", file, "--since", kept))
    checked = subprocess.run(
        [sys.executable, "-m", "hireledger_verify", file, "--key", key, "--since", kept],
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert checked.returncode == 0, checked.stderr
    as_owner(log, "DELETE FROM events WHERE position = 3")
    done = run("audit", "verify")
    assert done.returncode == 1
    assert "log: position 3 is missing" in done.stdout
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize(
    ("words", "complaint"),
    [
        (("bundle", "00000000-0000-0000-0000-000000000000"), "There is no sealed history of"),
        (("consistency", "9", "now"), "There is no tree of size 9"),
        (("consistency", "0", "now"), "There is no tree of size 0"),
        (("consistency", "nowhere", "now"), "nowhere: "),
        (("consistency", __file__, "now"), "test_cli.py: the note has"),
        (("consistency", "1", "--tree", "access"), "Nothing has been sealed yet"),
    ],
)
def test_what_cannot_be_proven_is_answered_in_a_line(
    run: Run, log: Log, words: tuple[str, ...], complaint: str
) -> None:
    seal(log.database, log.organisation, LOG)
    done = run("audit", *words)
    assert done.returncode == 1
    assert complaint in done.stderr.replace("\n", " ")
    assert "Traceback" not in done.stderr


def checkpoint_of(log: Log) -> str:
    with log.database.transaction(log.organisation) as connection:
        note = checkpoints.latest(connection, LOG)
    assert note
    return note


def as_owner(log: Log, statement: str) -> None:
    """Does what no role of the application may do."""
    with forged.administrator(log) as connection:
        connection.execute(statement.encode())


def test_people_are_findable_after_an_import_and_after_a_rebuild(
    run: Run, log: Log, tmp_path: Path
) -> None:
    ada = examples.ada()
    log.record(ada, by=Attribution("person", new_id(), "recruiter", "api"))
    file = tmp_path / "small.jsonocel"
    file.write_text(json.dumps(source(event("submit application", 1))))
    last_line(run("import", file))
    standing = {row["name"]: row for row in last_line(run("projections", "--json"))["items"]}
    assert standing["search"]["lag_events"] == 0
    assert found(log, "lovelace") == [ada.id]
    assert last_line(run("rebuild"))["read_models"][-1] == "search"
    first = last_line(run("rebuild", "--read-model", "search"))["key_version"]
    assert last_line(run("rebuild", "--read-model", "search"))["key_version"] > first
    assert found(log, "lovelace") == [ada.id]


def test_who_looked_at_a_candidate_is_told(run: Run, log: Log) -> None:
    ada = examples.ada()
    [fact] = log.facts.at_positions(
        [log.record(ada, by=Attribution("person", new_id(), "recruiter", "api")).position]
    )
    access = Access(new_id(), "view candidate", new_id())
    with log.database.transaction(log.organisation) as connection:
        log.vault.open(connection, [fact], [Category.IDENTITY], access)
    (item,) = last_line(run("accesses", ada.id, "--json"))["items"]
    assert (item["actor_id"], item["purpose"], item["categories"], item["subject_count"]) == (
        str(access.actor_id),
        "view candidate",
        ["identity"],
        1,
    )
    assert last_line(run("accesses", ada.id, "--json", "--purpose", "index")) == {"items": []}
    assert "view candidate" in run("accesses", ada.id).stdout


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
