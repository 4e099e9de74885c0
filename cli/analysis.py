"""Metrics on the command line: asked, explained, and their policies."""

from typing import Annotated

import typer

from cli.shared import AsJson, Moment, Org, chosen, fail, question, running, said, show
from commands import organisation as commands
from domain.role import Role
from projections.asked import time_zone
from projections.dates import window
from projections.metrics.answer import chosen_policy, measure
from projections.metrics.catalogue import METRICS
from projections.metrics.metric import Metric
from projections.metrics.question import Attributes, Every, Question, grouping
from store.database import Connection
from store.envelope import Attribution

cli = typer.Typer()

Name = Annotated[str, typer.Argument(help=" | ".join(METRICS))]
From = Annotated[str | None, typer.Option("--from", help="From this date or time.")]
To = Annotated[str | None, typer.Option(help="Up to and with this date, or this time.")]
By = Annotated[
    str | None, typer.Option(help="Groups, with commas between: source, department, level ...")
]
PolicyName = Annotated[
    str | None, typer.Option(help="A policy by name, default, or in-force-on:DATE.")
]


@cli.command()
def metrics(
    name: Name,
    org: Org = None,
    from_: From = None,
    to: To = None,
    by: By = None,
    every: Annotated[Every | None, typer.Option(help="A row for each; needs both ends.")] = None,
    attributes: Annotated[
        Attributes, typer.Option(help="Groups as they were at the event, or as they are.")
    ] = "event",
    policy: PolicyName = None,
    as_of: Moment = None,
    known_at: Moment = None,
    as_json: AsJson = False,
) -> None:
    """Compute a metric, now or as of any date as known at any date."""
    metric = metric_named(name)
    with (
        running() as hireledger,
        question(hireledger, org, metric.reads_all, as_of, known_at) as (connection, asked),
    ):
        asks = asking(connection, from_, to, by=by, every=every, attributes=attributes)
        chosen_by = chosen_policy(connection, asked, metric, policy, asks)
        result = measure(connection, asked, metric, chosen_by, asks)
    show({**asked.model_dump(mode="json"), **result.model_dump(mode="json")}, as_json)


def metric_named(name: str) -> Metric:
    """A metric; ends the program if there is none of that name."""
    if name not in METRICS:
        fail(f"there is no metric {name}; there are {', '.join(METRICS)}")
    return METRICS[name]


def asking(
    connection: Connection,
    since: str | None,
    until: str | None,
    by: str | None,
    every: Every | None = None,
    attributes: Attributes = "event",
) -> Question:
    """What is asked, with times for dates."""
    zone = time_zone(connection)
    within = window(said("--from", since), said("--to", until), zone)
    return Question(within["since"], within["until"], grouping(by), every, attributes, zone)


@cli.command("adopt-policy")
def adopt_policy(
    name: Name,
    policy: Annotated[str, typer.Argument(help="The choices, with hyphens between.")],
    org: Org = None,
) -> None:
    """Adopt a policy for a metric; it is recorded, and in force from now on."""
    adopted = metric_named(name).policy.parse(name, policy).name
    with running() as hireledger:
        organisation = chosen(hireledger, org)
        by = Attribution("system", organisation.id, Role.ADMIN, "cli")
        recorded = commands.adopt_policy(hireledger.log(organisation), by, name, adopted)
    show({"metric": name, "policy": adopted, "log_position": recorded.position}, as_json=True)
