"""Signed notes (https://c2sp.org/signed-note): a text and who signed it, checked with any tool.

One Ed25519 key an installation, in its key directory, for whatever it states about its log.
"""

import hashlib
from base64 import b64decode, b64encode
from binascii import Error as NoBase64

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from store.keyring import KeyDirectory

FILE = "ledger-signing.key"
ED25519 = b"\x01"
ID_BYTES = 4
DASH = "\u2014"  # an em dash, as the format has it


class NotSigned(Exception):
    """The note has no valid signature of this key."""


class Signer:
    """Signs notes under a name."""

    def __init__(self, keys: KeyDirectory, name: str) -> None:
        self.name = name
        self._key = Ed25519PrivateKey.from_private_bytes(keys.read(FILE))

    @property
    def verifier_key(self) -> str:
        """What checks this signer's notes: name, key id and public key, for `verified`."""
        public = self._key.public_key().public_bytes_raw()
        key_id = _key_id(self.name, public).hex()
        return f"{self.name}+{key_id}+{b64encode(ED25519 + public).decode()}"

    def sign(self, text: str) -> str:
        """The text, which ends with a newline, and its signature as one note."""
        public = self._key.public_key().public_bytes_raw()
        signature = _key_id(self.name, public) + self._key.sign(text.encode())
        return f"{text}\n{DASH} {self.name} {b64encode(signature).decode()}\n"


def verified(note: str, verifier_key: str) -> str:
    """The text of a note that this key signed. Raises NotSigned."""
    try:
        name, _, encoded = verifier_key.split("+", 2)
        public = b64decode(encoded, validate=True)[1:]
        text, signatures = note.rsplit("\n\n", 1)
    except (ValueError, NoBase64):
        raise NotSigned from None
    text += "\n"
    for line in signatures.splitlines():
        dash, _, rest = line.partition(" ")
        signer, _, signature = rest.rpartition(" ")
        if dash == DASH and signer == name and _is_valid(text, signature, name, public):
            return text
    raise NotSigned


def _is_valid(text: str, encoded: str, name: str, public: bytes) -> bool:
    try:
        signature = b64decode(encoded, validate=True)
        Ed25519PublicKey.from_public_bytes(public).verify(signature[ID_BYTES:], text.encode())
    except (InvalidSignature, NoBase64, ValueError):
        return False
    return signature[:ID_BYTES] == _key_id(name, public)


def _key_id(name: str, public: bytes) -> bytes:
    return hashlib.sha256(f"{name}\n".encode() + ED25519 + public).digest()[:ID_BYTES]
