"""Sessions: a member signed in with one browser, until they sign out, idle or are sent away."""

from uuid import UUID

from store import tokens
from store.database import Database, Organisation

IDLE_HOURS = 12
LONGEST_DAYS = 14
SEEN_EVERY_SECONDS = 60

BEGIN = """
INSERT INTO sessions (
    token_hash,
    member_id,
    expires_at
)
VALUES (
    %(token_hash)s,
    %(member)s,
    now() + make_interval(days => %(days)s)
)
"""

FIND = """
SELECT member_id
FROM sessions
WHERE token_hash = %(token_hash)s
  AND expires_at > now()
  AND last_seen_at > now() - make_interval(hours => %(hours)s)
"""

SEEN = """
UPDATE sessions
SET last_seen_at = now()
WHERE token_hash = %(token_hash)s
  AND last_seen_at < now() - make_interval(secs => %(seconds)s)
"""

END = "DELETE FROM sessions WHERE token_hash = %(token_hash)s"

END_ALL = """
DELETE FROM sessions
WHERE member_id = %(member)s
   OR expires_at <= now()
   OR last_seen_at <= now() - make_interval(hours => %(hours)s)
"""


def begin(database: Database, organisation: Organisation, member_id: UUID) -> str:
    """Starts a session under a token nobody could know before."""
    token = tokens.new_token(tokens.SESSION, organisation.id)
    with database.transaction(organisation) as connection:
        connection.execute(
            BEGIN,
            {"token_hash": tokens.hashed(token), "member": member_id, "days": LONGEST_DAYS},
        )
    return token


def member_of(database: Database, organisation: Organisation, token: str) -> UUID | None:
    """Whose session a token is; None if it has ended. They count as seen."""
    with database.transaction(organisation) as connection:
        about = {"token_hash": tokens.hashed(token)}
        row = connection.execute(FIND, {**about, "hours": IDLE_HOURS}).fetchone()
        if row is None:
            return None
        connection.execute(SEEN, {**about, "seconds": SEEN_EVERY_SECONDS})
    member_id: UUID = row[0]
    return member_id


def end(database: Database, organisation: Organisation, token: str) -> None:
    """Ends one session."""
    with database.transaction(organisation) as connection:
        connection.execute(END, {"token_hash": tokens.hashed(token)})


def end_all(database: Database, organisation: Organisation, member_id: UUID) -> None:
    """Ends every session of a member, and clears away what has ended by itself."""
    with database.transaction(organisation) as connection:
        connection.execute(END_ALL, {"member": member_id, "hours": IDLE_HOURS})
