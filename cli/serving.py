"""Commands that serve: the API, the projector, the demo."""

from typing import Annotated

import typer
import uvicorn

from api import server
from cli.shared import catch_up, progress, running, talk
from domain.role import Role
from policies.runner import Reactions
from projections.follower import Follower
from simulation.history import simulate
from store import api_keys, organisations
from store.database import Organisation
from store.ids import new_id
from store.system import Hireledger

DEMO = "demo"
HOST, PORT = "127.0.0.1", 8000
GRACE_SECONDS = 10

cli = typer.Typer()


@cli.command()
def serve(
    host: Annotated[str, typer.Option(help="Address to listen on.")] = HOST,
    port: Annotated[int, typer.Option(help="Port to listen on.")] = PORT,
    projector: Annotated[
        bool, typer.Option(help="Move the read models and run the policies in this process too.")
    ] = True,
) -> None:
    """Serve the API, with a projector unless another process has one."""
    with running() as hireledger:
        listen(hireledger, host, port, projector)


@cli.command()
def project() -> None:
    """Move the read models and run the policies of all organisations; any number may run."""
    with running() as hireledger:
        follower, reactions = Follower(hireledger.database), Reactions(hireledger)
        follower.start()
        reactions.start()
        try:
            follower.join()
        except KeyboardInterrupt:
            follower.stop()
            follower.join()
        reactions.stop()
        reactions.join()


@cli.command()
def demo(
    port: Annotated[int, typer.Option(help="Port to listen on.")] = PORT,
    host: Annotated[str, typer.Option(help="Address to listen on.")] = HOST,
) -> None:
    """Serve a demo organisation with a simulated history, made on the first run."""
    with running() as hireledger:
        organisation = next((o for o in hireledger.organisations() if o.name == DEMO), None)
        if organisation is None:
            organisation = make_demo(hireledger)
        key = api_keys.create(hireledger.database, organisation, Role.ADMIN, "demo")
        talk.print(f"\n[bold]Look at[/bold] http://{host}:{port}/docs  (Authorize, then try)")
        talk.print(f"[bold]with the key[/bold] {key}", highlight=False, soft_wrap=True)
        talk.print(
            f"or: curl -H 'Authorization: Bearer {key}'"
            f" http://{host}:{port}/api/metrics/time-to-hire\n",
            highlight=False,
            soft_wrap=True,
        )
        listen(hireledger, host, port, with_projector=True)


def make_demo(hireledger: Hireledger) -> Organisation:
    """Makes the demo organisation and its history, and projects it."""
    draft = f"{DEMO} {new_id()}"
    organisation = organisations.create(hireledger.database, draft, "Europe/Berlin")
    with progress() as bar:
        task = bar.add_task("simulating a year and a half of hiring", total=None)
        simulate(
            hireledger.log(organisation),
            lambda done, total: bar.update(task, completed=done, total=total),
        )
        catch_up(hireledger, organisation, bar)
    # Named only when complete: a demo interrupted half-way is never taken for a whole one.
    organisations.rename(hireledger.database, organisation, DEMO)
    return organisations.find(hireledger.database, DEMO)


def listen(hireledger: Hireledger, host: str, port: int, with_projector: bool) -> None:
    """Serves until interrupted."""
    uvicorn.run(
        server.create(hireledger, with_projector),
        host=host,
        port=port,
        log_level="warning",
        access_log=False,
        # Streams end at once; this is for a client that does not even read their end.
        timeout_graceful_shutdown=GRACE_SECONDS,
    )
