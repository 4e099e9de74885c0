"""The keys of search tokens: files beside the epoch keys, each made for one build of an index.

Whoever has a backup and these keys can try words against it. So a rotation has every index built
anew under a new key and destroys the old ones: the tokens in older backups are then noise.
"""

import hashlib
from uuid import UUID

from store.keyring import KEY_BYTES, Keyring


class SearchKeys:
    """The search keys in a keyring's directory, numbered from 1."""

    def __init__(self, keyring: Keyring) -> None:
        self.keyring = keyring

    def versions(self) -> list[int]:
        """The versions there are, oldest first."""
        paths = self.keyring.directory.glob("search-*.key")
        return sorted(int(path.stem.removeprefix("search-")) for path in paths)

    def current_version(self) -> int:
        """The newest version; made if there is none."""
        return max(self.versions(), default=0) or self.begin()

    def begin(self) -> int:
        """Makes the key of a new version, and gives the version."""
        version = max(self.versions(), default=0) + 1
        self.keyring.create(f"search-{version}.key")
        return version

    def search_key(self, version: int, organisation_id: UUID) -> bytes | None:
        """An organisation's key of a version; None if it was destroyed."""
        try:
            secret = (self.keyring.directory / f"search-{version}.key").read_bytes()
        except FileNotFoundError:
            return None
        return hashlib.blake2b(organisation_id.bytes, key=secret, digest_size=KEY_BYTES).digest()

    def destroy(self, version: int) -> None:
        """Destroys the key of a version; what was indexed under it can no longer be searched."""
        (self.keyring.directory / f"search-{version}.key").unlink(missing_ok=True)
