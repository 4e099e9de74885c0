"""How a page asks: through the API, in the same process, as whoever is signed in.

A page shows nothing that a program with the same role could not get, and who may see what is said
in one place. See docs/decisions/0019-the-web-app.md.
"""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from http import HTTPStatus
from typing import Any
from urllib.parse import urlencode

import httpx2
from anyio.to_thread import run_sync
from fastapi import Depends, Request

from domain.role import Role
from entrance.browser import CSRF_HEADER, csrf_token, session_token, system
from policies.catalogue import POLICIES
from policies.policy import actor_id

TIMES = ("as_of", "known_at", "known_before")
"""The parameters of every page and of every question that say which past is meant."""
REACHED = "min_log_position"
"""Has a question wait for what the reader has just changed."""

POLICY_NAMES = {
    str(actor_id(policy.name)): policy.name.replace("-", " ").capitalize() for policy in POLICIES
}

Query = str | int | bool | list[str] | None


class SignedOut(Exception):
    """Nobody is signed in here."""


class Refused(Exception):
    """The API answered with a problem."""

    def __init__(self, problem: Mapping[str, Any]) -> None:
        super().__init__(problem["detail"])
        self.problem = problem

    @property
    def status(self) -> int:
        """The status it came with."""
        return int(self.problem["status"])


@dataclass(frozen=True)
class Ask:
    """A signed-in member, and the questions their page asks."""

    request: Request
    session: str
    role: Role
    member_id: str
    lacking: set[str] = field(default_factory=set)
    """Questions whose answers may not tell yet what the reader has just changed."""

    @cached_property
    def csrf(self) -> str:
        """What a page must show to change something."""
        return csrf_token(system(self.request), self.session)

    @cached_property
    def times(self) -> dict[str, str]:
        """Which past the page is of; empty for now. `known=then` is short for the same time."""
        said = self.request.query_params
        times = {name: said[name] for name in TIMES if said.get(name)}
        if said.get("known") == "then" and "as_of" in times:
            times["known_at"] = times["as_of"]
        return times

    @property
    def here(self) -> str:
        """The address of this page."""
        return self._address(self._said_but({REACHED}))

    @property
    def now(self) -> str:
        """The address of this page, as it is now."""
        return self._address(self.timeless)

    @property
    def timeless(self) -> list[tuple[str, str]]:
        """What the address says beside a time."""
        return self._said_but({*TIMES, "known", REACHED})

    def _said_but(self, leaving_out: set[str]) -> list[tuple[str, str]]:
        said = self.request.query_params.multi_items()
        return [(name, value) for name, value in said if name not in leaving_out]

    def _address(self, said: list[tuple[str, str]]) -> str:
        path = self.request.url.path
        return f"{path}?{urlencode(said)}" if said else path

    def link(self, path: str, **query: Query) -> str:
        """The address of another page, of the same past."""
        given = {name: value for name, value in query.items() if value not in (None, "")}
        asked = urlencode({**self.times, **given}, doseq=True)
        return f"{path}?{asked}" if asked else path

    async def get(self, path: str, **query: Query) -> Any:
        """What the API answers, as of the page's time. Raises Refused.

        If the read side is behind what the reader has just changed, an answer that may lack it is
        better than none; the page says so.
        """
        asked = {**self.times, **query}
        if waits := self.request.query_params.get(REACHED):
            answer = await self.call("GET", self._with(path, {**asked, REACHED: waits}))
            if answer.status_code != HTTPStatus.SERVICE_UNAVAILABLE:
                return _answer(answer)
            self.lacking.add(path)
        return _answer(await self.call("GET", self._with(path, asked)))

    async def either(self, path: str, **query: Query) -> Any | None:
        """What the API answers; None for what this member may not see, or what is not there."""
        try:
            return await self.get(path, **query)
        except Refused as refused:
            if refused.status in (HTTPStatus.FORBIDDEN, HTTPStatus.NOT_FOUND):
                return None
            raise

    async def items(self, path: str, **query: Query) -> list[dict[str, Any]]:
        """What the API lists; nothing for what this member may not see."""
        found = await self.either(path, **query)
        return list(found["items"]) if found else []

    async def post(self, path: str, body: Mapping[str, Any]) -> Any:
        """Asks what is asked by POST, and changes nothing that a page shows. Raises Refused."""
        return _answer(await self.call("POST", path, body))

    async def call(
        self, method: str, path: str, body: Mapping[str, Any] | None = None, **headers: str
    ) -> httpx2.Response:
        """One request to the API in this session."""
        transport = httpx2.ASGITransport(self.request.app, raise_app_exceptions=False)
        base = str(self.request.base_url)
        async with httpx2.AsyncClient(transport=transport, base_url=base) as client:
            return await client.request(
                method,
                path,
                json=body,
                headers={
                    "Cookie": self.request.headers.get("cookie", ""),
                    CSRF_HEADER: self.csrf,
                    **headers,
                },
            )

    @staticmethod
    def _with(path: str, query: Mapping[str, Query]) -> str:
        said = {
            name: str(value).lower() if isinstance(value, bool) else value
            for name, value in query.items()
            if value is not None
        }
        return f"{path}?{urlencode(said, doseq=True)}" if said else path


def _answer(answer: httpx2.Response) -> Any:
    if answer.status_code >= HTTPStatus.BAD_REQUEST:
        raise Refused(answer.json())
    return answer.json()


async def all_of(*questions: Any) -> list[Any]:
    """The answers to several questions, asked at once. Raises the first Refused."""
    return list(await asyncio.gather(*questions))


async def names_of_members(ask: Ask) -> dict[str, str]:
    """What members are called, by id, for whoever may know people by name."""
    rows = await ask.items("/api/members")
    return {row["member_id"]: row["full_name"] for row in rows if row["full_name"]}


async def names_of_actors(ask: Ask) -> dict[str, str]:
    """What whoever acts here is called, by id: members, and policies that act by themselves."""
    return POLICY_NAMES | await names_of_members(ask)


async def reasons_in_use(ask: Ask, kind: str) -> list[dict[str, Any]]:
    """The reasons of a kind that may be given now."""
    return [row for row in await ask.items("/api/reason-codes", kind=kind) if not row["retired"]]


async def _signed_in(request: Request) -> Ask:
    hireledger, token = system(request), session_token(request)
    holder = None
    if token is not None:
        holder = hireledger.remembered(token) or await run_sync(hireledger.holder, token)
    if token is None or holder is None:
        raise SignedOut
    return Ask(request, token, holder.role, str(holder.actor_id))


_signed_in.is_for_members = True  # type: ignore[attr-defined]  # read by the test that tries all
asking: Any = Depends(_signed_in)
"""Stands in the signature of every page for members; what they may see, the API says.

Raises SignedOut.
"""
