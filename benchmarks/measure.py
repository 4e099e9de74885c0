"""Stopwatches and the table of results."""

import statistics
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from rich.console import Console
from rich.table import Table


@dataclass(frozen=True)
class Line:
    """One measurement beside its reference."""

    what: str
    ours: float
    reference: float
    unit: str
    reference_is: str
    aim: float | None = None
    less_is_better: bool = False

    @property
    def ratio(self) -> float:
        """How many times better than the reference."""
        return self.reference / self.ours if self.less_is_better else self.ours / self.reference


def rate(work: Callable[[], object], times: int, threads: int = 1) -> float:
    """How often per second `threads` of these can do the work."""
    each = times // threads

    def repeat() -> None:
        for _ in range(each):
            work()

    workers = [threading.Thread(target=repeat) for _ in range(threads)]
    started = time.perf_counter()
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    return each * threads / (time.perf_counter() - started)


def side_by_side(
    ours: Callable[[], float], reference: Callable[[], float], rounds: int = 3
) -> tuple[float, float]:
    """Both rates, measured in turns so that a noisy minute hits both; the median of each."""
    pairs = [(ours(), reference()) for _ in range(rounds)]
    return statistics.median(a for a, _ in pairs), statistics.median(b for _, b in pairs)


def show(lines: Sequence[Line]) -> None:
    """Prints the table."""
    table = Table(title="Hireledger beside its references, same run, same server")
    for heading in ("what", "ours", "reference", "", "times", "aim", "reference is"):
        numeric = heading in ("ours", "reference", "times", "aim")
        table.add_column(heading, justify="right" if numeric else "left")
    for line in lines:
        met = "" if line.aim is None else f"≥ {line.aim:g} {'✓' if line.ratio >= line.aim else '✗'}"
        table.add_row(
            line.what,
            f"{line.ours:,.4g}" if line.ours < 100 else f"{line.ours:,.0f}",
            f"{line.reference:,.4g}" if line.reference < 100 else f"{line.reference:,.0f}",
            line.unit,
            f"{line.ratio:.1f}",
            met,
            line.reference_is,
        )
    Console(width=150).print(table)
