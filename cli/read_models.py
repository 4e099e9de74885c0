"""Commands about read models: where they stand, building them anew, what to do about poison."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import (
    BarColumn,
    Progress,
    ProgressColumn,
    SpinnerColumn,
    Task,
    TaskProgressColumn,
    TextColumn,
    TimeRemainingColumn,
)
from rich.table import Table
from rich.text import Text

from cli.shared import AsJson, Org, chosen, fail, running, say, show, talk
from commands import organisation as commands
from domain.role import Role
from projections import rebuild as rebuilding
from projections import search
from projections.catalogue import ALL_READ_MODELS, READ_MODELS
from projections.engine import Projector
from projections.health import ReadModelHealth, differences, health
from projections.indexer import Indexer, renew
from projections.rebuild import Rebuild
from store.database import Organisation
from store.envelope import Attribution
from store.system import Hireledger

cli = typer.Typer()
projections_cli = typer.Typer(
    help="Read models: where they stand, and what to do about an event that stops one.",
    invoke_without_command=True,
)
cli.add_typer(projections_cli, name="projections")

NAMES = [model.name for model in ALL_READ_MODELS]
PROJECTED = [model.name for model in READ_MODELS]
Name = Annotated[str, typer.Argument(help=" | ".join(NAMES))]


@cli.command()
def rebuild(
    read_model: Annotated[
        str | None, typer.Option("--read-model", help="Only this one; omitted: all.")
    ] = None,
    cancel: Annotated[
        bool, typer.Option("--cancel", help="Break off a rebuild, and drop what it had built.")
    ] = False,
    forget_before: Annotated[
        bool, typer.Option("--forget-before", help="Drop the generations that were replaced.")
    ] = False,
    org: Org = None,
) -> None:
    """Build read models anew beside those that answer, compare, and change over at once.

    Commands and queries go on. Interrupted, it goes on where it was when run again.
    """
    names = [known(read_model)] if read_model else NAMES
    with running() as hireledger:
        organisation = chosen(hireledger, org)
        if cancel:
            say({"cancelled": rebuilding.cancel(hireledger.database, organisation, names)})
            return
        if forget_before:
            say({"forgotten": rebuilding.forget_before(hireledger.database, organisation)})
            return
        if read_model == search.READ_MODEL.name:
            say({"read_models": names, "key_version": renew(hireledger.database, organisation)})
            return
        with progress() as bar:
            task = bar.add_task("rebuilding", total=None)

            def tell(at: rebuilding.Progress) -> None:
                bar.update(task, description=at.doing, completed=at.done, total=at.total)

            projected = [name for name in names if name in PROJECTED]
            done = Rebuild(hireledger.database, organisation, projected, progress=tell).run()
            if search.READ_MODEL.name in names:
                bar.update(task, description="indexing")
                renew(hireledger.database, organisation)
                done.read_models.append(search.READ_MODEL.name)
    for difference in done.differences:
        talk.print(
            f"[yellow]{difference.table}[/yellow]: the old rows had {difference.extra} too many"
            f" and lacked {difference.missing}; for example",
            *difference.sample,
            sep="\n  ",
        )
    say({**asdict(done), "events_per_second": round(done.position / done.seconds)})


@projections_cli.callback()
def projections(context: typer.Context, org: Org = None, as_json: AsJson = False) -> None:
    """Where each read model stands, and what stopped it; exit code 1 if one is stopped."""
    if context.invoked_subcommand:
        return
    with running() as hireledger:
        organisation = chosen(hireledger, org)
        with hireledger.database.transaction(organisation) as connection:
            rows = health(connection)
    if as_json:
        show({"items": [row.model_dump(mode="json") for row in rows]}, as_json=True)
    else:
        Console().print(table(rows))
    if any(row.error for row in rows):
        sys.exit(1)


def table(rows: list[ReadModelHealth]) -> Table:
    """The read models for people."""
    shown = Table("read model", "position", "events behind", "seconds behind", "state")
    for row in rows:
        state = "running"
        if row.error:
            state = f"[red]stopped at {row.failed_position} ({row.failed_type}): {row.error}[/red]"
        elif row.outdated:
            state = f"[yellow]version {row.version} answers until the new one is built[/yellow]"
        lag = f"{row.lag_seconds:.1f}"
        shown.add_row(row.name, str(row.position), str(row.lag_events), lag, state)
    return shown


@projections_cli.command()
def retry(name: Name, org: Org = None) -> None:
    """Let a stopped read model try the event again, after what was wrong is mended."""
    known(name)
    with running() as hireledger:
        projector = follows(hireledger, chosen(hireledger, org), name)
        if not projector.go_on(name):
            fail(f"read model {name} is not stopped")
        while projector.step():
            pass
        report(projector, name)


@projections_cli.command()
def skip(
    name: Name,
    position: Annotated[int, typer.Argument(help="The log position that stops it.")],
    reason: Annotated[str, typer.Option(help="Why; it is recorded.", prompt=True)],
    org: Org = None,
) -> None:
    """Let a stopped read model go past the event; that, and why, is itself recorded."""
    known(name)
    with running() as hireledger:
        organisation = chosen(hireledger, org)
        projector = follows(hireledger, organisation, name)
        with hireledger.database.transaction(organisation) as connection:
            standing = {row.name: row for row in health(connection)}.get(name)
        if standing is None or standing.failed_position != position:
            fail(f"read model {name} is not stopped at position {position}")
        by = Attribution("system", organisation.id, Role.ADMIN, "cli")
        commands.skip_event(hireledger.log(organisation), by, name, position, reason)
        projector.go_on(name)
        while projector.step():
            pass
        report(projector, name)


def follows(hireledger: Hireledger, organisation: Organisation, name: str) -> Projector | Indexer:
    """What moves a read model."""
    moves = Projector if name in PROJECTED else Indexer
    return moves(hireledger.database, organisation)


def report(projector: Projector | Indexer, name: str) -> None:
    """Where a read model stands; ends with exit code 1 if it is stopped."""
    with projector.database.transaction(projector.organisation) as connection:
        standing = next(row for row in health(connection) if row.name == name)
    say(standing)
    if standing.error:
        sys.exit(1)


@cli.command()
def check(org: Org = None) -> None:
    """Verify that the log is contiguous and the read models are what it says; exit 1 if not."""
    with running() as hireledger:
        faults = differences(hireledger.database, chosen(hireledger, org))
    for fault in faults:
        print(fault)
    if faults:
        sys.exit(1)
    print("the log is whole, and every read model equals a fresh projection")


def known(name: str) -> str:
    """The name of a read model; ends the program if there is none of that name."""
    if name not in NAMES:
        fail(f"there is no read model {name}; there are {', '.join(NAMES)}")
    return name


class Pace(ProgressColumn):
    """Events a second; an event counts once for each read model that takes it in."""

    def render(self, task: Task) -> Text:
        speed = task.finished_speed or task.speed
        return Text(f"{speed:,.0f} events/s" if speed else "", style="progress.data.speed")


@contextmanager
def progress() -> Iterator[Progress]:
    """A bar with the pace and the time left, on standard error."""
    with Progress(
        SpinnerColumn(),
        TextColumn("{task.description}"),
        BarColumn(),
        TaskProgressColumn(),
        Pace(),
        TimeRemainingColumn(),
        console=talk,
    ) as bar:
        yield bar
