"""The keys that live outside the database: one file an epoch, readable by its owner only."""

import hashlib
import hmac
import os
import secrets
from functools import cached_property
from pathlib import Path

KEY_BYTES = 32


class Keyring:
    """Epoch keys in a directory. They wrap the data keys that stand in the database."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory
        self._seen: tuple[int, dict[int, bytes]] = (0, {})

    def epoch(self) -> int:
        """The epoch in force: the newest."""
        return max(self._keys(), default=0) or self._begin(1)

    def key(self, epoch: int) -> bytes | None:
        """The key of an epoch; None if it was destroyed."""
        return self._keys().get(epoch)

    def _keys(self) -> dict[int, bytes]:
        """The keys there are now: read again whenever a file came or went."""
        self.directory.mkdir(parents=True, exist_ok=True, mode=0o700)
        changed_at = self.directory.stat().st_mtime_ns
        if self._seen[0] != changed_at:
            paths = self.directory.glob("epoch-*.key")
            keys = {int(path.stem.removeprefix("epoch-")): path.read_bytes() for path in paths}
            self._seen = changed_at, keys
        return self._seen[1]

    def secret(self, purpose: str) -> bytes:
        """A secret for one purpose, the same in every process that has the key files."""
        return hmac.new(self._installation, purpose.encode(), hashlib.sha256).digest()

    @cached_property
    def _installation(self) -> bytes:
        path = self.directory / "installation.key"
        if not path.exists():
            self._create(path)
        return path.read_bytes()

    def create(self, name: str) -> None:
        """Makes a new key in a file of this name, unless it is there."""
        self._create(self.directory / name)

    def _begin(self, epoch: int) -> int:
        self._create(self._path(epoch))
        return epoch

    def _path(self, epoch: int) -> Path:
        return self.directory / f"epoch-{epoch}.key"

    def _create(self, path: Path) -> None:
        """Writes a new key, whole or not at all; whoever is second uses the first one's."""
        self.directory.mkdir(parents=True, exist_ok=True, mode=0o700)
        draft = path.with_suffix(f".{os.getpid()}.{secrets.token_hex(4)}")
        with open(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            file.write(secrets.token_bytes(KEY_BYTES))
            file.flush()
            os.fsync(file.fileno())
        try:
            os.link(draft, path)
        except FileExistsError:
            pass
        finally:
            draft.unlink()
