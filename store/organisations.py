"""The organisations of an installation, each with a schema, a role and a log of its own."""

import re

from psycopg import sql

from domain.errors import NotFound
from store.database import REGISTRY, Connection, Database, Organisation, ensure_role
from store.epoch_keys import newest
from store.ids import new_id
from store.migrations import (
    migrate_registry,
    migrate_schema,
    organisation_migrations,
    pending,
    registry_migrations,
)

FIRST_EVENT = """
INSERT INTO events (
    position,
    event_id,
    stream_type,
    stream_id,
    version,
    type,
    schema_version,
    envelope_version,
    occurred_at,
    occurred_precision,
    recorded_at,
    actor_type,
    actor_id,
    authority,
    source,
    command_id,
    command_seq,
    correlation_id,
    data
)
SELECT
    1,
    %(event_id)s,
    'organisation',
    %(organisation)s,
    1,
    'organisation.created',
    1,
    1,
    now.at,
    'exact',
    now.at,
    'system',
    %(organisation)s,
    'owner',
    'cli',
    %(event_id)s,
    0,
    %(event_id)s,
    jsonb_build_object('title', %(name)s::text, 'time_zone', %(time_zone)s::text)
FROM (SELECT clock_timestamp() AS at) AS now
WHERE NOT EXISTS (SELECT FROM events)
"""


# Only who holds the administrator's lock says in which epoch an organisation is; see keys.py.
ENTER_EPOCH = """
INSERT INTO vault_epochs (
    epoch,
    announced
)
SELECT
    %(epoch)s,
    true
WHERE NOT EXISTS (SELECT FROM vault_epochs)
"""


class OrganisationExists(Exception):
    """There is an organisation of that name already."""


def all_organisations(connection: Connection) -> list[Organisation]:
    """Every organisation, by name."""
    rows = connection.execute(
        sql.SQL(
            "SELECT id, name, schema_name, role_name FROM {}.organisations ORDER BY name"
        ).format(sql.Identifier(REGISTRY))
    ).fetchall()
    return [Organisation(*row) for row in rows]


def find(database: Database, name: str) -> Organisation:
    """The organisation of this name. Raises NotFound."""
    with database.registry() as connection:
        for organisation in all_organisations(connection):
            if organisation.name == name:
                return organisation
    raise NotFound(what="organisation", id=name)


def create(database: Database, name: str, time_zone: str = "UTC") -> Organisation:
    """Starts an organisation and its log. Raises OrganisationExists."""
    slug = re.sub(r"[^a-z0-9]+", "_", name.lower()).strip("_")[:20]
    organisation_id = new_id()
    schema = f"org_{slug}_{organisation_id.hex[-8:]}"
    organisation = Organisation(organisation_id, name, schema, f"{database.name}_{schema}"[:63])
    with database.administer() as connection:
        if any(other.name == name for other in all_organisations(connection)):
            raise OrganisationExists(name)
        ensure_role(connection, organisation.role)
        connection.execute(
            sql.SQL("GRANT {} TO {}").format(
                sql.Identifier(organisation.role), sql.Identifier(database.login)
            )
        )
    _migrate(database, organisation)
    with database.administer() as connection:
        connection.execute(
            sql.SQL("SET LOCAL search_path = {}").format(sql.Identifier(organisation.schema))
        )
        connection.execute(ENTER_EPOCH, {"epoch": newest(database.epoch_keys)})
        connection.execute(
            FIRST_EVENT,
            {
                "event_id": new_id(),
                "organisation": organisation.id,
                "name": name,
                "time_zone": time_zone,
            },
        )
        connection.execute(
            sql.SQL(
                "INSERT INTO {}.organisations (id, name, schema_name, role_name)"
                " VALUES (%s, %s, %s, %s)"
            ).format(sql.Identifier(REGISTRY)),
            (organisation.id, name, schema, organisation.role),
        )
    return organisation


def rename(database: Database, organisation: Organisation, name: str) -> None:
    """Gives an organisation another name."""
    with database.administer() as connection:
        connection.execute(
            sql.SQL("UPDATE {}.organisations SET name = %s WHERE id = %s").format(
                sql.Identifier(REGISTRY)
            ),
            (name, organisation.id),
        )


def migrate_all(database: Database) -> dict[str, list[str]]:
    """Brings the installation and every organisation up to date; what was applied to which."""
    applied = {"installation": migrate_registry(database)}
    with database.administer() as connection:
        organisations = all_organisations(connection)
    for organisation in organisations:
        applied[organisation.name] = _migrate(database, organisation)
        _enter_epoch(database, organisation)
    return applied


def _migrate(database: Database, organisation: Organisation) -> list[str]:
    return migrate_schema(
        database, organisation.schema, organisation.role, organisation_migrations()
    )


def _enter_epoch(database: Database, organisation: Organisation) -> None:
    """An organisation from before there were rotations, and without a key, is in no epoch yet."""
    with database.administer() as connection:
        connection.execute(
            sql.SQL("SET LOCAL search_path = {}").format(sql.Identifier(organisation.schema))
        )
        connection.execute(ENTER_EPOCH, {"epoch": newest(database.epoch_keys)})


def pending_anywhere(database: Database) -> bool:
    """Whether `hireledger migrate` has something to do. Raises MigrationRefused."""
    with database.administer() as connection:
        if not connection.execute(
            "SELECT 1 FROM pg_namespace WHERE nspname = %s", (REGISTRY,)
        ).fetchone():
            return True
        theirs = organisation_migrations()
        steps = [(REGISTRY, registry_migrations())] + [
            (organisation.schema, theirs) for organisation in all_organisations(connection)
        ]
        for schema, migrations in steps:
            connection.execute(sql.SQL("SET LOCAL search_path = {}").format(sql.Identifier(schema)))
            if pending(connection, migrations):
                return True
    return False
