"""The installation's own keys: files that only their owner may read, outside the database."""

import hashlib
import hmac
import os
import secrets
import stat
from functools import cached_property
from pathlib import Path

KEY_BYTES = 32
OTHERS = stat.S_IRWXG | stat.S_IRWXO


class KeysExposed(Exception):
    """Others than the owner may read the keys."""

    def __init__(self, path: Path) -> None:
        super().__init__(f"others may read or change {path}; run: chmod go-rwx {path}")


class KeyDirectory:
    """A directory of key files, each of 32 random bytes. Raises KeysExposed."""

    def __init__(self, path: Path) -> None:
        self.path = path
        path.mkdir(parents=True, exist_ok=True, mode=0o700)
        for exposed in (path, *path.iterdir()):
            if stat.S_IMODE(_mode(exposed)) & OTHERS:
                raise KeysExposed(exposed)

    def read(self, name: str) -> bytes:
        """A key, made when first needed."""
        path = self.path / name
        if not path.exists():
            self.create(name)
        return path.read_bytes()

    def create(self, name: str) -> None:
        """Writes a new key, whole or not at all; whoever is second uses the first one's."""
        draft = self.path / f".{name}.{os.getpid()}.{secrets.token_hex(4)}"
        with open(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            file.write(secrets.token_bytes(KEY_BYTES))
            file.flush()
            os.fsync(file.fileno())
        try:
            os.link(draft, self.path / name)
        except FileExistsError:
            pass
        finally:
            draft.unlink()
        self.settle()

    def destroy(self, name: str) -> None:
        """Removes a key for good, as far as a file system does; see decision 4."""
        (self.path / name).unlink(missing_ok=True)
        self.settle()

    def settle(self) -> None:
        """Makes sure that a failing machine does not bring the directory's old state back."""
        handle = os.open(self.path, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


def _mode(path: Path) -> int:
    try:
        return path.stat().st_mode
    except FileNotFoundError:  # another process's draft, gone again
        return 0


class Keyring:
    """What one installation knows and no other: the source of its secrets."""

    def __init__(self, keys: KeyDirectory) -> None:
        self.keys = keys

    def secret(self, purpose: str) -> bytes:
        """A secret for one purpose, the same in every process that has the key files."""
        return hmac.new(self._installation, purpose.encode(), hashlib.sha256).digest()

    @property
    def directory(self) -> Path:
        """Where the key files are."""
        return self.keys.path

    @cached_property
    def _installation(self) -> bytes:
        return self.keys.read("installation.key")
