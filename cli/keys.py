"""Commands about API keys."""

from datetime import UTC, datetime, timedelta
from typing import Annotated
from uuid import UUID

import typer

from cli.shared import Org, chosen, running, say
from commands import api_keys as commands
from domain.role import Role, Scope
from store import api_keys
from store.api_keys import LIFETIME
from store.database import Organisation
from store.envelope import Attribution

cli = typer.Typer()
key_cli = typer.Typer(help="API keys.", no_args_is_help=True)
cli.add_typer(key_cli, name="key")


def by_operator(organisation: Organisation) -> Attribution:
    """Whoever has a shell on the machine decides for the organisation."""
    return Attribution("system", organisation.id, Role.ADMIN, "cli")


@key_cli.command("create")
def create_key(
    role: Annotated[Role, typer.Option(help="What the key may do.")],
    org: Org = None,
    label: Annotated[str, typer.Option(help="What it is for.")] = "",
    scope: Annotated[
        list[Scope] | None, typer.Option(help="Only this; may be repeated. Omitted: all.")
    ] = None,
    expires: Annotated[int, typer.Option(min=1, max=3650, help="In so many days.")] = LIFETIME.days,
    holder: Annotated[
        UUID | None,
        typer.Option("--for", help="Whom it acts for: a member, or a candidate of that role."),
    ] = None,
) -> None:
    """Make an API key. It is shown this once."""
    with running() as hireledger:
        organisation = chosen(hireledger, org)
        _, key = commands.create(
            hireledger.log(organisation),
            by_operator(organisation),
            role,
            label,
            scopes=frozenset(scope or Scope),
            holder_id=holder,
            expires_at=datetime.now(UTC) + timedelta(days=expires),
        )
        print(key)


@key_cli.command("list")
def list_keys(org: Org = None) -> None:
    """The keys there are and were, one line of JSON each."""
    with running() as hireledger:
        for key in api_keys.all_keys(hireledger.database, chosen(hireledger, org)):
            say(key)


@key_cli.command("revoke")
def revoke_key(
    key_id: UUID,
    org: Org = None,
    reason: Annotated[str, typer.Option(help="Why, as a code.")] = "no_longer_needed",
) -> None:
    """End an API key; a running server notices within five seconds."""
    with running() as hireledger:
        organisation = chosen(hireledger, org)
        commands.revoke(hireledger.log(organisation), by_operator(organisation), key_id, reason)
        say({"revoked": str(key_id)})
