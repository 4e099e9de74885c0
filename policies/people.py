"""What someone with a history was last said to be: their address, their name."""

from uuid import UUID

from domain.correction import EntryCorrected
from domain.event import Category, personal_fields
from store.access_log import Access
from store.database import Connection
from store.envelope import Fact
from store.log import Log
from store.mapper import event_class
from store.vault import CLOSED


def said_of(
    log: Log, connection: Connection, person_id: UUID, field: str, access: Access
) -> str | None:
    """An identity field of someone, opened on the record; None where nothing is known any more."""
    facts = [fact for fact in log.facts.select_events(person_id) if _speaks_of(fact, field)]
    facts.sort(key=lambda fact: (fact.occurred_at is not None, fact.occurred_at, fact.position))
    opened = log.vault.open(connection, facts, [Category.IDENTITY], access)
    latest = None
    for fact, fields in zip(facts, opened, strict=True):
        latest = fields.get("identity_value" if _corrects(fact) else field) or latest
    return None if latest in CLOSED else latest


def _speaks_of(fact: Fact, field: str) -> bool:
    if Category.IDENTITY not in fact.sealed:
        return False
    if _corrects(fact):
        return bool(fact.data["field"] == field)
    return field in personal_fields(event_class(fact.topic))


def _corrects(fact: Fact) -> bool:
    return issubclass(event_class(fact.topic), EntryCorrected)
