"""Addresses that know their message: VERP, with a signature that cannot be made up.

The local part is kind+TOKEN; TOKEN is base32 of the message's id, four octets of its
organisation's, and twelve of an HMAC over both and the kind. Lower case, for some servers fold it,
and short enough for a local part (64 octets, RFC 5321 section 4.5.3.1.1).
"""

import hashlib
import hmac
import re
from base64 import b32decode, b32encode
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID

ID_OCTETS, HINT_OCTETS, MAC_OCTETS = 16, 4, 12
PURPOSE = "mail tokens"
ADDRESS = re.compile(rb"\b(bounce|reply|answer|message)\+([a-z2-7]{52})@", re.IGNORECASE)


class Kind(StrEnum):
    """What a mail to the address, or that speaks of it, says about the message."""

    BOUNCE = "bounce"
    REPLY = "reply"
    ANSWER = "answer"
    """To an invitation: the id is that of whoever was invited."""
    MESSAGE = "message"


@dataclass(frozen=True)
class Token:
    """The id of a message, in an organisation that begins or ends like this, signed or not."""

    kind: Kind
    message_id: UUID
    hint: bytes
    mac: bytes

    def is_of(self, organisation_id: UUID, secret: bytes) -> bool:
        """Whether we signed this for a message of this organisation."""
        return hmac.compare_digest(
            self.mac, _mac(self.kind, organisation_id, self.message_id, secret)
        )

    def may_be_of(self, organisation_id: UUID) -> bool:
        """Whether it claims to be about a message of this organisation."""
        return self.hint == organisation_id.bytes[-HINT_OCTETS:]


def local_part(kind: Kind, organisation_id: UUID, message_id: UUID, secret: bytes) -> str:
    """The part before the @ of an address that knows its message."""
    mac = _mac(kind, organisation_id, message_id, secret)
    octets = message_id.bytes + organisation_id.bytes[-HINT_OCTETS:] + mac
    return f"{kind}+{b32encode(octets).decode().rstrip('=').lower()}"


def tokens_in(headers: bytes) -> Iterator[Token]:
    """Every token in the headers of a mail, the most telling kind first."""
    found = dict.fromkeys(ADDRESS.findall(headers))
    for kind, text in sorted(
        found, key=lambda pair: list(Kind).index(Kind(pair[0].decode().lower()))
    ):
        octets = b32decode(text.upper() + b"====")
        yield Token(
            Kind(kind.decode().lower()),
            UUID(bytes=octets[:ID_OCTETS]),
            octets[ID_OCTETS : ID_OCTETS + HINT_OCTETS],
            octets[ID_OCTETS + HINT_OCTETS :],
        )


def _mac(kind: Kind, organisation_id: UUID, message_id: UUID, secret: bytes) -> bytes:
    text = kind.encode() + organisation_id.bytes + message_id.bytes
    return hmac.new(secret, text, hashlib.sha256).digest()[:MAC_OCTETS]
