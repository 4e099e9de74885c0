"""Whether the system is alive, and whether the read side keeps up."""

from collections.abc import Callable
from typing import Annotated

from fastapi import APIRouter, Request, Response
from fastapi.responses import PlainTextResponse
from prometheus_client import (
    CONTENT_TYPE_PLAIN_0_0_4,
    CollectorRegistry,
    Gauge,
    generate_latest,
)
from pydantic import BaseModel, Field

from api.asking import Answered, Asking, asking, getting
from api.caller import Caller, may
from api.problems import problem_responses
from domain.role import READING
from entrance.browser import ANYONE, system
from policies import standing as policies
from policies.standing import PolicyStanding
from projections.catalogue import ALL_READ_MODELS
from projections.health import ReadModelHealth, health
from projections.live import standing
from store.ledger.standing import TreeStanding, standings

router = APIRouter(tags=["Health"])
get = getting(router)

LATE_SECONDS = 30.0
UNAVAILABLE = 503

Measure = tuple[str, str, Callable[[ReadModelHealth], float]]
MEASURES: tuple[Measure, ...] = (
    ("position", "The last log position it has taken in.", lambda row: row.position),
    ("lag_events", "Events recorded that it has not taken in.", lambda row: row.lag_events),
    ("lag_seconds", "Age of the oldest of these.", lambda row: row.lag_seconds),
    ("stopped", "1 if an event has stopped it.", lambda row: row.error is not None),
)

LedgerMeasure = tuple[str, str, Callable[[TreeStanding], float]]
LEDGER_MEASURES: tuple[LedgerMeasure, ...] = (
    ("size", "Entries that a signed checkpoint covers.", lambda row: row.size),
    ("unsealed", "Entries that no checkpoint covers yet.", lambda row: row.unsealed),
    (
        "refused",
        "1 if nothing more is signed: run hireledger audit verify.",
        lambda row: row.refusal is not None,
    ),
)

PolicyMeasure = tuple[str, str, Callable[[PolicyStanding], float]]
POLICY_MEASURES: tuple[PolicyMeasure, ...] = (
    ("position", "The last log position it has followed.", lambda row: row.position),
    ("lag_events", "Events recorded that it has not followed.", lambda row: row.lag_events),
    ("stopped", "1 if an event has stopped it.", lambda row: row.error is not None),
    ("paused", "1 if it may do nothing.", lambda row: row.paused),
    ("waiting", "Effects that wait until they are due.", lambda row: row.waiting),
    ("in_doubt", "Effects nobody knows whether they happened.", lambda row: row.in_doubt),
)


class Health(BaseModel):
    """The process answers."""

    status: str = "ok"


class Readiness(BaseModel):
    """The database answers and the read side keeps up."""

    status: Annotated[str, Field(description="ready, late or stopped.")]
    lag_events: Annotated[int, Field(description="The most any read model is behind.")]
    lag_seconds: Annotated[float, Field(description="The longest any has been behind; seconds.")]
    stopped: Annotated[int, Field(description="Read models that an event has stopped.")]
    ledgers_refused: Annotated[
        int,
        Field(
            description="Trees that are signed no further, because what is there is not what was"
            " signed before: run `hireledger audit verify`. This alone does not make it unready."
        ),
    ]


class ReadModels(Answered):
    """Where each read model stands."""

    items: list[ReadModelHealth]


@router.get("/healthz", dependencies=[ANYONE])
def healthz() -> Health:
    """Says that the process answers."""
    return Health()


@router.get("/readyz", dependencies=[ANYONE], responses=problem_responses(UNAVAILABLE))
def readyz(request: Request, response: Response) -> Readiness:
    """Says whether the read side keeps up; 503 when it does not."""
    hireledger = system(request)
    read_models: list[ReadModelHealth] = []
    trees: list[TreeStanding] = []
    for organisation in hireledger.organisations():
        with hireledger.database.transaction(organisation) as connection:
            read_models += health(connection)
            trees += standings(connection)
    stopped = sum(read_model.error is not None for read_model in read_models)
    lag_seconds = max((read_model.lag_seconds for read_model in read_models), default=0.0)
    late = lag_seconds > LATE_SECONDS
    if late or stopped:
        response.status_code = UNAVAILABLE
    return Readiness(
        status="stopped" if stopped else "late" if late else "ready",
        lag_events=max((read_model.lag_events for read_model in read_models), default=0),
        lag_seconds=lag_seconds,
        stopped=stopped,
        ledgers_refused=sum(tree.refusal is not None for tree in trees),
    )


@get("/api/read-models")
def list_read_models(ask: Asking = asking(READING, ALL_READ_MODELS)) -> ReadModels:
    """How far each read model has come, and what stopped it if it is stopped."""
    with ask.at() as (connection, asked):
        return ReadModels(**asked.model_dump(), items=health(connection))


@router.get(
    "/metrics", response_class=PlainTextResponse, responses=problem_responses(401, 403, 503)
)
def expose_metrics(calling: Annotated[Caller, may(READING)]) -> Response:
    """The log, read models, ledger and policies in numbers, in the text format of Prometheus."""
    with calling.log.database.transaction(calling.organisation) as connection:
        head, read_models = standing(connection).head, health(connection)
        trees = standings(connection)
        reactions = policies.standings(connection)
    text = generate_latest(_measured(head, read_models, trees, reactions))
    return Response(text, headers={"Content-Type": CONTENT_TYPE_PLAIN_0_0_4})


def _measured(
    head: int,
    read_models: list[ReadModelHealth],
    trees: list[TreeStanding],
    reactions: list[PolicyStanding],
) -> CollectorRegistry:
    """Read off for one answer: a registry that lived on would go on telling what has gone."""
    registry = CollectorRegistry()
    Gauge("hireledger_log_position", "The newest log position.", registry=registry).set(head)
    for name, words, of in MEASURES:
        gauge = Gauge(
            f"hireledger_read_model_{name}", words, labelnames=["read_model"], registry=registry
        )
        for row in read_models:
            gauge.labels(row.name).set(of(row))
    for name, words, measure in LEDGER_MEASURES:
        gauge = Gauge(f"hireledger_ledger_{name}", words, labelnames=["tree"], registry=registry)
        for tree in trees:
            gauge.labels(tree.tree).set(measure(tree))
    for name, words, counted in POLICY_MEASURES:
        gauge = Gauge(f"hireledger_policy_{name}", words, labelnames=["policy"], registry=registry)
        for policy in reactions:
            gauge.labels(policy.policy).set(counted(policy))
    return registry
