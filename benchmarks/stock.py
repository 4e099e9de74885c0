"""The reference: the eventsourcing library as it comes, with its own PostgreSQL recorder."""

import contextlib
from collections.abc import Iterator
from typing import Any
from uuid import UUID, uuid4

import psycopg
from eventsourcing.application import Application
from eventsourcing.domain import Aggregate, event
from eventsourcing.persistence import Tracking
from eventsourcing.postgres import PostgresTrackingRecorder
from eventsourcing.projection import Projection, ProjectionRunner
from psycopg import sql
from psycopg.conninfo import conninfo_to_dict

DATABASE = "stock_reference"
STAGE_HISTORY = """
CREATE TABLE IF NOT EXISTS stage_history (
    position bigint PRIMARY KEY,
    application_id uuid,
    candidate_id uuid,
    stage text,
    stage_kind text,
    occurred_at timestamptz
)
"""
STAGE_HISTORY_INDEX = """
CREATE INDEX IF NOT EXISTS stage_history_application
ON stage_history (application_id, occurred_at)
"""


class StockCandidate(Aggregate):
    """An aggregate whose events carry what ours carry."""

    @event("Applied")
    def __init__(
        self,
        application_id: UUID,
        requisition_id: UUID | None,  # noqa: ARG002  # what an event carries is its signature
        source: str,  # noqa: ARG002
        origin: str,  # noqa: ARG002
        stage: str,
        stage_kind: str,  # noqa: ARG002
    ) -> None:
        self.application_id = application_id
        self.stage = stage


class StockApplication(Application[UUID]):
    """The library's application, unchanged."""


def new_candidate() -> StockCandidate:
    """A candidate with one event."""
    return StockCandidate(uuid4(), None, "unknown", "applied", "applied", "applied")


class StageHistory(PostgresTrackingRecorder):
    """A stage-history table kept by the library's one transaction an event."""

    def __init__(self, datastore: Any, **kwargs: Any) -> None:
        super().__init__(datastore, **kwargs)
        self.sql_create_statements.append(sql.Composed([sql.SQL(STAGE_HISTORY)]))
        self.sql_create_statements.append(sql.Composed([sql.SQL(STAGE_HISTORY_INDEX)]))

    def add(self, happened: Any, tracking: Tracking) -> None:
        with self.datastore.transaction(commit=True) as cursor:
            cursor.execute(
                "INSERT INTO stage_history VALUES (%s, %s, %s, %s, %s, %s)",
                (
                    tracking.notification_id,
                    happened.application_id,
                    happened.originator_id,
                    happened.stage,
                    happened.stage_kind,
                    happened.timestamp,
                ),
                prepare=True,
            )
            self._insert_tracking(cursor, tracking)


class StockProjection(Projection[StageHistory]):
    """Turns each event into a row."""

    def process_event(self, domain_event: Any, tracking: Tracking) -> None:
        self.view.add(domain_event, tracking)


@contextlib.contextmanager
def stock_application(admin_url: str) -> Iterator[tuple[StockApplication, dict[str, str]]]:
    """A fresh database for the reference, on the same server; with its environment."""
    with psycopg.connect(admin_url, autocommit=True) as connection:
        name = sql.Identifier(DATABASE)
        connection.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(name))
        connection.execute(sql.SQL("CREATE DATABASE {}").format(name))
    parts = conninfo_to_dict(admin_url)
    environment = {
        "PERSISTENCE_MODULE": "eventsourcing.postgres",
        "POSTGRES_DBNAME": DATABASE,
        "POSTGRES_HOST": str(parts.get("host", "127.0.0.1")),
        "POSTGRES_PORT": str(parts.get("port", "5432")),
        "POSTGRES_USER": str(parts["user"]),
        "POSTGRES_PASSWORD": str(parts.get("password") or "unused"),
        "POSTGRES_POOL_SIZE": "40",
        "POSTGRES_MAX_OVERFLOW": "10",
    }
    application = StockApplication(env=environment)
    try:
        yield application, environment
    finally:
        application.close()


def stock_runner(environment: dict[str, str]) -> ProjectionRunner[StockApplication, StageHistory]:
    """The library's runner over the reference's log."""
    return ProjectionRunner(
        application_class=StockApplication,
        projection_class=StockProjection,
        view_class=StageHistory,
        env=environment,
    )
