"""Keys are rotated under way: nothing is lost, and the old epoch opens nothing any more."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
import pytest
from psycopg import sql
from psycopg.conninfo import make_conninfo

from commands import erasure, keys
from domain.event import Category
from store import organisations, rotation
from store.database import Database
from store.envelope import Attribution, Fact
from store.epoch_keys import EpochDestroyed
from store.ids import new_id
from store.log import Log
from store.settings import Settings
from store.system import Hireledger
from tests import examples
from tests.store.test_vault import opened, saved

ROTATIONS = """
SELECT (data ->> 'epoch')::int
FROM events
WHERE type = 'organisation.keys_rotated'
ORDER BY position
"""
NAME = {"full_name": "Ada Lovelace", "email": "ada@example.org"}


@pytest.fixture
def alone(tmp_path: Path, hireledger: Hireledger) -> Iterator[Hireledger]:
    """An installation of its own: rotation is about all of it."""
    with installation(hireledger, tmp_path / "data") as system:
        yield system


@contextmanager
def installation(
    hireledger: Hireledger, data_dir: Path, about: Settings | None = None
) -> Iterator[Hireledger]:
    """A new installation on the same server."""
    name, admin_url = f"alone_{new_id().hex[-12:]}", hireledger.database.admin_url
    with psycopg.connect(admin_url, autocommit=True) as connection:
        connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
    place = {"data_dir": data_dir, "database_url": make_conninfo(admin_url, dbname=name)}
    settings = (about or Settings()).model_copy(update=place)
    database = Database(settings)
    organisations.migrate_all(database)
    yield Hireledger(database)
    database.close()
    with psycopg.connect(admin_url, autocommit=True) as connection:
        connection.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))


def someone() -> Attribution:
    return Attribution("person", new_id(), "recruiter", "api")


def begun(system: Hireledger) -> Log:
    return system.log(organisations.create(system.database, f"test {new_id()}"))


def ada(log: Log) -> Fact:
    return saved(log, someone(), examples.ada())[0]


def test_what_was_sealed_before_is_opened_after(alone: Hireledger) -> None:
    logs = [begun(alone) for _ in range(2)]
    facts = [ada(log) for log in logs]
    done = keys.rotate(alone)
    assert (done.epoch, done.keys) == (2, 2)
    assert alone.database.epoch_keys.epochs() == [2]
    for log, fact in zip(logs, facts, strict=True):
        assert opened(log, fact) == NAME
        assert opened(log, ada(log)) == NAME
        with log.database.transaction(log.organisation) as connection:
            assert connection.execute(ROTATIONS).fetchall() == [(2,)]


def test_the_old_epoch_is_gone(alone: Hireledger) -> None:
    log = begun(alone)
    ada(log)
    with log.database.transaction(log.organisation) as connection:
        [(key_id, wrapped)] = connection.execute("SELECT key_id, wrapped FROM vault_keys")
    keys.rotate(alone)
    with pytest.raises(EpochDestroyed):
        alone.database.epoch_keys.unwrap(1, [(key_id, wrapped)])


def test_whoever_still_wraps_by_the_old_epoch_seals_anew(alone: Hireledger) -> None:
    log = begun(alone)
    ada(log)
    assert log.vault._epoch == 1
    keys.rotate(alone)
    assert log.vault._epoch == 1
    assert opened(log, ada(log)) == NAME
    assert log.vault._epoch == 2


def test_a_key_that_comes_after_its_epoch_ended_is_wrapped_anew(
    alone: Hireledger, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The rotation takes place between sealing and appending."""
    log = begun(alone)
    append = log.facts.appender.append

    def late(*arguments: object) -> object:
        monkeypatch.setattr(log.facts.appender, "append", append)
        rotation.wrap_anew(alone.database, log.organisation, alone.database.epoch_keys.begin())
        return append(*arguments)  # type: ignore[arg-type]

    monkeypatch.setattr(log.facts.appender, "append", late)
    fact = ada(log)
    assert rotation.destroy_before(alone.database, 2)
    assert opened(log, fact) == NAME


def test_an_epoch_is_not_destroyed_while_an_organisation_is_in_it(alone: Hireledger) -> None:
    """One that began while the others' keys were wrapped anew."""
    log, late = begun(alone), begun(alone)
    rotation.wrap_anew(alone.database, log.organisation, alone.database.epoch_keys.begin())
    assert not rotation.destroy_before(alone.database, 2)
    assert opened(late, ada(late)) == NAME
    assert keys.rotate(alone).epoch == 2
    assert alone.database.epoch_keys.epochs() == [2]


def test_a_rotation_that_was_broken_off_goes_on(alone: Hireledger) -> None:
    log = begun(alone)
    fact = ada(log)
    assert alone.database.epoch_keys.begin() == 2
    assert keys.rotate(alone).epoch == 2
    rotation.wrap_anew(alone.database, log.organisation, alone.database.epoch_keys.begin())
    assert keys.rotate(alone).epoch == 3
    assert keys.rotate(alone).epoch == 4
    assert opened(log, fact) == NAME
    with log.database.transaction(log.organisation) as connection:
        assert connection.execute(ROTATIONS).fetchall() == [(2,), (3,), (4,)]


def test_an_older_backup_is_restored_with_the_keys_beside_it(
    alone: Hireledger, tmp_path: Path
) -> None:
    log = begun(alone)
    kept, erased = ada(log), ada(log)
    with log.database.maintain(log.organisation) as connection:
        backup = connection.execute("SELECT * FROM vault_keys").fetchall()
    assert erased.subject_id
    erasure.erase(log, someone(), erased.subject_id, "request")
    [beside] = keys.rotate(alone, [tmp_path]).beside
    with log.database.maintain(log.organisation) as connection:
        connection.execute("DELETE FROM vault_keys")
        connection.execute("INSERT INTO vault_epochs (epoch, announced) VALUES (1, true)")
        for row in backup:
            connection.execute("INSERT INTO vault_keys VALUES (%s,%s,%s,%s,%s,%s,%s,%s,%s)", row)
    for fact in (kept, erased):
        assert set(opened(log, fact).values()) == {"Redacted"}
    [done] = rotation.restore(alone.database, Path(beside))
    assert (done.keys, done.destroyed) == (1, 1)
    assert opened(log, kept) == NAME
    assert set(opened(log, erased).values()) == {"Redacted"}
    assert opened(log, ada(log), Category.IDENTITY) == NAME


def test_what_is_no_file_of_keys_is_refused(alone: Hireledger, tmp_path: Path) -> None:
    path = tmp_path / "keys.jsonl"
    for text in ("", "{}", "nonsense", '{"format": "hireledger-keys/1", "epoch": 7}'):
        path.write_text(text)
        with pytest.raises(rotation.NoKeysFile):
            rotation.restore(alone.database, path)
