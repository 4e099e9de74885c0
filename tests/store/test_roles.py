"""The application may add to its own log, and no more."""

import psycopg
import pytest
from psycopg import sql
from psycopg.errors import InsufficientPrivilege

from app import Hireledger
from store import organisations
from store.envelope import Attribution
from store.ids import new_id
from store.log import Log
from tests import examples


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE events SET occurred_at = occurred_at - interval '1 day'",
        "DELETE FROM events",
        "TRUNCATE events",
        "DROP TABLE events",
        "UPDATE access_log SET purpose = 'none'",
        "DELETE FROM access_log",
        "UPDATE vault_keys SET subject_id = gen_random_uuid()",
        "DELETE FROM gate",
        "ALTER TABLE events DISABLE TRIGGER ALL",
        "CREATE TABLE mine (id int)",
        "UPDATE schema_migrations SET checksum = ''",
    ],
)
def test_the_application_cannot_rewrite_history(
    log: Log, recruiter: Attribution, statement: str
) -> None:
    log.record(examples.ada(), by=recruiter)
    with (
        pytest.raises(InsufficientPrivilege),
        log.database.transaction(log.organisation) as connection,
    ):
        connection.execute(statement.encode())


def test_an_organisation_does_not_see_anothers_log(hireledger: Hireledger, log: Log) -> None:
    other = organisations.create(hireledger.database, f"other {new_id()}")
    query = sql.SQL("SELECT count(*) FROM {}.events").format(sql.Identifier(other.schema))
    with (
        pytest.raises(InsufficientPrivilege),
        log.database.transaction(log.organisation) as connection,
    ):
        connection.execute(query)


def test_the_login_alone_sees_no_log(log: Log) -> None:
    query = sql.SQL("SELECT count(*) FROM {}.events").format(
        sql.Identifier(log.organisation.schema)
    )
    with (
        psycopg.connect(log.database.app_url) as connection,
        pytest.raises(InsufficientPrivilege),
    ):
        connection.execute(query)


def test_the_application_is_no_superuser(log: Log) -> None:
    with log.database.transaction(log.organisation) as connection:
        row = connection.execute(
            "SELECT rolsuper OR rolcreaterole OR rolcreatedb OR rolbypassrls FROM pg_roles"
            " WHERE rolname = session_user"
        ).fetchone()
    assert row == (False,)
