"""Commands about policies: what they will do, whether they may, and what is in doubt."""

from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from cli.shared import AsJson, Org, chosen, fail, running, say, show
from commands import doubts
from commands import policies as commands
from commands.doubts import Resolution
from domain.role import Role
from policies.catalogue import POLICIES
from policies.standing import OutboxRow, standings, unsettled
from store.database import Organisation
from store.envelope import Attribution

cli = typer.Typer()
policies_cli = typer.Typer(help="What policies do by themselves, and whether they may.")
cli.add_typer(policies_cli, name="policies")

NAMES = [policy.name for policy in POLICIES]
Name = Annotated[str, typer.Argument(help=" | ".join(NAMES))]


@policies_cli.command("list")
def list_policies(org: Org = None, as_json: AsJson = False) -> None:
    """How far each policy has followed the log, and what it waits for."""
    with running() as hireledger:
        organisation = chosen(hireledger, org)
        with hireledger.database.transaction(organisation) as connection:
            rows = standings(connection)
    if as_json:
        show({"items": [row.model_dump(mode="json") for row in rows]}, as_json=True)
        return
    shown = Table("policy", "position", "waiting", "in doubt", "state")
    for row in rows:
        state = "paused" if row.paused else row.waiting_for or "running"
        if row.error:
            state = f"[red]stopped at {row.failed_position}: {row.error}[/red]"
        shown.add_row(row.policy, str(row.position), str(row.waiting), str(row.in_doubt), state)
    Console().print(shown)


@policies_cli.command()
def pause(name: Name, org: Org = None) -> None:
    """Keep a policy from doing anything; what becomes due waits."""
    with running() as hireledger:
        organisation = chosen(hireledger, org)
        commands.pause(hireledger.log(organisation), operator(organisation), known(name))
    say({"paused": name})


@policies_cli.command()
def resume(name: Name, org: Org = None) -> None:
    """Let a policy go on, whether it was paused or an event had stopped it."""
    with running() as hireledger:
        organisation = chosen(hireledger, org)
        commands.resume(hireledger.log(organisation), operator(organisation), known(name))
    say({"resumed": name})


@policies_cli.command()
def upcoming(name: Name, org: Org = None, as_json: AsJson = False) -> None:
    """What a policy will do next, unless something comes in between."""
    with running() as hireledger:
        organisation = chosen(hireledger, org)
        with hireledger.database.transaction(organisation) as connection:
            rows = unsettled(connection, policy=known(name), state="waiting")
    tell(rows, as_json)


@cli.command()
def outbox(
    org: Org = None,
    as_json: AsJson = False,
    resolve: Annotated[
        str | None, typer.Option(help="The key of what is in doubt, to be settled.")
    ] = None,
    resolution: Annotated[
        Resolution, typer.Option("--as", help="What became of it.")
    ] = Resolution.SENT,
) -> None:
    """What waits to go out, and what nobody knows whether it did."""
    with running() as hireledger:
        organisation = chosen(hireledger, org)
        if resolve is not None:
            log = hireledger.log(organisation)
            doubts.resolve(log, operator(organisation), resolve, resolution)
        with hireledger.database.transaction(organisation) as connection:
            rows = unsettled(connection)
    tell(rows, as_json)


def tell(rows: list[OutboxRow], as_json: bool) -> None:
    """What is decided on and not done."""
    if as_json:
        show({"items": [row.model_dump(mode="json") for row in rows]}, as_json=True)
        return
    shown = Table("key", "due", "state", "attempts", "last outcome")
    for row in rows:
        due = row.due_at.isoformat(timespec="seconds")
        shown.add_row(row.key, due, row.state, str(row.attempts), row.outcome or "")
    Console().print(shown)


def operator(organisation: Organisation) -> Attribution:
    """Whoever sits at the machine."""
    return Attribution("system", organisation.id, Role.ADMIN, "cli")


def known(name: str) -> str:
    """The name of a policy; ends the program if there is none of that name."""
    if name not in NAMES:
        fail(f"there is no policy {name}; there are {', '.join(NAMES)}")
    return name
