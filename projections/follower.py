"""Follow the logs of all organisations: woken by notifications, polling in any case."""

import logging
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Protocol

import psycopg
from psycopg import sql

from projections.engine import Projector, Step
from projections.indexer import Indexer
from projections.rebuild import Rebuild, RebuildRunning
from store import organisations
from store.database import Database, Organisation

logger = logging.getLogger(__name__)

POLL_SECONDS = 0.2
RESTS = 20
"""After a look at every organisation, how many times as long none is looked at unasked."""
SWEPT_AT_ONCE = 10
PAUSE_AFTER_FAILURE = 1.0
PAUSE_BETWEEN_RENEWALS = 10.0


class Stepping(Protocol):
    """Moves something of one organisation along its log."""

    organisation: Organisation

    def step(self) -> Step | None:
        """Takes in the next events; None where nothing is left, or another works."""


class Follower(threading.Thread):
    """Keeps every organisation's read models, or search index, up to date until stopped."""

    def __init__(
        self,
        database: Database,
        stepping: Callable[[Database, Organisation], Stepping] = Projector,
    ) -> None:
        super().__init__(name=stepping.__name__.lower(), daemon=True)
        self.database = database
        self.stepping = stepping
        self.stopped = threading.Event()
        self._resumes_at: dict[str, float] = {}
        self._renewal = Renewal(database, self.stopped)

    def stop(self) -> None:
        """Ends after the step in hand."""
        self.stopped.set()
        self._renewal.stop()

    def run(self) -> None:
        try:
            self._run()
        finally:
            self._renewal.stop()
            self._renewal.join()

    def _run(self) -> None:
        while not self.stopped.is_set():
            try:
                with psycopg.connect(self.database.app_url, autocommit=True) as listening:
                    self._follow(listening)
            except psycopg.Error as error:
                logger.warning("the %s lost the database and tries again: %s", self.name, error)
                self.stopped.wait(PAUSE_AFTER_FAILURE)
            except Exception:
                logger.exception("the %s stumbled and tries again", self.name)
                self.stopped.wait(PAUSE_AFTER_FAILURE)

    def _follow(self, listening: psycopg.Connection[tuple[object, ...]]) -> None:
        """Moves whoever has recorded something; now and then everyone, should a word be lost.

        Looking at everyone costs the more the more there are; so does the rest after it last. It is
        done a few at a time, so that whoever has recorded something never waits for all.
        """
        steppers: dict[str, Stepping] = {}
        due: set[str] = set()
        left: list[str] = []
        sweep_at = took = 0.0
        while not self.stopped.is_set():
            began = time.monotonic()
            due |= self._newcomers(listening, steppers) | self._recovering(began)
            if not left and began >= sweep_at:
                left, took = list(steppers), 0.0
            due |= set(left[:SWEPT_AT_ONCE])
            del left[:SWEPT_AT_ONCE]
            moved = {schema for schema in due & steppers.keys() if self._step(steppers[schema])}
            took += time.monotonic() - began
            if not left and began >= sweep_at:
                sweep_at = time.monotonic() + max(POLL_SECONDS, RESTS * took)
            due = moved | self._woken(listening, 0 if moved or left else POLL_SECONDS)

    def _newcomers(
        self, listening: psycopg.Connection[tuple[object, ...]], steppers: dict[str, Stepping]
    ) -> set[str]:
        """Organisations not heard of before, each with its stepper from now on; others are left."""
        with self.database.registry() as connection:
            found = organisations.all_organisations(connection)
        for schema in steppers.keys() - {organisation.schema for organisation in found}:
            listening.execute(sql.SQL("UNLISTEN {}").format(sql.Identifier(schema)))
            del steppers[schema]
        new = [organisation for organisation in found if organisation.schema not in steppers]
        for organisation in new:
            channel = sql.Identifier(organisation.schema)
            listening.execute(sql.SQL("LISTEN {}").format(channel))
            steppers[organisation.schema] = self.stepping(self.database, organisation)
            if self.stepping is Projector:
                self._renewal.look_at(organisation)
        return {organisation.schema for organisation in new}

    def _recovering(self, now: float) -> set[str]:
        """Who was in trouble, and is to try again."""
        due = {schema for schema, at in self._resumes_at.items() if at <= now}
        for schema in due:
            del self._resumes_at[schema]
        return due

    def _woken(
        self, listening: psycopg.Connection[tuple[object, ...]], patience: float
    ) -> set[str]:
        """Who has recorded something; waits for the first to."""
        return {note.channel for note in listening.notifies(timeout=patience, stop_after=1)}

    def _step(self, stepper: Stepping) -> bool:
        """Whether an organisation moved. One in trouble pauses; it holds up nobody else."""
        organisation = stepper.organisation
        if organisation.schema in self._resumes_at or self.stopped.is_set():
            return False
        try:
            return stepper.step() is not None
        except Exception:
            logger.exception("the %s of %s stumbled and tries again", self.name, organisation.name)
            self._resumes_at[organisation.schema] = time.monotonic() + PAUSE_AFTER_FAILURE
            return False


def followers(database: Database) -> tuple[Follower, Follower]:
    """One that moves the read models, and one that keeps people findable; not yet started."""
    return Follower(database), Follower(database, Indexer)


class Renewal:
    """Builds read models of another version than this program's anew, one organisation a time.

    The old ones answer meanwhile, and whoever still has the old program may move them.
    """

    def __init__(self, database: Database, stopped: threading.Event) -> None:
        self.database = database
        self.stopped = stopped
        self._worker = ThreadPoolExecutor(1, "renewal")
        self._running: Rebuild | None = None

    def look_at(self, organisation: Organisation) -> None:
        """Has an organisation's outdated read models built anew, if there are any."""
        self._worker.submit(self._renew, organisation)

    def stop(self) -> None:
        """Breaks off after the batch in hand; the next process goes on from there."""
        if self._running is not None:
            self._running.stop()

    def join(self) -> None:
        """Waits until the last batch is done."""
        self._worker.shutdown(cancel_futures=True)

    def _renew(self, organisation: Organisation) -> None:
        projector = Projector(self.database, organisation)
        while not self.stopped.is_set():
            try:
                if not (outdated := projector.outdated()):
                    return
                logger.warning("%s: building %s anew", organisation.name, ", ".join(outdated))
                self._running = Rebuild(self.database, organisation, outdated)
                self._running.run()
            except RebuildRunning:
                self.stopped.wait(PAUSE_AFTER_FAILURE)
            except Exception:
                if not self.stopped.is_set():
                    logger.exception("read models of %s could not be renewed", organisation.name)
                self.stopped.wait(PAUSE_BETWEEN_RENEWALS)
