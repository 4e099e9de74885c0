"""Signed notes (https://c2sp.org/signed-note): a text and who signed it, checked with any tool.

One Ed25519 key an installation, in its key directory, for whatever it states about its log.
`hireledger_verify.open_note` checks them.
"""

from typing import Self

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from hireledger_verify import VerifierKey, to_base64
from store.keyring import KeyDirectory

FILE = "ledger-signing.key"
DASH = "\u2014"  # an em dash, as the format has it


class Signer:
    """Signs notes under a name."""

    def __init__(self, name: str, private: Ed25519PrivateKey) -> None:
        self._private = private
        self.key = VerifierKey(name, private.public_key().public_bytes_raw())

    @classmethod
    def of(cls, keys: KeyDirectory, name: str) -> Self:
        """The installation's own."""
        return cls(name, Ed25519PrivateKey.from_private_bytes(keys.read(FILE)))

    def sign(self, text: str) -> str:
        """The text, which ends with a newline, and its signature as one note."""
        signature = to_base64(self.key.key_id + self._private.sign(text.encode()))
        return f"{text}\n{DASH} {self.key.name} {signature}\n"
