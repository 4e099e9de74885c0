"""The projector: moves the read models along the log, rows and position in one transaction.

The same statements run for a single new event and for the whole log, so there is one path to
trust. Whoever holds the lease row's lock works; a killed projector's lock dies with its
connection, and its unfinished transaction with it.
"""

import logging
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

import psycopg
from psycopg import sql

from domain import catalogue as events
from projections.catalogue import READ_MODELS
from projections.read_model import ReadModel
from store.database import Connection, Database, Organisation
from store.mapper import as_json, event_class

logger = logging.getLogger(__name__)

LIVE_BATCH = 20_000

# A read model is recomputed from the log, so it may be lost in a crash; it must only not be
# torn. Waiting for the disk would slow everyone's commits for nothing.
NO_NEED_FOR_DISK = "SET LOCAL synchronous_commit = off"
TAKE_LEASE = "SELECT id FROM projector_lease FOR UPDATE SKIP LOCKED"
WAIT_FOR_LEASE = "SELECT id FROM projector_lease FOR UPDATE"
HEAD = "SELECT max(position) FROM events"
STANDINGS = "SELECT name, version, position, error IS NOT NULL FROM read_models"
POSITION = "SELECT position FROM read_models WHERE name = %(name)s"
BEGIN = """
INSERT INTO read_models (
    name,
    version,
    position
)
VALUES (
    %(name)s,
    %(version)s,
    0
)
ON CONFLICT (name) DO UPDATE
SET version = EXCLUDED.version,
    position = 0,
    failed_position = NULL,
    failed_type = NULL,
    error = NULL,
    stale_since = NULL
"""
ADVANCE = """
UPDATE read_models
SET position = %(upto)s
WHERE name = %(name)s
"""
STOP = """
UPDATE read_models
SET position = %(before)s,
    failed_position = %(failed)s,
    failed_type = (SELECT type FROM events WHERE position = %(failed)s),
    error = %(error)s,
    stale_since = clock_timestamp()
WHERE name = %(name)s
"""
OLD_SHAPES = """
SELECT
    position,
    type,
    schema_version,
    data
FROM events
WHERE position > %(after)s
  AND position <= %(upto)s
  AND schema_version < (%(current)s::jsonb ->> type)::int
"""
KEEP_SHAPES = """
INSERT INTO current_shapes (
    position,
    data
)
SELECT
    position,
    data
FROM jsonb_to_recordset(%(shapes)s::jsonb) AS shape(
    position bigint,
    data jsonb
)
ON CONFLICT (position) DO UPDATE
SET data = EXCLUDED.data
"""


@dataclass(frozen=True)
class Step:
    """What one step moved: the read models from one position to the next."""

    after: int
    upto: int
    head: int


