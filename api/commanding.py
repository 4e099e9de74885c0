"""What every command over HTTP has in common: attribution, idempotency, and the answer."""

import hashlib
import hmac
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial, wraps
from typing import Annotated, Any
from uuid import UUID

from anyio.to_thread import run_sync
from fastapi import APIRouter, Depends, Header, Request, Response
from fastapi.responses import JSONResponse
from pydantic import BaseModel, ConfigDict, Field

from api.caller import Caller, may
from api.problems import KeyReused, problem_responses
from api.routes import Endpoint, Route
from commands.deciding import decided_anew
from domain.erasure import PersonalDataErased
from domain.event import Category, Moment
from domain.role import Role, Scope
from store.append import AlreadyDone
from store.envelope import Attribution
from store.ids import derived_id, new_id
from store.log import Log, Recorded

CREATED = 201
PROBLEMS = problem_responses(400, 401, 403, 404, 409, 412, 413, 422, 503)
DECISIONS = 4
"""How often a command decides at most, while others change what it relies on."""

FINGERPRINT = """
SELECT fingerprint
FROM request_fingerprints
WHERE command_id = %(command)s
  AND expires_at > clock_timestamp()
"""

_told_by = (
    "enrolment_id",
    "message_id",
    "check_id",
    "document_id",
    "hold_id",
    "touchpoint_id",
    "offer_id",
    "interview_id",
    "invitation_id",
    "application_id",
)
_ids = (
    "message_id",
    "enrolment_id",
    "campaign_id",
    "application_id",
    "interview_id",
    "invitation_id",
    "offer_id",
    "touchpoint_id",
    "opening_id",
    "pool_id",
    "hold_id",
    "document_id",
    "check_id",
    "survivor_id",
    "open_twice",
)


def example(**fields: Any) -> ConfigDict:
    """What the docs page proposes as a body: the least that makes sense."""
    return ConfigDict(json_schema_extra={"examples": [fields]})


class Body(BaseModel):
    """What every command's body may say."""

    model_config = ConfigDict(extra="forbid", **example())

    occurred_at: Annotated[
        Moment | None,
        Field(
            description="When it happened in the world, with an offset; omitted means now.",
            examples=["2026-03-02T09:30:00+01:00"],
        ),
    ] = None


SOME_ID = "01a2054a-9a89-7767-84e9-0521fe200861"
NOW = Body()
"""What an omitted body says."""


class RecordedEvent(BaseModel):
    """One event the command recorded."""

    position: Annotated[int, Field(description="Its place in the log.")]
    type: Annotated[str, Field(examples=["application.screened"])]
    stream_type: Annotated[str, Field(examples=["candidate"])]
    stream_id: UUID
    version: Annotated[int, Field(description="Its place in the stream.")]


class Answer(BaseModel):
    """What a command recorded. A repeated request gets the same answer, read from the log."""

    id: Annotated[UUID, Field(description="The thing that was made or changed.")]
    log_position: Annotated[int, Field(description="The log position the command reached.")]
    candidate_id: UUID | None = None
    requisition_id: UUID | None = None
    application_id: UUID | None = None
    interview_id: UUID | None = None
    invitation_id: Annotated[
        UUID | None, Field(description="Times that a candidate may choose from.")
    ] = None
    offer_id: UUID | None = None
    touchpoint_id: UUID | None = None
    opening_id: UUID | None = None
    pool_id: UUID | None = None
    survivor_id: Annotated[
        UUID | None, Field(description="Who stands, or stood, for both candidates of a merge.")
    ] = None
    open_twice: Annotated[
        list[UUID] | None,
        Field(description="Requisitions a merged person now has two open applications for."),
    ] = None
    cost_id: UUID | None = None
    hold_id: UUID | None = None
    document_id: UUID | None = None
    check_id: UUID | None = None
    bulk_action_id: UUID | None = None
    campaign_id: Annotated[UUID | None, Field(description="A sequence or campaign.")] = None
    enrolment_id: UUID | None = None
    destroyed: Annotated[
        list[Category] | None, Field(description="Categories of personal data destroyed.")
    ] = None
    retained: Annotated[
        list[Category] | None,
        Field(
            description="Categories of which a legal hold needs something, restricted till then."
        ),
    ] = None
    retained_on: Annotated[
        list[UUID] | None, Field(description="The legal holds that need it.")
    ] = None
    member_id: UUID | None = None
    api_key_id: UUID | None = None
    message_id: UUID | None = None
    message_template_id: UUID | None = None
    events: list[RecordedEvent]


def posting(router: APIRouter) -> Route:
    """The decorator of a router's commands: POST, 201, and every problem declared."""
    post = partial(
        router.post, status_code=CREATED, responses=PROBLEMS, response_model_exclude_none=True
    )

    def route(path: str) -> Callable[[Endpoint], Endpoint]:
        def register(endpoint: Endpoint) -> Endpoint:
            post(path)(_decided_anew(endpoint))
            return endpoint

        return register

    return route


def _decided_anew(endpoint: Callable[..., Any]) -> Callable[..., Any]:
    """Decides once more on what is known by now, where something else was recorded meanwhile.

    A policy may act on the same candidate in the same moment; that is nothing to bother people
    with. Who says by If-Match what the change is meant for is told all the same.
    """

    @wraps(endpoint)
    def command(*said: Any, **named: Any) -> Any:
        return decided_anew(partial(endpoint, *said, **named), DECISIONS)

    return command


