"""The command line. Results go to standard output, everything else to standard error."""

import json
import logging
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Any, NoReturn

import typer
import uvicorn
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
from api import server
from app import NotMigrated
from domain.errors import NotFound, Refusal
from domain.role import Role
from exchange import import_file
from projections.asked import Asked, resolve, time_zone
from projections.catalogue import READ_MODELS
from projections.dates import NotAMoment, Said, end_of, moment, window
from projections.engagement import engagement
from projections.engine import Projector
from projections.follower import Follower
from projections.health import differences
from projections.stage_conversion import stage_conversion
from projections.time_to_hire import time_to_hire
from simulation.history import simulate
from store import api_keys, organisations
from store.append import AppendUncertain
from store.database import Connection, Database, DatabaseUnusable, Organisation
from store.envelope import Attribution
from store.ids import new_id
from store.migrations import MigrationRefused
from store.organisations import OrganisationExists
from store.settings import Settings
from store.system import Hireledger

MAIN = "main"
DEMO = "demo"
HOST, PORT = "127.0.0.1", 8000
GRACE_SECONDS = 10

cli = typer.Typer(help="Recruiting on an append-only ledger.", no_args_is_help=True)
org_cli = typer.Typer(help="Organisations.", no_args_is_help=True)
key_cli = typer.Typer(help="API keys.", no_args_is_help=True)
cli.add_typer(org_cli, name="org")
cli.add_typer(key_cli, name="key")

talk = Console(stderr=True)

Org = Annotated[
    str | None,
    typer.Option("--org", envvar="HIRELEDGER_ORG", help="The organisation; omitted: the only one."),
]
Moment = Annotated[
    str | None, typer.Option(help="RFC 3339 with an offset, or a date: its end in local time.")
]
METRICS: dict[str, Callable[..., BaseModel]] = {
    "time-to-hire": time_to_hire,
    "funnel": stage_conversion,
    "engagement": engagement,
}


def main() -> None:
    """Runs the command line; whatever is refused ends in one line and exit code 1."""
    logging.basicConfig(level=logging.WARNING, format="%(levelname)s %(name)s: %(message)s")
    try:
        cli()
    except (Refusal, DatabaseUnusable, NotMigrated, MigrationRefused, AppendUncertain) as error:
        fail(str(error))


def fail(words: str) -> NoReturn:
    """Ends with an error."""
    talk.print(f"[red]error:[/red] {escape(words)}", highlight=False)
    sys.exit(1)


@cli.command()
def serve(
    host: Annotated[str, typer.Option(help="Address to listen on.")] = HOST,
    port: Annotated[int, typer.Option(help="Port to listen on.")] = PORT,
    projector: Annotated[
        bool, typer.Option(help="Move the read models in this process too.")
    ] = True,
) -> None:
    """Serve the API, with a projector unless another process has one."""
    with running() as hireledger:
        listen(hireledger, host, port, projector)


@cli.command()
def project() -> None:
    """Move the read models of all organisations; any number of these may run."""
    with running() as hireledger:
        follower = Follower(hireledger.database)
        follower.start()
        try:
            follower.join()
        except KeyboardInterrupt:
            follower.stop()
            follower.join()


@cli.command()
def demo(
    port: Annotated[int, typer.Option(help="Port to listen on.")] = PORT,
    host: Annotated[str, typer.Option(help="Address to listen on.")] = HOST,
) -> None:
    """Serve a demo organisation with a simulated history, made on the first run."""
    with running() as hireledger:
        organisation = next((o for o in hireledger.organisations() if o.name == DEMO), None)
        if organisation is None:
            organisation = make_demo(hireledger)
        key = api_keys.create(hireledger.database, organisation, Role.ADMIN, "demo")
        talk.print(f"\n[bold]Look at[/bold] http://{host}:{port}/docs  (Authorize, then try)")
        talk.print(f"[bold]with the key[/bold] {key}", highlight=False, soft_wrap=True)
        talk.print(
            f"or: curl -H 'Authorization: Bearer {key}'"
            f" http://{host}:{port}/api/metrics/time-to-hire\n",
            highlight=False,
            soft_wrap=True,
        )
        listen(hireledger, host, port, with_projector=True)


def make_demo(hireledger: Hireledger) -> Organisation:
    """Makes the demo organisation and its history, and projects it."""
    draft = f"{DEMO} {new_id()}"
    organisation = organisations.create(hireledger.database, draft, "Europe/Berlin")
    with progress() as bar:
        task = bar.add_task("simulating a year and a half of hiring", total=None)
        simulate(
            hireledger.log(organisation),
            lambda done, total: bar.update(task, completed=done, total=total),
        )
        catch_up(hireledger, organisation, bar)
    # Named only when complete: a demo interrupted half-way is never taken for a whole one.
    organisations.rename(hireledger.database, organisation, DEMO)
    return organisations.find(hireledger.database, DEMO)


