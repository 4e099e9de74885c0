"""All commands together, and how they fail."""

import logging
import signal
import sys

import typer

from app import NotMigrated
from cli import (
    accesses,
    analysis,
    audit,
    data,
    erasure,
    keyring,
    keys,
    members,
    policies,
    prospects,
    read_models,
    serving,
)
from cli.shared import fail
from domain.errors import Refusal
from hireledger_verify import Refused
from projections.generations import RebuildCancelled
from projections.rebuild import (
    ReadersInTheWay,
    RebuildRunning,
    RebuildStopped,
)
from store.append import AppendUncertain
from store.database import DatabaseUnusable
from store.keyring import KeysExposed
from store.ledger.sealing import SealingRefused
from store.migrations import MigrationRefused

cli = typer.Typer(help="Recruiting on an append-only ledger.", no_args_is_help=True)
for part in (
    serving,
    data,
    members,
    keys,
    analysis,
    read_models,
    audit,
    accesses,
    erasure,
    keyring,
    policies,
    prospects,
):
    cli.add_typer(part.cli)


def main() -> None:
    """Runs the command line; whatever is refused ends in one line and exit code 1."""
    # Killed by it, a program would leave the embedded database running.
    signal.signal(signal.SIGTERM, lambda number, _: sys.exit(128 + number))
    logging.basicConfig(level=logging.WARNING, format="%(levelname)s %(name)s: %(message)s")
    try:
        cli()
    except (
        Refusal,
        Refused,
        SealingRefused,
        DatabaseUnusable,
        KeysExposed,
        NotMigrated,
        MigrationRefused,
        AppendUncertain,
        RebuildRunning,
        RebuildCancelled,
        RebuildStopped,
        ReadersInTheWay,
    ) as error:
        fail(str(error))
