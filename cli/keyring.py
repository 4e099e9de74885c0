"""Commands about the keys that seal personal data."""

from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from cli.shared import progress, running, say, show
from commands import keys as commands
from projections.indexer import destroy_unused_keys, renew
from store import rotation
from store.organisations import all_organisations

cli = typer.Typer()
keys_cli = typer.Typer(help="The keys that seal personal data.", no_args_is_help=True)
cli.add_typer(keys_cli, name="keys")


@keys_cli.command()
def rotate(
    beside: Annotated[
        list[Path] | None,
        typer.Option(
            exists=True,
            file_okay=False,
            help="Where a backup is kept; gets a file with the keys still live. May be repeated.",
        ),
    ] = None,
) -> None:
    """Wrap every live key by a new epoch, index people anew, then destroy the old keys.

    From then on no backup opens anyone erased before. Backups that are not named open nobody.
    Interrupted, it goes on where it was when run again.
    """
    with running() as hireledger, progress() as bar:
        task = bar.add_task("wrapping keys", total=None)
        done = commands.rotate(hireledger, beside or [], lambda some: bar.advance(task, some))
        organisations = hireledger.organisations()
        for organisation in organisations:
            renew(hireledger.database, organisation)
        destroy_unused_keys(hireledger.database, organisations)
    say(asdict(done))


@keys_cli.command()
def restore(file: Path) -> None:
    """Give a restored backup the keys that were live when this file was written beside it."""
    with running() as hireledger:
        done = rotation.restore(hireledger.database, file)
    say({"restored": [asdict(one) for one in done]})


@keys_cli.command()
def status() -> None:
    """Which epochs there are, and how many keys each of them wraps."""
    with running() as hireledger:
        database = hireledger.database
        kept = database.epoch_keys.epochs()
        with database.administer() as connection:
            organisations = [
                rotation.standing(connection, organisation)
                for organisation in all_organisations(connection)
            ]
        show(
            {
                "kept_in": type(database.epoch_keys).__name__,
                "epochs": kept,
                "unfinished_rotation": rotation.unfinished(database),
                "organisations": [asdict(one) for one in organisations],
            },
            as_json=False,
        )
