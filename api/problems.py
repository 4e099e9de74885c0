"""Errors as problem documents (RFC 9457)."""

import re
from typing import Annotated, Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from psycopg import OperationalError
from pydantic import BaseModel, Field
from starlette.exceptions import HTTPException

from domain.errors import Refusal
from store.append import AppendUncertain
from store.attempts import TooManyAttempts

MEDIA_TYPE = "application/problem+json"
RETRY_SECONDS = "1"
UNAUTHORIZED, UNPROCESSABLE, UNAVAILABLE, BAD_REQUEST = 401, 422, 503, 400


class FieldProblem(BaseModel):
    """What is wrong with one field."""

    pointer: Annotated[
        str, Field(description="JSON pointer into the body, or the parameter's name.")
    ]
    detail: Annotated[str, Field(description="What is wrong with it, in words.")]


class Problem(BaseModel):
    """Why a request was not done. Nothing has been changed."""

    type: Annotated[
        str,
        Field(
            description="Names the rule; stable.",
            examples=["urn:hireledger:problem:already-applied"],
        ),
    ]
    title: Annotated[str, Field(description="The rule's name in words.")]
    status: Annotated[int, Field(description="The HTTP status, repeated.")]
    detail: Annotated[str, Field(description="What happened, in words.")]
    errors: Annotated[
        list[FieldProblem] | None, Field(description="The fields at fault, if any.")
    ] = None


class NotSignedIn(Refusal):
    """Sign in, or show a valid API key: Authorization: Bearer <key>."""

    status = 401


class NotAllowed(Refusal):
    """The role {role} may not do this."""

    status = 403


class OutOfScope(Refusal):
    """This API key was not made for that; it lacks the scope {scope}."""

    status = 403


class NotCaughtUp(Refusal):
    """The read side has not reached log position {position} yet; ask again."""

    status = 503


class BodyTooLarge(Refusal):
    """The body is larger than {limit} bytes."""

    status = 413


class KeyReused(Refusal):
    """This Idempotency-Key was used for another request."""


def problem_responses(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """How the API description declares that an operation may answer with these statuses."""
    content = {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}}
    return {
        status: {"description": DESCRIPTIONS[status], "content": content} for status in statuses
    }


DESCRIPTIONS = {
    400: "Malformed: not JSON, or a header that cannot be read.",
    401: "Neither a valid API key nor a session.",
    403: "The caller's role may not do this, the key's scopes do not cover it, or the request was"
    " made by another site's page.",
    404: "There is no such thing, or the caller may not know of it.",
    409: "A rule is in the way, or something relied on has changed; the type names it.",
    412: "If-Match names another version.",
    413: "The body is too large.",
    415: "The body is not JSON.",
    422: "Understood, but not allowed; errors names the fields.",
    429: "Too many attempts; repeat after Retry-After seconds.",
    503: "Not available now; repeat after Retry-After seconds.",
}


def handle_problems(application: FastAPI) -> None:
    """Renders every error as a problem document."""
    application.add_exception_handler(Refusal, _refusal)
    application.add_exception_handler(RequestValidationError, _invalid)
    application.add_exception_handler(HTTPException, _http)
    application.add_exception_handler(AppendUncertain, _unavailable)
    application.add_exception_handler(OperationalError, _unavailable)


def render(problem: Problem, headers: dict[str, str] | None = None) -> JSONResponse:
    """A problem as the answer."""
    return JSONResponse(
        problem.model_dump(exclude_none=True),
        status_code=problem.status,
        headers=headers,
        media_type=MEDIA_TYPE,
    )


def _refusal(_: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, Refusal)  # noqa: S101  # registered for this class only
    headers = {}
    if error.status == UNAUTHORIZED:
        headers["WWW-Authenticate"] = "Bearer"
    if error.status == UNAVAILABLE:
        headers["Retry-After"] = RETRY_SECONDS
    if isinstance(error, TooManyAttempts):
        headers["Retry-After"] = error.about["seconds"]
    return render(problem_of(error), headers)


def problem_of(error: Refusal) -> Problem:
    """A refusal as a problem: its class is the rule, its docstring the words."""
    words = error.rule.replace("-", " ")
    return Problem(
        type=_urn(words), title=words.capitalize(), status=error.status, detail=error.message
    )


def _invalid(_: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, RequestValidationError)  # noqa: S101
    errors = error.errors()
    malformed = any(item["type"] == "json_invalid" for item in errors)
    words = "Malformed body" if malformed else "Invalid fields"
    fields = [FieldProblem(pointer=_pointer(item["loc"]), detail=item["msg"]) for item in errors]
    return render(
        Problem(
            type=_urn(words),
            title=words,
            status=BAD_REQUEST if malformed else UNPROCESSABLE,
            detail="; ".join(f"{field.pointer}: {field.detail}" for field in fields),
            errors=fields,
        )
    )


def _pointer(location: tuple[int | str, ...]) -> str:
    """("body", "openings") as #/openings; ("query", "as_of") as as_of."""
    place, *path = location
    if place == "body":
        return "#" + "".join(f"/{part}" for part in path)
    return "/".join(str(part) for part in path)


def _http(_: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, HTTPException)  # noqa: S101
    headers = dict(error.headers) if error.headers else None
    return render(
        Problem(
            type=_urn(str(error.detail)),
            title=str(error.detail),
            status=error.status_code,
            detail=str(error.detail),
        ),
        headers,
    )


def _unavailable(_: Request, error: Exception) -> JSONResponse:
    words = "Database unavailable"
    return render(
        Problem(
            type=_urn(words),
            title=words,
            status=UNAVAILABLE,
            detail="Whether the request was recorded is not known; repeating it with the same"
            " Idempotency-Key is safe."
            if isinstance(error, AppendUncertain)
            else "The database cannot be reached; repeat the request later.",
        ),
        {"Retry-After": RETRY_SECONDS},
    )


def _urn(words: str) -> str:
    return "urn:hireledger:problem:" + re.sub(r"[^a-z0-9]+", "-", words.lower()).strip("-")
