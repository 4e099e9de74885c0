"""The access log: who opened whose personal data, and what for. Nothing is opened without it."""

from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

import psycopg

from domain.errors import Refusal
from store.database import Connection
from store.ids import new_id

# The sealer gives each access its place in the ledger afterwards (store/ledger/sealing.py): here
# it would make everyone who looks wait for everyone else.
RECORD = """
WITH recorded AS (
    INSERT INTO access_log (
        access_id,
        actor_id,
        subjects,
        categories,
        purpose,
        request_id
    )
    VALUES (
        %(access_id)s,
        %(actor_id)s,
        %(subjects)s,
        %(categories)s,
        %(purpose)s,
        %(request_id)s
    )
    RETURNING access_id
)
INSERT INTO access_unsealed (access_id)
SELECT access_id FROM recorded
"""


@dataclass(frozen=True)
class Access:
    """Who opens personal data, what for, on which request."""

    actor_id: UUID
    purpose: str
    request_id: UUID


class AccessNotRecorded(Refusal):
    """Personal data is not shown, because the access log could not take it down; repeat later."""

    status = 503


def record(
    connection: Connection, access: Access, subjects: Iterable[UUID], categories: Iterable[str]
) -> None:
    """Takes one access down, in the transaction that opens what it is about.

    Raises AccessNotRecorded; the transaction is then of no more use.
    """
    try:
        connection.execute(
            RECORD,
            {
                "access_id": new_id(),
                "actor_id": access.actor_id,
                "subjects": sorted(set(subjects)),
                "categories": sorted(set(categories)),
                "purpose": access.purpose,
                "request_id": access.request_id,
            },
        )
    except psycopg.Error as error:
        raise AccessNotRecorded from error
