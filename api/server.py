"""The HTTP application: every router, one way of failing, and its description."""

import gc
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from fastapi import FastAPI, Request
from fastapi.openapi.docs import get_swagger_ui_html
from fastapi.openapi.utils import get_openapi
from fastapi.responses import HTMLResponse, RedirectResponse
from fastapi.routing import APIRoute
from fastapi.staticfiles import StaticFiles

from api import (
    applications,
    candidates,
    costs,
    engagement_scores,
    events,
    feedback,
    health,
    interviews,
    message_templates,
    messages,
    metrics,
    offers,
    outreach,
    policies,
    pools,
    requisitions,
)
from api.commanding import already_done
from api.limits import LimitBodies, NameRequests
from api.live import Live
from api.problems import Problem, handle_problems
from policies.runner import Reactions
from projections.follower import Follower
from store.append import AlreadyDone
from store.system import Hireledger

DESCRIPTION = """
Recruiting on an append-only log. Commands answer with the `Log-Position` they reached; give it to
a query as `min_log_position` to read your own writes. Every query can be asked `as_of` any time
and as known at any time (`known_at`, `known_before`).
"""


def create(hireledger: Hireledger, with_projector: bool = True) -> FastAPI:
    """The application over a running system; it projects and runs policies unless told not to."""

    live = Live(hireledger)

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        # What is loaded by now stays for good; looking through it at each full collection of
        # garbage would hold up an answer by some 40 ms now and then.
        gc.collect()
        gc.freeze()
        follower = Follower(hireledger.database) if with_projector else None
        reactions = Reactions(hireledger) if with_projector else None
        if follower and reactions:
            follower.start()
            reactions.start()
        with live.ended_by_signals():
            yield
        if follower and reactions:
            follower.stop()
            reactions.stop()
            follower.join()
            reactions.join()

    application = FastAPI(
        title="Hireledger",
        version="0.1.0",
        description=DESCRIPTION,
        openapi_url="/api/openapi.json",
        docs_url=None,
        redoc_url=None,
        lifespan=lifespan,
        generate_unique_id_function=_operation_id,
    )
    application.state.hireledger = hireledger
    application.state.live = live
    application.add_middleware(LimitBodies)
    application.add_middleware(NameRequests)
    handle_problems(application)
    application.add_exception_handler(AlreadyDone, already_done)
    for module in (
        requisitions,
        candidates,
        applications,
        interviews,
        offers,
        messages,
        message_templates,
        feedback,
        costs,
        pools,
        outreach,
        engagement_scores,
        metrics,
        events,
        policies,
        health,
    ):
        application.include_router(module.router)
    _serve_docs(application)
    application.openapi = lambda: _described(application)  # type: ignore[method-assign]
    return application


def _operation_id(route: APIRoute) -> str:
    return route.name


def _serve_docs(application: FastAPI) -> None:
    """The docs page, with its assets served from here: nothing is fetched from elsewhere."""
    assets = StaticFiles(packages=[("fastapi_swagger", "resources")])
    application.mount("/assets/swagger", assets, name="swagger")

    @application.get("/", include_in_schema=False)
    def home() -> RedirectResponse:
        return RedirectResponse("/docs")

    @application.get("/docs", include_in_schema=False)
    def docs(_: Request) -> HTMLResponse:
        return get_swagger_ui_html(
            openapi_url="/api/openapi.json",
            title="Hireledger API",
            swagger_js_url="/assets/swagger/swagger-ui-bundle.js",
            swagger_css_url="/assets/swagger/swagger-ui.css",
            swagger_favicon_url="/assets/swagger/favicon-32x32.png",
            swagger_ui_parameters={
                "validatorUrl": None,
                "persistAuthorization": True,
                "displayRequestDuration": True,
                "tryItOutEnabled": True,
            },
        )


def _described(application: FastAPI) -> dict[str, Any]:
    """The OpenAPI description, with problems in place of the framework's own errors."""
    if application.openapi_schema is None:
        schema = get_openapi(
            title=application.title,
            version=application.version,
            description=application.description,
            routes=application.routes,
        )
        components = schema["components"]["schemas"]
        for name in ("HTTPValidationError", "ValidationError"):
            components.pop(name, None)
        problem = Problem.model_json_schema(ref_template="#/components/schemas/{model}")
        components.update(problem.pop("$defs"))
        components["Problem"] = problem
        _describe_streams_as_3_1_does(schema)
        application.openapi_schema = schema
    return application.openapi_schema


def _describe_streams_as_3_1_does(schema: dict[str, Any]) -> None:
    """A stream's messages go by `schema` there; the framework has OpenAPI 3.2's word already."""
    for path in schema["paths"].values():
        for operation in path.values():
            for media in operation["responses"].get("200", {}).get("content", {}).values():
                if "itemSchema" in media:
                    media["schema"] = media.pop("itemSchema")
