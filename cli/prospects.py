"""Lists of people somebody found, however long."""

import hashlib
from pathlib import Path
from typing import Annotated
from uuid import UUID

import typer

from cli.shared import Org, catch_up, chosen, progress, running, say
from commands.prospects import Sourcing
from domain.role import Role
from exchange.prospects import rows
from exchange.sourcing import Report, source_all
from projections.indexer import Indexer
from store.envelope import Attribution
from store.ids import derived_id

cli = typer.Typer()
prospects_cli = typer.Typer(help="People somebody found.", no_args_is_help=True)
cli.add_typer(prospects_cli, name="prospects")


@prospects_cli.command("import")
def import_prospects(
    file: Path,
    org: Org = None,
    origin: Annotated[str, typer.Option(help="sourced, referred, university ...")] = "sourced",
    source: Annotated[str, typer.Option(help="The channel.")] = "unknown",
    pool: Annotated[UUID | None, typer.Option(help="The pool they all join.")] = None,
    asks: Annotated[
        bool, typer.Option(help="Ask whoever has neither agreed nor had a notice, by mail.")
    ] = False,
) -> None:
    """Register the people of a CSV file who are new, 500 lines at a time.

    Given again, a file that was broken off goes on where it was. Lines that cannot be taken are
    left out and told.
    """
    with running() as hireledger, file.open("rb") as content:
        organisation = chosen(hireledger, org)
        log = hireledger.log(organisation)
        digest = hashlib.file_digest(content, "sha256").hexdigest()
        content.seek(0)

        def attributed(stretch: int) -> Attribution:
            secret = hireledger.database.keyring.secret("prospects")
            name = f"{digest}:{origin}:{source}:{pool}:{asks}:{stretch}"
            command_id = derived_id(secret, str(organisation.id), name)
            return Attribution("system", organisation.id, Role.ADMIN, "cli", command_id=command_id)

        sourcing = Sourcing(origin, source, pool, "sourced", asks)
        indexer = Indexer(hireledger.database, organisation)
        with progress() as bar:
            task = bar.add_task("sourcing", total=None)

            def show(report: Report) -> None:
                bar.update(task, completed=report.lines)
                # So that a line further down that has the same address is known again.
                while indexer.step():
                    pass

            report = source_all(log, rows(content), sourcing, attributed, show)
            catch_up(hireledger, organisation, bar)
        say(vars(report))
