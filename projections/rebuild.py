"""Builds read models anew beside those that answer, and changes over in one transaction.

The next generation (projections/generations.py) takes its rows by the same statements as ever.
Its position is kept with every batch, so a rebuild that was killed goes on where it was. When it
has caught up, the projector's lease is taken and the tables change names.

Every reader looks up positions in `read_models` before it reads anything else, and holds that
table's lock until it is done. The change-over takes it exclusively, so no reader ever meets two
generations, and none waits longer than for those ahead of it.
"""

import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

import psycopg

from projections import parity
from projections.catalogue import READ_MODELS
from projections.engine import (
    NO_NEED_FOR_DISK,
    Poison,
    Projector,
    compute,
    compute_carefully,
    head_of,
    run,
    supersede,
)
from projections.generations import (
    RebuildCancelled,
    begin,
    cancel_next,
    drop,
    go_live,
    index_tables,
    is_comparable,
    is_indexed,
    next_position,
    note_position,
    replaced,
    standing_in_for,
)
from projections.parity import Difference
from projections.read_model import ReadModel
from projections.shapes import CannotBeTold, shape
from store.database import Connection, Database, Organisation

BATCH = 100_000
FOLDED_AT_ONCE = 10
"""Batches that derived rows are folded from in one go: longer ones cut fewer stories in two."""
ROOM_TO_FOLD = "SET LOCAL work_mem = '256MB'"
WORKERS = 2
NEARLY_THERE = 2_000
"""Events left to take in when the projector is stopped for the rest."""
CHANGE_OVER_TRIES = 200
WAIT_FOR_READERS = "SET LOCAL lock_timeout = '250ms'"
BETWEEN_TRIES_SECONDS = 0.1

ONLY_ONE = "SELECT pg_try_advisory_lock(hashtext(%(schema)s || ' rebuild'))"
WAIT_FOR_LEASE = "SELECT id FROM projector_lease FOR UPDATE"
KEEP_READERS_OUT = "LOCK TABLE read_models IN ACCESS EXCLUSIVE MODE"


class RebuildRunning(Exception):
    """Another rebuild of this organisation's read models is under way."""


class RebuildStopped(Exception):
    """An event stops the rebuild; what answers has not changed."""


class ReadersInTheWay(Exception):
    """Queries that run for very long keep the new read models from taking over; run it again."""


@dataclass(frozen=True)
class Progress:
    """How far a rebuild has come; an event counts once for each read model that takes it in."""

    doing: str
    done: int
    total: int


@dataclass
class Rebuilt:
    """What a rebuild did."""

    read_models: list[str]
    events: int
    seconds: float = 0.0
    position: int = 0
    compared: list[str] = field(default_factory=list)
    """Read models whose version had not changed, and whose old rows were compared with the new."""
    differences: list[Difference] = field(default_factory=list)


