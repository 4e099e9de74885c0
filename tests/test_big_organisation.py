"""The made-up organisation of the benchmarks: what it says happened could have happened."""

import json
import os
import subprocess
import sys
from collections import Counter
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Any, cast
from uuid import UUID

import pytest

from benchmarks.history.rows import COLUMNS
from benchmarks.loading import HasHistory, copy_limit, load
from benchmarks.organisation import generate
from domain.event import Event, personal_fields
from domain.requisition import Requisition, State
from projections.engine import Projector
from projections.health import differences
from store import organisations
from store.ids import new_id
from store.log import Log
from store.mapper import FactMapper
from store.settings import Settings
from store.system import Hireledger
from tests.reenactment import DECIDE, reenact

EVENTS, SLOW = 20_000, 10_000
SEED = 14
"""Whose history has something of everything, the rarest included."""
UNTIL = datetime(2025, 6, 30, 12, tzinfo=UTC)
SOMEBODY = UUID(int=1)
ENDED = {"application.hired", "application.rejected", "application.withdrawn"}


@pytest.fixture(scope="module")
def big(hireledger: Hireledger) -> Log:
    """Two slow years of an organisation, projected."""
    organisation = organisations.create(hireledger.database, f"big {new_id()}")
    heard: list[int] = []
    rows = generate(EVENTS, organisation.id, SEED, until=UNTIL, pace=SLOW)
    assert load(hireledger, organisation, rows, heard.append) == EVENTS == heard[-1]
    projector = Projector(hireledger.database, organisation)
    while projector.step():
        pass
    return hireledger.log(organisation)


@pytest.fixture(scope="module")
def busy() -> list[dict[str, str]]:
    """The rows of ten weeks at full pace."""
    return [fields(row) for row in generate(100_000, SOMEBODY, until=UNTIL)]


def fields(row: str) -> dict[str, str]:
    return dict(zip(COLUMNS, row.rstrip("\n").split("\t"), strict=True))


def recorded_at(row: dict[str, str]) -> datetime:
    return datetime.fromisoformat(row["recorded_at"])


def test_the_log_is_whole_and_the_read_models_say_the_same(big: Log) -> None:
    assert differences(big.database, big.organisation) == []


def test_everything_in_it_is_what_the_commands_would_have_decided(big: Log) -> None:
    mapper = cast("FactMapper", big.mapper)
    facts = big.facts.at_positions(range(1, EVENTS + 2))
    events = [cast("Event", mapper.to_domain_event(fact)) for fact in facts]
    for fact, event in zip(facts, events, strict=True):
        again = mapper.to_stored_event(event)
        assert (again.topic, again.stream_type) == (fact.topic, fact.stream_type)
        assert (again.data, again.reason_code) == (fact.data, fact.reason_code)
        assert (again.schema_version, again.subject_id) == (fact.schema_version, fact.subject_id)
        assert fact.sealed.keys() <= set(personal_fields(type(event)).values())

    known = reenact(events)

    assert {fact.topic for fact in facts} == {*DECIDE, "organisation.created"}
    closed = {
        id
        for id, thing in known.items()
        if isinstance(thing, Requisition) and thing.state == State.CLOSED
    }
    assert closed
    for thing in known.values():
        for application in getattr(thing, "applications", {}).values():
            assert not (application.is_open and application.requisition_id in closed)


def test_its_people_and_requisitions_can_be_read_from_the_log(big: Log) -> None:
    with big.database.transaction(big.organisation) as connection:
        streams = connection.execute(
            "SELECT stream_type, stream_id, max(version) FROM events"
            " WHERE stream_type IN ('candidate', 'requisition')"
            " GROUP BY stream_type, stream_id ORDER BY max(version) DESC LIMIT 60"
        ).fetchall()
    for kind, id, version in streams:
        thing = big.candidate(id) if kind == "candidate" else big.requisition(id)
        assert thing.version == version


