"""Who looked at a candidate."""

from typing import Annotated
from uuid import UUID

import typer
from rich.console import Console
from rich.table import Table

from cli.shared import AsJson, Org, chosen, running, show
from store.access_log import AccessRow, accesses_to

cli = typer.Typer()


@cli.command("accesses")
def list_accesses(
    candidate: Annotated[UUID, typer.Argument(help="The candidate's id.")],
    org: Org = None,
    purpose: Annotated[str | None, typer.Option(help="Only with this purpose.")] = None,
    except_purpose: Annotated[
        str | None, typer.Option(help="Not with this purpose, such as index.")
    ] = None,
    limit: Annotated[int, typer.Option(min=1, help="At most this many, the newest first.")] = 100,
    as_json: AsJson = False,
) -> None:
    """Who looked at a candidate's personal data, when, and what for."""
    with running() as hireledger:
        organisation = chosen(hireledger, org)
        with hireledger.database.transaction(organisation) as connection:
            rows = accesses_to(
                connection, candidate, purpose=purpose, except_purpose=except_purpose, limit=limit
            )
    if as_json:
        show({"items": [row.model_dump(mode="json") for row in rows]}, as_json=True)
    else:
        Console().print(table(rows))


def table(rows: list[AccessRow]) -> Table:
    """Accesses for people."""
    shown = Table("when", "who", "what for", "what", "with others")
    for row in rows:
        shown.add_row(
            row.accessed_at.isoformat(timespec="seconds"),
            str(row.actor_id),
            row.purpose,
            ", ".join(row.categories),
            str(row.subject_count - 1),
        )
    return shown
