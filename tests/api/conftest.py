"""The API over a real database, and keys for it."""

from collections.abc import Iterable, Iterator
from typing import Protocol
from uuid import UUID

import pytest
from fastapi.testclient import TestClient

import app
from domain.role import Role, Scope
from store import api_keys
from store.database import Organisation
from store.system import Hireledger


class ClientFor(Protocol):
    """Signs somebody in."""

    def __call__(
        self, role: Role, holder_id: UUID | str | None = None, scopes: Iterable[Scope] = Scope
    ) -> TestClient: ...


@pytest.fixture(scope="package")
def http(hireledger: Hireledger) -> Iterator[TestClient]:
    """The application with its own projector, nobody signed in.

    No longer than these tests: others move the read models themselves.
    """
    with TestClient(app.serving(hireledger), raise_server_exceptions=False) as client:
        yield client


@pytest.fixture
def client_for(http: TestClient, hireledger: Hireledger, organisation: Organisation) -> ClientFor:
    """Someone with a key to the fresh organisation in a role, which may be for a member."""

    def signed_in(
        role: Role, holder_id: UUID | str | None = None, scopes: Iterable[Scope] = Scope
    ) -> TestClient:
        key = api_keys.create(
            hireledger.database,
            organisation,
            role,
            "test",
            holder_id=None if holder_id is None else UUID(str(holder_id)),
            scopes=frozenset(scopes),
        )
        client = TestClient(http.app, raise_server_exceptions=False)
        client.headers["Authorization"] = f"Bearer {key}"
        return client

    return signed_in


@pytest.fixture
def admin(client_for: ClientFor) -> TestClient:
    """Someone who may do everything."""
    return client_for(Role.ADMIN)
