"""Where members' calendars are, with what opens them: encrypted beside the log, never in it.

The key is the installation's, outside the database; each row is bound to its organisation and
member. What is replaced or disconnected is gone.
"""

import json
import secrets
from base64 import b64encode
from collections.abc import Collection
from dataclasses import asdict, dataclass, field
from uuid import UUID

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from store.append import RECORDED, Effect, Effects
from store.database import Database, Organisation
from store.epoch_keys import NONCE_BYTES

PURPOSE = "member calendars"

CONNECT = Effect(
    "connected_calendars",
    f"""
INSERT INTO member_calendars (
    member_id,
    sealed
)
SELECT
    incoming.member_id,
    decode(incoming.sealed, 'base64')
FROM jsonb_to_recordset(%(connected_calendars)s::jsonb) AS incoming(
    command_id uuid,
    event_id uuid,
    member_id uuid,
    sealed text
)
WHERE {RECORDED}
ON CONFLICT (member_id) DO UPDATE
SET sealed = EXCLUDED.sealed,
    connected_at = clock_timestamp()
""",  # noqa: S608  # composed of constants
)

DISCONNECT = Effect(
    "disconnected_calendars",
    f"""
DELETE FROM member_calendars
USING jsonb_to_recordset(%(disconnected_calendars)s::jsonb) AS incoming(
    command_id uuid,
    event_id uuid,
    member_id uuid
)
WHERE member_calendars.member_id = incoming.member_id
  AND {RECORDED}
""",  # noqa: S608  # composed of constants
)

OF_MEMBERS = """
SELECT
    member_id,
    sealed
FROM member_calendars
WHERE member_id = ANY(%(members)s)
"""


@dataclass(frozen=True)
class MemberCalendar:
    """A calendar to read. The address of a private feed is a secret as good as a password."""

    kind: str
    """ics: a file; caldav: a collection to ask."""
    url: str = field(repr=False)
    time_zone: str
    username: str | None = field(default=None, repr=False)
    password: str | None = field(default=None, repr=False)


def connecting(
    database: Database, organisation: Organisation, member_id: UUID, calendar: MemberCalendar
) -> Effects:
    """Keeps a member's calendar, instead of the one before."""
    nonce = secrets.token_bytes(NONCE_BYTES)
    text = json.dumps(asdict(calendar)).encode()
    sealed = nonce + _cipher(database).encrypt(nonce, text, _place(organisation, member_id))
    return [(CONNECT, [{"member_id": member_id, "sealed": b64encode(sealed).decode()}])]


def disconnecting(member_id: UUID) -> Effects:
    """Forgets a member's calendar."""
    return [(DISCONNECT, [{"member_id": member_id}])]


def calendars_of(
    database: Database, organisation: Organisation, member_ids: Collection[UUID]
) -> dict[UUID, MemberCalendar | None]:
    """The calendars of those members who have one; None for one that does not open."""
    rows = database.read(organisation, OF_MEMBERS, {"members": list(member_ids)})
    return {
        row["member_id"]: _opened(database, organisation, row["member_id"], bytes(row["sealed"]))
        for row in rows
    }


def _opened(
    database: Database, organisation: Organisation, member_id: UUID, sealed: bytes
) -> MemberCalendar | None:
    nonce, ciphertext = sealed[:NONCE_BYTES], sealed[NONCE_BYTES:]
    try:
        text = _cipher(database).decrypt(nonce, ciphertext, _place(organisation, member_id))
    except InvalidTag:
        return None
    return MemberCalendar(**json.loads(text))


def _cipher(database: Database) -> AESGCM:
    return AESGCM(database.keyring.secret(PURPOSE))


def _place(organisation: Organisation, member_id: UUID) -> bytes:
    return organisation.id.bytes + member_id.bytes
