"""What holds for every request: a name, a largest size, and an answer that does no harm."""

import re

from starlette.datastructures import MutableHeaders
from starlette.middleware.gzip import GZipMiddleware
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.problems import BodyTooLarge, problem_of, render
from store.ids import new_id

LARGEST_BODY = 1_000_000
DOCUMENTS = re.compile(r"/api/candidates/[^/]+/documents")
APPLICATION_FORMS = re.compile(r"/careers/[^/]+/jobs/[^/]+/application")
FORM_TIMES = 3
"""How much more than a document a form may bring: its reader drops what is too much and says so,
so that nothing that was typed is lost."""

SECURITY = {
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'; base-uri 'none';"
    " form-action 'none'",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
    # With no-referrer, browsers say "Origin: null" of our own forms, too.
    "Referrer-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
}


class NameRequests:
    """Gives every request an id, which its answer and the access log carry."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        request_id = new_id()
        scope.setdefault("state", {})["request_id"] = request_id

        async def named(message: Message) -> None:
            if message["type"] == "http.response.start":
                message["headers"] = [
                    *message.get("headers", []),
                    (b"request-id", str(request_id).encode()),
                ]
            await send(message)

        await self.app(scope, receive, named)


class SecureAnswers:
    """Tells browsers what answers may do: nothing, unless a page says what it needs.

    See the OWASP secure headers project.
    """

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return

        async def secured(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in SECURITY.items():
                    headers.setdefault(name, value)
                if not scope["path"].startswith("/assets/"):
                    headers.setdefault("Cache-Control", "no-store")
            await send(message)

        await self.app(scope, receive, secured)


class CompressPages:
    """Sends pages and what they load in fewer bytes; the API's answers stay as they are."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app
        self.compressing = GZipMiddleware(app, minimum_size=1000, compresslevel=6)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        is_page = scope["type"] == "http" and not scope["path"].startswith("/api/")
        await (self.compressing if is_page else self.app)(scope, receive, send)


class LimitBodies:
    """Refuses bodies above the largest size, whether or not they say how long they are."""

    def __init__(self, app: ASGIApp, largest_document: int) -> None:
        self.app = app
        self.largest_document = largest_document

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        limit = self._limit(scope)
        length = dict(scope["headers"]).get(b"content-length", b"0")
        if length.isdigit() and int(length) > limit:
            await render(problem_of(BodyTooLarge(limit=limit)))(scope, receive, send)
            return
        received = 0

        async def counted() -> Message:
            nonlocal received
            message = await receive()
            received += len(message.get("body", b""))
            if received > limit:
                raise BodyTooLarge(limit=limit)
            return message

        await self.app(scope, counted, send)

    def _limit(self, scope: Scope) -> int:
        """Only where documents are attached may a body be large."""
        if scope["method"] != "POST":
            return LARGEST_BODY
        if APPLICATION_FORMS.fullmatch(scope["path"]):
            return max(FORM_TIMES * self.largest_document, LARGEST_BODY)
        attaches = DOCUMENTS.fullmatch(scope["path"])
        return max(self.largest_document, LARGEST_BODY) if attaches else LARGEST_BODY
