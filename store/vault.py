"""The vault: personal data is sealed on its way into the log, and opened only on the record."""

import hashlib
import hmac
import json
import secrets
from base64 import b64decode, b64encode
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import rfc8785
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from psycopg.rows import dict_row

from domain.event import Category, personal_fields
from store import access_log
from store.access_log import Access
from store.database import Connection, Database, Organisation
from store.envelope import Fact
from store.ids import new_id
from store.keyring import KEY_BYTES, Keyring
from store.mapper import event_class

REDACTED = "Redacted"
FORMAT = 1
NONCE_BYTES = 12

KEYS_OF = """
SELECT
    key_id,
    subject_id,
    category,
    application_id,
    generation,
    epoch,
    wrapped
FROM vault_keys
WHERE subject_id = ANY(%(subjects)s)
"""

KEYS_BY_ID = """
SELECT
    key_id,
    subject_id,
    category,
    application_id,
    generation,
    epoch,
    wrapped
FROM vault_keys
WHERE key_id = ANY(%(keys)s)
"""


@dataclass(frozen=True)
class DataKey:
    """The key of one person's data of one category, in the clear for one request."""

    key_id: UUID
    subject_id: UUID
    category: str
    application_id: UUID | None
    generation: int
    epoch: int
    wrapped: bytes
    secret: bytes

    @property
    def scope(self) -> tuple[UUID, str, UUID | None]:
        return self.subject_id, self.category, self.application_id

    def row(self) -> dict[str, Any]:
        """The key as the database keeps it."""
        return {
            "key_id": self.key_id,
            "subject_id": self.subject_id,
            "category": self.category,
            "application_id": self.application_id,
            "generation": self.generation,
            "epoch": self.epoch,
            "wrapped": self.wrapped.hex(),
        }


