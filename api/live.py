"""Who hears of the log as it grows: one look at the database serves all who listen."""

import asyncio
import logging
import signal
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from types import FrameType
from typing import Any
from uuid import UUID

import anyio
from anyio.to_thread import run_sync

from projections.live import MOST_POSITIONS, Change, changes
from store.database import Organisation
from store.system import Hireledger

logger = logging.getLogger(__name__)

LOOK_EVERY_SECONDS = 0.25
CHECK_KEYS_EVERY_SECONDS = 5.0
PAUSE_AFTER_FAILURE = 1.0


class Live:
    """Who listens in this process: a hub for each organisation that anybody listens to."""

    def __init__(self, hireledger: Hireledger) -> None:
        self.hireledger = hireledger
        self.hubs: dict[UUID, Hub] = {}
        self._running: set[asyncio.Task[None]] = set()
        self._ended = False

    @contextmanager
    def listener(self, organisation: Organisation, key: str, after: int) -> "Iterator[Listener]":
        """Someone who hears of everything after a position, until they go."""
        listener = Listener(key, after)
        hub = self.hubs.get(organisation.id) or self._begin(organisation)
        hub.listeners.add(listener)
        if self._ended:
            hub.leave(listener)
        with listener.changes:
            try:
                yield listener
            finally:
                hub.leave(listener)

    def _begin(self, organisation: Organisation) -> "Hub":
        hub = self.hubs[organisation.id] = Hub(self.hireledger, organisation)
        task = asyncio.create_task(self._run(hub))
        self._running.add(task)
        task.add_done_callback(self._running.discard)
        return hub

    async def _run(self, hub: "Hub") -> None:
        try:
            await hub.run()
        finally:
            del self.hubs[hub.organisation.id]

    def end(self) -> None:
        """Ends every stream, now and from now on."""
        self._ended = True
        for hub in self.hubs.values():
            for listener in set(hub.listeners):
                hub.leave(listener)

    @contextmanager
    def ended_by_signals(self) -> Iterator[None]:
        """Ends every stream when the process is told to stop.

        The server waits for its connections first, and tells the application only then.
        """
        loop = asyncio.get_running_loop()

        def end_first(handler: Any, number: int, frame: FrameType | None) -> None:
            loop.call_soon_threadsafe(self.end)
            handler(number, frame)

        in_main_thread = threading.current_thread() is threading.main_thread()
        numbers = (signal.SIGINT, signal.SIGTERM) if in_main_thread else ()
        servers = {n: handler for n in numbers if callable(handler := signal.getsignal(n))}
        for number, handler in servers.items():
            signal.signal(number, partial(end_first, handler))
        try:
            yield
        finally:
            for number, handler in servers.items():
                signal.signal(number, handler)


class Hub:
    """Looks into an organisation's log for all who listen to it, as long as anybody does."""

    def __init__(self, hireledger: Hireledger, organisation: Organisation) -> None:
        self.hireledger = hireledger
        self.organisation = organisation
        self.listeners: set[Listener] = set()
        self.keys_checked_at = time.monotonic()

    async def run(self) -> None:
        """Returns once the last listener has gone."""
        while self.listeners:
            try:
                more = await self._tell()
                await self._check_keys()
            except Exception:
                # A stream that ended now would only begin again in the same trouble.
                logger.exception("live events of %s: trying again", self.organisation.name)
                await anyio.sleep(PAUSE_AFTER_FAILURE)
            else:
                await anyio.sleep(0 if more else LOOK_EVERY_SECONDS)

    async def _tell(self) -> bool:
        """Tells everyone what is new to them; whether there is more of it."""
        waiting = {listener.told for listener in self.listeners if listener.ready}
        found = await run_sync(self._look, waiting) if waiting else {}
        # Some may have come or gone while the database was asked.
        for listener in self.listeners:
            if listener.ready and listener.told in found:
                listener.tell(found[listener.told])
        return any(change.log_position - after == MOST_POSITIONS for after, change in found.items())

    def _look(self, waiting: set[int]) -> dict[int, Change]:
        with self.hireledger.database.transaction(self.organisation) as connection:
            return changes(connection, waiting)

    async def _check_keys(self) -> None:
        """Ends the streams of keys that were revoked or expired, and of sessions that ended."""
        if time.monotonic() - self.keys_checked_at < CHECK_KEYS_EVERY_SECONDS:
            return
        for key in {listener.key for listener in self.listeners}:
            if await run_sync(self.hireledger.holder, key) is None:
                for listener in {one for one in self.listeners if one.key == key}:
                    self.leave(listener)
        self.keys_checked_at = time.monotonic()

    def leave(self, listener: "Listener") -> None:
        """Tells them nothing more."""
        self.listeners.discard(listener)
        listener.end()


class Listener:
    """Someone who listens, and how far they were told.

    At most one message waits for them. As long as they do not take it, the next one is not
    made; it comes to cover more instead.
    """

    def __init__(self, key: str, after: int) -> None:
        self.key = key
        self.after = self.told = after
        self._sending, self.changes = anyio.create_memory_object_stream[Change](max_buffer_size=1)

    @property
    def ready(self) -> bool:
        """Whether they have taken what they were told last."""
        return self._sending.statistics().current_buffer_used == 0

    def tell(self, change: Change) -> None:
        """Gives them the next message."""
        self._sending.send_nowait(change)
        self.told = change.log_position

    def end(self) -> None:
        """Ends their stream, after the message that waits for them."""
        self._sending.close()
