"""Commands about proof: sealing the log, and checking that it is whole and unchanged."""

import sys
from pathlib import Path
from typing import Annotated
from uuid import UUID

import typer
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from cli.shared import AsJson, Org, chosen, fail, running, say, talk
from store.ledger import checkpoints
from store.ledger.sealing import seal
from store.ledger.trees import TREES
from store.ledger.verification import verify as verify_ledger

audit_cli = typer.Typer(help="Proof that the log is whole and unchanged.", no_args_is_help=True)
cli = typer.Typer()
cli.add_typer(audit_cli, name="audit")


@audit_cli.command("seal")
def seal_now(org: Org = None) -> None:
    """Seal what was recorded since the last time; a running server does so by itself."""
    with running() as hireledger:
        organisation = chosen(hireledger, org)
        for tree in TREES.values():
            while sealed := seal(hireledger.database, organisation, tree):
                say({"tree": tree.name, "size": sealed.checkpoint.size})
                if not sealed.more:
                    break


@audit_cli.command()
def verify(org: Org = None, as_json: AsJson = False) -> None:
    """Compute the whole ledger anew from the logs, and compare; exit code 1 if it differs."""
    with running() as hireledger, progress() as bar:
        organisation = chosen(hireledger, org)
        task = bar.add_task("verifying", total=None)
        found = verify_ledger(
            hireledger.database,
            organisation,
            lambda done, total: bar.update(task, completed=done, total=total),
        )
    if as_json:
        say(found)
    else:
        for fault in found.faults:
            print(f"{fault.tree}: {fault.words}")
        for tree in found.trees:
            print(
                f"{tree.tree}: {tree.entries:,} entries, {tree.checkpoints:,} checkpoints and"
                f" {tree.copies:,} copies checked; {tree.unsealed:,} entries not sealed yet"
            )
        if found.whole:
            print("everything is as it was signed")
    if not found.whole:
        sys.exit(1)


@audit_cli.command()
def key(org: Org = None) -> None:
    """The public keys that checkpoints are signed with: give them to whoever is to check."""
    with running() as hireledger:
        organisation = chosen(hireledger, org)
        for tree in TREES.values():
            print(checkpoints.signer(hireledger.database.keyring, organisation, tree).key)


def progress() -> Progress:
    """A progress bar on standard error."""
    return Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeRemainingColumn(),
        console=talk,
    )
