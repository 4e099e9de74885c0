"""Whether the system is alive, and whether the read side keeps up."""

from typing import Annotated

from fastapi import APIRouter, Request, Response
from pydantic import BaseModel, Field

from api.asking import Answered, Asking, asking, getting
from api.caller import READING, system
from api.problems import problem_responses
from projections.catalogue import READ_MODELS
from projections.health import ReadModelHealth, health

router = APIRouter(tags=["Health"])
get = getting(router)

LATE_SECONDS = 30.0
UNAVAILABLE = 503


class Health(BaseModel):
    """The process answers."""

    status: str = "ok"


class Readiness(BaseModel):
    """The database answers and the read side keeps up."""

    status: Annotated[str, Field(description="ready, late or stopped.")]
    lag_events: Annotated[int, Field(description="The most any read model is behind.")]
    lag_seconds: Annotated[float, Field(description="The longest any has been behind; seconds.")]
    stopped: Annotated[int, Field(description="Read models that an event has stopped.")]


class ReadModels(Answered):
    """Where each read model stands."""

    items: list[ReadModelHealth]


@router.get("/healthz")
def healthz() -> Health:
    """Says that the process answers."""
    return Health()


@router.get("/readyz", responses=problem_responses(UNAVAILABLE))
def readyz(request: Request, response: Response) -> Readiness:
    """Says whether the read side keeps up; 503 when it does not."""
    hireledger = system(request)
    standings: list[ReadModelHealth] = []
    for organisation in hireledger.organisations():
        with hireledger.database.transaction(organisation) as connection:
            standings += health(connection)
    stopped = sum(standing.error is not None for standing in standings)
    lag_seconds = max((standing.lag_seconds for standing in standings), default=0.0)
    late = lag_seconds > LATE_SECONDS
    if late or stopped:
        response.status_code = UNAVAILABLE
    return Readiness(
        status="stopped" if stopped else "late" if late else "ready",
        lag_events=max((standing.lag_events for standing in standings), default=0),
        lag_seconds=lag_seconds,
        stopped=stopped,
    )


@get("/api/read-models")
def list_read_models(ask: Asking = asking(READING, READ_MODELS)) -> ReadModels:
    """How far each read model has come, and what stopped it if it is stopped."""
    with ask.at() as (connection, asked):
        return ReadModels(**asked.model_dump(), items=health(connection))
