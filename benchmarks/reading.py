"""The read side of a large organisation: its rebuild, and what is asked of it, at two lengths.

Both histories have the same pace; the longer one goes ten times as far back. What is asked is the
same of both: the largest board, and every metric over one window. A query costs what its window
holds if both take the same time.
"""

import gc
import statistics
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from uuid import UUID

from psycopg.rows import TupleRow
from rich.console import Console

from benchmarks.history.weeks import PACE
from benchmarks.loading import copy_limit, load
from benchmarks.measure import Line
from benchmarks.organisation import generate
from projections.asked import Asked, resolve
from projections.catalogue import READ_MODELS
from projections.metrics.answer import measure
from projections.metrics.catalogue import METRICS
from projections.metrics.question import Question
from projections.pipeline import board
from projections.rebuild import Rebuild, Rebuilt
from store import organisations
from store.database import Connection, Organisation
from store.system import Hireledger

LONGER = 10
ROUNDS = 20
BOARD_AIMS_MS = (50, 100)
METRIC_AIM_MS = 300
FLAT_AIM = 1 / 1.3

LARGEST_BOARD = """
SELECT requisition_id
FROM application_assignments
WHERE requisition_id IS NOT NULL
GROUP BY requisition_id
ORDER BY count(*) DESC, requisition_id
LIMIT 1
"""


@dataclass(frozen=True)
class History:
    """An organisation, and how its read models were built."""

    organisation: Organisation
    events: int
    rebuilt: Rebuilt
    copied: float
    """Rows a second that PostgreSQL copies into an empty table like the log's."""


def reading(
    hireledger: Hireledger, events: int, stock_rate: float, talk: Console
) -> Iterator[Line]:
    """The rebuild beside its references; each question to the longer history beside the shorter."""
    shorter = made(hireledger, events, talk)
    longer = made(hireledger, events * LONGER, talk)
    for history in (shorter, longer):
        yield from rebuilding(history, stock_rate)
    # As the server does once it has started (api/server.py).
    gc.collect()
    gc.freeze()
    length = timedelta(days=365 * events / PACE)
    for question in questions(min(timedelta(days=365), length * 0.4), length * 0.3):
        talk.print(f"asking {question.name} …")
        yield question.compared(hireledger, shorter, longer)


def made(hireledger: Hireledger, events: int, talk: Console) -> History:
    """A new organisation with a history of so many events, its read models built at once."""
    talk.print(f"recording {events:,} events …")
    organisation = organisations.create(hireledger.database, f"{events} events", "Europe/Berlin")
    load(hireledger, organisation, generate(events, organisation.id))
    copied = copy_limit(hireledger.database, organisation)
    talk.print(f"building the read models of {events:,} events …")
    rebuilt = Rebuild(hireledger.database, organisation).run()
    return History(organisation, events, rebuilt, copied)


def rebuilding(history: History, stock_rate: float) -> Iterator[Line]:
    """Events a second through all read models, indexes and change-over included."""
    rate = history.rebuilt.position / history.rebuilt.seconds
    what = f"rebuild of {len(READ_MODELS)} read models, {history.events:,} events"
    yield Line(what, rate, stock_rate, "events/s", "stock ProjectionRunner, one table", 40)
    yield Line(what, rate, history.copied, "events/s", "COPY of the same rows into a like table")


@dataclass(frozen=True)
class Asking:
    """One question, as it is asked of any organisation."""

    name: str
    ask: Callable[[Connection, Asked, UUID], object]
    as_of: datetime | None
    aim_ms: float

    def compared(self, hireledger: Hireledger, shorter: History, longer: History) -> Line:
        """p95 of the longer history beside the shorter, asked in turns, once each to warm up."""
        for history in (shorter, longer):
            self._spent(hireledger, history)
        spent: dict[int, list[float]] = {shorter.events: [], longer.events: []}
        for _ in range(ROUNDS):
            for history in (shorter, longer):
                spent[history.events].append(self._spent(hireledger, history))
        short, long = (p95(spent[history.events]) * 1000 for history in (shorter, longer))
        met = "✓" if long <= self.aim_ms else "✗"
        return Line(
            f"{self.name} (≤ {self.aim_ms:g} ms {met})",
            long,
            short,
            "ms, p95",
            f"{shorter.events:,} events; ours {longer.events:,}",
            FLAT_AIM,
            less_is_better=True,
        )

    def _spent(self, hireledger: Hireledger, history: History) -> float:
        with hireledger.database.transaction(history.organisation) as connection:
            asked = replace_time(resolve(connection, READ_MODELS), self.as_of)
            row: TupleRow | None = connection.execute(LARGEST_BOARD).fetchone()
            started = time.perf_counter()
            self.ask(connection, asked, row[0] if row else UUID(int=0))
            return time.perf_counter() - started


def replace_time(asked: Asked, as_of: datetime | None) -> Asked:
    return asked.model_copy(update={"as_of": as_of})


def questions(window: timedelta, ago: timedelta) -> Iterator[Asking]:
    """The board and every metric, now and as of some time ago."""
    now = datetime.now(UTC)
    past = now - min(ago, timedelta(days=30))
    for when, as_of, aim in zip(("now", "as of then"), (None, past), BOARD_AIMS_MS, strict=True):
        yield Asking(f"largest board, {when}", _board, as_of, aim)
    for metric in METRICS.values():
        for when, as_of, until in (("now", None, now), ("as of then", past, past)):
            ask = partial(_measure, metric.name, Question(until - window, until))
            name = f"{metric.name} of {window.days} days, {when}"
            yield Asking(name, ask, as_of, METRIC_AIM_MS)


def _board(connection: Connection, asked: Asked, requisition_id: UUID) -> object:
    return board(connection, asked, requisition_id)


def _measure(
    name: str, question: Question, connection: Connection, asked: Asked, _: UUID
) -> object:
    metric = METRICS[name]
    return measure(connection, asked, metric, metric.policy(), question)


def p95(seconds: list[float]) -> float:
    """Nineteen in twenty were no slower."""
    return statistics.quantiles(seconds, n=20)[18]
