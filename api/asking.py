"""What every query over HTTP has in common: as of when, as known when, and who asks."""

import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Annotated, Any
from uuid import UUID

import anyio
from anyio.to_thread import run_sync
from fastapi import APIRouter, Depends, Query, Request
from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel, Field

from api.caller import Caller, may
from api.opening import opened_for
from api.problems import NotCaughtUp, problem_responses
from api.routes import Route
from domain.event import Category
from domain.role import Role
from projections.asked import Asked, resolve, standing, time_zone
from projections.dates import NotAMoment, Said, end_of, moment
from projections.read_model import ReadModel
from store.database import Connection
from store.envelope import Fact
from store.log import Log

PROBLEMS = problem_responses(401, 403, 404, 422, 503)
WAIT_SECONDS = 2.0
LOOK_EVERY_SECONDS = 0.005
NO_PARAMETERS: Mapping[str, Sequence[ReadModel]] = {}
FULL_TIME = "RFC 3339 with an offset; a date alone means its end in the organisation's zone."

Limit = Annotated[int, Query(ge=1, le=1000, description="At most this many.")]
Cursor = Annotated[
    UUID | None, Query(description="Goes on after this one; the Link header carries the next.")
]


class Answered(BaseModel):
    """When the answer is for, what it takes into account, and whether anything holds it back."""

    as_of: Annotated[
        datetime | None, Field(description="The world's time it is for; null means now.")
    ]
    log_position: Annotated[
        int, Field(description="It takes the log up to this position into account.")
    ]
    stale_since: Annotated[
        datetime | None,
        Field(
            description="Since when it lacks what was recorded, because a read model it needs is"
            " stopped or being built anew (see /api/read-models); null if it is up to date."
        ),
    ] = None


def getting(router: APIRouter) -> Route:
    """The decorator of a router's queries: GET, with every problem declared."""
    return partial(router.get, responses=PROBLEMS)


@dataclass(frozen=True)
class Asking:
    """A caller with a question."""

    caller: Caller
    reads: Sequence[ReadModel]
    as_of: Said
    known_at: Said
    known_before: int | None

    @property
    def log(self) -> Log:
        return self.caller.log

    @contextmanager
    def at(self, reads: Sequence[ReadModel] | None = None) -> Iterator[tuple[Connection, Asked]]:
        """One transaction, and what was understood of the times asked for.

        `reads` narrows what the answer depends on, where the route alone does not tell.
        """
        with self.log.database.transaction(self.caller.organisation) as connection:
            zone = time_zone(connection)
            yield (
                connection,
                resolve(
                    connection,
                    self.reads if reads is None else reads,
                    as_of=end_of(self.as_of, zone),
                    known_at=end_of(self.known_at, zone),
                    known_before=self.known_before,
                ),
            )

    def open(
        self,
        connection: Connection,
        facts: Sequence[Fact],
        categories: Iterable[Category],
        purpose: str,
    ) -> list[dict[str, Any]]:
        """Personal fields in the clear, on the record; nothing for callers who may not.

        To be called once an answer: what one answer shows is one access.
        """
        return opened_for(self.caller, connection, facts, categories, purpose)


def parsed(name: str, text: str | None) -> Said:
    """A date or a time. Raises RequestValidationError naming the parameter."""
    try:
        return moment(text)
    except (NotAMoment, OverflowError) as error:
        about = {"type": "time", "loc": ("query", name), "msg": str(error), "input": text}
        raise RequestValidationError([about]) from None


def asking(
    roles: frozenset[Role],
    reads: Sequence[ReadModel],
    for_parameters: Mapping[str, Sequence[ReadModel]] = NO_PARAMETERS,
) -> Any:
    """A query of a caller in one of these roles, answered from these read models.

    `for_parameters` names query parameters that need further ones.
    Raises NotSignedIn, NotAllowed, NotCaughtUp.
    """

    async def question(
        request: Request,
        calling: Annotated[Caller, may(roles)],
        as_of: Annotated[str | None, Query(description=f"As of this time. {FULL_TIME}")] = None,
        known_at: Annotated[
            str | None, Query(description=f"As known at this time. {FULL_TIME}")
        ] = None,
        known_before: Annotated[
            int | None,
            Query(ge=1, le=2**53, description="As known just before this log position."),
        ] = None,
        min_log_position: Annotated[
            int | None,
            Query(ge=0, le=2**53, description="Wait up to 2 s until this has been taken in."),
        ] = None,
    ) -> Asking:
        needed = [for_parameters[name] for name in for_parameters if name in request.query_params]
        every = [*reads, *(model for models in needed for model in models)]
        ask = Asking(
            calling, every, parsed("as_of", as_of), parsed("known_at", known_at), known_before
        )
        if min_log_position is not None:
            await _reached(ask, min_log_position)
        return ask

    return Depends(question)


async def _reached(ask: Asking, position: int) -> None:
    deadline = time.monotonic() + WAIT_SECONDS
    while await run_sync(_projected, ask) < position:
        if time.monotonic() > deadline:
            raise NotCaughtUp(position=position)
        await anyio.sleep(LOOK_EVERY_SECONDS)


def _projected(ask: Asking) -> int:
    with ask.log.database.transaction(ask.caller.organisation) as connection:
        return standing(connection, ask.reads)[0]
