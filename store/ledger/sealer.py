"""Seals the logs of all organisations, every few seconds, behind whoever writes them."""

import logging
import threading
import time

import psycopg

from store import organisations
from store.database import Database, Organisation
from store.ledger.sealing import SealingRefused, seal
from store.ledger.trees import TREES

logger = logging.getLogger(__name__)

PAUSE_SECONDS = 2.0
RESTS = 10
"""How many times as long as a look at every organisation took, the rest after it lasts."""


class Sealer(threading.Thread):
    """Keeps every organisation's ledger sealed until stopped."""

    def __init__(self, database: Database, pause: float = PAUSE_SECONDS) -> None:
        super().__init__(name="sealer", daemon=True)
        self.database = database
        self.pause = pause
        self.stopped = threading.Event()

    def stop(self) -> None:
        """Ends after the step in hand."""
        self.stopped.set()

    def run(self) -> None:
        while not self.stopped.is_set():
            began = time.monotonic()
            try:
                with self.database.registry() as connection:
                    found = organisations.all_organisations(connection)
                # Not a generator: every organisation has its turn, not only the first with more.
                more = [self._step(organisation) for organisation in found]
            except psycopg.Error as error:
                logger.warning("the sealer lost the database and tries again: %s", error)
                more = []
            if not any(more):
                took = time.monotonic() - began
                self.stopped.wait(max(self.pause, RESTS * took))

    def _step(self, organisation: Organisation) -> bool:
        """Whether more may be left to seal. One in trouble holds up nobody else."""
        more = False
        for tree in TREES.values():
            if self.stopped.is_set():
                return False
            try:
                sealed = seal(self.database, organisation, tree)
                more |= sealed is not None and sealed.more
            except SealingRefused:
                continue  # it has told already, and health says so
            except Exception:
                logger.exception("the sealer of %s stumbled and tries again", organisation.name)
        return more
