"""Ids of our own: UUID version 7, which sort by time; and derived ones, which repeat."""

import hashlib
from uuid import UUID

import uuid_utils.compat


def new_id() -> UUID:
    """A fresh id."""
    return uuid_utils.compat.uuid7()


def derived_id(secret: bytes, *parts: str) -> UUID:
    """The id that these parts always get in this installation (UUID version 8, RFC 9562).

    Keyed, so that nobody without the secret can tell an id from what it was made of.
    """
    text = "\x1f".join(parts).encode()
    digest = bytearray(hashlib.blake2b(text, key=secret, digest_size=16).digest())
    digest[6] = digest[6] & 0x0F | 0x80
    digest[8] = digest[8] & 0x3F | 0x80
    return UUID(bytes=bytes(digest))
