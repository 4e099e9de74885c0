"""Links that let whoever has one act for a candidate: they name what they are for, and are signed.

Nothing is kept of a link; whether it still works is for the log to say.
"""

import hashlib
import hmac
from base64 import urlsafe_b64decode, urlsafe_b64encode
from uuid import UUID

from store import tokens
from store.keyring import Keyring

BOOKING = "hlb"
ID_OCTETS = MAC_OCTETS = 16


def booking_token(keyring: Keyring, organisation_id: UUID, invitation_id: UUID) -> str:
    """What opens the page on which one of the times offered is chosen."""
    octets = invitation_id.bytes + _mac(keyring, organisation_id, invitation_id)
    text = urlsafe_b64encode(octets).decode().rstrip("=")
    return f"{BOOKING}_{organisation_id.hex}_{text}"


def booking_of(keyring: Keyring, token: str) -> tuple[UUID, UUID] | None:
    """The organisation and the offer that a token is for; None for one that we did not sign."""
    organisation_id = tokens.organisation_of(BOOKING, token)
    if organisation_id is None:
        return None
    octets = urlsafe_b64decode(token.rpartition(f"_{organisation_id.hex}_")[2] + "=")
    invitation_id = UUID(bytes=octets[:ID_OCTETS])
    expected = _mac(keyring, organisation_id, invitation_id)
    signed = hmac.compare_digest(octets[ID_OCTETS:], expected)
    return (organisation_id, invitation_id) if signed else None


def _mac(keyring: Keyring, organisation_id: UUID, invitation_id: UUID) -> bytes:
    secret = keyring.secret("booking links")
    text = organisation_id.bytes + invitation_id.bytes
    return hmac.new(secret, text, hashlib.sha256).digest()[:MAC_OCTETS]
