"""The recruiting log in OCEL: what it imports to, again, grown, broken and odd."""

import json
from collections import Counter, defaultdict
from datetime import datetime, timedelta
from pathlib import Path
from random import Random
from statistics import fmean
from typing import Any

import pytest

from app import Hireledger
from domain.event import Category
from exchange import import_file
from exchange.ocel_history import ACTIVITY_BEHIND
from exchange.ocel_log import Activity
from projections import pipeline
from projections.asked import resolve
from projections.catalogue import READ_MODELS
from projections.engine import Projector
from projections.health import differences
from projections.metrics.stage_conversion import FUNNEL
from projections.metrics.time_to_hire import TIME_TO_HIRE
from store import organisations
from store.access_log import Access
from store.ids import new_id
from store.log import Log
from tests.measured import measured
from tests.test_import_histories import DAY_ZERO, event, importer, source

IDS_OF_OURS = ("application_id", "requisition_id", "interview_id", "offer_id")


@pytest.fixture(scope="module")
def recruiting_log(shared_data: Path) -> Path:
    return shared_data / "event-logs" / "recruiting-red.jsonocel"


@pytest.fixture(scope="module")
def imported(hireledger: Hireledger, recruiting_log: Path) -> Log:
    """An organisation that has imported the whole log, for tests that only ask."""
    organisation = organisations.create(hireledger.database, f"test {new_id()}")
    log = hireledger.log(organisation)
    import_file(log, recruiting_log, importer())
    project(Projector(hireledger.database, organisation))
    return log


def project(projector: Projector) -> None:
    while projector.step():
        pass


def at(text: str) -> datetime:
    return datetime.fromisoformat(text)


def test_the_whole_log_is_imported_with_its_own_dates(log: Log, recruiting_log: Path) -> None:
    watched: list[tuple[str, int, int]] = []
    report = import_file(log, recruiting_log, importer(), lambda *step: watched.append(step))
    assert report.model_dump() == {
        "applications": 916,
        "events": 2 * 916 + 4 + 6607,
        "skipped": 0,
        "anomalies": 0,
        "left_out": 0,
        "anomaly_details": [],
    }
    activities = Counter(
        ACTIVITY_BEHIND[type, topic]
        for type, topic in types_of(log)
        if (type, topic) in ACTIVITY_BEHIND
    )
    events = json.loads(recruiting_log.read_text())["ocel:events"].values()
    assert activities == Counter(event["ocel:activity"] for event in events)
    assert {what for what, _, _ in watched} == {"reading", "deciding", "recording"}
    assert all(0 <= done <= total for _, done, total in watched)


def types_of(log: Log) -> list[tuple[str, str | None]]:
    with log.database.transaction(log.organisation) as connection:
        rows = connection.execute("SELECT type, data ->> 'topic' FROM events").fetchall()
    return [(type, topic) for type, topic in rows]


@pytest.mark.parametrize(
    "as_of",
    [
        None,
        "2019-05-20T12:00:00Z",
        "2019-05-21T00:00:00Z",
        "2019-06-30T23:59:59Z",
        "2019-08-01T00:00:00+02:00",
        "2019-09-15T12:30:00Z",
        "2019-11-18T14:52:27Z",
    ],
)
@pytest.mark.parametrize("window", [(None, None), ("2019-07-01T00:00Z", "2019-09-01T00:00Z")])
def test_the_read_models_answer_what_the_source_says(
    imported: Log,
    recruiting_log: Path,
    as_of: str | None,
    window: tuple[str | None, str | None],
) -> None:
    since, until = (at(text) if text else None for text in window)
    known = Fold(recruiting_log, at(as_of) if as_of else None)
    with imported.database.transaction(imported.organisation) as connection:
        asked = resolve(connection, READ_MODELS, as_of=at(as_of) if as_of else None)
        funnel = measured(connection, asked, FUNNEL, since=since, until=until)
        standings = pipeline.summary(connection, asked)
        hires = measured(connection, asked, TIME_TO_HIRE, since=since, until=until)
    assert {row.stage: (row.entered, row.advanced, row.pending) for row in funnel.stages} == (
        known.funnel(since, until)
    )
    assert {(row.stage_kind, row.status): row.applications for row in standings} == (
        known.standings()
    )
    assert sum(row.applications for row in standings if row.status == "open") == known.open()
    days = known.days_to_hire(since, until)
    assert hires.n == len(days)
    assert [hires.median_days, hires.mean_days, hires.p90_days] == (
        pytest.approx([percentile(days, 0.5), fmean(days), percentile(days, 0.9)], abs=1e-9)
        if days
        else [None, None, None]
    )


