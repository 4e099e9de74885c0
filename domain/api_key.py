"""API keys: what a program shows to act here, in a role and within scopes."""

from datetime import datetime
from uuid import UUID

from domain.aggregate import Aggregate
from domain.errors import Refusal
from domain.event import Code, Event, Moment
from domain.role import LIMITED, Role, Scope


class ApiKeyEvent(Event):
    """Something that happened to an API key."""


class Created(ApiKeyEvent, name="api_key.created"):
    sentence = "API key created for the role {role}"
    role: Role
    scopes: tuple[Scope, ...]
    holder_id: UUID
    expires_at: Moment


class Revoked(ApiKeyEvent, name="api_key.revoked"):
    sentence = "API key revoked: {reason_code}"
    reason_code: Code


class KeyOfNobody(Refusal):
    """A key of the role {role} reaches what concerns its holder; say whom with holder_id."""


class AlreadyRevoked(Refusal):
    """The API key has been revoked already."""

    status = 409


class ApiKey(Aggregate):
    """A key from its making to its revocation; its secret is never part of its history."""

    stream_type = "api_key"
    event_class = ApiKeyEvent

    revoked: bool = False

    def create(
        self, role: Role, scopes: tuple[Scope, ...], holder_id: UUID | None, expires_at: datetime
    ) -> None:
        """Lets its holder act in a role: a program, or whoever the key is made for."""
        self.guard(role not in LIMITED or holder_id is not None, KeyOfNobody(role=role))
        self.happened(
            Created,
            role=role,
            scopes=scopes,
            holder_id=holder_id or self.id,
            expires_at=expires_at,
        )

    def revoke(self, reason_code: str) -> None:
        """Ends the key before its time."""
        self.guard(not self.revoked, AlreadyRevoked())
        self.happened(Revoked, reason_code=reason_code)

    def note(self, event: Event) -> None:
        self.revoked = self.revoked or isinstance(event, Revoked)
