"""API keys: what a program shows to act for an organisation. Only a hash of the secret is kept."""

import hashlib
import hmac
import re
import secrets
from dataclasses import dataclass
from uuid import UUID

from domain.role import Role
from store.database import Database, Organisation
from store.ids import new_id

PREFIX = "hlk"
SHAPE = re.compile(rf"{PREFIX}_([0-9a-f]{{32}})_([0-9a-f]{{32}})_([A-Za-z0-9_-]{{43}})")

INSERT = """
INSERT INTO api_keys (
    key_id,
    secret_hash,
    actor_id,
    role,
    label
)
VALUES (
    %(key_id)s,
    %(secret_hash)s,
    %(actor_id)s,
    %(role)s,
    %(label)s
)
"""

FIND = """
SELECT
    secret_hash,
    actor_id,
    role
FROM api_keys
WHERE key_id = %(key_id)s
  AND revoked_at IS NULL
  AND (expires_at IS NULL OR expires_at > clock_timestamp())
"""


@dataclass(frozen=True)
class KeyHolder:
    """Who a valid key stands for."""

    organisation: Organisation
    actor_id: UUID
    role: Role


def create(database: Database, organisation: Organisation, role: Role, label: str) -> str:
    """Makes a key. It is shown this once and cannot be had again."""
    key_id, secret = new_id(), secrets.token_urlsafe(32)
    with database.transaction(organisation) as connection:
        connection.execute(
            INSERT,
            {
                "key_id": key_id,
                "secret_hash": _hash(secret),
                "actor_id": new_id(),
                "role": role.value,
                "label": label,
            },
        )
    return f"{PREFIX}_{organisation.id.hex}_{key_id.hex}_{secret}"


def holder(
    database: Database, organisations: dict[UUID, Organisation], key: str
) -> KeyHolder | None:
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
    return KeyHolder(organisation, row[1], Role(row[2]))


def organisation_of(key: str) -> UUID | None:
    """The organisation a key names, valid or not."""
    shape = SHAPE.fullmatch(key)
    return UUID(shape[1]) if shape else None


def _hash(secret: str) -> bytes:
    # A random secret of 256 bits needs no slow hash: it cannot be guessed.
    return hashlib.sha256(secret.encode()).digest()
