"""Migrations: applied in order, once, and never changed afterwards."""

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from psycopg import sql
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from app import Hireledger
from store import migrations
from store.database import REGISTRY, Database
from store.ids import new_id
from store.migrations import MigrationRefused, migrate_schema, organisation_migrations
from store.settings import Settings

ROOT = Path(__file__).parent.parent.parent
FIRST, LAST = "0002_applications.sql", "9999_last.sql"


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of the migration files, read in their place."""
    copy = tmp_path / "migrations"
    shutil.copytree(ROOT / "migrations", copy)
    monkeypatch.setattr(migrations, "files", lambda _: copy)
    return copy


@pytest.fixture
def schema(hireledger: Hireledger) -> Iterator[str]:
    """A schema that belongs to no organisation."""
    name = f"scratch_{new_id().hex}"
    yield name
    with hireledger.database.administer() as connection:
        connection.execute(sql.SQL("DROP SCHEMA IF EXISTS {} CASCADE").format(sql.Identifier(name)))


def migrate(database: Database, schema: str) -> list[str]:
    return migrate_schema(database, schema, database.login, organisation_migrations())


@pytest.mark.usefixtures("folder")
def test_every_step_is_applied_once(hireledger: Hireledger, schema: str) -> None:
    applied = migrate(hireledger.database, schema)
    assert applied == sorted(path.stem for path in (ROOT / "migrations").glob("*.sql"))
    assert migrate(hireledger.database, schema) == []


def test_a_new_step_is_applied_after_the_others(
    hireledger: Hireledger, schema: str, folder: Path
) -> None:
    migrate(hireledger.database, schema)
    (folder / LAST).write_text("CREATE TABLE last (id int PRIMARY KEY);")
    assert migrate(hireledger.database, schema) == ["9999_last"]


def test_an_edited_step_is_refused(hireledger: Hireledger, schema: str, folder: Path) -> None:
    migrate(hireledger.database, schema)
    (folder / FIRST).write_text((folder / FIRST).read_text() + "-- edited\n")
    with pytest.raises(MigrationRefused, match="0002_applications was edited"):
        migrate(hireledger.database, schema)


def test_a_missing_step_is_refused(hireledger: Hireledger, schema: str, folder: Path) -> None:
    migrate(hireledger.database, schema)
    (folder / FIRST).unlink()
    with pytest.raises(MigrationRefused, match="0002_applications was applied, but its file"):
        migrate(hireledger.database, schema)


def test_a_step_out_of_order_is_refused(hireledger: Hireledger, schema: str, folder: Path) -> None:
    migrate(hireledger.database, schema)
    (folder / "0001_a_late_one.sql").write_text("SELECT 1;")
    with pytest.raises(MigrationRefused, match="0001_a_late_one comes before"):
        migrate(hireledger.database, schema)


def test_a_step_that_fails_leaves_nothing(
    hireledger: Hireledger, schema: str, folder: Path
) -> None:
    (folder / LAST).write_text("CREATE TABLE half (id int); SELECT 1 / 0;")
    with pytest.raises(psycopg.errors.DivisionByZero):
        migrate(hireledger.database, schema)
    with hireledger.database.administer() as connection:
        found = connection.execute("SELECT FROM pg_namespace WHERE nspname = %s", (schema,))
        assert found.fetchone() is None


MIGRATE = """
from store import organisations
from store.database import Database
from store.settings import Settings

print(sum(map(len, organisations.migrate_all(Database(Settings())).values())))
"""


def test_processes_that_start_together_migrate_once(
    hireledger: Hireledger, settings: Settings
) -> None:
    name = f"start_{new_id().hex}"
    url = make_conninfo("", **(conninfo_to_dict(hireledger.database.admin_url) | {"dbname": name}))
    with psycopg.connect(hireledger.database.admin_url, autocommit=True) as connection:
        connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
    environment = os.environ | {
        "HIRELEDGER_DATABASE_URL": url,
        "HIRELEDGER_DATA_DIR": str(settings.data_dir),
    }
    command = [sys.executable, "-c", MIGRATE]
    running = [
        subprocess.Popen(command, env=environment, cwd=ROOT, stdout=subprocess.PIPE, text=True)
        for _ in range(4)
    ]
    said = [process.communicate()[0].strip() for process in running]
    steps = len(list((ROOT / "migrations" / "registry").glob("*.sql")))
    assert sorted(said) == ["0", "0", "0", str(steps)]
    with psycopg.connect(url) as connection:
        history = sql.SQL("SELECT count(*) FROM {}.schema_migrations")
        row = connection.execute(history.format(sql.Identifier(REGISTRY))).fetchone()
    assert row == (steps,)
