"""Tokens: random, of 256 bits, naming their organisation; only their hashes are kept.

A random secret needs no slow hash, because it cannot be guessed.
"""

import hashlib
import re
import secrets
from uuid import UUID

SHAPE = re.compile(r"([a-z]{3})_([0-9a-f]{32})_[A-Za-z0-9_-]{43}")
SESSION = "hls"
INVITATION = "hli"


def new_token(kind: str, organisation_id: UUID) -> str:
    """A fresh token of this kind."""
    return f"{kind}_{organisation_id.hex}_{secrets.token_urlsafe(32)}"


def organisation_of(kind: str, token: str) -> UUID | None:
    """The organisation a token of this kind names, valid or not."""
    shape = SHAPE.fullmatch(token)
    return UUID(shape[2]) if shape and shape[1] == kind else None


def hashed(token: str) -> bytes:
    """A token as it is kept."""
    return hashlib.sha256(token.encode()).digest()
