"""Commands about API keys. What is in force stands beside the log; the log says who decided it."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

from domain.api_key import ApiKey
from domain.role import Role, Scope
from store import api_keys
from store.api_keys import LIFETIME
from store.envelope import Attribution
from store.ids import new_id
from store.log import Log, Recorded

MINUTE = timedelta(minutes=1)


def create(
    log: Log,
    by: Attribution,
    role: Role,
    label: str,
    *,
    scopes: frozenset[Scope] = frozenset(Scope),
    holder_id: UUID | None = None,
    expires_at: datetime | None = None,
) -> tuple[Recorded, str]:
    """Makes a key; the log learns of it first, so that none ever works unrecorded."""
    expires_at = expires_at or datetime.now(UTC) + LIFETIME
    key = ApiKey.begin(new_id())
    key.create(role, tuple(sorted(scopes)), holder_id, expires_at)
    recorded = log.record(key, by=by)
    secret = api_keys.create(
        log.database,
        log.organisation,
        role,
        label,
        key_id=key.id,
        holder_id=holder_id,
        scopes=scopes,
        expires_at=expires_at,
        created_by=by.actor_id,
    )
    return recorded, secret


def revoke(log: Log, by: Attribution, key_id: UUID, reason_code: str) -> Recorded:
    """Ends a key before its time; it works a few seconds more where it was used just now."""
    key = log.api_key(key_id)
    key.revoke(reason_code)
    recorded = log.record(key, by=by)
    api_keys.revoke(log.database, log.organisation, key_id)
    return recorded
