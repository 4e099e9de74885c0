"""Commands about proof: sealing the log, and checking that it is whole and unchanged."""

import sys
from enum import StrEnum
from pathlib import Path
from typing import Annotated
from uuid import UUID

import typer
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from cli.shared import AsJson, Org, chosen, fail, running, say, talk
from exchange.bundle import bundle as make_bundle
from hireledger_verify import Checkpoint, Refused, VerifierKey, check_consistency, to_base64
from store.ledger.proofs import growth, key_of, newest
from store.ledger.sealing import seal
from store.ledger.trees import LOG, TREES
from store.ledger.verification import verify as verify_ledger

audit_cli = typer.Typer(help="Proof that the log is whole and unchanged.", no_args_is_help=True)
cli = typer.Typer()
cli.add_typer(audit_cli, name="audit")

NOW = "now"


class TreeName(StrEnum):
    """The trees there are."""

    LOG = "log"
    ACCESS = "access"


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
def consistency(
    old: Annotated[str, typer.Argument(help="A checkpoint file, or a size.")],
    new: Annotated[str, typer.Argument(help="A checkpoint file, a size, or `now`.")] = NOW,
    tree: Annotated[TreeName, typer.Option(help="Which tree.")] = TreeName.LOG,
    org: Org = None,
) -> None:
    """Prove that the log only grew from one checkpoint to another; exit code 1 if it did not."""
    with running() as hireledger:
        organisation = chosen(hireledger, org)
        database, grown_tree = hireledger.database, TREES[tree]
        with database.snapshot(organisation) as connection:
            signed = newest(connection, database, organisation, grown_tree)
            earlier, later = (
                signed.checkpoint if what == NOW else named(what, signed.key) for what in (old, new)
            )
            sizes = [e if isinstance(e, int) else e.size for e in (earlier, later)]
            grown = growth(connection, grown_tree, signed, *sizes)
    for given, root in ((earlier, grown.old_root), (later, grown.new_root)):
        if isinstance(given, Checkpoint) and given.root != root:
            fail(f"the {tree} is not the one that was signed at size {given.size} ({given.time})")
    check_consistency(grown.old_size, grown.new_size, grown.old_root, grown.new_root, grown.proof)
    say(
        {
            "tree": tree,
            "old_size": grown.old_size,
            "new_size": grown.new_size,
            "old_root": to_base64(grown.old_root),
            "new_root": to_base64(grown.new_root),
            "consistency": [to_base64(value) for value in grown.proof],
        }
    )


def named(what: str, key: VerifierKey) -> Checkpoint | int:
    """The checkpoint in a file, or a size; ends the program if it is neither."""
    if what.isascii() and what.isdigit():
        return int(what)
    try:
        return Checkpoint.opened(Path(what).read_bytes().decode(), key)
    except (OSError, UnicodeDecodeError, Refused) as error:
        fail(f"{what}: {error}")


@audit_cli.command()
def bundle(
    id: Annotated[UUID, typer.Argument(help="A candidate's or a requisition's id.")],
    out: Annotated[Path | None, typer.Option(help="The file; omitted: ID.zip here.")] = None,
    since: Annotated[
        Path | None, typer.Option(help="A checkpoint file: prove growth since then too.")
    ] = None,
    org: Org = None,
) -> None:
    """Write one history with its proof into a file that `hireledger-verify` checks offline."""
    file = out or Path(f"{id}.zip")
    with running() as hireledger:
        organisation = chosen(hireledger, org)
        earlier = (
            named(str(since), key_of(hireledger.database, organisation, LOG)) if since else None
        )
        size = earlier.size if isinstance(earlier, Checkpoint) else earlier
        file.write_bytes(make_bundle(hireledger.database, organisation, id, size))
    say({"bundle": str(file)})


@audit_cli.command()
def key(org: Org = None) -> None:
    """The public keys that checkpoints are signed with: give them to whoever is to check."""
    with running() as hireledger:
        organisation = chosen(hireledger, org)
        for tree in TREES.values():
            print(key_of(hireledger.database, organisation, tree))


def progress() -> Progress:
    """A progress bar on standard error."""
    return Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeRemainingColumn(),
        console=talk,
    )
