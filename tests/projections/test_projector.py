"""How the read models move: in steps, one projector at a time, and what stops them."""

from dataclasses import replace
from typing import Any
from uuid import UUID

import pytest

from commands.organisation import skip_event
from domain.pool import Renamed
from projections import pipeline, talent_pool
from projections.asked import Asked, resolve
from projections.catalogue import READ_MODELS
from projections.engine import TAKE_LEASE, Projector
from projections.health import ReadModelHealth, differences, health
from projections.rebuild import Rebuild
from projections.talent_pool import pools
from store.envelope import Attribution, Fact
from store.ids import new_id
from store.log import Log
from store.mapper import UnknownEventType
from tests import examples
from tests.store import forged


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
        assert resolve(connection, READ_MODELS).log_position == poison - 1


def poisoned(log: Log, projector: Projector) -> tuple[UUID, int]:
    """A touchpoint, and the position of an event about it that stops the model of engagement."""
    candidate = examples.contacted()
    log.record(candidate, by=someone())
    poison = forged.event(log, "touchpoint.opened", {"touchpoint_id": "broken"})
    catch_up(projector)
    return examples.the_touchpoint(candidate), poison


def test_a_stopped_read_model_goes_on_after_a_fix(log: Log, projector: Projector) -> None:
    touchpoint, poison = poisoned(log, projector)
    assert projector.go_on("engagement")
    catch_up(projector)
    assert standing(log)["engagement"].failed_position == poison
    with forged.administrator(log) as connection:
        connection.execute(
            "UPDATE events SET data = jsonb_build_object('touchpoint_id', %s::text)"
            " WHERE position = %s",
            (str(touchpoint), poison),
        )
    assert projector.go_on("engagement")
    head = log.record(examples.hired(), by=someone()).position
    catch_up(projector)
    assert standing(log)["engagement"].position == head
    assert standing(log)["engagement"].stale_since is None
    assert differences(log.database, log.organisation) == []
    assert not projector.go_on("engagement")


def test_an_event_is_skipped_for_a_recorded_reason_by_one_read_model_only(
    log: Log, projector: Projector
) -> None:
    _, poison = poisoned(log, projector)
    skipped = skip_event(log, someone(), "engagement", poison, "a broken importer wrote it")
    assert skipped.facts[0].data["reason"] == "a broken importer wrote it"
    projector.go_on("engagement")
    catch_up(projector)
    assert standing(log)["engagement"].position == skipped.position
    another = forged.event(log, "touchpoint.opened", {"touchpoint_id": "broken"})
    catch_up(projector)
    assert standing(log)["engagement"].failed_position == another


def test_a_rebuild_goes_past_what_was_skipped_too(log: Log, projector: Projector) -> None:
    _, poison = poisoned(log, projector)
    skip_event(log, someone(), "engagement", poison, "a broken importer wrote it")
    rebuilt = Rebuild(log.database, log.organisation).run()
    assert standing(log)["engagement"].position == rebuilt.position
    assert differences(log.database, log.organisation) == []


def test_an_event_that_cannot_be_told_stops_every_read_model_and_loses_nothing(
    log: Log, projector: Projector
) -> None:
    candidate = examples.applied()
    log.record(candidate, by=someone())
    poison = forged.event(
        log, "candidate.entry_corrected", {"corrects": 99, "field": "source", "value": "fair"}
    )
    catch_up(projector)
    rows = standing(log).values()
    assert {(row.position, row.failed_position) for row in rows} == {(poison - 1, poison)}
    assert all("does not have" in (row.error or "") for row in rows)
    with log.database.transaction(log.organisation) as connection:
        asked = resolve(connection, READ_MODELS)
    assert asked.log_position == poison - 1
    assert asked.stale_since is not None


def test_an_answer_is_held_back_only_by_the_read_models_it_reads(
    log: Log, projector: Projector
) -> None:
    _, poison = poisoned(log, projector)
    head = log.record(examples.hired(), by=someone()).position
    catch_up(projector)
    with log.database.transaction(log.organisation) as connection:
        members, cards = resolve(connection, talent_pool.READS), resolve(connection, pipeline.READS)
    assert (cards.log_position, cards.stale_since) == (head, None)
    assert members.log_position == poison - 1
    assert members.stale_since == standing(log)["engagement"].stale_since


def test_a_read_model_of_a_new_version_answers_by_the_old_one_until_it_is_rebuilt(
    log: Log, projector: Projector
) -> None:
    log.record(examples.applied(), by=someone())
    catch_up(projector)
    changed = [
        replace(model, version=model.version + (model.name == "timeline"), statements=())
        for model in READ_MODELS
    ]
    newer = Projector(log.database, log.organisation, changed)
    log.record(examples.applied(), by=someone())
    catch_up(newer)
    assert newer.outdated() == ["timeline"]
    [timeline] = [model for model in changed if model.name == "timeline"]
    with log.database.transaction(log.organisation) as connection:
        assert connection.execute("SELECT count(*) FROM timeline_mentions").fetchone() == (2,)
        assert resolve(connection, [timeline]).stale_since is not None
    Rebuild(log.database, log.organisation, newer.outdated(), read_models=changed).run()
    with log.database.transaction(log.organisation) as connection:
        assert connection.execute("SELECT count(*) FROM timeline_mentions").fetchone() == (0,)
        assert resolve(connection, [timeline]).stale_since is None


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
        assert [row.title for row in pools(connection, resolve(connection, READ_MODELS))] == [
            "Finalists"
        ]
    pool.rename("Silver medalists 2025")
    log.record(pool, by=someone())
    Rebuild(log.database, log.organisation).run()
    with log.database.transaction(log.organisation) as connection:
        now = resolve(connection, READ_MODELS)
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