class Projector:
    """Moves one organisation's read models."""

    def __init__(
        self,
        database: Database,
        organisation: Organisation,
        read_models: Sequence[ReadModel] = READ_MODELS,
    ) -> None:
        self.database = database
        self.organisation = organisation
        self.read_models = {model.name: model for model in read_models}

    def step(self, limit: int = LIVE_BATCH) -> Step | None:
        """Takes in the next events, at most `limit`. None where nothing is left, or another works.

        A read model that one of them stops is left behind at the event before, with the reason;
        the others go on.
        """
        try:
            with self.database.transaction(self.organisation) as connection:
                return self._step(connection, limit, careful=False)
        except psycopg.OperationalError:
            raise
        except psycopg.Error as error:
            logger.warning("a read model stumbles; looking for the event: %s", error)
            with self.database.transaction(self.organisation) as connection:
                return self._step(connection, limit, careful=True)

    def _step(self, connection: Connection, limit: int, careful: bool) -> Step | None:
        connection.execute(NO_NEED_FOR_DISK)
        if connection.execute(TAKE_LEASE).fetchone() is None:
            return None
        standings = self._standings(connection)
        head = _head(connection)
        if not standings or min(standings.values()) >= head:
            return None
        after = min(standings.values())
        upto = min(after + limit, head, *(p for p in standings.values() if p > after))
        behind = [self.read_models[name] for name, p in standings.items() if p == after]
        self._upcast(connection, after, upto)
        if careful:
            for model in behind:
                self._project_carefully(connection, model, after, upto)
        else:
            with connection.pipeline():
                for model in behind:
                    project(connection, model, after, upto)
        return Step(after, upto, head)

    def _standings(self, connection: Connection) -> dict[str, int]:
        """Where each running read model stands; new and changed ones start over."""
        rows = {name: standing for name, *standing in connection.execute(STANDINGS)}
        standings = {}
        for name, model in self.read_models.items():
            version, position, stopped = rows.get(name, (None, 0, False))
            if stopped:
                continue
            if version != model.version:
                clear(connection, model)
                position = 0
            standings[name] = position
        return standings

    def _upcast(self, connection: Connection, after: int, upto: int) -> None:
        """Rewrites events of an older shape in the current one, for SQL to read."""
        current = {n: e.schema_version for n, e in events.events.items() if e.schema_version > 1}
        if not current:
            return
        old = connection.execute(
            OLD_SHAPES, {"after": after, "upto": upto, "current": as_json(current)}
        ).fetchall()
        shapes = [
            {"position": position, "data": event_class(type).in_current_shape(data, version)}
            for position, type, version, data in old
        ]
        if shapes:
            connection.execute(KEEP_SHAPES, {"shapes": as_json(shapes)})

    def _project_carefully(
        self, connection: Connection, model: ReadModel, after: int, upto: int
    ) -> None:
        """Projects a range, halving it where it fails, up to the event that stops the model."""
        try:
            with connection.transaction():
                project(connection, model, after, upto)
        except psycopg.OperationalError:
            raise
        except psycopg.Error as error:
            if upto - after == 1:
                self._stop(connection, model, upto, error)
                return
            middle = (after + upto) // 2
            self._project_carefully(connection, model, after, middle)
            if _position(connection, model) == middle:
                self._project_carefully(connection, model, middle, upto)

    def _stop(
        self, connection: Connection, model: ReadModel, failed: int, error: psycopg.Error
    ) -> None:
        logger.error("read model %s stopped at position %s: %s", model.name, failed, error)
        connection.execute(
            STOP,
            {
                "name": model.name,
                "before": failed - 1,
                "failed": failed,
                "error": f"{type(error).__name__}: {error}",
            },
        )

    def rebuild(self, names: Iterable[str], batch: int = LIVE_BATCH) -> Iterator[Step]:
        """Computes read models anew from the whole log, in one transaction.

        Readers see the old rows until all the new ones are there.
        """
        models = [self.read_models[name] for name in names]
        with self.database.transaction(self.organisation) as connection:
            connection.execute(NO_NEED_FOR_DISK)
            connection.execute(WAIT_FOR_LEASE)
            for model in models:
                clear(connection, model)
            head, after = _head(connection), 0
            while after < head:
                upto = min(after + batch, head)
                self._upcast(connection, after, upto)
                for model in models:
                    project(connection, model, after, upto)
                yield Step(after, upto, head)
                after = upto


def project(connection: Connection, model: ReadModel, after: int, upto: int) -> None:
    """Takes the events in (after, upto] into a read model: rows and position."""
    compute(connection, model, after, upto)
    connection.execute(ADVANCE, {"name": model.name, "upto": upto})


def compute(connection: Connection, model: ReadModel, after: int, upto: int) -> None:
    """Turns the events in (after, upto] into a read model's rows."""
    for statement in model.statements:
        connection.execute(statement.encode(), {"after": after, "upto": upto})


def clear(connection: Connection, model: ReadModel) -> None:
    """Empties a read model, to be computed from the first event on."""
    for table in model.tables:
        connection.execute(sql.SQL("DELETE FROM {}").format(sql.Identifier(table)))
    connection.execute(BEGIN, {"name": model.name, "version": model.version})


def _head(connection: Connection) -> int:
    row = connection.execute(HEAD).fetchone()
    return row[0] if row else 0


def _position(connection: Connection, model: ReadModel) -> int:
    row = connection.execute(POSITION, {"name": model.name}).fetchone()
    return row[0] if row else 0
