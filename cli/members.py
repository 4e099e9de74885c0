"""Commands about members."""

from typing import Annotated
from uuid import UUID

import typer

from cli.keys import by_operator
from cli.shared import Org, chosen, invitation_url, running, say
from commands import members as commands
from domain.role import Role
from store.access_log import Access
from store.ids import new_id
from store.members import Identity, identities

cli = typer.Typer()
member_cli = typer.Typer(help="The people who work here.", no_args_is_help=True)
cli.add_typer(member_cli, name="member")


@member_cli.command("invite")
def invite_member(
    email: str,
    role: Annotated[Role, typer.Option(help="The role they will act in.")],
    name: Annotated[str | None, typer.Option(help="What they are called.")] = None,
    org: Org = None,
) -> None:
    """Invite someone; hand them the link, which works once, for 72 hours."""
    with running() as hireledger:
        organisation = chosen(hireledger, org)
        recorded, token = commands.invite(
            hireledger.log(organisation),
            by_operator(organisation),
            role,
            full_name=name,
            email=email,
        )
        member_id = str(recorded.facts[0].originator_id)
        say({"member_id": member_id, "invitation_url": invitation_url(hireledger, token)})


@member_cli.command("list")
def list_members(org: Org = None) -> None:
    """Everyone who works here, by name, which is recorded as access; one line of JSON each."""
    with running() as hireledger:
        organisation = chosen(hireledger, org)
        log = hireledger.log(organisation)
        with hireledger.database.transaction(organisation) as connection:
            access = Access(organisation.id, "list members on the command line", new_id())
            known = identities(log, connection, access)
        for member in log.members():
            identity = known.get(member.id, Identity())
            say(
                {
                    "member_id": str(member.id),
                    "role": member.role,
                    "standing": member.standing,
                    "full_name": identity.full_name,
                    "email": identity.email,
                }
            )


@member_cli.command("role")
def change_role(member_id: UUID, role: Role, org: Org = None) -> None:
    """Give a member another role."""
    with running() as hireledger:
        organisation = chosen(hireledger, org)
        by = by_operator(organisation)
        commands.change_role(hireledger.log(organisation), by, member_id, role)
        say({"member_id": str(member_id), "role": role})


@member_cli.command("suspend")
def suspend_member(
    member_id: UUID,
    org: Org = None,
    reason: Annotated[str, typer.Option(help="Why, as a code.")] = "left",
) -> None:
    """Let a member in no more: sessions, invitations and API keys of theirs end."""
    with running() as hireledger:
        organisation = chosen(hireledger, org)
        by = by_operator(organisation)
        commands.suspend(hireledger.log(organisation), by, member_id, reason)
        say({"member_id": str(member_id), "standing": "suspended"})


@member_cli.command("reinstate")
def reinstate_member(member_id: UUID, org: Org = None) -> None:
    """Let a member in again."""
    with running() as hireledger:
        organisation = chosen(hireledger, org)
        commands.reinstate(hireledger.log(organisation), by_operator(organisation), member_id)
        say({"member_id": str(member_id), "standing": "active"})
