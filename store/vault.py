"""The vault: personal data is sealed on its way into the log, and opened only on the record."""

import hmac
import json
import secrets
from base64 import b64decode, b64encode
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from uuid import UUID

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from psycopg.rows import dict_row

from domain.erasure import HeldKey
from domain.event import Category, personal_fields
from store import access_log
from store.access_log import Access
from store.append import RECORDED, Effect
from store.database import Connection, Database, Organisation
from store.envelope import Fact
from store.epoch_keys import NONCE_BYTES, EpochDestroyed, Named
from store.ids import new_id
from store.keyring import KEY_BYTES
from store.mapper import event_class

REDACTED = "Redacted"
RESTRICTED = "Restricted"
CLOSED = frozenset({REDACTED, RESTRICTED})
"""What stands in place of a field that does not open: it is no value, whoever reads it."""
LEGAL_CLAIMS = "legal claims"
"""The only purpose for which restricted data is opened; who may have it is for a route to say."""
FORMAT = 1

EPOCH_IN_FORCE = "SELECT max(epoch) AS epoch FROM vault_epochs"

# A restricted key seals nothing new: what is added later is no part of what a hold needs.
KEYS_OF = """
SELECT
    key_id,
    subject_id,
    category,
    application_id,
    generation,
    epoch,
    wrapped,
    restricted_at
FROM vault_keys
WHERE subject_id = ANY(%(subjects)s)
  AND restricted_at IS NULL
"""

KEYS_BY_ID = """
SELECT
    key_id,
    subject_id,
    category,
    application_id,
    generation,
    epoch,
    wrapped,
    restricted_at
FROM vault_keys
WHERE key_id = ANY(%(keys)s)
"""

HELD_KEYS = """
SELECT
    key_id,
    category,
    application_id,
    restricted_at
FROM vault_keys
WHERE subject_id = %(subject)s
ORDER BY key_id
"""

RESTRICTED_AMONG = """
SELECT key_id
FROM vault_keys
WHERE key_id = ANY(%(keys)s)
  AND restricted_at IS NOT NULL
"""

WAITING = """
SELECT DISTINCT subject_id
FROM vault_keys
WHERE restricted_at IS NOT NULL
ORDER BY subject_id
"""

NEW_KEYS = Effect(
    "new_keys",
    f"""
INSERT INTO vault_keys (
    key_id,
    subject_id,
    category,
    application_id,
    generation,
    epoch,
    wrapped
)
SELECT
    incoming.key_id,
    incoming.subject_id,
    incoming.category,
    incoming.application_id,
    incoming.generation,
    incoming.epoch,
    decode(incoming.wrapped, 'hex')
FROM jsonb_to_recordset(%(new_keys)s::jsonb) AS incoming(
    command_id uuid,
    event_id uuid,
    key_id uuid,
    subject_id uuid,
    category text,
    application_id uuid,
    generation int,
    epoch int,
    wrapped text
)
WHERE {RECORDED}
""",  # noqa: S608  # composed of constants
)


