"""Documents, and what was read in them: ciphertexts outside the log, each under a key of its own
that its event seals.

So whoever destroys the person's key for documents destroys the documents, wherever copies are. A
ciphertext is sent first, and attached by the append: megabytes never travel under the gate's lock.
"""

import hashlib
import hmac
import secrets
import zlib
from base64 import b64decode, b64encode
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import rfc8785
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from domain.errors import Refusal
from store.append import RECORDED, Effect
from store.database import Connection, Database, Organisation
from store.epoch_keys import NONCE_BYTES
from store.keyring import KEY_BYTES

FORMAT = 1
READING = "reading"
"""The part of a document's row that holds what was read."""

SEND = """
INSERT INTO documents (
    document_id,
    candidate_id,
    ciphertext
)
VALUES (
    %(document_id)s,
    %(candidate_id)s,
    %(ciphertext)b
)
"""

SWEEP = """
DELETE FROM documents
WHERE NOT attached
  AND sent_at < clock_timestamp() - interval '1 day'
"""

ATTACH = Effect(
    "attached",
    f"""
UPDATE documents
SET attached = true
FROM jsonb_to_recordset(%(attached)s::jsonb) AS incoming(
    command_id uuid,
    event_id uuid,
    document_id uuid
)
WHERE documents.document_id = incoming.document_id
  AND {RECORDED}
""",  # noqa: S608  # composed of constants
)

KEEP_READING = Effect(
    "readings",
    f"""
UPDATE documents
SET reading = decode(incoming.ciphertext, 'base64')
FROM jsonb_to_recordset(%(readings)s::jsonb) AS incoming(
    command_id uuid,
    event_id uuid,
    document_id uuid,
    ciphertext text
)
WHERE documents.document_id = incoming.document_id
  AND {RECORDED}
""",  # noqa: S608  # composed of constants
)

READINGS = """
SELECT
    document_id,
    reading
FROM documents
WHERE document_id = ANY(%(documents)s)
  AND reading IS NOT NULL
"""

CIPHERTEXT = """
SELECT ciphertext
FROM documents
WHERE document_id = %(document)s
  AND attached
"""


class DocumentChanged(Refusal):
    """Document {id} is not what was attached: its content was changed."""

    status = 409


@dataclass(frozen=True)
class Encrypted:
    """A document as it is stored, and what its event says of it."""

    ciphertext: bytes
    sha256: str
    content_key: str


def encrypt(
    organisation_id: UUID, candidate_id: UUID, id: UUID, content: bytes, part: str | None = None
) -> Encrypted:
    """Encrypts a document, or what is a part of its row, under a new key, bound to its place."""
    key, nonce = secrets.token_bytes(KEY_BYTES), secrets.token_bytes(NONCE_BYTES)
    about = _associated_data(organisation_id, candidate_id, id, part)
    ciphertext = nonce + AESGCM(key).encrypt(nonce, content, about)
    digest = hashlib.sha256(ciphertext).hexdigest()
    return Encrypted(ciphertext, digest, b64encode(key).decode())


def decrypt(
    organisation_id: UUID,
    candidate_id: UUID,
    id: UUID,
    stored: Encrypted,
    part: str | None = None,
) -> bytes:
    """The document, or a part of its row. Raises DocumentChanged."""
    digest = hashlib.sha256(stored.ciphertext).hexdigest()
    if not hmac.compare_digest(digest, stored.sha256):
        raise DocumentChanged(id=id)
    nonce, ciphertext = stored.ciphertext[:NONCE_BYTES], stored.ciphertext[NONCE_BYTES:]
    about = _associated_data(organisation_id, candidate_id, id, part)
    try:
        return AESGCM(b64decode(stored.content_key)).decrypt(nonce, ciphertext, about)
    except InvalidTag:
        raise DocumentChanged(id=id) from None


def send(
    database: Database, organisation: Organisation, candidate_id: UUID, id: UUID, ciphertext: bytes
) -> None:
    """Stores a ciphertext that nothing refers to yet, and sweeps up what nothing ever did."""
    with database.transaction(organisation) as connection:
        connection.execute(SWEEP)
        connection.execute(
            SEND, {"document_id": id, "candidate_id": candidate_id, "ciphertext": ciphertext}
        )


def ciphertext_of(connection: Connection, id: UUID) -> bytes | None:
    """The ciphertext of an attached document; None if it was removed or erased."""
    row = connection.execute(CIPHERTEXT, {"document": id}).fetchone()
    return row[0] if row else None


def encrypt_reading(
    organisation_id: UUID, candidate_id: UUID, id: UUID, reading: bytes
) -> Encrypted:
    """Encrypts what was read in a document."""
    return encrypt(organisation_id, candidate_id, id, zlib.compress(reading), READING)


def decrypt_reading(
    organisation_id: UUID, candidate_id: UUID, id: UUID, stored: Encrypted
) -> bytes:
    """What was read in a document. Raises DocumentChanged."""
    return zlib.decompress(decrypt(organisation_id, candidate_id, id, stored, READING))


def kept_reading(id: UUID, encrypted: Encrypted) -> dict[str, Any]:
    """What KEEP_READING takes."""
    return {"document_id": id, "ciphertext": b64encode(encrypted.ciphertext).decode()}


def readings_of(connection: Connection, ids: Sequence[UUID]) -> dict[UUID, bytes]:
    """The ciphertexts of what was read, of those documents of these that were, and are kept."""
    return dict(connection.execute(READINGS, {"documents": list(ids)}).fetchall())


def _associated_data(
    organisation_id: UUID, candidate_id: UUID, id: UUID, part: str | None
) -> bytes:
    about: dict[str, Any] = {
        "format": FORMAT,
        "organisation": str(organisation_id),
        "subject": str(candidate_id),
        "document": str(id),
    }
    return rfc8785.dumps(about | ({"part": part} if part else {}))
