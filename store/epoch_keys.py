"""Epoch keys: they wrap the data keys that stand in the database, and never stand there themselves.

Destroying an epoch makes every copy of a key it wrapped useless, in whatever backup.
"""

import secrets
from collections.abc import Iterator, Sequence
from typing import Protocol
from uuid import UUID

from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from domain.errors import Refusal
from store.keyring import KeyDirectory

NONCE_BYTES = 12

Named = tuple[UUID, bytes]
"""A data key's id, which its wrapping is bound to, and the data key: plain or wrapped."""


class KeysUnavailable(Refusal):
    """The keys that personal data is sealed with are not available: {problem}."""

    status = 503


class EpochDestroyed(KeysUnavailable):
    """The key of epoch {epoch} is gone, and with it all that it wrapped."""


class EpochKeys(Protocol):
    """Where the keys of the epochs are kept."""

    def epochs(self) -> list[int]:
        """The epochs whose keys exist, in order."""

    def begin(self) -> int:
        """Makes the key of the next epoch."""

    def wrap(self, epoch: int, keys: Sequence[Named]) -> list[bytes]:
        """Data keys, wrapped. Raises EpochDestroyed."""

    def unwrap(self, epoch: int, keys: Sequence[Named]) -> list[bytes]:
        """Wrapped data keys, in the clear. Raises EpochDestroyed."""

    def destroy(self, epoch: int) -> None:
        """Destroys the key of an epoch for good."""

    def close(self) -> None:
        """Gives back what it holds."""


def newest(keys: EpochKeys) -> int:
    """The epoch that new organisations begin in."""
    return max(keys.epochs(), default=0) or keys.begin()


class KeyFiles:
    """Epoch keys as files of their own: `epoch-7.key`."""

    def __init__(self, directory: KeyDirectory) -> None:
        self.directory = directory
        self._seen: tuple[int, dict[int, bytes]] = (0, {})

    def epochs(self) -> list[int]:
        return sorted(self._read())

    def begin(self) -> int:
        epoch = max(self.epochs(), default=0) + 1
        self.directory.create(_name(epoch))
        return epoch

    def wrap(self, epoch: int, keys: Sequence[Named]) -> list[bytes]:
        cipher = AESGCM(self._key(epoch))
        wrapped = []
        for key_id, secret in keys:
            nonce = secrets.token_bytes(NONCE_BYTES)
            wrapped.append(nonce + cipher.encrypt(nonce, secret, key_id.bytes))
        return wrapped

    def unwrap(self, epoch: int, keys: Sequence[Named]) -> list[bytes]:
        cipher = AESGCM(self._key(epoch))
        return [
            cipher.decrypt(wrapped[:NONCE_BYTES], wrapped[NONCE_BYTES:], key_id.bytes)
            for key_id, wrapped in keys
        ]

    def destroy(self, epoch: int) -> None:
        self.directory.destroy(_name(epoch))

    def close(self) -> None:
        pass

    def _key(self, epoch: int) -> bytes:
        known = self._known()
        if epoch not in known:
            known = self._read()
        if epoch not in known:
            raise EpochDestroyed(epoch=epoch)
        return known[epoch]

    def _known(self) -> dict[int, bytes]:
        """The keys there are now: read again whenever a file came or went."""
        if self._seen[0] != self.directory.path.stat().st_mtime_ns:
            self._read()
        return self._seen[1]

    def _read(self) -> dict[int, bytes]:
        changed_at = self.directory.path.stat().st_mtime_ns
        self._seen = changed_at, dict(self._files())
        return self._seen[1]

    def _files(self) -> Iterator[tuple[int, bytes]]:
        for path in self.directory.path.glob("epoch-*.key"):
            try:
                yield int(path.stem.removeprefix("epoch-")), path.read_bytes()
            except FileNotFoundError:  # destroyed just now
                continue


def _name(epoch: int) -> str:
    return f"epoch-{epoch}.key"
