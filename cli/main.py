"""All commands together, and how they fail."""

import logging

import typer

from app import NotMigrated
from cli import analysis, data, policies, read_models, serving
from cli.shared import fail
from domain.errors import Refusal
from projections.generations import RebuildCancelled
from projections.rebuild import (
    ReadersInTheWay,
    RebuildRunning,
    RebuildStopped,
)
from store.append import AppendUncertain
from store.database import DatabaseUnusable
from store.migrations import MigrationRefused

cli = typer.Typer(help="Recruiting on an append-only ledger.", no_args_is_help=True)
for part in (serving, data, analysis, read_models, policies):
    cli.add_typer(part.cli)


def main() -> None:
    """Runs the command line; whatever is refused ends in one line and exit code 1."""
    logging.basicConfig(level=logging.WARNING, format="%(levelname)s %(name)s: %(message)s")
    try:
        cli()
    except (
        Refusal,
        DatabaseUnusable,
        NotMigrated,
        MigrationRefused,
        AppendUncertain,
        RebuildRunning,
        RebuildCancelled,
        RebuildStopped,
        ReadersInTheWay,
    ) as error:
        fail(str(error))
