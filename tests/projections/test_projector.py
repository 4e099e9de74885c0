"""How the read models move: in steps, one projector at a time, and what stops them."""

from collections.abc import Generator
from typing import Any
from uuid import UUID

import psycopg
import pytest

from domain.pool import Renamed
from projections.asked import Asked, resolve
from projections.catalogue import READ_MODELS
from projections.engine import TAKE_LEASE, Projector
from projections.health import ReadModelHealth, differences, health
from projections.read_model import ReadModel
from projections.talent_pool import pools
from store.envelope import Attribution, Fact
from store.ids import new_id
from store.log import Log
from store.mapper import UnknownEventType
from tests import examples
from tests.store import forged

NAMES = [model.name for model in READ_MODELS]


def someone() -> Attribution:
    return Attribution("person", new_id(), "recruiter", "api")


def catch_up(projector: Projector, limit: int = 1000) -> None:
    while projector.step(limit):
        pass


def standing(log: Log) -> dict[str, ReadModelHealth]:
    with log.database.transaction(log.organisation) as connection:
        return {row.name: row for row in health(connection)}


def steps_of(log: Log, application_id: UUID) -> list[Any]:
    with log.database.transaction(log.organisation) as connection:
        return connection.execute(
            "SELECT milestone FROM application_steps WHERE application_id = %s ORDER BY position",
            (application_id,),
        ).fetchall()


def test_a_step_takes_what_is_there_and_says_how_far(log: Log, projector: Projector) -> None:
    recorded = log.record(examples.applied(), by=someone())
    assert recorded.position == 3
    step = projector.step(limit=2)
    assert step is not None
    assert (step.after, step.upto, step.head) == (0, 2, 3)
    assert {row.position for row in standing(log).values()} == {2}
    catch_up(projector)
    assert {row.lag_events for row in standing(log).values()} == {0}
    assert projector.step() is None


def test_while_one_projector_works_another_waits(log: Log, projector: Projector) -> None:
    log.record(examples.applied(), by=someone())
    with log.database.transaction(log.organisation) as connection:
        connection.execute(TAKE_LEASE)
        assert projector.step() is None
    assert projector.step() is not None


def test_a_poison_event_stops_only_its_read_model(log: Log, projector: Projector) -> None:
    log.record(examples.contacted(), by=someone())
    poison = forged.event(log, "touchpoint.opened", {"touchpoint_id": "broken"})
    head = log.record(examples.hired(), by=someone()).position
    catch_up(projector)
    stopped = standing(log)["engagement"]
    assert (stopped.position, stopped.failed_position) == (poison - 1, poison)
    assert stopped.failed_type == "touchpoint.opened"
    assert "broken" in (stopped.error or "")
    assert stopped.stale_since is not None
    assert {row.position for row in standing(log).values() if not row.error} == {head}
    assert differences(log.database, log.organisation) == [
        f"read model engagement: stopped at {poison}: {stopped.error}"
    ]


def test_a_stopped_read_model_stays_where_it_is_while_the_others_go_on(
    log: Log, projector: Projector
) -> None:
    log.record(examples.contacted(), by=someone())
    poison = forged.event(log, "touchpoint.opened", {"touchpoint_id": "broken"})
    catch_up(projector)
    head = log.record(examples.hired(), by=someone()).position
    catch_up(projector)
    assert standing(log)["engagement"].position == poison - 1
    assert standing(log)["applications"].position == head
    with log.database.transaction(log.organisation) as connection:
        assert resolve(connection).log_position == poison - 1


def test_a_stopped_read_model_resumes_after_a_fix(log: Log, projector: Projector) -> None:
    candidate = examples.contacted()
    log.record(candidate, by=someone())
    poison = forged.event(log, "touchpoint.opened", {"touchpoint_id": "broken"})
    catch_up(projector)
    with pytest.raises(psycopg.errors.InvalidTextRepresentation):
        list(projector.rebuild(["engagement"]))
    assert standing(log)["engagement"].failed_position == poison
    with forged.administrator(log) as connection:
        connection.execute(
            "UPDATE events SET data = jsonb_build_object('touchpoint_id', %s::text)"
            " WHERE position = %s",
            (str(examples.the_touchpoint(candidate)), poison),
        )
    list(projector.rebuild(["engagement"]))
    head = log.record(examples.hired(), by=someone()).position
    catch_up(projector)
    assert standing(log)["engagement"].position == head
    assert differences(log.database, log.organisation) == []


