"""Commands about what is kept: organisations, imports, migrations."""

from pathlib import Path
from typing import Annotated

import typer

from cli.shared import Org, catch_up, fail, find_or_begin, progress, running, say, talk
from domain.role import Role
from exchange import import_file
from store import organisations
from store.database import Database
from store.envelope import Attribution
from store.organisations import OrganisationExists
from store.settings import Settings

cli = typer.Typer()
org_cli = typer.Typer(help="Organisations.", no_args_is_help=True)
cli.add_typer(org_cli, name="org")


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