class Rebuild:
    """A rebuild of some read models of one organisation."""

    def __init__(
        self,
        database: Database,
        organisation: Organisation,
        names: Sequence[str] | None = None,
        *,
        read_models: Sequence[ReadModel] = READ_MODELS,
        batch: int = BATCH,
        progress: Callable[[Progress], None] = lambda _: None,
    ) -> None:
        self.database = database
        self.organisation = organisation
        self.models = [m for m in read_models if names is None or m.name in names]
        self.batch = batch
        self.progress = progress
        self._stopping = threading.Event()
        self._counting = threading.Lock()
        self._done = self._total = 0

    def run(self) -> Rebuilt:
        """Builds, compares, changes over. What was begun earlier and broken off is gone on with.

        Raises RebuildRunning, RebuildCancelled, RebuildStopped, ReadersInTheWay. Broken off by
        anything else, it can be run again.
        """
        started = time.monotonic()
        with self.database.maintain(self.organisation) as connection:
            take_the_only_turn(connection, self.organisation)
            goal = head_of(connection)
            standing = {m.name: begin(connection, self.organisation, m) for m in self.models}
            self._total = sum(max(0, goal - position) for position in standing.values())
            result = Rebuilt([m.name for m in self.models], events=self._total)
            self._shape(connection, goal)
            try:
                self._build_all(goal)
                result.compared, result.differences = self._compare()
                result.position = self._change_over(connection)
            except RebuildCancelled:
                for model in self.models:
                    drop(connection, model.name, "next")
                raise
        result.seconds = time.monotonic() - started
        return result

    def stop(self) -> None:
        """Breaks off after the batch in hand, from any thread; run again, it goes on from there."""
        self._stopping.set()

    def _shape(self, connection: Connection, goal: int) -> None:
        """Keeps the shapes of all events, as this version of the program tells them."""
        for after in range(0, goal, self.batch):
            with connection.transaction():
                connection.execute(NO_NEED_FOR_DISK)
                try:
                    shape(connection, after, min(after + self.batch, goal))
                except CannotBeTold:
                    return  # The models that come upon the event stop there and say so.

    def _build_all(self, goal: int) -> None:
        """Builds the models side by side, those that fold first, then by most statements."""
        heaviest_first = sorted(self.models, key=lambda m: (-len(m.derived), -len(m.statements)))
        with ThreadPoolExecutor(WORKERS, "rebuild") as threads:
            futures = [threads.submit(self._build, model, goal) for model in heaviest_first]
            try:
                for future in futures:
                    future.result()
            except BaseException:
                self._stopping.set()
                threads.shutdown(cancel_futures=True)
                raise

    def _build(self, model: ReadModel, goal: int) -> None:
        with (
            self.database.maintain(self.organisation) as connection,
            standing_in_for(connection, model),
        ):
            if not is_indexed(connection, model):
                # Rows first, indexes after: it takes half as long.
                self._advance(connection, model, goal, rows_only=True)
                self._index(connection, model, goal)
            while head_of(connection) - next_position(connection, model) > NEARLY_THERE:
                self._advance(connection, model, head_of(connection))

    def _advance(
        self, connection: Connection, model: ReadModel, goal: int, *, rows_only: bool = False
    ) -> None:
        """Takes the log up to `goal` into the next generation, a batch a transaction."""
        after = next_position(connection, model)
        while after < goal:
            if self._stopping.is_set():
                raise RebuildStopped("the rebuild was stopped; run again, it goes on from there")
            upto = min(after + self.batch, goal)
            self._take(connection, model, after, upto, rows_only)
            self._report(f"building {model.name}", upto - after)
            after = upto

    def _take(
        self, connection: Connection, model: ReadModel, after: int, upto: int, rows_only: bool
    ) -> None:
        try:
            with connection.transaction():
                connection.execute(NO_NEED_FOR_DISK)
                if rows_only:
                    run(connection, model.statements, after, upto)
                else:
                    compute(connection, model, after, upto, shape(connection, after, upto))
                note_position(connection, model, upto)
        except psycopg.OperationalError:
            raise
        except (psycopg.Error, CannotBeTold):
            with connection.transaction():
                if poison := compute_carefully(connection, model, after, upto, rows_only=rows_only):
                    raise RebuildStopped(_stopped(model, poison)) from None
                note_position(connection, model, upto)

    def _index(self, connection: Connection, model: ReadModel, upto: int) -> None:
        """Gives the next generation the indexes of the live one, and does what needed them."""
        with connection.transaction():
            connection.execute(NO_NEED_FOR_DISK)
            self._report(f"indexing {model.name}")
            index_tables(connection, model.tables)
            supersede(connection, model, 0, upto)
            if model.derived:
                self._fold(connection, model, upto)

    def _fold(self, connection: Connection, model: ReadModel, upto: int) -> None:
        """Folds the derived rows. The first need no indexes, for there are none to be ended."""
        connection.execute(ROOM_TO_FOLD)
        batch = FOLDED_AT_ONCE * self.batch
        self._report(f"folding {model.name}")
        run(connection, model.derived, 0, min(batch, upto))
        index_tables(connection, model.derived_tables + model.latest_tables)
        for after in range(batch, upto, batch):
            self._report(f"folding {model.name}")
            run(connection, model.derived, after, min(after + batch, upto))

    def _report(self, doing: str, events: int = 0) -> None:
        with self._counting:
            self._done += events
            self.progress(Progress(doing, self._done, max(self._total, self._done)))

    def _compare(self) -> tuple[list[str], list[Difference]]:
        """What the old rows say otherwise, for models whose version did not change."""
        with ThreadPoolExecutor(WORKERS, "comparison") as threads:
            found = list(threads.map(self._differences, self.models))
        compared = [m.name for m, rows in zip(self.models, found, strict=True) if rows is not None]
        return compared, [difference for rows in found for difference in rows or ()]

    def _differences(self, model: ReadModel) -> list[Difference] | None:
        with self.database.maintain(self.organisation) as connection:
            if not is_comparable(connection, model):
                return None
            self._report(f"comparing {model.name}")
            return parity.differences(connection, model, "next")

    def _change_over(self, connection: Connection) -> int:
        """Gives every model's name to its next generation, all in one transaction."""
        self._report("changing over")
        for _ in range(CHANGE_OVER_TRIES):
            try:
                with connection.transaction():
                    return self._swap(connection)
            except psycopg.errors.LockNotAvailable:
                time.sleep(BETWEEN_TRIES_SECONDS)
        raise ReadersInTheWay(ReadersInTheWay.__doc__)

    def _swap(self, connection: Connection) -> int:
        connection.execute(WAIT_FOR_LEASE)
        connection.execute(NO_NEED_FOR_DISK)
        head = head_of(connection)
        for model in self.models:
            with standing_in_for(connection, model):
                self._advance_in(connection, model, head)
        connection.execute(WAIT_FOR_READERS)
        connection.execute(KEEP_READERS_OUT)
        for model in self.models:
            go_live(connection, model, head)
        return head

    def _advance_in(self, connection: Connection, model: ReadModel, head: int) -> None:
        """Takes in the last events, within the transaction of the change-over."""
        if poison := compute_carefully(connection, model, next_position(connection, model), head):
            raise RebuildStopped(_stopped(model, poison))
        note_position(connection, model, head)


