"""Read models are built anew beside those that answer, whatever happens meanwhile."""

import random
import time
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path

import psycopg
import pytest

from projections.asked import resolve
from projections.catalogue import READ_MODELS
from projections.engine import Projector
from projections.generations import RebuildCancelled
from projections.health import differences
from projections.rebuild import (
    Progress,
    Rebuild,
    RebuildRunning,
    RebuildStopped,
    cancel,
    forget_before,
)
from store.database import Organisation
from store.envelope import Attribution
from store.ids import new_id
from store.log import Log
from store.migrations import Migration, migrate_schema, organisation_migrations
from store.settings import Settings
from tests import examples
from tests.store import forged
from tests.test_kill import Victim, catch_up, environment_of

MODELS = [model.name for model in READ_MODELS]


def someone() -> Attribution:
    return Attribution("person", new_id(), "recruiter", "api")


@pytest.fixture
def lively(log: Log, projector: Projector) -> Log:
    """An organisation to which a bit of everything has happened."""
    log.record(examples.hired(), examples.rejected_after_interview(), by=someone())
    log.record(examples.contacted(), examples.withdrawn(), by=someone())
    catch_up(projector)
    return log


def tables(log: Log, like: str) -> list[str]:
    with log.database.administer() as connection:
        return [
            name
            for (name,) in connection.execute(
                "SELECT tablename FROM pg_tables WHERE schemaname = %s AND tablename LIKE %s",
                (log.organisation.schema, like),
            )
        ]


def indexes(log: Log) -> set[str]:
    with log.database.administer() as connection:
        return {
            definition
            for (definition,) in connection.execute(
                "SELECT indexdef FROM pg_indexes WHERE schemaname = %s"
                " AND tablename NOT LIKE '%%\\_before'",
                (log.organisation.schema,),
            )
        }


def test_a_rebuild_says_what_it_did_and_leaves_the_same_rows_and_indexes(lively: Log) -> None:
    before = indexes(lively)
    told: list[Progress] = []
    done = Rebuild(lively.database, lively.organisation, batch=3, progress=told.append).run()
    assert done.read_models == done.compared == MODELS
    assert done.differences == []
    assert done.events == done.position * len(MODELS)
    assert told[-1].done == told[-1].total
    assert indexes(lively) == before
    assert differences(lively.database, lively.organisation) == []


def test_rows_that_the_log_does_not_say_are_shown_and_gone(lively: Log) -> None:
    with lively.database.transaction(lively.organisation) as connection:
        connection.execute("UPDATE application_steps SET stage = 'offer' WHERE milestone = 'hired'")
    done = Rebuild(lively.database, lively.organisation, ["applications"]).run()
    [difference] = done.differences
    assert (difference.table, difference.extra, difference.missing) == ("application_steps", 1, 1)
    assert any("hired" in row for row in difference.sample)
    assert differences(lively.database, lively.organisation) == []


def test_rows_that_came_or_were_superseded_during_the_comparison_are_no_difference(
    lively: Log, projector: Projector
) -> None:
    """The live rows are ahead of the new ones; both are compared as they were known."""

    def happen_meanwhile(at: Progress) -> None:
        if at.doing == "comparing applications":
            candidate = lively.candidate(rejected.id)
            id = examples.the_application(candidate).id
            candidate.reverse_rejection(id, "wrong_person", True)
            lively.record(candidate, by=someone())
            catch_up(projector)

    rejected = examples.rejected_after_interview()
    lively.record(rejected, by=someone())
    catch_up(projector)
    done = Rebuild(lively.database, lively.organisation, progress=happen_meanwhile).run()
    assert done.differences == []
    assert differences(lively.database, lively.organisation) == []


def test_the_old_generation_is_kept_until_told(lively: Log) -> None:
    Rebuild(lively.database, lively.organisation, ["timeline"]).run()
    assert tables(lively, "%\\_before") == ["timeline_mentions_before"]
    Rebuild(lively.database, lively.organisation, ["timeline"]).run()
    assert forget_before(lively.database, lively.organisation) == ["timeline"]
    assert tables(lively, "%\\_before") == []
    assert forget_before(lively.database, lively.organisation) == []


def test_a_rebuild_broken_off_goes_on_where_it_was(lively: Log) -> None:
    class Killed(BaseException):
        """As if the process had died."""

    def die(at: Progress) -> None:
        if at.done > 20:
            raise Killed

    with pytest.raises(Killed):
        Rebuild(lively.database, lively.organisation, batch=5, progress=die).run()
    assert differences(lively.database, lively.organisation) == []
    lively.record(examples.hired(), by=someone())
    done = Rebuild(lively.database, lively.organisation, batch=5).run()
    assert done.events < done.position * len(MODELS)
    assert tables(lively, "%\\_next") == []
    assert differences(lively.database, lively.organisation) == []


def test_a_rebuild_is_cancelled_while_it_runs(lively: Log) -> None:
    def change_of_mind(at: Progress) -> None:
        if at.done == 10:
            assert "timeline" in cancel(lively.database, lively.organisation, ["timeline"])

    rebuild = Rebuild(
        lively.database, lively.organisation, ["timeline"], batch=5, progress=change_of_mind
    )
    with pytest.raises(RebuildCancelled):
        rebuild.run()
    assert tables(lively, "%\\_next") == []
    assert differences(lively.database, lively.organisation) == []


