"""Connections: one pool for all organisations, never as a superuser."""

import hashlib
import hmac
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from threading import Lock
from typing import Any
from uuid import UUID

import psycopg
from psycopg import IsolationLevel, sql
from psycopg.conninfo import conninfo_to_dict, make_conninfo
from psycopg.rows import TupleRow, dict_row
from psycopg_pool import ConnectionPool

from store import embedded
from store.epoch_keys import EpochKeys, KeyFiles
from store.keyring import KeyDirectory, Keyring
from store.settings import Settings
from store.transit import Transit

Connection = psycopg.Connection[TupleRow]
REGISTRY = "hireledger"
OWNER = "hireledger_owner"
ENTER = """
SELECT
    set_config('search_path', %(schema)s, true),
    set_config('role', %(role)s, true)
"""
OLDEST_POSTGRESQL = 150000
SEALERS = 4


class DatabaseUnusable(Exception):
    """The database cannot be used."""


@dataclass(frozen=True)
class Organisation:
    """An organisation: its log has a schema and a role of its own."""

    id: UUID
    name: str
    schema: str
    role: str


class Database:
    """A PostgreSQL database that holds the logs of any number of organisations."""

    def __init__(self, settings: Settings, pool_size: int = 48) -> None:
        directory = KeyDirectory(settings.data_dir / "keys")
        self.keyring = Keyring(directory)
        self.epoch_keys = _epoch_keys(settings, directory)
        self.largest_document = settings.document_bytes
        self.admin_url = settings.database_url or embedded.start(settings.data_dir / "postgres")
        self.pool_size = pool_size
        self.name = self._check()
        self.login = f"{self.name}_app"
        self.sealer = f"{self.name}_sealer"
        self.checkpoint_copies = settings.checkpoint_copies
        self._pool: ConnectionPool[Connection] | None = None
        self._sealers: ConnectionPool[Connection] | None = None
        self._opening = Lock()

    def _check(self) -> str:
        try:
            with psycopg.connect(self.admin_url) as connection:
                if connection.info.server_version < OLDEST_POSTGRESQL:
                    raise DatabaseUnusable("PostgreSQL 15 or newer is needed")
                return connection.info.dbname
        except psycopg.OperationalError as error:
            raise DatabaseUnusable(f"no connection to the database: {error}") from error

    @property
    def app_url(self) -> str:
        """How the application connects: as a login that owns nothing."""
        return self._url_of(self.login)

    def _url_of(self, login: str) -> str:
        parts = conninfo_to_dict(self.admin_url)
        parts.update(user=login, password=self._password(login))
        return make_conninfo("", **parts)

    def _password(self, login: str) -> str:
        return hmac.new(
            self.keyring.secret("database login"), login.encode(), hashlib.sha256
        ).hexdigest()

    @property
    def pool(self) -> "ConnectionPool[Connection]":
        """The one pool; opened when first needed."""
        with self._opening:
            if self._pool is None:
                self._pool = ConnectionPool(
                    self.app_url,
                    kwargs={"options": "-c search_path=", "autocommit": True},
                    min_size=1,
                    max_size=self.pool_size,
                    max_lifetime=30 * 60,
                    timeout=10,
                    open=True,
                )
            return self._pool

    @contextmanager
    def transaction(self, organisation: Organisation) -> Iterator[Connection]:
        """One transaction that sees one organisation only."""
        with self._connection() as connection, connection.transaction():
            self.enter(connection, organisation)
            yield connection

    @contextmanager
    def _connection(self) -> Iterator[Connection]:
        """A connection of the pool, which does not get it back once it is of no more use."""
        with self.pool.connection() as connection:
            try:
                yield connection
            except psycopg.errors.FeatureNotSupported:
                # A cached plan no longer fits its table (0A000).
                connection.close()
                raise

    @contextmanager
    def snapshot(self, organisation: Organisation) -> Iterator[Connection]:
        """One transaction in which every query sees the same moment."""
        with self._connection() as connection:
            connection.isolation_level = IsolationLevel.REPEATABLE_READ
            try:
                with connection.transaction():
                    self.enter(connection, organisation)
                    yield connection
            finally:
                connection.isolation_level = None

    def read(
        self, organisation: Organisation, query: str, parameters: Mapping[str, Any]
    ) -> list[dict[str, Any]]:
        """The rows of one query, in one round trip."""
        return self.send(organisation, [query], parameters)[0]

    def send(
        self,
        organisation: Organisation,
        statements: Sequence[str],
        parameters: Mapping[str, Any],
        wake_followers: bool = False,
    ) -> list[list[dict[str, Any]]]:
        """One transaction in one round trip: the rows of each statement.

        Followers are woken after the commit. They poll anyway; this only wakes them sooner.
        """
        with self._connection() as connection:
            with connection.pipeline():
                with connection.transaction():
                    self.enter(connection, organisation)
                    cursors = [connection.cursor(row_factory=dict_row) for _ in statements]
                    for cursor, statement in zip(cursors, statements, strict=True):
                        cursor.execute(statement.encode(), parameters, prepare=True)
                if wake_followers:
                    channel = sql.Identifier(organisation.schema)
                    connection.execute(sql.SQL("NOTIFY {}").format(channel))
            return [cursor.fetchall() if cursor.description else [] for cursor in cursors]

    def enter(self, connection: Connection, organisation: Organisation) -> None:
        """Points the current transaction at one organisation's schema, in its role."""
        connection.execute(ENTER, {"schema": organisation.schema, "role": organisation.role})

    @contextmanager
    def sealing(self, organisation: Organisation) -> Iterator[Connection]:
        """One transaction as the sealer, who reads the logs and writes the ledger."""
        with self._opening:
            if self._sealers is None:
                self._sealers = ConnectionPool(
                    self._url_of(self.sealer),
                    kwargs={"options": "-c search_path=", "autocommit": True},
                    min_size=0,
                    max_size=SEALERS,
                    timeout=10,
                    open=True,
                )
        with self._sealers.connection() as connection, connection.transaction():
            connection.execute("SELECT set_config('search_path', %s, true)", (organisation.schema,))
            yield connection

    @contextmanager
    def registry(self) -> Iterator[Connection]:
        """One transaction on the list of organisations."""
        with self.pool.connection() as connection, connection.transaction():
            connection.execute("SELECT set_config('search_path', %s, true)", (REGISTRY,))
            yield connection

    @contextmanager
    def administer(self) -> Iterator[Connection]:
        """One transaction as administrator, one at a time; for roles and migrations only."""
        with psycopg.connect(self.admin_url) as connection:
            connection.execute("SELECT pg_advisory_xact_lock(hashtext('hireledger'))")
            yield connection

    @contextmanager
    def maintain(self, organisation: Organisation) -> Iterator[Connection]:
        """A connection of its own as the owner of one organisation's schema, without a transaction.

        For building read models: what the application's role may not create, alter or drop.
        """
        with psycopg.connect(self.admin_url, autocommit=True, prepare_threshold=None) as connection:
            connection.execute(sql.SQL("SET ROLE {}").format(sql.Identifier(OWNER)))
            connection.execute(
                sql.SQL("SET search_path = {}").format(sql.Identifier(organisation.schema))
            )
            yield connection

    def prepare_roles(self) -> None:
        """Makes sure the owner, the application's login and the sealer exist."""
        with self.administer() as connection:
            ensure_role(connection, OWNER)
            for login in (self.login, self.sealer):
                ensure_role(connection, login)
                connection.execute(
                    sql.SQL("ALTER ROLE {} LOGIN NOINHERIT PASSWORD {}").format(
                        sql.Identifier(login), self._password(login)
                    )
                )
            connection.execute(sql.SQL("GRANT {} TO CURRENT_USER").format(sql.Identifier(OWNER)))
            connection.execute(
                sql.SQL("GRANT CREATE ON DATABASE {} TO {}").format(
                    sql.Identifier(self.name), sql.Identifier(OWNER)
                )
            )

    def close(self) -> None:
        """Gives all connections back."""
        self.epoch_keys.close()
        for pool in (self._pool, self._sealers):
            if pool is not None:
                pool.close()


def _epoch_keys(settings: Settings, directory: KeyDirectory) -> EpochKeys:
    if settings.transit_url is None:
        return KeyFiles(directory)
    token = settings.transit_token.get_secret_value() if settings.transit_token else ""
    if settings.transit_token_file is not None:
        token = settings.transit_token_file.read_text().strip()
    return Transit(settings.transit_url, token, settings.transit_mount)


def ensure_role(connection: Connection, role: str) -> None:
    """Creates a role that cannot log in, unless it is there."""
    if not connection.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", (role,)).fetchone():
        connection.execute(sql.SQL("CREATE ROLE {} NOLOGIN").format(sql.Identifier(role)))
