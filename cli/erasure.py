"""Commands that destroy personal data, and say so."""

from typing import Annotated
from uuid import UUID

import typer

from cli.shared import Org, chosen, fail, running, say, show, talk
from commands import erasure as commands
from domain.event import Category
from domain.role import Role
from projections.erasures import certificate
from store.database import Organisation
from store.envelope import Attribution
from store.signing import Signer
from store.system import Hireledger

cli = typer.Typer()


@cli.command()
def erase(
    candidate: Annotated[UUID | None, typer.Argument(help="The candidate's id.")] = None,
    ground: Annotated[
        str | None, typer.Option(help="Why, as a code: request, retention, consent_withdrawn ...")
    ] = None,
    category: Annotated[
        list[Category] | None, typer.Option(help="Only this; may be repeated. Omitted: all.")
    ] = None,
    due: Annotated[
        bool, typer.Option("--due", help="Instead: whatever waited for holds that are over.")
    ] = False,
    certify: Annotated[
        bool, typer.Option("--certificate", help="Instead: show the candidate's certificate.")
    ] = False,
    org: Org = None,
) -> None:
    """Destroy a person's data, and print the signed certificate.

    What a legal hold needs is restricted until two people release it.
    """
    with running() as hireledger:
        organisation = chosen(hireledger, org)
        log = hireledger.log(organisation)
        by = Attribution("system", organisation.id, Role.ADMIN, "cli")
        if due:
            say({"carried_out": sum(1 for _ in commands.erase_all_due(log, by))})
            return
        if candidate is None:
            fail("say whose data is to be erased, or --due")
        if not certify:
            if ground is None:
                fail("say on which ground, for example --ground request")
            commands.erase(log, by, candidate, ground, category or None)
        print_certificate(hireledger, organisation, candidate)


def print_certificate(hireledger: Hireledger, organisation: Organisation, candidate: UUID) -> None:
    """Shows what was destroyed, and what is not yet out of reach."""
    signer = Signer.of(hireledger.database.keyring.keys, f"hireledger/{organisation.id}")
    with hireledger.database.transaction(organisation) as connection:
        found = certificate(connection, organisation.id, candidate, signer)
    if found is None:
        fail(f"nothing of candidate {candidate} was erased")
    show(found.model_dump(mode="json"), as_json=False)
    if any(erasure.backups_unreadable_from is None for erasure in found.erasures):
        talk.print("backups still open what was erased, until: hireledger keys rotate")
