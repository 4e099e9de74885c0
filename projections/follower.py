"""Follows the logs of all organisations: woken by notifications, polling in any case."""

import logging
import threading
import time
from collections.abc import Sequence

import psycopg
from psycopg import sql

from projections.engine import Projector
from store import organisations
from store.database import Database, Organisation

logger = logging.getLogger(__name__)

POLL_SECONDS = 0.2
PAUSE_AFTER_FAILURE = 1.0


class Follower(threading.Thread):
    """Keeps every organisation's read models up to date until stopped."""

    def __init__(self, database: Database) -> None:
        super().__init__(name="projector", daemon=True)
        self.database = database
        self.stopped = threading.Event()
        self._resumes_at: dict[str, float] = {}

    def stop(self) -> None:
        """Ends after the step in hand."""
        self.stopped.set()

    def run(self) -> None:
        while not self.stopped.is_set():
            try:
                with psycopg.connect(self.database.app_url, autocommit=True) as listening:
                    self._follow(listening)
            except psycopg.Error as error:
                logger.warning("the projector lost the database and tries again: %s", error)
                self.stopped.wait(PAUSE_AFTER_FAILURE)
            except Exception:
                logger.exception("the projector stumbled and tries again")
                self.stopped.wait(PAUSE_AFTER_FAILURE)

    def _follow(self, listening: psycopg.Connection[tuple[object, ...]]) -> None:
        projectors: dict[str, Projector] = {}
        while not self.stopped.is_set():
            for organisation in self._organisations():
                if organisation.schema not in projectors:
                    channel = sql.Identifier(organisation.schema)
                    listening.execute(sql.SQL("LISTEN {}").format(channel))
                    projectors[organisation.schema] = Projector(self.database, organisation)
            # Not a generator: every organisation has its turn, not only the first that moves.
            moved = [self._step(projector) for projector in projectors.values()]
            if not any(moved):
                for _ in listening.notifies(timeout=POLL_SECONDS, stop_after=1):
                    pass

    def _organisations(self) -> Sequence[Organisation]:
        with self.database.registry() as connection:
            return organisations.all_organisations(connection)

    def _step(self, projector: Projector) -> bool:
        """Whether an organisation moved. One in trouble pauses; it holds up nobody else."""
        organisation = projector.organisation
        paused = time.monotonic() < self._resumes_at.get(organisation.schema, 0)
        if paused or self.stopped.is_set():
            return False
        try:
            return projector.step() is not None
        except Exception:
            logger.exception("the projector of %s stumbled and tries again", organisation.name)
            self._resumes_at[organisation.schema] = time.monotonic() + PAUSE_AFTER_FAILURE
            return False
