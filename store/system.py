"""The running system: its organisations, a log for each, and who holds which credential."""

import hashlib
import time
from dataclasses import dataclass, field
from threading import Lock
from uuid import UUID

from domain.member import Standing
from store import api_keys, organisations, sessions, tokens
from store.database import Database, Organisation
from store.holder import PERSON, Holder
from store.log import Log
from store.settings import Settings

TRUSTED_SECONDS = 5.0
REMEMBERED = 10_000


@dataclass
class Hireledger:
    """The running system."""

    database: Database
    settings: Settings = field(default_factory=Settings)
    _logs: dict[UUID, Log] = field(default_factory=dict, repr=False)
    _opening: Lock = field(default_factory=Lock, repr=False)
    _organisations: dict[UUID, Organisation] = field(default_factory=dict, repr=False)
    _holders: dict[bytes, tuple[float, Holder]] = field(default_factory=dict, repr=False)

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

    def organisation(self, id: UUID | None) -> Organisation | None:
        """The organisation with this id, if there is one."""
        if id is not None and id not in self._organisations:
            self.organisations()
        return self._organisations.get(id) if id else None

    def remembered(self, credential: str) -> Holder | None:
        """Whom a credential stood for moments ago.

        A revoked key, an ended session and a role taken away work five seconds more at most; in
        the process that ended a session, it ends at once.
        """
        checked_at, holder = self._holders.get(_digest(credential), (0.0, None))
        return holder if time.monotonic() - checked_at < TRUSTED_SECONDS else None

    def holder(self, credential: str) -> Holder | None:
        """Whom an API key or a session stands for, looked up; None if it is not valid."""
        holder = self._key_holder(credential) or self._member(credential)
        self._remember(credential, holder)
        return holder

    def _key_holder(self, key: str) -> Holder | None:
        organisation_id = api_keys.organisation_of(key)
        if self.organisation(organisation_id) is None:
            return None
        return api_keys.holder(self.database, self._organisations, key)

    def _member(self, token: str) -> Holder | None:
        organisation = self.organisation(tokens.organisation_of(tokens.SESSION, token))
        if organisation is None:
            return None
        member_id = sessions.member_of(self.database, organisation, token)
        if member_id is None:
            return None
        member = self.log(organisation).member(member_id)
        if member.standing is not Standing.ACTIVE:
            return None
        return Holder(organisation, PERSON, member_id, member.role)

    def _remember(self, credential: str, holder: Holder | None) -> None:
        if len(self._holders) > REMEMBERED:
            self._holders.clear()
        if holder is None:
            self.forget(credential)
        else:
            self._holders[_digest(credential)] = (time.monotonic(), holder)

    def forget(self, credential: str) -> None:
        """Looks a credential up anew when it is shown next."""
        self._holders.pop(_digest(credential), None)

    def forget_actor(self, actor_id: UUID) -> None:
        """The same for all credentials of somebody."""
        for digest, (_, holder) in list(self._holders.items()):
            if holder.actor_id == actor_id:
                self._holders.pop(digest, None)

    def close(self) -> None:
        """Gives everything back."""
        self.database.close()


def _digest(credential: str) -> bytes:
    return hashlib.sha256(credential.encode()).digest()
