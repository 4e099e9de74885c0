"""Metrics on the command line: asked, explained, and their policies."""

from typing import Annotated
from uuid import UUID

import typer
from rich.console import Console
from rich.table import Table

from cli.shared import AsJson, Moment, Org, chosen, fail, question, running, said, show
from commands import organisation as commands
from domain.role import Role
from projections.asked import time_zone
from projections.dates import window
from projections.metrics.answer import chosen_policy, measure
from projections.metrics.catalogue import BY_ANY_NAME, METRICS
from projections.metrics.cost_per_hire import COST_PER_HIRE
from projections.metrics.explain import MIX, Against, Explanation, compared
from projections.metrics.metric import Metric
from projections.metrics.question import Attributes, Every, Question, grouping
from projections.metrics.recruiting_cost_ratio import PURPOSE, RECRUITING_COST_RATIO, ratio
from store.access_log import Access
from store.database import Connection
from store.envelope import Attribution
from store.ids import new_id

cli = typer.Typer()
SHOWN = 8
"""Groups and stages shown to people, largest effects first; JSON has all."""

Name = Annotated[str, typer.Argument(help=" | ".join(METRICS))]
AnyName = Annotated[str, typer.Argument(help=" | ".join((*METRICS, RECRUITING_COST_RATIO.name)))]
From = Annotated[str | None, typer.Option("--from", help="From this date or time.")]
To = Annotated[str | None, typer.Option(help="Up to and with this date, or this time.")]
By = Annotated[
    str | None, typer.Option(help="Groups, with commas between: source, department, level ...")
]
Pool = Annotated[UUID | None, typer.Option(help="Only this talent pool, of metrics about pools.")]
PolicyName = Annotated[
    str | None, typer.Option(help="A policy by name, default, or in-force-on:DATE.")
]


@cli.command()
def metrics(
    name: AnyName,
    org: Org = None,
    from_: From = None,
    to: To = None,
    by: By = None,
    every: Annotated[Every | None, typer.Option(help="A row for each; needs both ends.")] = None,
    attributes: Annotated[
        Attributes, typer.Option(help="Groups as they were at the event, or as they are.")
    ] = "event",
    policy: PolicyName = None,
    pool: Pool = None,
    as_of: Moment = None,
    known_at: Moment = None,
    as_chart: Annotated[
        bool, typer.Option("--chart", help="As a Vega-Lite specification, for a notebook.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Compute a metric, now or as of any date as known at any date."""
    of_pay = name == RECRUITING_COST_RATIO.name
    if of_pay and (by or every):
        fail(f"{name} is told of the whole window only, without --by and --every")
    metric = COST_PER_HIRE if of_pay else metric_named(name)
    with (
        running() as hireledger,
        question(hireledger, org, metric.reads_all, as_of, known_at) as (connection, asked),
    ):
        asks = asking(connection, from_, to, by=by, every=every, attributes=attributes, pool=pool)
        chosen_by = chosen_policy(connection, asked, metric, policy, asks)
        if of_pay:
            log = hireledger.log(chosen(hireledger, org))
            access = Access(log.organisation.id, PURPOSE, new_id())
            result = ratio(connection, asked, asks, chosen_by, log, access)
        else:
            result = measure(connection, asked, metric, chosen_by, asks)
    if as_chart:
        # Here, because altair takes 0.3 s to import, which every command would pay.
        from projections.metrics.charts import chart  # noqa: PLC0415

        drawn = RECRUITING_COST_RATIO if of_pay else metric
        show(chart(drawn, result, asked, asks), as_json)
        return
    show({**asked.model_dump(mode="json"), **result.model_dump(mode="json")}, as_json)


@cli.command()
def explain(
    name: Name,
    org: Org = None,
    from_: From = None,
    to: To = None,
    against: Annotated[
        str | None,
        typer.Option(
            help="FROM/TO: the window to compare with; or one date or time: the same window as"
            " known then. Omitted: the window of the same length before."
        ),
    ] = None,
    by: By = None,
    policy: PolicyName = None,
    against_policy: PolicyName = None,
    pool: Pool = None,
    known_at: Moment = None,
    against_known_at: Moment = None,
    as_of: Moment = None,
    step: Annotated[str | None, typer.Option(help="Only this stage, source or day.")] = None,
    as_json: AsJson = False,
) -> None:
    """Split a metric's change exactly into policy, late entries, mix, and stage."""
    metric = metric_named(name)
    other = Against(against, said("--against-known-at", against_known_at), against_policy)
    with (
        running() as hireledger,
        question(hireledger, org, metric.reads_all, as_of, known_at) as (connection, asked),
    ):
        asks = asking(connection, from_, to, by=by or ",".join(MIX), pool=pool)
        found = compared(connection, asked, metric, asks, policy, other, step)
    if as_json:
        show({**asked.model_dump(mode="json"), **found.model_dump(mode="json")}, as_json)
    else:
        Console().print(told(found))


def told(found: Explanation) -> Table:
    """An explanation for people: the two values, and what led from one to the other."""
    table = Table(
        "",
        f"{found.figure} ({found.unit})",
        title=f"{found.metric}: {found.change:+.2f}",
        show_footer=False,
    )
    table.add_row("before", f"{found.before.value:.2f}", style="bold")
    for label, part in (
        ("policy", found.policy),
        ("late entries and corrections", found.late_entries_and_corrections),
    ):
        table.add_row(f"{label} ({part.count} cases)", f"{part.effect:+.2f}")
    table.add_row(f"mix of {', '.join(found.by)}", f"{found.mix.effect:+.2f}")
    for group in sorted(found.mix.groups, key=lambda item: -abs(item.effect))[:SHOWN]:
        share = f"{group.share_before:.0%} → {group.share_after:.0%}"
        name = " ".join(filter(None, (group.step, group.group)))
        table.add_row(f"  {name}, {share}", f"{group.effect:+.2f}", style="dim")
    table.add_row("stage", f"{found.stage.effect:+.2f}")
    for stage in found.stage.stages[:SHOWN]:
        table.add_row(f"  {stage.stage or 'overall'}", f"{stage.effect:+.2f}", style="dim")
    table.add_row("after", f"{found.after.value:.2f}", style="bold")
    return table


def metric_named(name: str) -> Metric:
    """A metric; ends the program if there is none of that name."""
    if name not in BY_ANY_NAME:
        fail(f"there is no metric {name}; there are {', '.join(METRICS)}")
    return BY_ANY_NAME[name]


def asking(
    connection: Connection,
    since: str | None,
    until: str | None,
    by: str | None,
    every: Every | None = None,
    attributes: Attributes = "event",
    pool: UUID | None = None,
) -> Question:
    """What is asked, with times for dates."""
    zone = time_zone(connection)
    within = window(said("--from", since), said("--to", until), zone)
    return Question(within["since"], within["until"], grouping(by), every, attributes, zone, pool)


@cli.command("adopt-policy")
def adopt_policy(
    name: Name,
    policy: Annotated[str, typer.Argument(help="The choices, with hyphens between.")],
    org: Org = None,
) -> None:
    """Adopt a policy for a metric; it is recorded, and in force from now on."""
    metric = metric_named(name)
    adopted = metric.policy.parse(metric.name, policy).name
    with running() as hireledger:
        organisation = chosen(hireledger, org)
        by = Attribution("system", organisation.id, Role.ADMIN, "cli")
        recorded = commands.adopt_policy(hireledger.log(organisation), by, metric.name, adopted)
    show(
        {"metric": metric.name, "policy": adopted, "log_position": recorded.position}, as_json=True
    )