@cli.command()
def migrate() -> None:
    """Bring the database up to date."""
    settings = Settings()
    database = Database(settings)
    for name, applied in organisations.migrate_all(database).items():
        talk.print(f"{name}: {', '.join(applied) if applied else 'up to date'}")
    database.close()


@org_cli.command("create")
def create_organisation(
    name: str,
    zone: Annotated[str, typer.Option("--time-zone", help="An IANA time zone.")] = "UTC",
) -> None:
    """Start an organisation and its log."""
    with running() as hireledger:
        try:
            organisation = organisations.create(hireledger.database, name, zone)
        except OrganisationExists:
            fail(f"there is an organisation named {name} already")
        say({"organisation": organisation.name, "id": str(organisation.id)})


@key_cli.command("create")
def create_key(
    role: Annotated[Role, typer.Option(help="What the key may do.")],
    org: Org = None,
    label: Annotated[str, typer.Option(help="What it is for.")] = "",
) -> None:
    """Make an API key. It is shown this once."""
    with running() as hireledger:
        organisation = chosen(hireledger, org)
        print(api_keys.create(hireledger.database, organisation, role, label))


@cli.command("import")
def import_(file: Path, org: Org = None) -> None:
    """Import a recruiting history; all of it or, with the reasons, nothing."""
    with running() as hireledger:
        organisation = find_or_begin(hireledger, org)
        by = Attribution("system", organisation.id, Role.ADMIN, "import")
        with progress() as bar:
            task = bar.add_task("reading", total=None)

            def show(what: str, done: int, total: int) -> None:
                bar.update(task, description=what, completed=done, total=total)

            report = import_file(hireledger.log(organisation), file, by, show)
            catch_up(hireledger, organisation, bar)
        say(report)


@cli.command()
def metrics(
    name: Annotated[str, typer.Argument(help=" | ".join(METRICS))],
    org: Org = None,
    from_: Annotated[str | None, typer.Option("--from", help="From this date or time.")] = None,
    to: Annotated[str | None, typer.Option(help="Up to and with this date, or this time.")] = None,
    as_of: Moment = None,
    known_at: Moment = None,
    as_json: Annotated[bool, typer.Option("--json", help="As one line of JSON.")] = False,
) -> None:
    """Compute a metric, now or as of any date as known at any date."""
    if name not in METRICS:
        fail(f"there is no metric {name}; there are {', '.join(METRICS)}")
    with running() as hireledger, question(hireledger, org, as_of, known_at) as (connection, asked):
        within = window(said("--from", from_), said("--to", to), time_zone(connection))
        result = METRICS[name](connection, asked, **within)
    answer = {**asked.model_dump(mode="json"), **result.model_dump(mode="json")}
    if as_json:
        print(json.dumps(answer))
    else:
        Console().print_json(data=answer)


@cli.command()
def rebuild(
    read_model: Annotated[
        str | None, typer.Option("--read-model", help="Only this one; omitted: all.")
    ] = None,
    org: Org = None,
) -> None:
    """Compute read models anew from the log; readers see the old rows until it is done."""
    known = [model.name for model in READ_MODELS]
    if read_model is not None and read_model not in known:
        fail(f"there is no read model {read_model}; there are {', '.join(known)}")
    names = [read_model] if read_model else known
    with running() as hireledger, progress() as bar:
        projector = Projector(hireledger.database, chosen(hireledger, org))
        task, started, upto = bar.add_task("rebuilding", total=None), time.monotonic(), 0
        for step in projector.rebuild(names):
            upto = step.upto
            bar.update(task, completed=step.upto, total=step.head)
        seconds = time.monotonic() - started
    say({"read_models": names, "events": upto, "events_per_second": round(upto / seconds)})


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


def say(answer: BaseModel | dict[str, Any]) -> None:
    """One line of JSON on standard output, for programs."""
    data = answer.model_dump(mode="json") if isinstance(answer, BaseModel) else answer
    print(json.dumps(data))


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
    hireledger: Hireledger, org: str | None, as_of: str | None, known_at: str | None
) -> Iterator[tuple[Connection, Asked]]:
    """A transaction, and what was understood of the times asked for."""
    organisation = chosen(hireledger, org)
    while Projector(hireledger.database, organisation).step():
        pass
    with hireledger.database.transaction(organisation) as connection:
        zone = time_zone(connection)
        yield (
            connection,
            resolve(
                connection,
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


def listen(hireledger: Hireledger, host: str, port: int, with_projector: bool) -> None:
    """Serves until interrupted."""
    uvicorn.run(
        server.create(hireledger, with_projector),
        host=host,
        port=port,
        log_level="warning",
        access_log=False,
        # Streams end at once; this is for a client that does not even read their end.
        timeout_graceful_shutdown=GRACE_SECONDS,
    )


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
    """Projects what was recorded, or waits for whoever is at it."""
    projector = Projector(hireledger.database, organisation)
    task = bar.add_task("projecting", total=None)
    while step := projector.step():
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


if __name__ == "__main__":
    main()
