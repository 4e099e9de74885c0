"""The HTTP application: every router, one way of failing, and its description."""

import gc
import hashlib
import re
from base64 import b64encode
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Any

from fastapi import APIRouter, FastAPI, Request
from fastapi.openapi.docs import get_swagger_ui_html
from fastapi.openapi.utils import get_openapi
from fastapi.responses import HTMLResponse
from fastapi.routing import APIRoute
from fastapi.staticfiles import StaticFiles

from api import (
    accesses,
    agencies,
    api_keys,
    applications,
    approvals,
    audit,
    bulk_actions,
    calendars,
    campaigns,
    candidates,
    careers_page,
    checks,
    consents,
    contact_texts,
    costs,
    documents,
    engagement_scores,
    erasure,
    events,
    feedback,
    health,
    hires,
    interviews,
    knock_outs,
    legal_holds,
    members,
    mentions,
    merging,
    message_templates,
    messages,
    metrics,
    offers,
    outreach,
    outreach_rules,
    owners,
    plan_templates,
    policies,
    pools,
    profile_suggestions,
    prospects,
    reason_codes,
    receipts,
    rediscovery,
    requisitions,
    scorecards,
    self_identification,
    self_scheduling,
    session,
    starts,
    survey_rules,
    tags,
    today,
    tracking_links,
    upkeep,
    webhooks,
)
from api.behind import behind
from api.commanding import already_done
from api.limits import CompressPages, LimitBodies, NameRequests, SecureAnswers
from api.live import Live
from api.problems import Problem, handle_problems
from entrance.browser import ANYONE
from store.append import AlreadyDone
from store.system import Hireledger

DESCRIPTION = """
Recruiting on an append-only log. Commands answer with the `Log-Position` they reached; give it to
a query as `min_log_position` to read your own writes. Every query can be asked `as_of` any time
and as known at any time (`known_at`, `known_before`).
"""


def create(
    hireledger: Hireledger, with_projector: bool = True, pages: Sequence[APIRouter] = ()
) -> FastAPI:
    """The application over a running system.

    Unless told not to, it moves the read models, seals the ledger and runs the policies too.
    `pages` are what it shows to people beside the API.
    """

    live = Live(hireledger)

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        # What is loaded by now stays for good; looking through it at each full collection of
        # garbage would hold up an answer by some 40 ms now and then.
        gc.collect()
        gc.freeze()
        following = behind(hireledger) if with_projector else ()
        for worker in following:
            worker.start()
        with live.ended_by_signals():
            yield
        for worker in following:
            worker.stop()
        for worker in following:
            worker.join()

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
    application.add_middleware(LimitBodies, largest_document=hireledger.database.largest_document)
    application.add_middleware(CompressPages)
    application.add_middleware(NameRequests)
    application.add_middleware(SecureAnswers)
    handle_problems(application)
    application.add_exception_handler(AlreadyDone, already_done)
    for module in (
        requisitions,
        merging,
        plan_templates,
        approvals,
        candidates,
        prospects,
        applications,
        calendars,
        bulk_actions,
        checks,
        tags,
        reason_codes,
        mentions,
        interviews,
        scorecards,
        self_scheduling,
        offers,
        starts,
        hires,
        today,
        messages,
        message_templates,
        feedback,
        survey_rules,
        costs,
        pools,
        rediscovery,
        outreach,
        campaigns,
        outreach_rules,
        consents,
        contact_texts,
        owners,
        documents,
        profile_suggestions,
        erasure,
        legal_holds,
        engagement_scores,
        metrics,
        events,
        audit,
        accesses,
        session,
        members,
        api_keys,
        policies,
        careers_page,
        knock_outs,
        tracking_links,
        agencies,
        receipts,
        self_identification,
        health,
        upkeep,
        webhooks,
    ):
        application.include_router(module.router)
    for page in pages:
        application.include_router(page, include_in_schema=False)
    _serve_docs(application)
    application.openapi = lambda: _described(application)  # type: ignore[method-assign]
    return application


def _operation_id(route: APIRoute) -> str:
    return route.name


def _serve_docs(application: FastAPI) -> None:
    """The docs page, with its assets served from here: nothing is fetched from elsewhere."""
    assets = StaticFiles(packages=[("fastapi_swagger", "resources")])
    application.mount("/assets/swagger", assets, name="swagger")

    @application.get("/docs", include_in_schema=False, dependencies=[ANYONE])
    def docs(_: Request) -> HTMLResponse:
        page = get_swagger_ui_html(
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
        page.headers["Content-Security-Policy"] = _allowing_its_own_script(bytes(page.body))
        return page


def _allowing_its_own_script(page: bytes) -> str:
    """What the docs page may load: our files, and the one script it consists of, by its hash."""
    scripts = re.findall(rb"<script>(.*?)</script>", page, re.DOTALL)
    hashes = [b64encode(hashlib.sha256(script).digest()).decode() for script in scripts]
    allowed = " ".join(f"'sha256-{text}'" for text in hashes)
    return (
        "default-src 'none'; connect-src 'self'; img-src 'self' data:;"
        # Swagger UI sets styles on its elements.
        " style-src 'self' 'unsafe-inline';"
        f" script-src 'self' {allowed}; frame-ancestors 'none'; base-uri 'none';"
        " form-action 'self'"
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
