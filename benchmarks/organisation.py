"""A very large organisation to measure with: `python -m benchmarks.organisation EVENTS --org NAME`.

Its pace is the same at any size: 500,000 events a year, so that more events are a longer history
and not a denser one.
"""

import time
from collections.abc import Iterator
from datetime import UTC, datetime
from random import Random
from typing import Annotated
from uuid import UUID

import typer

import app
from benchmarks.history.rows import rows
from benchmarks.history.weeks import PACE, WEEKS_A_YEAR, History
from benchmarks.loading import load
from cli.shared import catch_up, progress
from store import organisations

SPARE = 100
"""Planned beyond what is asked for, so that the last row comes just before the end."""


def generate(
    events: int,
    organisation: UUID,
    seed: int = 1,
    *,
    until: datetime | None = None,
    pace: int = PACE,
) -> Iterator[str]:
    """The rows of so many events for COPY, from position 2 on, the last recorded about now.

    The same seed gives the same history until the same moment.
    """
    weeks = max(1, round(events / pace * WEEKS_A_YEAR))
    history = History(events, organisation, weeks, Random(seed), until or datetime.now(UTC))
    position, left = 2, events
    for week in range(weeks):
        due = events * (week + 1) // weeks - (events - left)
        history.plan(week, due if week + 1 < weeks else left + SPARE)
        first = position
        position = yield from rows(history.diary.take(week), position, left, history.world.dice)
        left -= position - first


def make_big(
    events: int,
    org: Annotated[str, typer.Option(help="What the new organisation is called.")],
    seed: Annotated[int, typer.Option(help="Another seed gives another history.")] = 1,
) -> None:
    """Makes an organisation with a history of so many events, and projects it."""
    hireledger = app.start()
    organisation = organisations.create(hireledger.database, org, "Europe/Berlin")
    started = time.monotonic()
    with progress() as bar:
        task = bar.add_task("recording", total=events)
        history = generate(events, organisation.id, seed)
        load(hireledger, organisation, history, lambda done: bar.update(task, completed=done))
        loaded = time.monotonic() - started
        catch_up(hireledger, organisation, bar)
    hireledger.close()
    print(f"{org}: {events:,} events, {events / loaded:,.0f} a second")


if __name__ == "__main__":
    typer.run(make_big)
