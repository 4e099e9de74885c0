"""Sign-ins under way at an identity provider: each may come back once, within minutes."""

from dataclasses import dataclass
from uuid import UUID

from store import tokens
from store.database import Database

KEEP = """
INSERT INTO oidc_requests (
    state_hash,
    organisation_id,
    nonce,
    code_verifier,
    expires_at
)
VALUES (
    %(state_hash)s,
    %(organisation)s,
    %(nonce)s,
    %(code_verifier)s,
    clock_timestamp() + make_interval(secs => %(seconds)s)
)
"""

TAKE = """
DELETE FROM oidc_requests
WHERE state_hash = %(state_hash)s
RETURNING
    organisation_id,
    nonce,
    code_verifier,
    expires_at > clock_timestamp()
"""

CLEAR = "DELETE FROM oidc_requests WHERE expires_at <= clock_timestamp()"


@dataclass(frozen=True)
class OidcRequest:
    """What was asked of the provider."""

    organisation_id: UUID
    nonce: str
    code_verifier: str


def keep(
    database: Database,
    state: str,
    organisation_id: UUID,
    nonce: str,
    code_verifier: str,
    seconds: int,
) -> None:
    """Remembers a sign-in that begins, and forgets those that nobody came back from."""
    with database.registry() as connection:
        connection.execute(CLEAR)
        connection.execute(
            KEEP,
            {
                "state_hash": tokens.hashed(state),
                "organisation": organisation_id,
                "nonce": nonce,
                "code_verifier": code_verifier,
                "seconds": seconds,
            },
        )


def take(database: Database, state: str) -> OidcRequest | None:
    """The sign-in that began with this state, once; None if there is none any more."""
    with database.registry() as connection:
        row = connection.execute(TAKE, {"state_hash": tokens.hashed(state)}).fetchone()
    return OidcRequest(*row[:3]) if row and row[3] else None
