"""Commands that serve: the API, the projector, the demo.

What serves is loaded by the command that does: every other one would start several times slower.
"""

from typing import Annotated, Any

import typer

from app import serving
from cli.keys import by_operator
from cli.shared import (
    HOST,
    PORT,
    catch_up,
    find_or_begin,
    invitation_url,
    progress,
    running,
    talk,
)
from commands import api_keys, members
from commands import organisation as organisation_commands
from domain.role import Role
from store import organisations
from store.careers_addresses import AddressTaken
from store.database import Organisation
from store.ids import new_id
from store.log import Log
from store.system import Hireledger

DEMO = "demo"
GRACE_SECONDS = 10

cli = typer.Typer()


@cli.command()
def serve(
    host: Annotated[str, typer.Option(help="Address to listen on.")] = HOST,
    port: Annotated[int, typer.Option(help="Port to listen on.")] = PORT,
    projector: Annotated[
        bool,
        typer.Option(help="Move the read models, seal and react in this process too."),
    ] = True,
) -> None:
    """Serve the API and the pages, with a projector unless another process has one.

    While nobody administers the organisation, each start prints a link to become who does.
    """
    with running() as hireledger:
        found = hireledger.organisations()
        offer_administration(hireledger, found or [find_or_begin(hireledger, None)], host, port)
        listen(hireledger, host, port, projector)


@cli.command()
def project() -> None:
    """Move the read models, seal the ledgers, run the policies; any number may run."""
    from api.behind import behind

    with running() as hireledger:
        following = behind(hireledger)
        for worker in following:
            worker.start()
        try:
            for worker in following:
                worker.join()
        except KeyboardInterrupt:
            pass
        finally:
            for worker in following:
                worker.stop()
            for worker in following:
                worker.join()


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
        log = hireledger.log(organisation)
        _, key = api_keys.create(log, by_operator(organisation), Role.ADMIN, "demo")
        page = log.organisation_itself().careers_page
        if page is not None:
            talk.print(f"\n[bold]Its careers page[/bold] http://{host}:{port}/careers/{page.slug}")
        talk.print(f"[bold]Work in it[/bold] http://{host}:{port}/")
        talk.print(f"[bold]The API[/bold] http://{host}:{port}/docs  (Authorize, then try)")
        talk.print(f"[bold]with the key[/bold] {key}", highlight=False, soft_wrap=True)
        talk.print(
            f"or: curl -H 'Authorization: Bearer {key}'"
            f" http://{host}:{port}/api/metrics/time-to-hire\n",
            highlight=False,
            soft_wrap=True,
        )
        offer_administration(hireledger, [organisation], host, port)
        listen(hireledger, host, port, with_projector=True)


def offer_administration(
    hireledger: Hireledger, found: list[Organisation], host: str, port: int
) -> None:
    """Prints a one-time link for each organisation that nobody administers yet."""
    for organisation in found:
        log = hireledger.log(organisation)
        if not members.has_administrator(log):
            url = invitation_url(hireledger, members.invite_administrator(log), host, port)
            talk.print(f"[bold]Become the administrator[/bold] of {organisation.name}:")
            talk.print(f"{url}\n", highlight=False, soft_wrap=True)


def make_demo(hireledger: Hireledger) -> Organisation:
    """Makes the demo organisation and its history, and projects it."""
    from simulation.history import simulate

    draft = f"{DEMO} {new_id()}"
    organisation = organisations.create(hireledger.database, draft, "Europe/Berlin")
    with progress() as bar:
        task = bar.add_task("simulating a year and a half of hiring", total=None)
        simulate(
            hireledger.log(organisation),
            lambda done, total: bar.update(task, completed=done, total=total),
        )
        publish_careers_page(hireledger.log(organisation))
        catch_up(hireledger, organisation, bar)
    # Named only when complete: a demo interrupted half-way is never taken for a whole one.
    organisations.rename(hireledger.database, organisation, DEMO)
    return organisations.find(hireledger.database, DEMO)


def publish_careers_page(log: Log) -> None:
    """Makes the demo's open postings public, at an address that is free."""
    said: dict[str, Any] = {
        "public_name": "Nightingale",
        "introduction": "We make software that hospitals plan their shifts with, and like it.",
        "notice": "We use what you send us to decide about your application, and keep it no longer"
        " than the law of the job's country allows. Ask us at any time what we know of you.",
        "notice_version": "2026-01",
        "consent_text": "Tell me about other jobs at Nightingale for two years. I can change my"
        " mind at any time.",
        "consent_version": "2026-01",
        "consent_months": 24,
    }
    by = by_operator(log.organisation)
    try:
        organisation_commands.publish_careers_page(log, by, DEMO, **said)
    except AddressTaken:
        # Another demo, broken off half-way, has it.
        again = by_operator(log.organisation)
        slug = f"{DEMO}-{log.organisation.id.hex[-6:]}"
        organisation_commands.publish_careers_page(log, again, slug, **said)


def listen(hireledger: Hireledger, host: str, port: int, with_projector: bool) -> None:
    """Serves until interrupted."""
    import uvicorn

    uvicorn.run(
        serving(hireledger, with_projector),
        host=host,
        port=port,
        log_level="warning",
        access_log=False,
        # Streams end at once; this is for a client that does not even read their end.
        timeout_graceful_shutdown=GRACE_SECONDS,
    )