def test_a_rebuild_that_nobody_runs_any_more_is_cancelled(lively: Log) -> None:
    def die(_: Progress) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        Rebuild(lively.database, lively.organisation, ["timeline"], progress=die).run()
    assert tables(lively, "%\\_next") == ["timeline_mentions_next"]
    assert cancel(lively.database, lively.organisation, MODELS) == ["timeline"]
    assert tables(lively, "%\\_next") == []


def test_two_rebuilds_of_one_organisation_do_not_run_at_once(lively: Log) -> None:
    def another(_: Progress) -> None:
        with pytest.raises(RebuildRunning):
            Rebuild(lively.database, lively.organisation).run()

    Rebuild(lively.database, lively.organisation, ["timeline"], progress=another).run()


def test_an_event_that_stops_a_rebuild_is_named_and_nothing_changes(lively: Log) -> None:
    poison = forged.event(lively, "touchpoint.opened", {"touchpoint_id": "broken"})
    with pytest.raises(RebuildStopped, match=f"engagement cannot take in position {poison}"):
        Rebuild(lively.database, lively.organisation).run()
    with lively.database.transaction(lively.organisation) as connection:
        assert resolve(connection, READ_MODELS).log_position == poison - 1


def test_a_reader_keeps_the_generation_it_began_with(lively: Log) -> None:
    """The change-over waits for readers, and those that come meanwhile for it; none fails."""
    rebuild = Rebuild(lively.database, lively.organisation, ["applications"])
    with lively.database.transaction(lively.organisation) as connection:
        asked = resolve(connection, READ_MODELS)

        def read_on(at: Progress) -> None:
            if at.doing == "changing over":
                raise TimeoutError

        rebuild.progress = read_on
        with pytest.raises(TimeoutError):
            rebuild.run()
        with lively.database.maintain(lively.organisation) as other, other.transaction():
            other.execute("SET LOCAL lock_timeout = '50ms'")
            with pytest.raises(psycopg.errors.LockNotAvailable):
                other.execute("LOCK TABLE read_models IN ACCESS EXCLUSIVE MODE")
        assert asked.log_position
    rebuild.progress = lambda _: None
    assert rebuild.run().differences == []


def test_a_migration_drops_generations_that_would_not_see_it(lively: Log) -> None:
    Rebuild(lively.database, lively.organisation, ["timeline"]).run()
    later = [*organisation_migrations(), Migration("9999_later", "SELECT 1")]
    organisation = lively.organisation
    migrate_schema(lively.database, organisation.schema, organisation.role, later)
    with forged.administrator(lively) as connection:
        # Others look at every organisation's migrations.
        connection.execute("DELETE FROM schema_migrations WHERE name = '9999_later'")
    assert tables(lively, "%\\_before") == []
    assert forget_before(lively.database, organisation) == []


def test_commands_and_queries_go_on_during_rebuilds_that_are_killed(
    settings: Settings, log: Log, tmp_path: Path
) -> None:
    rebuild_under_load(settings, log, tmp_path, seconds=20)


@pytest.mark.soak
def test_commands_and_queries_go_on_over_minutes_of_rebuilding(
    settings: Settings, log: Log, tmp_path: Path
) -> None:
    rebuild_under_load(settings, log, tmp_path, seconds=150)


def rebuild_under_load(settings: Settings, log: Log, folder: Path, seconds: float) -> None:
    """Writers and readers at full rate while rebuilds run, are killed, and go on."""
    log.record(
        *(examples.open_requisition(openings=3) for _ in range(3)),
        *(examples.pool() for _ in range(2)),
        by=someone(),
    )
    environment = environment_of(settings, log)
    name = log.organisation.name
    with ExitStack() as stack:

        def start(number: int, task: str, module: str) -> Victim:
            said = folder / str(number)
            victim = Victim(environment, said, task, name, module=module)
            stack.callback(victim.end)
            return victim

        load = [start(0, "follow", "tests.kill_writer")]
        load += [start(number, "write", "tests.kill_writer") for number in (1, 2)]
        load += [start(number, "query", "tests.kill_rebuild") for number in (3, 4)]
        rebuild = start(5, "rebuild", "tests.kill_rebuild")
        until, kills = time.monotonic() + seconds, 0
        while time.monotonic() < until:
            time.sleep(random.uniform(0.5, 3.0))
            assert_alive(load)
            rebuild.kill()
            rebuild.start()
            kills += 1
        wait_for_another(rebuild)
        assert_alive(load)
    assert kills > seconds / 4
    assert all(len(list(one.acknowledged)) > seconds / 2 for one in load[1:])
    assert_right(log, log.organisation)


def assert_alive(load: Sequence[Victim]) -> None:
    for victim in load:
        assert victim.process.poll() is None, f"{victim.command} ended by itself"


def wait_for_another(rebuild: Victim) -> None:
    """Until one more rebuild is done: none of the kills left anything in the way."""
    done, deadline = len(list(rebuild.acknowledged)), time.monotonic() + 60
    while len(list(rebuild.acknowledged)) == done:
        assert time.monotonic() < deadline, "no rebuild gets done any more"
        assert rebuild.process.poll() is None, "the rebuild ended by itself"
        time.sleep(0.1)


def assert_right(log: Log, organisation: Organisation) -> None:
    catch_up(Projector(log.database, organisation))
    assert differences(log.database, organisation) == []
