"""API keys: what a program shows to act for an organisation. Only a hash of the secret is kept."""

import hashlib
import hmac
import re
import secrets
from datetime import UTC, datetime, timedelta
from typing import Annotated
from uuid import UUID

from psycopg.rows import class_row
from pydantic import BaseModel, Field

from domain.role import Role, Scope
from store.database import Database, Organisation
from store.holder import API_KEY, Holder
from store.ids import new_id

PREFIX = "hlk"
SHAPE = re.compile(rf"{PREFIX}_([0-9a-f]{{32}})_([0-9a-f]{{32}})_([A-Za-z0-9_-]{{43}})")
LIFETIME = timedelta(days=365)

INSERT = """
INSERT INTO api_keys (
    key_id,
    secret_hash,
    actor_id,
    role,
    scopes,
    label,
    expires_at,
    created_by
)
VALUES (
    %(key_id)s,
    %(secret_hash)s,
    %(actor_id)s,
    %(role)s,
    %(scopes)s,
    %(label)s,
    %(expires_at)s,
    %(created_by)s
)
"""

FIND = """
SELECT
    secret_hash,
    actor_id,
    role,
    scopes,
    created_by
FROM api_keys
WHERE key_id = %(key_id)s
  AND revoked_at IS NULL
  AND expires_at > now()
"""

LIST = """
SELECT
    key_id,
    actor_id AS holder_id,
    role,
    scopes,
    label,
    created_at,
    created_by,
    expires_at,
    revoked_at
FROM api_keys
WHERE (%(holder)s::uuid IS NULL OR actor_id = %(holder)s)
ORDER BY key_id
"""

REVOKE = """
UPDATE api_keys
SET revoked_at = now()
WHERE key_id = %(key_id)s
  AND revoked_at IS NULL
"""


class KeyRow(BaseModel):
    """An API key, without its secret."""

    key_id: UUID
    holder_id: Annotated[UUID, Field(description="Whom it acts for; the actor of its commands.")]
    role: Role
    scopes: list[Scope]
    label: Annotated[str, Field(description="What it is for.")]
    created_at: datetime
    created_by: Annotated[UUID | None, Field(description="Who made it; null for keys of old.")]
    expires_at: datetime
    revoked_at: datetime | None


def create(
    database: Database,
    organisation: Organisation,
    role: Role,
    label: str,
    *,
    key_id: UUID | None = None,
    holder_id: UUID | None = None,
    scopes: frozenset[Scope] = frozenset(Scope),
    expires_at: datetime | None = None,
    created_by: UUID | None = None,
) -> str:
    """Makes a key. It is shown this once and cannot be had again."""
    key_id, secret = key_id or new_id(), secrets.token_urlsafe(32)
    with database.transaction(organisation) as connection:
        connection.execute(
            INSERT,
            {
                "key_id": key_id,
                "secret_hash": _hash(secret),
                "actor_id": holder_id or key_id,
                "role": role.value,
                "scopes": sorted(scopes),
                "label": label,
                "expires_at": expires_at or datetime.now(UTC) + LIFETIME,
                "created_by": created_by,
            },
        )
    return f"{PREFIX}_{organisation.id.hex}_{key_id.hex}_{secret}"


def all_keys(
    database: Database, organisation: Organisation, holder_id: UUID | None = None
) -> list[KeyRow]:
    """Every key there ever was, oldest first; or those of one holder."""
    with (
        database.transaction(organisation) as connection,
        connection.cursor(row_factory=class_row(KeyRow)) as rows,
    ):
        return rows.execute(LIST, {"holder": holder_id}).fetchall()


def revoke(database: Database, organisation: Organisation, key_id: UUID) -> None:
    """Ends a key."""
    with database.transaction(organisation) as connection:
        connection.execute(REVOKE, {"key_id": key_id})


def holder(database: Database, organisations: dict[UUID, Organisation], key: str) -> Holder | None:
    """Whom a key stands for; None if it is not a valid key of any organisation."""
    shape = SHAPE.fullmatch(key)
    if shape is None:
        return None
    organisation = organisations.get(UUID(shape[1]))
    if organisation is None:
        return None
    with database.transaction(organisation) as connection:
        row = connection.execute(FIND, {"key_id": UUID(shape[2])}).fetchone()
    if row is None or not hmac.compare_digest(row[0], _hash(shape[3])):
        return None
    scopes = frozenset(Scope(scope) for scope in row[3])
    return Holder(organisation, API_KEY, row[1], Role(row[2]), scopes, row[4])


def organisation_of(key: str) -> UUID | None:
    """The organisation a key names, valid or not."""
    shape = SHAPE.fullmatch(key)
    return UUID(shape[1]) if shape else None


def _hash(secret: str) -> bytes:
    # A random secret of 256 bits needs no slow hash: it cannot be guessed.
    return hashlib.sha256(secret.encode()).digest()
