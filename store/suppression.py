"""Suppression: keyed hashes of the addresses of erased people, so that nobody sources them again.

Without the installation's key a hash says nothing: the phone numbers of the world are soon tried.
"""

import hashlib
import hmac
import re
import unicodedata
from collections.abc import Iterator
from uuid import UUID

from store.keyring import Keyring


def hashes(
    keyring: Keyring, organisation_id: UUID, email: str | None, phone: str | None
) -> Iterator[bytes]:
    """What is left of an address and a number, of those that are given."""
    secret = keyring.secret("suppression")
    for kind, said in (("email", _email(email or "")), ("phone", _phone(phone or ""))):
        if said:
            text = f"{organisation_id}\x1f{kind}\x1f{said}"
            yield hmac.new(secret, text.encode(), hashlib.sha256).digest()


def _email(said: str) -> str:
    return unicodedata.normalize("NFKC", said).strip().casefold()


def _phone(said: str) -> str:
    """The digits, the international prefix aside; a "(0)" is only dialled at home (E.123)."""
    digits = re.sub(r"\D", "", unicodedata.normalize("NFKC", said).replace("(0)", ""))
    return digits.removeprefix("00")
