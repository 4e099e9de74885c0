"""How fast the read models follow the log, and how soon a command's effect is seen."""

import statistics
import time
from collections.abc import Iterator

from benchmarks.measure import Line
from benchmarks.stock import StockApplication, new_candidate, stock_runner
from domain.candidate import Candidate
from domain.plan import STANDARD_PLAN
from projections.asked import standing
from projections.catalogue import READ_MODELS
from projections.engine import Projector
from projections.follower import Follower
from projections.rebuild import Rebuild
from store.envelope import Attribution
from store.ids import new_id
from store.log import Log

STOCK_EVENTS = 1_500
LIVE_EVENTS = 20_000
REBUILD_EVENTS = 60_000
EVENTS_A_CANDIDATE = 4
LIVE_BATCH = 100
LATENCY_COMMANDS = 300


def someone() -> Attribution:
    return Attribution("person", new_id(), "recruiter", "api")


def a_history() -> Candidate:
    """Registered, applied, screened, moved to interviews."""
    candidate, application = Candidate.begin(new_id()), new_id()
    candidate.register(source="careers_page")
    candidate.apply_for(application, None)
    candidate.screen(application, STANDARD_PLAN, outcome="passed")
    candidate.move(application, "interview", STANDARD_PLAN)
    return candidate


def fill(log: Log, events: int) -> None:
    """Puts this many events into the log."""
    left = events // EVENTS_A_CANDIDATE
    while left:
        some = min(left, 1_000)
        log.save(*(a_history() for _ in range(some)), by=someone())
        left -= some


def stock_rate(stock: StockApplication, environment: dict[str, str]) -> float:
    """Events a second through the stock runner, from an idle start."""
    for _ in range(STOCK_EVENTS // 100):
        stock.save(*(new_candidate() for _ in range(100)))
    last = stock.recorder.max_notification_id()
    started = time.perf_counter()
    with stock_runner(environment) as runner:
        runner.wait(last, timeout=120)
        return STOCK_EVENTS / (time.perf_counter() - started)


def projecting(log: Log, stock: StockApplication, environment: dict[str, str]) -> Iterator[Line]:
    """All read models, live in small batches and rebuilt in large ones."""
    projector = Projector(log.database, log.organisation)
    while projector.step():
        pass
    reference = stock_rate(stock, environment)
    fill(log, LIVE_EVENTS)
    started = time.perf_counter()
    while projector.step(LIVE_BATCH):
        pass
    live = LIVE_EVENTS / (time.perf_counter() - started)
    yield Line(
        f"live projection, {len(READ_MODELS)} read models",
        live,
        reference,
        "events/s",
        "stock ProjectionRunner, one table",
        20,
    )
    fill(log, REBUILD_EVENTS)
    while projector.step():
        pass
    started = time.perf_counter()
    position = Rebuild(log.database, log.organisation).run().position
    rebuilt = position / (time.perf_counter() - started)
    yield Line(
        f"rebuild, {len(READ_MODELS)} read models",
        rebuilt,
        reference,
        "events/s",
        "stock ProjectionRunner, one table",
        40,
    )


def latency(log: Log, stock: StockApplication, environment: dict[str, str]) -> Iterator[Line]:
    """From the command's answer to its effect in the read models."""
    follower = Follower(log.database)
    follower.start()
    ours = sorted(_ours_seen(log) for _ in range(LATENCY_COMMANDS))
    follower.stop()
    follower.join()
    with stock_runner(environment) as runner:
        runner.wait(stock.recorder.max_notification_id(), timeout=120)
        reference = sorted(_stock_seen(stock, runner) for _ in range(LATENCY_COMMANDS))
    for name, pick in (("median", statistics.median), ("p99", _p99)):
        yield Line(
            f"write to visible, {name}",
            pick(ours) * 1000,
            pick(reference) * 1000,
            "ms",
            "stock ProjectionRunner",
            less_is_better=True,
        )


def _p99(values: list[float]) -> float:
    return statistics.quantiles(values, n=100)[98]


def _ours_seen(log: Log) -> float:
    position = log.record(a_history(), by=someone()).position
    started = time.perf_counter()
    while True:
        with log.database.transaction(log.organisation) as connection:
            if standing(connection, READ_MODELS)[0] >= position:
                return time.perf_counter() - started


def _stock_seen(stock: StockApplication, runner: object) -> float:
    position = stock.save(new_candidate())[-1].notification.id
    started = time.perf_counter()
    while not runner.view.has_tracking_id(stock.name, position):  # type: ignore[attr-defined]
        pass
    return time.perf_counter() - started