def test_what_is_sealed_looks_sealed(big: Log) -> None:
    with big.database.transaction(big.organisation) as connection:
        [names] = connection.execute(
            "SELECT array_agg(DISTINCT box.key) FROM events, jsonb_each(sealed) AS sealing,"
            " jsonb_each(sealing.value) AS box"
        ).fetchall()
    assert sorted(names[0]) == ["ciphertext", "commitment", "key", "nonce", "v"]


def test_the_same_seed_gives_the_same_history() -> None:
    def rows(seed: int) -> list[str]:
        return list(generate(2_000, SOMEBODY, seed, until=UNTIL))

    assert rows(1) == rows(1)
    assert rows(1) != rows(2)


@pytest.mark.parametrize("events", [1, 50, 3_000])
def test_it_has_as_many_events_as_were_asked_for(events: int) -> None:
    positions = [int(fields(row)["position"]) for row in generate(events, SOMEBODY, until=UNTIL)]
    assert positions == list(range(2, events + 2))


def test_it_is_recorded_in_order_at_an_even_pace_up_to_now(busy: list[dict[str, str]]) -> None:
    assert all(recorded_at(a) <= recorded_at(b) for a, b in pairwise(busy))
    assert all(row["occurred_at"] <= row["recorded_at"] for row in busy)
    assert UNTIL - timedelta(hours=12) < recorded_at(busy[-1]) < UNTIL
    weeks = Counter((UNTIL - recorded_at(row)).days // 7 for row in busy)
    assert len(weeks) == 10
    assert all(9_000 < events < 11_000 for events in weeks.values())


def test_events_are_shared_out_as_in_a_real_organisation(busy: list[dict[str, str]]) -> None:
    kinds = Counter(row["type"].partition(".")[0] for row in busy)
    hiring = sum(kinds[kind] for kind in ("application", "interview", "offer"))
    assert 0.45 < hiring / len(busy) < 0.6
    late = sum(
        recorded_at(row).date() > datetime.fromisoformat(row["occurred_at"]).date() for row in busy
    )
    assert 0.02 < late / len(busy) < 0.04
    types = Counter(row["type"] for row in busy)
    assert 0.001 < types["candidate.entry_corrected"] / len(busy) < 0.003
    answered = types["offer.accepted"] + types["offer.declined"] + types["offer.expired"]
    assert 0.7 < types["offer.accepted"] / answered < 0.9


def test_a_crowd_is_still_applying_at_the_end(busy: list[dict[str, str]]) -> None:
    applications: dict[str, dict[str, Any]] = {}
    for row in busy:
        data = json.loads(row["data"])
        if row["type"] in ("application.applied", "application.reengaged"):
            applications[data["application_id"]] = data
        elif row["type"] in ENDED:
            applications.pop(data["application_id"], None)
        elif "stage" in data and data["application_id"] in applications:
            applications[data["application_id"]]["stage"] = data["stage"]
    open_for = Counter(data["requisition_id"] for data in applications.values())
    [(requisition, count)] = open_for.most_common(1)
    assert count >= 2_000
    stages = {d["stage"] for d in applications.values() if d["requisition_id"] == requisition}
    assert len(stages) >= 4


def test_only_a_new_organisation_gets_a_history(hireledger: Hireledger, big: Log) -> None:
    with pytest.raises(HasHistory):
        load(hireledger, big.organisation, [])


def test_the_same_rows_can_be_copied_to_see_how_fast_that_is(big: Log) -> None:
    assert copy_limit(big.database, big.organisation) > 1_000
    assert copy_limit(big.database, big.organisation) > 1_000


def test_it_is_made_from_the_command_line(hireledger: Hireledger, settings: Settings) -> None:
    environment = {
        **os.environ,
        "HIRELEDGER_DATABASE_URL": hireledger.database.admin_url,
        "HIRELEDGER_DATA_DIR": str(settings.data_dir),
    }
    name = f"big {new_id()}"
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks.organisation", "1000", "--org", name],
        env=environment,
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    assert done.returncode == 0, done.stderr
    assert "1,000 events" in done.stdout
    organisation = organisations.find(hireledger.database, name)
    assert hireledger.log(organisation).facts.max_notification_id() == 1_001
    assert differences(hireledger.database, organisation) == []
