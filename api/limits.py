"""What holds for every request: a name of its own, and a largest size."""

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.problems import BodyTooLarge, problem_of, render
from store.ids import new_id

LARGEST_BODY = 1_000_000


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

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        length = dict(scope["headers"]).get(b"content-length", b"0")
        if length.isdigit() and int(length) > LARGEST_BODY:
            await render(problem_of(BodyTooLarge(limit=LARGEST_BODY)))(scope, receive, send)
            return
        received = 0

        async def counted() -> Message:
            nonlocal received
            message = await receive()
            received += len(message.get("body", b""))
            if received > LARGEST_BODY:
                raise BodyTooLarge(limit=LARGEST_BODY)
            return message

        await self.app(scope, counted, send)
