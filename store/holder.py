"""Whom a valid credential stands for: an API key's holder, or a member with a session."""

from dataclasses import dataclass
from uuid import UUID

from domain.role import Role, Scope
from store.database import Organisation

PERSON = "person"
API_KEY = "api_key"


@dataclass(frozen=True)
class Holder:
    """Someone who may act in an organisation: in which role, and within which scopes."""

    organisation: Organisation
    actor_type: str
    actor_id: UUID
    role: Role
    scopes: frozenset[Scope] = frozenset(Scope)
    made_by: UUID | None = None
    """Who made the key, and so answers for it; None for members and keys of old."""
