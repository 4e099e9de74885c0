"""Puts prepared rows into a log with COPY, and measures how fast PostgreSQL could do that."""

import tempfile
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from itertools import islice

from psycopg import sql
from psycopg.copy import QueuedLibpqWriter

from benchmarks.history.rows import COLUMNS
from store.database import Connection, Database, Organisation
from store.system import Hireledger

BLOCK_ROWS = 100
BLOCK_BYTES = 1 << 19

HEAD = "SELECT max(position) FROM events"
COPY = sql.SQL("COPY {} ({}) FROM STDIN")

BEGIN_EARLIER = """
UPDATE events
SET occurred_at = first.recorded_at - INTERVAL '1 hour',
    recorded_at = first.recorded_at - INTERVAL '1 hour'
FROM (SELECT recorded_at FROM events WHERE position = 2) AS first
WHERE position = 1
"""


class HasHistory(Exception):
    """The organisation has a history already; only a new one can be given another."""


def load(
    hireledger: Hireledger,
    organisation: Organisation,
    rows: Iterable[str],
    progress: Callable[[int], None] = lambda _done: None,
) -> int:
    """Puts rows after the first event of a new organisation, whose start moves back before them.

    `progress` hears how many are in. Raises HasHistory.
    """
    done = 0
    with administrator(hireledger.database, organisation) as connection:
        if connection.execute(HEAD).fetchone() != (1,):
            raise HasHistory(HasHistory.__doc__)
        rest = iter(rows)
        cursor = connection.cursor()
        # A thread of its own for sending, or making rows would wait while the server inserts some.
        with cursor.copy(_copy_into("events"), writer=QueuedLibpqWriter(cursor)) as copy:
            while block := list(islice(rest, BLOCK_ROWS)):
                copy.write("".join(block))
                done += len(block)
                progress(done)
        connection.execute("ALTER TABLE events DISABLE TRIGGER append_only")
        connection.execute(BEGIN_EARLIER)
        connection.execute("ALTER TABLE events ENABLE ALWAYS TRIGGER append_only")
        connection.execute("ANALYZE events")
    return done


def copy_limit(database: Database, organisation: Organisation) -> float:
    """Rows a second of a COPY of all the organisation's events into an identical empty table."""
    with tempfile.TemporaryFile() as prepared:
        with administrator(database, organisation) as connection:
            with connection.cursor().copy("COPY events TO STDOUT") as copy:
                for block in copy:
                    prepared.write(block)
            connection.execute("CREATE TABLE copied_events (LIKE events INCLUDING ALL)")
        prepared.seek(0)
        try:
            started = time.perf_counter()
            with administrator(database, organisation) as connection:
                cursor = connection.cursor()
                with cursor.copy("COPY copied_events FROM STDIN") as copy:
                    while read := prepared.read(BLOCK_BYTES):
                        copy.write(read)
            return cursor.rowcount / (time.perf_counter() - started)
        finally:
            with administrator(database, organisation) as connection:
                connection.execute("DROP TABLE copied_events")


def _copy_into(table: str) -> sql.Composed:
    return COPY.format(sql.Identifier(table), sql.SQL(", ").join(map(sql.Identifier, COLUMNS)))


@contextmanager
def administrator(database: Database, organisation: Organisation) -> Iterator[Connection]:
    """A transaction in an organisation's schema in which everything is allowed."""
    with database.administer() as connection:
        connection.execute(
            sql.SQL("SET LOCAL search_path = {}").format(sql.Identifier(organisation.schema))
        )
        yield connection
