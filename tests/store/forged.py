"""What only an administrator, or a thief of the database, could do to a log."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from psycopg import sql

from store.database import Connection
from store.log import Log
from store.mapper import as_json

FORGE = """
INSERT INTO events (
    position,
    event_id,
    stream_type,
    stream_id,
    version,
    type,
    schema_version,
    envelope_version,
    subject_id,
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
    position + 1,
    gen_random_uuid(),
    stream_type,
    stream_id,
    version + 1,
    %(type)s,
    1,
    envelope_version,
    subject_id,
    occurred_at,
    occurred_precision,
    recorded_at,
    actor_type,
    actor_id,
    authority,
    source,
    gen_random_uuid(),
    0,
    correlation_id,
    %(data)s::jsonb
FROM events
ORDER BY position DESC
LIMIT 1
RETURNING position
"""


GUARDED = ("events", "access_log", "access_entries", "ledger_checkpoints")


@contextmanager
def administrator(log: Log) -> Iterator[Connection]:
    """A transaction in which everything is allowed, with the triggers that forbid it switched off.

    It leaves no trace of that: they are on again at its end.
    """
    with log.database.administer() as connection:
        connection.execute(
            sql.SQL("SET LOCAL search_path = {}").format(sql.Identifier(log.organisation.schema))
        )
        switch(connection, "DISABLE")
        yield connection
        switch(connection, "ENABLE ALWAYS")


def switch(connection: Connection, how: str) -> None:
    for table in GUARDED:
        connection.execute(f"ALTER TABLE {table} {how} TRIGGER append_only".encode())


def event(log: Log, type: str, data: dict[str, Any]) -> int:
    """Adds an event to the stream of the last one; gives its position."""
    with administrator(log) as connection:
        row = connection.execute(FORGE, {"type": type, "data": as_json(data)}).fetchone()
        assert row
        return int(row[0])
