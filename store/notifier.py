"""Tells followers that the log has grown. They poll anyway; this only wakes them sooner."""

import logging
import threading
import time

import psycopg
from psycopg import sql

logger = logging.getLogger(__name__)
PAUSE_AFTER_FAILURE = 1.0


class Notifier(threading.Thread):
    """Sends notifications off the append's path, on a connection of its own."""

    def __init__(self, url: str) -> None:
        super().__init__(name="notifier", daemon=True)
        self.url = url
        self._changed: set[str] = set()
        self._awake = threading.Event()
        self._stopped = False

    def wake(self, channel: str) -> None:
        """Says that an organisation's log has grown; several times may become one."""
        self._changed.add(channel)
        self._awake.set()

    def stop(self) -> None:
        self._stopped = True
        self._awake.set()

    def run(self) -> None:
        while not self._stopped:
            try:
                with psycopg.connect(self.url, autocommit=True) as connection:
                    self._send(connection)
            except psycopg.Error as error:
                logger.warning("notifications interrupted, followers poll: %s", error)
                time.sleep(PAUSE_AFTER_FAILURE)

    def _send(self, connection: psycopg.Connection[tuple[object, ...]]) -> None:
        while not self._stopped:
            self._awake.wait()
            self._awake.clear()
            while self._changed:
                channel = sql.Identifier(self._changed.pop())
                connection.execute(sql.SQL("NOTIFY {}").format(channel))