class Vault:
    """Seals and opens the personal data of one organisation's people."""

    def __init__(self, database: Database, organisation: Organisation) -> None:
        self.database = database
        self.organisation = organisation

    @property
    def keyring(self) -> Keyring:
        return self.database.keyring

    def seal(self, facts: Sequence[Fact]) -> tuple[list[dict[str, Any]], list[DataKey]]:
        """What to store as `sealed` for each fact, and the keys made for it."""
        existing = self._existing_keys(facts)
        made: list[DataKey] = []
        sealed = []
        for fact in facts:
            by_category = {}
            for category, fields in fact.personal.items():
                if fact.subject_id is None:
                    raise ValueError(f"{fact.topic} holds personal data of nobody")
                scope = (fact.subject_id, category.value, fact.application_id)
                if scope not in existing:
                    existing[scope] = self._new_key(*scope)
                    made.append(existing[scope])
                by_category[category.value] = self._seal(existing[scope], fact, fields)
            sealed.append(by_category)
        return sealed, made

    def _existing_keys(self, facts: Sequence[Fact]) -> dict[tuple[UUID, str, UUID | None], DataKey]:
        new = {fact.subject_id for fact in facts if fact.originator_version == 1}
        known = {fact.subject_id for fact in facts if fact.personal} - new
        if not known:
            return {}
        rows = self.database.read(self.organisation, KEYS_OF, {"subjects": list(known)})
        keys = sorted(self._unwrapped(rows), key=lambda key: key.generation)
        return {key.scope: key for key in keys}

    def _new_key(self, subject_id: UUID, category: str, application_id: UUID | None) -> DataKey:
        epoch = self.keyring.epoch()
        epoch_key = self.keyring.key(epoch)
        if epoch_key is None:
            raise LookupError(f"the key of epoch {epoch} is missing")
        secret, key_id = secrets.token_bytes(KEY_BYTES), new_id()
        nonce = secrets.token_bytes(NONCE_BYTES)
        wrapped = nonce + AESGCM(epoch_key).encrypt(nonce, secret, key_id.bytes)
        return DataKey(key_id, subject_id, category, application_id, 1, epoch, wrapped, secret)

    def _unwrapped(self, rows: Iterable[dict[str, Any]]) -> Iterable[DataKey]:
        """The keys that can still be unwrapped; of a destroyed epoch, none can."""
        for row in rows:
            epoch_key = self.keyring.key(row["epoch"])
            if epoch_key is None:
                continue
            nonce, ciphertext = row["wrapped"][:NONCE_BYTES], row["wrapped"][NONCE_BYTES:]
            secret = AESGCM(epoch_key).decrypt(nonce, ciphertext, row["key_id"].bytes)
            yield DataKey(**row, secret=secret)

    def _seal(self, key: DataKey, fact: Fact, fields: Mapping[str, Any]) -> dict[str, Any]:
        nonce = secrets.token_bytes(NONCE_BYTES)
        about = self._associated_data(fact, key.category, key.key_id)
        plaintext = json.dumps(dict(fields), ensure_ascii=False, sort_keys=True).encode()
        return {
            "v": FORMAT,
            "key": str(key.key_id),
            "nonce": _text(nonce),
            "ciphertext": _text(AESGCM(key.secret).encrypt(nonce, plaintext, about)),
            "commitment": _text(_commitment(key.secret, about, plaintext)),
        }

    def _associated_data(self, fact: Fact, category: str, key_id: UUID) -> bytes:
        """Binds a ciphertext to its place in the log, so that none can be swapped unnoticed."""
        return rfc8785.dumps(
            {
                "format": FORMAT,
                "organisation": str(self.organisation.id),
                "subject": str(fact.subject_id),
                "stream": str(fact.originator_id),
                "version": fact.originator_version,
                "type": fact.topic,
                "schema_version": fact.schema_version,
                "category": category,
                "key": str(key_id),
            }
        )

    def open(
        self,
        connection: Connection,
        facts: Sequence[Fact],
        categories: Iterable[Category],
        access: Access,
    ) -> list[dict[str, Any]]:
        """The personal fields of these facts, in the clear; `Redacted` where the key is gone.

        The access is recorded in the same transaction: what cannot be recorded is not shown.
        Raises AccessNotRecorded, SealBroken.
        """
        wanted = {category.value for category in categories}
        held = [fact for fact in facts if wanted & fact.sealed.keys()]
        if held:
            subjects = [fact.subject_id for fact in held if fact.subject_id is not None]
            opening = {name for fact in held for name in wanted & fact.sealed.keys()}
            access_log.record(connection, access, subjects, opening)
        key_ids = [
            UUID(fact.sealed[name]["key"]) for fact in held for name in wanted & fact.sealed.keys()
        ]
        with connection.cursor(row_factory=dict_row) as cursor:
            rows = cursor.execute(KEYS_BY_ID, {"keys": key_ids}).fetchall() if key_ids else []
        keys = {key.key_id: key for key in self._unwrapped(rows)}
        return [self._open(fact, wanted, keys) for fact in facts]

    def _open(self, fact: Fact, wanted: set[str], keys: Mapping[UUID, DataKey]) -> dict[str, Any]:
        opened: dict[str, Any] = {}
        for category in wanted & fact.sealed.keys():
            box = fact.sealed[category]
            key = keys.get(UUID(box["key"]))
            if key is None:
                opened.update(_redacted(fact, category))
                continue
            about = self._associated_data(fact, category, key.key_id)
            try:
                plaintext = AESGCM(key.secret).decrypt(
                    b64decode(box["nonce"]), b64decode(box["ciphertext"]), about
                )
            except InvalidTag:
                raise SealBroken(fact, category) from None
            if not hmac.compare_digest(
                b64decode(box["commitment"]), _commitment(key.secret, about, plaintext)
            ):
                raise SealBroken(fact, category)
            opened.update(json.loads(plaintext))
        return opened


class SealBroken(Exception):
    """A sealed field was changed, or moved from where it was sealed."""

    def __init__(self, fact: Fact, category: str) -> None:
        super().__init__(
            f"{category} of {fact.topic}, version {fact.originator_version} of stream"
            f" {fact.originator_id}, does not open with its own key"
        )


def _redacted(fact: Fact, category: str) -> dict[str, str]:
    fields = personal_fields(event_class(fact.topic))
    return {name: REDACTED for name, held in fields.items() if held == category}


def _commitment(secret: bytes, about: bytes, plaintext: bytes) -> bytes:
    """AES-GCM does not commit to its key; this does."""
    key = hmac.new(secret, b"hireledger commitment 1", hashlib.sha256).digest()
    return hmac.new(key, about + b"\x00" + plaintext, hashlib.sha256).digest()


def _text(octets: bytes) -> str:
    return b64encode(octets).decode()