def cancel(database: Database, organisation: Organisation, names: Sequence[str]) -> list[str]:
    """Breaks off the rebuild of these read models and drops what it had built.

    One that runs elsewhere stops at its next batch and cleans up itself.
    """
    with database.maintain(organisation) as connection:
        cancelled = cancel_next(connection, names)
        try:
            take_the_only_turn(connection, organisation)
        except RebuildRunning:
            return cancelled
        for name in cancelled:
            drop(connection, name, "next")
        return cancelled


def forget_before(database: Database, organisation: Organisation) -> list[str]:
    """Drops the generations that were replaced; which read models had one."""
    with database.maintain(organisation) as connection:
        take_the_only_turn(connection, organisation)
        names = replaced(connection)
        for name in names:
            with connection.transaction():
                drop(connection, name, "before")
        return names


def bring_up_to_date(database: Database, organisation: Organisation) -> None:
    """Moves the read models to the end of the log, those of another version by a rebuild.

    Raises as Rebuild.run does, but for RebuildRunning: then somebody else is at it.
    """
    projector = Projector(database, organisation)
    while projector.step():
        pass
    if outdated := projector.outdated():
        Rebuild(database, organisation, outdated).run()


def take_the_only_turn(connection: Connection, organisation: Organisation) -> None:
    row = connection.execute(ONLY_ONE, {"schema": organisation.schema}).fetchone()
    if not row or not row[0]:
        raise RebuildRunning(RebuildRunning.__doc__)


def _stopped(model: ReadModel, poison: Poison) -> str:
    return f"read model {model.name} cannot take in {poison}"
