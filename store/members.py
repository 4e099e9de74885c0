"""Who members are: what is sealed of them, opened on the record."""

from collections.abc import Collection
from dataclasses import dataclass
from uuid import UUID

from domain.event import Category
from store.access_log import Access
from store.database import Connection
from store.log import Log


@dataclass
class Identity:
    """What a member is called and written to, as said last."""

    full_name: str | None = None
    email: str | None = None


def identities(
    log: Log, connection: Connection, access: Access, only: Collection[UUID] | None = None
) -> dict[UUID, Identity]:
    """Everyone's identity, or that of those asked for. Raises AccessNotRecorded."""
    facts = [
        fact
        for fact in log.facts.of_members()
        if fact.sealed and (only is None or fact.originator_id in only)
    ]
    found: dict[UUID, Identity] = {}
    opened = log.vault.open(connection, facts, [Category.IDENTITY], access)
    for fact, said in zip(facts, opened, strict=True):
        identity = found.setdefault(UUID(str(fact.originator_id)), Identity())
        identity.full_name = said.get("full_name", identity.full_name)
        identity.email = said.get("email", identity.email)
    return found
