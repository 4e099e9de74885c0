"""What every command has in common: the running system, the organisation, and how results look."""

import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Annotated, Any, NoReturn

import typer
from pydantic import BaseModel
from rich.console import Console
from rich.markup import escape
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    SpinnerColumn,
    TextColumn,
    TimeRemainingColumn,
)

import app
from domain.errors import NotFound
from projections.asked import Asked, resolve, time_zone
from projections.dates import NotAMoment, Said, end_of, moment
from projections.engine import Projector
from projections.indexer import Indexer
from projections.read_model import ReadModel
from projections.rebuild import RebuildRunning, bring_up_to_date
from store import organisations
from store.database import Connection, Organisation
from store.system import Hireledger

MAIN = "main"

talk = Console(stderr=True)

Org = Annotated[
    str | None,
    typer.Option("--org", envvar="HIRELEDGER_ORG", help="The organisation; omitted: the only one."),
]
Moment = Annotated[
    str | None, typer.Option(help="RFC 3339 with an offset, or a date: its end in local time.")
]
AsJson = Annotated[bool, typer.Option("--json", help="As one line of JSON.")]


def fail(words: str) -> NoReturn:
    """Ends with an error."""
    talk.print(f"[red]error:[/red] {escape(words)}", highlight=False)
    sys.exit(1)


def say(answer: BaseModel | dict[str, Any]) -> None:
    """One line of JSON on standard output, for programs."""
    data = answer.model_dump(mode="json") if isinstance(answer, BaseModel) else answer
    print(json.dumps(data))


def show(answer: dict[str, Any], as_json: bool) -> None:
    """An answer as one line of JSON for programs, or set out for people."""
    if as_json:
        print(json.dumps(answer))
    else:
        Console().print_json(data=answer)


@contextmanager
def running() -> Iterator[Hireledger]:
    """The system, started and closed."""
    hireledger = app.start()
    try:
        yield hireledger
    finally:
        hireledger.close()


@contextmanager
def question(
    hireledger: Hireledger,
    org: str | None,
    reads: tuple[ReadModel, ...],
    as_of: str | None,
    known_at: str | None,
) -> Iterator[tuple[Connection, Asked]]:
    """A transaction, and what was understood of the times asked for."""
    organisation = chosen(hireledger, org)
    try:
        bring_up_to_date(hireledger.database, organisation)
    except RebuildRunning:
        talk.print("[dim]read models are being built anew elsewhere; the old ones answer[/dim]")
    with hireledger.database.transaction(organisation) as connection:
        zone = time_zone(connection)
        yield (
            connection,
            resolve(
                connection,
                reads,
                as_of=end_of(said("--as-of", as_of), zone),
                known_at=end_of(said("--known-at", known_at), zone),
            ),
        )


def said(option: str, text: str | None) -> Said:
    """A date or time given on the command line; ends the program if it is neither."""
    try:
        return moment(text)
    except NotAMoment as error:
        fail(f"{option}: {error}")


def chosen(hireledger: Hireledger, name: str | None) -> Organisation:
    """The organisation named; else the main one; else the only one. Raises NotFound."""
    if name is not None:
        return organisations.find(hireledger.database, name)
    found = hireledger.organisations()
    for organisation in found:
        if organisation.name == MAIN or len(found) == 1:
            return organisation
    if not found:
        fail("there is no organisation yet; begin one with: hireledger org create NAME")
    fail(f"say which organisation with --org: {', '.join(o.name for o in found)}")


def find_or_begin(hireledger: Hireledger, name: str | None) -> Organisation:
    """The organisation named; else the main one, which begins when first needed."""
    try:
        return organisations.find(hireledger.database, name or MAIN)
    except NotFound:
        if name is not None:
            raise
        return organisations.create(hireledger.database, MAIN)


def catch_up(hireledger: Hireledger, organisation: Organisation, bar: Progress) -> None:
    """Projects and indexes what was recorded, unless another is at it."""
    for doing, stepping in (("projecting", Projector), ("indexing", Indexer)):
        follows = stepping(hireledger.database, organisation)
        task = bar.add_task(doing, total=None)
        while step := follows.step():
            bar.update(task, completed=step.upto, total=step.head)


def progress() -> Progress:
    """A progress bar on standard error."""
    return Progress(
        SpinnerColumn(),
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeRemainingColumn(),
        console=talk,
    )