def test_the_source_says_something_worth_comparing(recruiting_log: Path) -> None:
    known = Fold(recruiting_log, at("2019-08-01T00:00:00+02:00"))
    assert known.open() > 100
    assert len(known.days_to_hire(None, None)) > 10


def test_before_the_import_nothing_of_it_was_known(imported: Log) -> None:
    with imported.database.transaction(imported.organisation) as connection:
        row = connection.execute("SELECT recorded_at FROM events WHERE position = 1").fetchone()
        assert row is not None
        for asked in (
            resolve(connection, READ_MODELS, known_at=row[0]),
            resolve(connection, READ_MODELS, known_before=2),
            resolve(connection, READ_MODELS, as_of=at("2019-09-15T12:30:00Z"), known_at=row[0]),
        ):
            assert asked.log_position == 1
            assert {row.entered for row in measured(connection, asked, FUNNEL).stages} == {0}
            assert pipeline.summary(connection, asked) == []
            assert measured(connection, asked, TIME_TO_HIRE).n == 0


def test_an_imported_log_is_healthy(imported: Log) -> None:
    assert differences(imported.database, imported.organisation) == []


def test_importing_again_adds_nothing(imported: Log, recruiting_log: Path, tmp_path: Path) -> None:
    before = imported.facts.max_notification_id()
    under_another_name = tmp_path / "copy"
    under_another_name.write_bytes(recruiting_log.read_bytes())
    for path in (recruiting_log, under_another_name):
        report = import_file(imported, path, importer())
        assert (report.applications, report.events, report.skipped) == (0, 0, 6607)
    assert imported.facts.max_notification_id() == before


def test_a_grown_file_adds_only_what_is_new(
    imported: Log, log: Log, projector: Projector, recruiting_log: Path, tmp_path: Path
) -> None:
    half = tmp_path / "half.jsonocel"
    whole = json.loads(recruiting_log.read_text())
    events = sorted(whole["ocel:events"].items(), key=lambda item: item[1]["ocel:timestamp"])
    half.write_text(json.dumps({**whole, "ocel:events": dict(events[:3300])}))
    first = import_file(log, half, importer())
    second = import_file(log, recruiting_log, importer())
    assert (first.skipped, second.skipped) == (0, 3300)
    assert first.applications + second.applications == 916
    assert first.events + second.events == 2 * 916 + 4 + 6607
    assert told(log) == told(imported)
    project(projector)
    funnel, standings, hires = answers(log)
    assert (funnel, standings, pytest.approx(hires, abs=1e-9)) == answers(imported)
    assert differences(log.database, log.organisation) == []


def test_a_grown_file_of_wild_histories_adds_only_what_is_new(
    hireledger: Hireledger, tmp_path: Path
) -> None:
    """Any activities in any order, many at the same time, some about two applications."""
    random = Random(20191118)
    ids = [f"Application[{number}]" for number in range(120)]
    others = [(), (), (), ("Offer[1]",), ("Offer[2]",), (ids[0],)]
    wild = [
        event(random.choice(list(Activity)), random.randrange(8), id, *random.choice(others))
        for id in ids
        for _ in range(random.randrange(1, 15))
    ]
    types = {**dict.fromkeys(ids, "applications"), "Offer[1]": "offers", "Offer[2]": "offers"}
    objects = {id: {"ocel:type": type, "ocel:ovmap": {}} for id, type in types.items()}
    path = tmp_path / "wild"
    logs = []
    for parts in ([8], [3, 6, 8]):
        log = hireledger.log(organisations.create(hireledger.database, f"test {new_id()}"))
        logs.append(log)
        total = 0
        for days in parts:
            known = [e for e in wild if at(e["ocel:timestamp"]) < DAY_ZERO + timedelta(days)]
            path.write_text(json.dumps({**source(*known), "ocel:objects": objects}))
            report = import_file(log, path, importer())
            assert report.skipped == total
            total = len(known)
        assert import_file(log, path, importer()).events == 0
        project(Projector(hireledger.database, log.organisation))
        assert differences(log.database, log.organisation) == []
    at_once, in_parts = logs
    assert told(in_parts) == told(at_once)