def test_readers_of_a_rebuild_see_the_old_rows_until_it_is_done(
    log: Log, projector: Projector
) -> None:
    candidate = examples.rejected_after_interview()
    application_id = examples.the_application(candidate).id
    log.record(candidate, by=someone())
    catch_up(projector)
    before = steps_of(log, application_id)
    rebuilding = projector.rebuild(NAMES, batch=2)
    next(rebuilding)
    assert steps_of(log, application_id) == before
    assert projector.step() is None
    assert [step.upto for step in rebuilding] == [4, 6, 7]
    assert steps_of(log, application_id) == before == [
        ("applied",), ("screened",), ("interviewed",), ("rejected",),
    ]  # fmt: skip
    assert differences(log.database, log.organisation) == []


def test_a_rebuild_broken_off_changes_nothing(log: Log, projector: Projector) -> None:
    log.record(examples.hired(), by=someone())
    catch_up(projector)
    rebuilding = projector.rebuild(NAMES, batch=2)
    next(rebuilding)
    assert isinstance(rebuilding, Generator)
    rebuilding.close()
    assert differences(log.database, log.organisation) == []
    assert projector.step() is None


def test_a_read_model_of_a_new_version_starts_over(log: Log, projector: Projector) -> None:
    log.record(examples.applied(), by=someone())
    catch_up(projector)
    changed = [
        ReadModel(model.name, model.version + (model.name == "timeline"), model.tables, ())
        for model in READ_MODELS
    ]
    catch_up(Projector(log.database, log.organisation, changed))
    with log.database.transaction(log.organisation) as connection:
        assert connection.execute("SELECT count(*) FROM timeline_mentions").fetchone() == (0,)
        assert connection.execute("SELECT count(*) FROM application_steps").fetchone() == (1,)


def old_and_new_name(log: Log, monkeypatch: pytest.MonkeyPatch) -> tuple[UUID, Fact]:
    """A pool renamed when the event still called the title `name`."""
    pool = examples.pool()
    pool.rename("Finalists")
    renamed = log.record(pool, by=someone()).facts[-1]
    with forged.administrator(log) as connection:
        connection.execute(
            "UPDATE events SET data = jsonb_build_object('name', data -> 'title')"
            " WHERE position = %s",
            (renamed.position,),
        )
    monkeypatch.setattr(Renamed, "schema_version", 2)
    monkeypatch.setattr(Renamed, "upcasters", {1: lambda data: {"title": data["name"]}})
    [old] = log.facts.at_positions([renamed.position or 0])
    return pool.id, old


def test_an_event_of_an_older_shape_is_read_in_the_new_one(
    log: Log, projector: Projector, monkeypatch: pytest.MonkeyPatch
) -> None:
    pool_id, fact = old_and_new_name(log, monkeypatch)
    event = log.mapper.to_domain_event(fact)
    assert isinstance(event, Renamed)
    assert event.title == "Finalists"
    pool = log.pool(pool_id)
    catch_up(projector)
    with log.database.transaction(log.organisation) as connection:
        assert [row.title for row in pools(connection, resolve(connection))] == ["Finalists"]
    pool.rename("Silver medalists 2025")
    log.record(pool, by=someone())
    list(projector.rebuild(NAMES))
    with log.database.transaction(log.organisation) as connection:
        now = resolve(connection)
        then = Asked(as_of=None, log_position=now.log_position - 1)
        titles = [row.title for at in (then, now) for row in pools(connection, at)]
    assert titles == ["Finalists", "Silver medalists 2025"]
    assert differences(log.database, log.organisation) == []


def test_an_event_of_an_unknown_type_is_named(log: Log) -> None:
    candidate = examples.ada()
    log.record(candidate, by=someone())
    forged.event(log, "candidate.praised", {})
    with pytest.raises(UnknownEventType, match=r"candidate\.praised"):
        log.candidate(candidate.id)
