"""The projector: moves the read models along the log, rows and position in one transaction.

The same statements run for a single new event and for the whole log, so there is one path to
trust. Whoever holds the lease row's lock works; a killed projector's lock dies with its
connection, and its unfinished transaction with it.
"""

import logging
from collections.abc import Sequence
from dataclasses import dataclass

import psycopg
from psycopg import sql

from projections.catalogue import READ_MODELS
from projections.read_model import ReadModel
from projections.shapes import CannotBeTold, shape
from store.database import Connection, Database, Organisation

logger = logging.getLogger(__name__)

LIVE_BATCH = 20_000

# A read model is recomputed from the log, so it may be lost in a crash; it must only not be
# torn. Waiting for the disk would slow everyone's commits for nothing.
NO_NEED_FOR_DISK = "SET LOCAL synchronous_commit = off"
TAKE_LEASE = "SELECT id FROM projector_lease FOR UPDATE SKIP LOCKED"
HEAD = "SELECT max(position) FROM events"
STANDINGS = "SELECT name, version, position, error IS NOT NULL FROM read_models"
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
ON CONFLICT (name) DO NOTHING
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
GO_ON = """
UPDATE read_models
SET failed_position = NULL,
    failed_type = NULL,
    error = NULL,
    stale_since = NULL
WHERE name = %(name)s
  AND error IS NOT NULL
RETURNING failed_position
"""
SUPERSEDE = """
UPDATE {0}
SET superseded_at = shape.position
FROM current_shapes shape
WHERE shape.position > %(after)s
  AND shape.position <= %(upto)s
  AND shape.previous = {0}.position
"""
IS_SKIPPED = """
SELECT position
FROM events
WHERE stream_id = (SELECT stream_id FROM events WHERE position = 1)
  AND type = 'organisation.event_skipped'
  AND data ->> 'read_model' = %(name)s
  AND (data ->> 'skipped_position')::bigint = %(position)s
"""


@dataclass(frozen=True)
class Step:
    """What one step moved: the read models from one position to the next."""

    after: int
    upto: int
    head: int


@dataclass(frozen=True)
class Poison:
    """An event that a read model cannot take in."""

    position: int
    error: str

    def __str__(self) -> str:
        return f"position {self.position}: {self.error}"


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
        except (psycopg.Error, CannotBeTold) as error:
            logger.warning("a read model stumbles; looking for the event: %s", error)
            with self.database.transaction(self.organisation) as connection:
                return self._step(connection, limit, careful=True)

    def _step(self, connection: Connection, limit: int, careful: bool) -> Step | None:
        connection.execute(NO_NEED_FOR_DISK)
        if connection.execute(TAKE_LEASE).fetchone() is None:
            return None
        standings = self._standings(connection)
        head = head_of(connection)
        if not standings or min(standings.values()) >= head:
            return None
        after = min(standings.values())
        upto = min(after + limit, head, *(p for p in standings.values() if p > after))
        behind = [self.read_models[name] for name, p in standings.items() if p == after]
        if careful:
            for model in behind:
                self._project_carefully(connection, model, after, upto)
        else:
            told_anew = shape(connection, after, upto)
            with connection.pipeline():
                for model in behind:
                    project(connection, model, after, upto, told_anew)
        return Step(after, upto, head)

    def _standings(self, connection: Connection) -> dict[str, int]:
        """Where each read model stands that can move.

        One that an event stopped waits for `go_on`; one of another version, for its rebuild.
        """
        rows = {name: standing for name, *standing in connection.execute(STANDINGS)}
        standings = {}
        for name, model in self.read_models.items():
            if name not in rows:
                connection.execute(BEGIN, {"name": name, "version": model.version})
            version, position, stopped = rows.get(name, (model.version, 0, False))
            if version == model.version and not stopped:
                standings[name] = position
        return standings

    def _project_carefully(
        self, connection: Connection, model: ReadModel, after: int, upto: int
    ) -> None:
        poison = compute_carefully(connection, model, after, upto)
        if poison is None:
            connection.execute(ADVANCE, {"name": model.name, "upto": upto})
            return
        logger.error("read model %s stopped: %s", model.name, poison)
        connection.execute(
            STOP,
            {
                "name": model.name,
                "before": poison.position - 1,
                "failed": poison.position,
                "error": poison.error,
            },
        )

    def go_on(self, name: str) -> bool:
        """Lets a stopped read model try again from where it stands; False if it is not stopped."""
        with self.database.transaction(self.organisation) as connection:
            return connection.execute(GO_ON, {"name": name}).rowcount > 0

    def outdated(self) -> list[str]:
        """Read models that answer by another version of their statements than this program's."""
        with self.database.transaction(self.organisation) as connection:
            versions = {name: version for name, version, *_ in connection.execute(STANDINGS)}
        return [
            name
            for name, model in self.read_models.items()
            if versions.get(name, model.version) != model.version
        ]


def project(
    connection: Connection, model: ReadModel, after: int, upto: int, told_anew: bool
) -> None:
    """Takes the events in (after, upto] into a read model: rows and position."""
    compute(connection, model, after, upto, told_anew)
    connection.execute(ADVANCE, {"name": model.name, "upto": upto})


def compute(
    connection: Connection, model: ReadModel, after: int, upto: int, told_anew: bool
) -> None:
    """Turns the events in (after, upto] into a read model's rows.

    `told_anew` says that some of them correct or take back what was told before.
    """
    run(connection, model.statements, after, upto)
    if told_anew:
        supersede(connection, model, after, upto)
    run(connection, model.derived, after, upto)


def run(connection: Connection, statements: Sequence[str], after: int, upto: int) -> None:
    """Executes a read model's statements over a range."""
    for statement in statements:
        connection.execute(statement.encode(), {"after": after, "upto": upto})


def supersede(connection: Connection, model: ReadModel, after: int, upto: int) -> None:
    """Ends the rows that events in (after, upto] correct or take back."""
    for table in model.tables if model.told_anew else ():
        connection.execute(
            sql.SQL(SUPERSEDE).format(sql.Identifier(table)), {"after": after, "upto": upto}
        )


def compute_carefully(
    connection: Connection, model: ReadModel, after: int, upto: int, *, rows_only: bool = False
) -> Poison | None:
    """Turns a range into rows, halving it where it fails, up to the event that stops the model.

    Goes past an event that somebody recorded a reason to skip. `rows_only` leaves for later what
    needs indexes.
    """
    try:
        with connection.transaction():
            if rows_only:
                run(connection, model.statements, after, upto)
            else:
                compute(connection, model, after, upto, shape(connection, after, upto))
        return None
    except psycopg.OperationalError:
        raise
    except (psycopg.Error, CannotBeTold) as error:
        if upto - after > 1:
            middle = (after + upto) // 2
            return compute_carefully(
                connection, model, after, middle, rows_only=rows_only
            ) or compute_carefully(connection, model, middle, upto, rows_only=rows_only)
        parameters = {"name": model.name, "position": upto}
        if connection.execute(IS_SKIPPED, parameters).fetchone():
            return None
        return Poison(upto, described(error))


def described(error: Exception) -> str:
    """An error by its class and its words."""
    if isinstance(error, CannotBeTold):
        return str(error)
    return f"{type(error).__name__}: {error}"


def head_of(connection: Connection) -> int:
    """The last position of the log."""
    row = connection.execute(HEAD).fetchone()
    return row[0] if row else 0
