"""Plain SQL files, applied in order, each recorded with its checksum."""

import hashlib
from dataclasses import dataclass
from importlib.resources import files

from psycopg import sql

from store.database import OWNER, REGISTRY, Connection, Database

HISTORY = """
CREATE TABLE IF NOT EXISTS schema_migrations (
    name text PRIMARY KEY,
    checksum text NOT NULL,
    applied_at timestamptz NOT NULL DEFAULT clock_timestamp()
)
"""

APPLIED = """
INSERT INTO schema_migrations (name, checksum)
SELECT
    name,
    checksum
FROM unnest(%(names)s::text[], %(checksums)s::text[]) AS step (name, checksum)
"""


class MigrationRefused(Exception):
    """The schema's history and the migration files disagree."""


@dataclass(frozen=True)
class Migration:
    """One step of the schema, and the checksum that shows whether it was edited."""

    name: str
    text: str

    @property
    def checksum(self) -> str:
        return hashlib.sha256(self.text.encode()).hexdigest()


def organisation_migrations() -> list[Migration]:
    """The steps of every organisation's schema."""
    return _read("")


def registry_migrations() -> list[Migration]:
    """The steps of the installation's own schema."""
    return _read("registry")


def _read(folder: str) -> list[Migration]:
    root = files("migrations").joinpath(folder)
    return sorted(
        (
            Migration(entry.name.removesuffix(".sql"), entry.read_text())
            for entry in root.iterdir()
            if entry.name.endswith(".sql")
        ),
        key=lambda migration: migration.name,
    )


def pending(connection: Connection, migrations: list[Migration]) -> list[Migration]:
    """The steps not yet applied to the current schema.

    Raises MigrationRefused where an applied step was edited, or its file is gone.
    """
    applied: dict[str, str] = dict(
        connection.execute("SELECT name, checksum FROM schema_migrations").fetchall()
    )
    known = {migration.name: migration for migration in migrations}
    for name, checksum in applied.items():
        if name not in known:
            raise MigrationRefused(f"migration {name} was applied, but its file is missing")
        if known[name].checksum != checksum:
            raise MigrationRefused(f"migration {name} was edited after it was applied")
    todo = [migration for migration in migrations if migration.name not in applied]
    if todo and applied and todo[0].name < max(applied):
        raise MigrationRefused(f"migration {todo[0].name} comes before one already applied")
    return todo


def migrate_schema(
    database: Database, schema: str, role: str, migrations: list[Migration]
) -> list[str]:
    """Brings one schema up to date, creating it if needed. Returns the steps applied."""
    with database.administer() as connection:
        connection.execute(sql.SQL("SET ROLE {}").format(sql.Identifier(OWNER)))
        connection.execute(sql.SQL("CREATE SCHEMA IF NOT EXISTS {}").format(sql.Identifier(schema)))
        for grantee in (role, database.sealer):
            connection.execute(
                sql.SQL("GRANT USAGE ON SCHEMA {} TO {}").format(
                    sql.Identifier(schema), sql.Identifier(grantee)
                )
            )
        connection.execute(sql.SQL("SET LOCAL search_path = {}").format(sql.Identifier(schema)))
        connection.execute(HISTORY)
        connection.execute(
            sql.SQL("GRANT SELECT ON schema_migrations TO {}").format(sql.Identifier(role))
        )
        todo = pending(connection, migrations)
        if todo:
            _drop_other_generations(connection)
        for migration in todo:
            connection.execute(_with_roles(migration.text, role, database.sealer).encode())
        connection.execute(
            APPLIED,
            {
                "names": [migration.name for migration in todo],
                "checksums": [migration.checksum for migration in todo],
            },
        )
        return [migration.name for migration in todo]


def _drop_other_generations(connection: Connection) -> None:
    """Read models being built, or kept after they were replaced, would not see the migration."""
    row = connection.execute("SELECT to_regclass('generations')").fetchone()
    if not row or row[0] is None:
        return
    for standing, tables in connection.execute(
        "DELETE FROM generations RETURNING standing, tables"
    ):
        for table in tables:
            name = sql.Identifier(f"{table}_{standing}")
            connection.execute(sql.SQL("DROP TABLE IF EXISTS {} CASCADE").format(name))


def _with_roles(text: str, app: str, sealer: str) -> str:
    """Puts role names where the file, pasteable into psql, has its variables."""
    return text.replace(':"app"', f'"{app}"').replace(':"sealer"', f'"{sealer}"')


def migrate_registry(database: Database) -> list[str]:
    """Brings the installation's own schema up to date."""
    database.prepare_roles()
    return migrate_schema(database, REGISTRY, database.login, registry_migrations())