def told(log: Log) -> dict[str, list[tuple[Any, ...]]]:
    """What each stream says, without ids of our own: those are another organisation's."""
    with log.database.transaction(log.organisation) as connection:
        rows = connection.execute(
            """
            SELECT stream_id, position, type, occurred_at, reason_code, data
            FROM events
            WHERE position > 1
            ORDER BY stream_id, version
            """
        ).fetchall()
        linked = [row[1] for row in rows if row[2] == "candidate.external_id_linked"]
        facts = log.facts.at_positions(linked)
        access = Access(new_id(), "test", new_id())
        opened = log.vault.open(connection, facts, [Category.IDENTITY], access)
    known_as = {
        fact.originator_id: fields["external_id"]
        for fact, fields in zip(facts, opened, strict=True)
    }
    streams = defaultdict(list)
    for stream_id, _, *said, data in rows:
        plain = {name: value for name, value in data.items() if name not in IDS_OF_OURS}
        streams[known_as.get(stream_id, "")].append((*said, plain))
    return streams


def answers(log: Log) -> tuple[Any, ...]:
    with log.database.transaction(log.organisation) as connection:
        asked = resolve(connection, READ_MODELS)
        return (
            measured(connection, asked, FUNNEL),
            pipeline.summary(connection, asked),
            measured(connection, asked, TIME_TO_HIRE).model_dump(
                include={"n", "median_days", "mean_days", "p90_days"}
            ),
        )


RUNGS = ("applied", "screened", "interviewed", "offered", "hired")
MILESTONES = {
    "submit application": "applied",
    "first screening": "screened",
    "conduct interview": "interviewed",
    "make job offer": "offered",
    "offer accepted and hired": "hired",
    "send rejection": "rejected",
    "job offer declined": "declined",
}
KINDS = dict(zip(RUNGS, ("applied", "screen", "interview", "offer", "hired"), strict=True))


class Fold:
    """The answers straight from the file, in plain Python."""

    def __init__(self, path: Path, as_of: datetime | None) -> None:
        log = json.loads(path.read_text())
        self.applications: dict[str, dict[str, datetime]] = defaultdict(dict)
        for happened in log["ocel:events"].values():
            moment = at(happened["ocel:timestamp"])
            milestone = MILESTONES.get(happened["ocel:activity"])
            if milestone and (as_of is None or moment <= as_of):
                for id in happened["ocel:omap"]:
                    if log["ocel:objects"][id]["ocel:type"] == "applications":
                        self.applications[id].setdefault(milestone, moment)

    def status(self, reached: dict[str, datetime]) -> str:
        return next((end for end in ("hired", "rejected") if end in reached), "open")

    def undecided(self, reached: dict[str, datetime]) -> bool:
        return self.status(reached) == "open" and "declined" not in reached

    def furthest(self, reached: dict[str, datetime]) -> int:
        return max(rung for rung, name in enumerate(RUNGS) if name in reached)

    def funnel(
        self, since: datetime | None, until: datetime | None
    ) -> dict[str, tuple[int, int | None, int | None]]:
        result: dict[str, tuple[int, int | None, int | None]] = {}
        for milestone in (*RUNGS, "rejected", "declined"):
            cohort = [
                reached
                for reached in self.applications.values()
                if milestone in reached and within(reached[milestone], since, until)
            ]
            if milestone in RUNGS[:-1]:
                rung = RUNGS.index(milestone)
                stayed = [reached for reached in cohort if self.furthest(reached) <= rung]
                pending = [reached for reached in stayed if self.undecided(reached)]
                result[milestone] = (len(cohort), len(cohort) - len(stayed), len(pending))
            else:
                result[milestone] = (len(cohort), None, None)
        return result

    def standings(self) -> dict[tuple[str, str], int]:
        return Counter(
            (KINDS[RUNGS[self.furthest(reached)]], self.status(reached))
            for reached in self.applications.values()
        )

    def open(self) -> int:
        return sum(self.status(reached) == "open" for reached in self.applications.values())

    def days_to_hire(self, since: datetime | None, until: datetime | None) -> list[float]:
        return sorted(
            (reached["hired"] - reached["applied"]) / timedelta(days=1)
            for reached in self.applications.values()
            if "hired" in reached and within(reached["hired"], since, until)
        )


def within(moment: datetime, since: datetime | None, until: datetime | None) -> bool:
    return (since is None or moment >= since) and (until is None or moment < until)


def percentile(values: list[float], share: float) -> float:
    """Of sorted values, interpolated linearly between the two nearest."""
    place = share * (len(values) - 1)
    low = int(place)
    high = min(low + 1, len(values) - 1)
    return values[low] + (place - low) * (values[high] - values[low])
