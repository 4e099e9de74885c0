"""The running system: its organisations, a log for each, and who holds which key."""

import hashlib
import time
from dataclasses import dataclass, field
from threading import Lock
from uuid import UUID

from store import api_keys, organisations
from store.api_keys import KeyHolder
from store.database import Database, Organisation
from store.log import Log

KEYS_TRUSTED_SECONDS = 5.0
KEYS_REMEMBERED = 10_000


@dataclass
class Hireledger:
    """The running system."""

    database: Database
    _logs: dict[UUID, Log] = field(default_factory=dict, repr=False)
    _opening: Lock = field(default_factory=Lock)
    _organisations: dict[UUID, Organisation] = field(default_factory=dict, repr=False)
    _keys: dict[bytes, tuple[float, KeyHolder]] = field(default_factory=dict, repr=False)

    def log(self, organisation: Organisation) -> Log:
        """The log of an organisation; one a process, so that its appends coalesce."""
        with self._opening:
            if organisation.id not in self._logs:
                self._logs[organisation.id] = Log(self.database, organisation)
            return self._logs[organisation.id]

    def organisations(self) -> list[Organisation]:
        """Every organisation there is now."""
        with self.database.registry() as connection:
            found = organisations.all_organisations(connection)
        self._organisations = {organisation.id: organisation for organisation in found}
        return found

    def remembered(self, key: str) -> KeyHolder | None:
        """Whom an API key stood for moments ago. A revoked key works five seconds more at most."""
        checked_at, holder = self._keys.get(_digest(key), (0.0, None))
        return holder if time.monotonic() - checked_at < KEYS_TRUSTED_SECONDS else None

    def key_holder(self, key: str) -> KeyHolder | None:
        """Whom an API key stands for, looked up; None if it is not valid."""
        holder = api_keys.holder(self.database, self._organisations, key)
        if holder is None and not self._known(key):
            self.organisations()
            holder = api_keys.holder(self.database, self._organisations, key)
        self._remember(key, holder)
        return holder

    def _known(self, key: str) -> bool:
        """Whether the key names an organisation we have heard of, or none at all."""
        organisation_id = api_keys.organisation_of(key)
        return organisation_id is None or organisation_id in self._organisations

    def _remember(self, key: str, holder: KeyHolder | None) -> None:
        if len(self._keys) > KEYS_REMEMBERED:
            self._keys.clear()
        if holder is None:
            self._keys.pop(_digest(key), None)
        else:
            self._keys[_digest(key)] = (time.monotonic(), holder)

    def close(self) -> None:
        """Gives everything back."""
        self.database.close()


def _digest(key: str) -> bytes:
    return hashlib.sha256(key.encode()).digest()
