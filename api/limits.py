"""What holds for every request: a name of its own, and a largest size."""

import re

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.problems import BodyTooLarge, problem_of, render
from store.ids import new_id

LARGEST_BODY = 1_000_000
DOCUMENTS = re.compile(r"/api/candidates/[^/]+/documents")


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
        attaches = scope["method"] == "POST" and DOCUMENTS.fullmatch(scope["path"])
        return max(self.largest_document, LARGEST_BODY) if attaches else LARGEST_BODY
