"""Puts the parts together: settings, database, and a log for each organisation."""

from dataclasses import dataclass, field
from threading import Lock
from uuid import UUID

from store import organisations
from store.database import Database, Organisation
from store.log import Log
from store.settings import Settings


class NotMigrated(Exception):
    """The database is not up to date; run `hireledger migrate`."""


@dataclass
class Hireledger:
    """The running system."""

    database: Database
    _logs: dict[UUID, Log] = field(default_factory=dict)
    _opening: Lock = field(default_factory=Lock)

    def log(self, organisation: Organisation) -> Log:
        """The log of an organisation; one a process, so that its appends coalesce."""
        with self._opening:
            if organisation.id not in self._logs:
                self._logs[organisation.id] = Log(self.database, organisation)
            return self._logs[organisation.id]

    def close(self) -> None:
        """Gives everything back."""
        self.database.close()


def start(settings: Settings | None = None) -> Hireledger:
    """Opens the database. An embedded one is migrated on the way; another must be already.

    Raises DatabaseUnusable, MigrationRefused, NotMigrated.
    """
    settings = settings or Settings()
    database = Database(settings)
    if organisations.pending_anywhere(database):
        if settings.database_url:
            raise NotMigrated(NotMigrated.__doc__)
        organisations.migrate_all(database)
    return Hireledger(database)