@dataclass(frozen=True)
class Commanding:
    """A caller about to change something."""

    log: Log
    by: Attribution
    response: Response
    caller: Caller

    def answer(self, recorded: Recorded) -> Answer:
        """What was recorded, as body and headers."""
        self.response.headers.update(headers(recorded))
        return answer(recorded)


def answer(recorded: Recorded) -> Answer:
    """What was recorded, as the body of an answer."""
    first = recorded.facts[0]
    told = {name: first.data[name] for name in _ids if name in first.data}
    told[f"{first.stream_type}_id"] = str(first.originator_id)
    if first.data.get("requisition_id"):
        told["requisition_id"] = first.data["requisition_id"]
    erasure = next((f.data for f in recorded.facts if f.topic == PersonalDataErased.name), None)
    if erasure is not None:
        return _answer(
            recorded,
            UUID(str(first.originator_id)),
            {
                "candidate_id": first.originator_id,
                "destroyed": erasure["categories"],
                "retained": erasure["retained"],
                "retained_on": erasure["holds"],
            },
        )
    about = next((told[name] for name in _told_by if name in told), first.originator_id)
    return _answer(recorded, UUID(str(about)), told)


def _answer(recorded: Recorded, about: UUID, told: Mapping[str, Any]) -> Answer:
    return Answer(
        id=about,
        log_position=recorded.position,
        events=[
            RecordedEvent(
                position=fact.position or 0,
                type=fact.topic,
                stream_type=fact.stream_type,
                stream_id=UUID(str(fact.originator_id)),
                version=fact.originator_version,
            )
            for fact in recorded.facts
        ],
        **told,
    )


def headers(recorded: Recorded) -> dict[str, str]:
    """How far the log has come, and the version of the stream that was changed."""
    first = recorded.facts[0]
    version = max(
        fact.originator_version
        for fact in recorded.facts
        if fact.originator_id == first.originator_id
    )
    return {"Log-Position": str(recorded.position), "ETag": f'"{version}"'}


def already_done(request: Request, error: Exception) -> JSONResponse:
    """Answers a repeated command from the log."""
    assert isinstance(error, AlreadyDone)  # noqa: S101  # registered for this class only
    calling: Caller = request.state.caller
    recorded = calling.log.recorded(error.args[0])
    return JSONResponse(
        answer(recorded).model_dump(mode="json", exclude_none=True),
        status_code=CREATED,
        headers=headers(recorded),
    )


async def _fingerprint(request: Request) -> bytes:
    """Tells this request from another under the same key, without keeping what it says."""
    secret = request.app.state.hireledger.database.keyring.secret("request fingerprints")
    text = f"{request.method} {request.url.path}\n".encode() + await request.body()
    return hmac.new(secret, text, hashlib.sha256).digest()


def commanding(roles: frozenset[Role], narrows: bool = False) -> Any:
    """A command of a caller in one of these roles; for `narrows` see api.caller.may.

    Raises NotSignedIn, NotAllowed, OutOfScope, NotFound, KeyReused, and AlreadyDone for a
    repeated command.
    """

    async def command(
        request: Request,
        response: Response,
        calling: Annotated[Caller, may(roles, Scope.WRITE, narrows)],
        fingerprint: Annotated[bytes, Depends(_fingerprint)],
        idempotency_key: Annotated[
            str | None,
            Header(
                min_length=1,
                max_length=255,
                description="Makes repeating the request safe: same key and body, same answer.",
            ),
        ] = None,
        if_match: Annotated[
            str | None,
            Header(
                pattern=r'^"\d{1,9}"$',
                description="The ETag the change is meant for; another version is refused.",
            ),
        ] = None,
    ) -> Commanding:
        request.state.caller = calling
        if calling.reach is not None:
            await run_sync(calling.reach.guard_body, _said(await request.body()))
        command_id = new_id()
        if idempotency_key is not None:
            command_id = _command_id(calling, request, idempotency_key)
            await run_sync(_refuse_another_use, calling.log, command_id, fingerprint)
        by = Attribution(
            actor_type=calling.actor_type,
            actor_id=calling.actor_id,
            authority=calling.role.value,
            source="api",
            on_behalf_of=calling.on_behalf_of,
            command_id=command_id,
            fingerprint=fingerprint if idempotency_key is not None else None,
            expected_version=int(if_match.strip('"')) if if_match else None,
        )
        return Commanding(calling.log, by, response, calling)

    return Depends(command)


def _said(body: bytes) -> dict[str, Any]:
    """What a body says; nothing if it is none, which is refused where its shape is known."""
    try:
        said = json.loads(body)
    except ValueError:
        return {}
    return said if isinstance(said, dict) else {}


def _command_id(calling: Caller, request: Request, key: str) -> UUID:
    secret = calling.log.database.keyring.secret("idempotency")
    return derived_id(secret, str(calling.actor_id), request.method, request.url.path, key)


def _refuse_another_use(log: Log, command_id: UUID, fingerprint: bytes) -> None:
    """Raises AlreadyDone for a repeat, KeyReused for another request under the same key."""
    rows = log.database.read(log.organisation, FINGERPRINT, {"command": command_id})
    if rows and not hmac.compare_digest(rows[0]["fingerprint"], fingerprint):
        raise KeyReused
    if log.facts.of_command(command_id):
        raise AlreadyDone(command_id)
