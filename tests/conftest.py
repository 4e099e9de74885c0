"""A real PostgreSQL for all tests; a fresh organisation for each."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from psycopg import sql

import app
from projections.engine import Projector
from store import organisations
from store.database import REGISTRY, Organisation
from store.envelope import Attribution
from store.ids import new_id
from store.log import Log
from store.settings import Settings
from store.system import Hireledger

FORGET = sql.SQL("DELETE FROM {}.organisations WHERE id = %(id)s")

SHARED = Path(__file__).parent.parent.parent / "shared"


@pytest.fixture(scope="session")
def settings(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """Where the tests keep their data; HIRELEDGER_TEST_DATABASE_URL names another server."""
    return Settings(
        data_dir=tmp_path_factory.mktemp("hireledger"),
        database_url=os.environ.get("HIRELEDGER_TEST_DATABASE_URL"),
    )


@pytest.fixture(scope="session")
def hireledger(settings: Settings) -> Iterator[Hireledger]:
    """The running system."""
    system = app.start(settings)
    yield system
    system.close()


@pytest.fixture
def organisation(hireledger: Hireledger) -> Iterator[Organisation]:
    """An organisation nobody else uses.

    Afterwards nobody looks after it any more: what runs beside the tests looks at each there is.
    """
    made = organisations.create(hireledger.database, f"test {new_id()}")
    yield made
    with hireledger.database.administer() as connection:
        connection.execute(FORGET.format(sql.Identifier(REGISTRY)), {"id": made.id})


@pytest.fixture
def log(hireledger: Hireledger, organisation: Organisation) -> Log:
    """The log of the fresh organisation."""
    return hireledger.log(organisation)


@pytest.fixture
def projector(hireledger: Hireledger, organisation: Organisation) -> Projector:
    """Moves the fresh organisation's read models when told to."""
    return Projector(hireledger.database, organisation)


@pytest.fixture
def recruiter() -> Attribution:
    """A new command of someone who may do everything."""
    return Attribution("person", new_id(), "recruiter", "api")


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """Real inputs that are not part of the project."""
    data = SHARED / "data"
    if not data.is_dir():
        pytest.skip(f"the shared inputs are not here ({data})")
    return data
