"""Puts the parts together. The web framework is loaded only where something is served."""

from typing import TYPE_CHECKING

from store import organisations
from store.database import Database
from store.settings import Settings
from store.system import Hireledger

if TYPE_CHECKING:
    from fastapi import FastAPI

__all__ = ["Hireledger", "NotMigrated", "application", "serving", "start"]


class NotMigrated(Exception):
    """The database is not up to date; run `hireledger migrate`."""


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
    return Hireledger(database, settings)


def serving(hireledger: Hireledger, with_projector: bool = True) -> "FastAPI":
    """The API and the pages over a running system."""
    import web
    from api import server

    return server.create(hireledger, with_projector, pages=web.ROUTERS)


def application() -> "FastAPI":
    """What an ASGI server runs: `uvicorn --factory app:application`."""
    return serving(start())
