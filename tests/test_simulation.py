from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any, cast
from uuid import UUID

import pytest

from app import Hireledger
from domain.errors import Conflict, Refusal
from projections import (
    asked,
    pipeline,
    requisitions,
    talent_pool,
)
from projections.catalogue import READ_MODELS
from projections.engine import Projector
from projections.health import differences
from projections.metrics.engagement import ENGAGEMENT
from projections.metrics.stage_conversion import FUNNEL
from projections.metrics.time_to_hire import TIME_TO_HIRE
from simulation.actions import Action, Name, colleague
from simulation.execution import Execution, execute
from simulation.history import Summary, plan, simulate
from store import organisations
from store.database import Connection
from store.ids import new_id
from store.log import Log, Recorded
from tests.measured import measured

UNTIL = datetime(2025, 6, 30, 12, tzinfo=UTC)
SMALL = 0.01


@pytest.fixture(scope="module")
def simulated(hireledger: Hireledger) -> Log:
    """An organisation with a small simulated history, its read models up to date."""
    log = _simulate(hireledger)[0]
    projector = Projector(log.database, log.organisation)
    while projector.step():
        pass
    return log


@pytest.fixture
def connection(simulated: Log) -> Iterator[Connection]:
    with simulated.database.transaction(simulated.organisation) as connection:
        yield connection


def test_every_metric_has_an_answer(connection: Connection) -> None:
    now = asked.resolve(connection, READ_MODELS, as_of=UNTIL)

    assert measured(connection, now, TIME_TO_HIRE).n >= 10
    funnel = measured(connection, now, FUNNEL)
    assert all(stage.entered for stage in funnel.stages)
    responses = measured(connection, now, ENGAGEMENT)
    assert responses.reached > responses.engaged > 0
    standing = {(row.stage_kind, row.status) for row in pipeline.summary(connection, now)}
    assert {("screen", "open"), ("hired", "hired"), ("interview", "rejected")} <= standing
    pools = talent_pool.pools(connection, now)
    assert len(pools) == 3
    assert all(talent_pool.members(connection, now, pool.pool_id) for pool in pools)


def test_it_ends_in_the_middle_of_hiring(connection: Connection) -> None:
    now = asked.resolve(connection, READ_MODELS, as_of=UNTIL)
    rows = requisitions.requisitions(connection, now)

    states = Counter(row.state for row in rows)
    assert states == {"closed": 8, "open": 4, "on_hold": 1, "awaiting_approval": 1}
    boards = {
        row.state: pipeline.board(connection, now, row.requisition_id)
        for row in rows
        if row.state != "awaiting_approval"
    }
    assert boards["open"]
    assert boards["on_hold"]
    assert not boards["closed"]


def test_read_models_are_right(simulated: Log) -> None:
    assert differences(simulated.database, simulated.organisation) == []


def test_nothing_personal_stands_in_the_open(connection: Connection) -> None:
    row = connection.execute("SELECT string_agg(data::text, ' ') FROM events").fetchone()
    assert row is not None
    registered = [
        action.arguments for action in plan(2026, UNTIL, SMALL) if "full_name" in action.arguments
    ]
    assert registered
    for details in registered:
        for field in ("full_name", "email", "phone"):
            assert str(details[field]) not in row[0]


def test_the_same_seed_gives_the_same_history(simulated: Log, hireledger: Hireledger) -> None:
    again, summary = _simulate(hireledger)

    told = _told(simulated)
    assert told == _told(again)
    assert summary.total == len(told)
    assert summary.applications > summary.requisitions


def test_another_seed_gives_another_plan() -> None:
    assert plan(1, UNTIL, SMALL) == plan(1, UNTIL, SMALL)
    assert plan(1, UNTIL, SMALL) != plan(2, UNTIL, SMALL)


def test_letters_to_them_would_reach_nobody() -> None:
    addresses = [str(a.arguments["email"]) for a in plan(1, UNTIL) if "email" in a.arguments]
    assert len(addresses) == len(set(addresses)) > 800
    assert all(address.partition("@")[2].startswith("example.") for address in addresses)


def test_a_command_that_meets_a_conflict_is_repeated() -> None:
    answers: Iterator[Conflict | Recorded] = iter([Conflict(), Conflict(), Recorded(())])

    def command(*_: object, **__: object) -> Recorded:
        answer = next(answers)
        if not isinstance(answer, Recorded):
            raise answer
        return answer

    action = Action(command=command, by=colleague("recruiter"), at=UNTIL)
    assert Execution(cast("Log", None)).give(action, []) == Recorded(())


def test_a_refusal_ends_it() -> None:
    def refuse(*_: object, **__: object) -> Recorded:
        raise Refusal

    actions = [
        Action(command=refuse, by=colleague("recruiter"), at=UNTIL, changes=(Name("ada"),))
        for _ in range(3)
    ]
    with pytest.raises(Refusal):
        execute(cast("Log", None), actions, lambda _done, _total: None)


def test_an_action_reads_the_names_it_does_not_write() -> None:
    action = Action(
        command=simulate,  # type: ignore[arg-type]
        by=colleague("recruiter"),
        at=UNTIL,
        arguments={"candidate_id": Name("ada"), "requisition_id": Name("R-1"), "source": "event"},
        makes={"application_id": Name("ada, R-1")},
        changes=(Name("ada"),),
    )
    assert action.reads == {Name("R-1")}
    assert action.writes == {Name("ada"), Name("ada, R-1")}


def _simulate(hireledger: Hireledger) -> tuple[Log, Summary]:
    log = hireledger.log(organisations.create(hireledger.database, f"simulated {new_id()}"))
    heard: list[tuple[int, int]] = []
    summary = simulate(log, lambda *at: heard.append(at), until=UNTIL, size=SMALL)
    assert heard[-1] == (len(heard), len(heard))
    return log, summary


def _told(log: Log) -> list[tuple[Any, ...]]:
    """All events, in the order they happened, without ids that are new each time."""
    with log.database.transaction(log.organisation) as connection:
        rows = connection.execute(
            "SELECT occurred_at, type, reason_code, data FROM events WHERE position > 1"
        ).fetchall()
    return sorted((*row[:2], row[2] or "", repr(_without_new_ids(row[3]))) for row in rows)


def _without_new_ids(value: Any) -> Any:
    match value:
        case dict():
            return {name: _without_new_ids(part) for name, part in sorted(value.items())}
        case list():
            return [_without_new_ids(part) for part in value]
        case str() if _is_new_id(value):
            return "new"
    return value


def _is_new_id(text: str) -> bool:
    try:
        return UUID(text).version == 7
    except ValueError:
        return False