Scope = tuple[UUID, str, UUID | None]
"""What one data key seals: a person's data of one category, of one application or of none."""


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
    restricted_at: datetime | None
    secret: bytes

    @property
    def scope(self) -> Scope:
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
        self._epoch: int | None = None

    def look_for_epoch(self) -> None:
        """Forgets which epoch wraps new keys, because another one does now."""
        self._epoch = None

    def _epoch_in_force(self) -> int:
        if self._epoch is None:
            rows = self.database.read(self.organisation, EPOCH_IN_FORCE, {})
            self._epoch = rows[0]["epoch"]
        if self._epoch is None:
            raise LookupError(f"organisation {self.organisation.id} is in no epoch")
        return self._epoch

    def keys_of(self, subject_id: UUID) -> list[HeldKey]:
        """Which keys there are of a person; what they are is not looked at."""
        rows = self.database.read(self.organisation, HELD_KEYS, {"subject": subject_id})
        return [
            HeldKey(
                row["key_id"],
                Category(row["category"]),
                row["application_id"],
                row["restricted_at"] is not None,
            )
            for row in rows
        ]

    def restricted(self) -> list[UUID]:
        """The people of whom something is kept for a legal hold only."""
        return [row["subject_id"] for row in self.database.read(self.organisation, WAITING, {})]

    def only_restricted(self, connection: Connection, facts: Sequence[Fact]) -> list[Fact]:
        """Of these facts, those of which something is kept for a legal hold only, and just that."""
        key_ids = [UUID(box["key"]) for fact in facts for box in fact.sealed.values()]
        rows = connection.execute(RESTRICTED_AMONG, {"keys": key_ids})
        kept = {str(key_id) for (key_id,) in rows}
        return [
            replace(fact, sealed=boxes)
            for fact in facts
            if (boxes := {name: box for name, box in fact.sealed.items() if box["key"] in kept})
        ]

    def seal(self, facts: Sequence[Fact]) -> tuple[list[dict[str, Any]], list[DataKey]]:
        """What to store as `sealed` for each fact, and the keys made for it."""
        keys = self._existing_keys(facts)
        wanted = dict.fromkeys(
            _scope(fact, category) for fact in facts for category in fact.personal
        )
        made = self._new_keys([scope for scope in wanted if scope not in keys])
        keys |= {key.scope: key for key in made}
        sealed = [
            {
                category.value: self._seal(keys[_scope(fact, category)], fact, fields)
                for category, fields in fact.personal.items()
            }
            for fact in facts
        ]
        return sealed, made

    def _existing_keys(self, facts: Sequence[Fact]) -> dict[Scope, DataKey]:
        new = {fact.subject_id for fact in facts if fact.originator_version == 1}
        known = {fact.subject_id for fact in facts if fact.personal} - new
        if not known:
            return {}
        rows = self.database.read(self.organisation, KEYS_OF, {"subjects": list(known)})
        keys = sorted(self._unwrapped(rows)[0], key=lambda key: key.generation)
        return {key.scope: key for key in keys}

    def _new_keys(self, scopes: Sequence[Scope]) -> list[DataKey]:
        if not scopes:
            return []
        named = [(new_id(), secrets.token_bytes(KEY_BYTES)) for _ in scopes]
        epoch, wrapped = self._wrapped(named)
        return [
            DataKey(key_id, *scope, 1, epoch, box, None, secret)
            for scope, (key_id, secret), box in zip(scopes, named, wrapped, strict=True)
        ]

    def _wrapped(self, named: Sequence[Named]) -> tuple[int, list[bytes]]:
        """Keys wrapped by the epoch in force, and which that is."""
        epoch = self._epoch_in_force()
        try:
            return epoch, self.database.epoch_keys.wrap(epoch, named)
        except EpochDestroyed:
            self.look_for_epoch()
            epoch = self._epoch_in_force()
            return epoch, self.database.epoch_keys.wrap(epoch, named)

    def _unwrapped(self, rows: Sequence[dict[str, Any]]) -> tuple[list[DataKey], list[UUID]]:
        """The keys that can be unwrapped, and the ids of those whose epoch was destroyed."""
        by_epoch: dict[int, list[dict[str, Any]]] = {}
        for row in rows:
            by_epoch.setdefault(row["epoch"], []).append(row)
        keys: list[DataKey] = []
        gone: list[UUID] = []
        for epoch, held in by_epoch.items():
            named = [(row["key_id"], row["wrapped"]) for row in held]
            try:
                unwrapped = self.database.epoch_keys.unwrap(epoch, named)
            except EpochDestroyed:
                gone += [key_id for key_id, _ in named]
                continue
            keys += [
                DataKey(**row, secret=secret) for row, secret in zip(held, unwrapped, strict=True)
            ]
        return keys, gone

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
        return canonical(
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

        What is kept for a legal hold only is `Restricted`, except for the purpose of legal claims.
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
        keys = {key.key_id: key for key in self._keys(connection, key_ids)}
        return [self._open(fact, wanted, keys, access.purpose) for fact in facts]

    def _keys(self, connection: Connection, key_ids: Sequence[UUID]) -> list[DataKey]:
        """The keys of these ids, as far as there are any."""
        keys, gone = self._unwrapped(_rows(connection, key_ids))
        if gone:
            # They may have been wrapped anew, and their old epoch destroyed, while we looked.
            keys += self._unwrapped(_rows(connection, gone))[0]
        return keys

    def _open(
        self, fact: Fact, wanted: set[str], keys: Mapping[UUID, DataKey], purpose: str
    ) -> dict[str, Any]:
        opened: dict[str, Any] = {}
        for category in wanted & fact.sealed.keys():
            box = fact.sealed[category]
            key = keys.get(UUID(box["key"]))
            if key is None:
                opened.update(_closed(fact, category, REDACTED))
                continue
            if key.restricted_at is not None and purpose != LEGAL_CLAIMS:
                opened.update(_closed(fact, category, RESTRICTED))
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


def _scope(fact: Fact, category: Category) -> Scope:
    if fact.subject_id is None:
        raise ValueError(f"{fact.topic} holds personal data of nobody")
    return fact.subject_id, category.value, fact.application_id


def _rows(connection: Connection, key_ids: Sequence[UUID]) -> list[dict[str, Any]]:
    if not key_ids:
        return []
    with connection.cursor(row_factory=dict_row) as cursor:
        return cursor.execute(KEYS_BY_ID, {"keys": list(key_ids)}).fetchall()


def _closed(fact: Fact, category: str, instead: str) -> dict[str, str]:
    fields = personal_fields(event_class(fact.topic))
    return {name: instead for name, held in fields.items() if held == category}


def canonical(told: Mapping[str, str | int]) -> bytes:
    """Canonical JSON (RFC 8785) of codes, ids and counts under names of ASCII letters.

    Of these alone the standard library makes the same octets, ten times as fast as a library for
    everything; a board opens thousands of names at once.
    """
    return json.dumps(told, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()


def _commitment(secret: bytes, about: bytes, plaintext: bytes) -> bytes:
    """AES-GCM does not commit to its key; this does."""
    key = hmac.digest(secret, b"hireledger commitment 1", "sha256")
    return hmac.digest(key, about + b"\x00" + plaintext, "sha256")


def _text(octets: bytes) -> str:
    return b64encode(octets).decode()
