"""The outbox: what policies have decided to do, each effect once, and what became of it.

An effect waits until it is due. One that leaves the house (a mail) is first noted as being
attempted; if nobody comes back to say how that ended, it is in doubt, and a person decides.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from psycopg.rows import class_row

from domain.errors import NotFound
from store.database import Connection, Database, Organisation

SENDING = "send-messages"
NURTURING = "nurture"

ADD = """
INSERT INTO outbox (
    key,
    policy,
    position,
    effect,
    about,
    application_id,
    due_at
)
VALUES (
    %(key)s,
    %(policy)s,
    %(position)s,
    %(effect)s,
    %(about)s,
    %(application_id)s,
    %(due_at)s
)
ON CONFLICT (key) DO NOTHING
"""
HOLD = "SELECT state FROM outbox WHERE key = %(key)s FOR UPDATE"
COLUMNS = """
SELECT
    policy,
    position,
    effect,
    about,
    application_id,
    due_at,
    attempts,
    provider_id
FROM outbox
"""
FIND = COLUMNS + "WHERE key = %(key)s"
NEXT_DUE = (
    COLUMNS
    + """
WHERE policy = %(policy)s
  AND state = 'waiting'
  AND due_at <= clock_timestamp()
ORDER BY due_at, position, effect
LIMIT 1
"""
)
ATTEMPT = """
UPDATE outbox
SET state = 'attempting',
    attempts = attempts + 1,
    attempted_at = clock_timestamp(),
    provider_id = %(provider_id)s
WHERE key = %(key)s
"""
FINISH = """
UPDATE outbox
SET state = 'done',
    outcome = %(outcome)s
WHERE key = %(key)s
  AND state <> 'done'
"""
POSTPONE = """
UPDATE outbox
SET state = 'waiting',
    due_at = %(due_at)s,
    outcome = %(outcome)s
WHERE key = %(key)s
  AND state <> 'done'
"""
DOUBT = """
UPDATE outbox
SET state = 'in_doubt'
WHERE policy = %(policy)s
  AND state = 'attempting'
"""
SETTLE = """
UPDATE outbox
SET state = 'done',
    outcome = %(outcome)s
WHERE policy = %(policy)s
  AND about = %(about)s
  AND (%(effect)s::text IS NULL OR effect = %(effect)s)
  AND (state = 'waiting' OR (state <> 'done' AND NOT %(leaves_doubt)s))
"""
REVIVE = """
UPDATE outbox
SET state = 'waiting',
    due_at = clock_timestamp()
WHERE policy = %(policy)s
  AND about = %(about)s
  AND state = 'in_doubt'
"""
LAST_SENT = """
SELECT
    max(attempted_at),
    max(attempted_at) >= (SELECT recorded_at FROM events WHERE position = %(position)s)
FROM outbox
WHERE policy = %(policy)s
  AND about = %(about)s
  AND outcome = 'sent'
"""
POSITION_OF = "SELECT position FROM events WHERE stream_id = %(stream)s AND version = %(version)s"


@dataclass(frozen=True)
class Effect:
    """Something a policy has decided to do when it is due, because of the event at a position."""

    policy: str
    position: int
    effect: str
    about: UUID
    application_id: UUID | None
    due_at: datetime
    attempts: int = 0
    provider_id: str | None = None

    @property
    def key(self) -> str:
        """What makes it happen once."""
        return f"{self.policy}:{self.position}:{self.effect}"


def sending(position: int, message_id: UUID, application_id: UUID, due_at: datetime) -> Effect:
    """The sending of a message whose text is at a position."""
    return Effect(SENDING, position, "send", message_id, application_id, due_at)


def last_sent(connection: Connection, effect: Effect) -> tuple[datetime | None, bool]:
    """When its policy last sent something about the same; and whether since the event."""
    parameters = {"policy": effect.policy, "about": effect.about, "position": effect.position}
    row = connection.execute(LAST_SENT, parameters).fetchone()
    return (row[0], bool(row[1])) if row else (None, False)


def position_of(connection: Connection, stream_id: UUID, version: int) -> int:
    """The log position of an entry of a stream."""
    row = connection.execute(POSITION_OF, {"stream": stream_id, "version": version}).fetchone()
    return row[0] if row else 0


def add(connection: Connection, effect: Effect) -> None:
    """Keeps an effect, unless it has been decided on before."""
    connection.execute(ADD, {**vars(effect), "key": effect.key})


def find(connection: Connection, key: str) -> Effect:
    """An effect by its key. Raises NotFound."""
    with connection.cursor(row_factory=class_row(Effect)) as rows:
        effect = rows.execute(FIND, {"key": key}).fetchone()
    if effect is None:
        raise NotFound(what="effect", id=key)
    return effect


def next_due(connection: Connection, policy: str) -> Effect | None:
    """The next effect of a policy whose time has come."""
    with connection.cursor(row_factory=class_row(Effect)) as rows:
        return rows.execute(NEXT_DUE, {"policy": policy}).fetchone()


def hold(connection: Connection, key: str) -> str | None:
    """How an effect stands; until the transaction ends, nobody else begins or changes it."""
    row = connection.execute(HOLD, {"key": key}).fetchone()
    return row[0] if row else None


@contextmanager
def held(database: Database, organisation: Organisation, effect: Effect) -> Iterator[str | None]:
    """While this lasts, nobody begins the effect, whether its policy knows of it yet or not."""
    with database.transaction(organisation) as connection:
        add(connection, effect)
        yield hold(connection, effect.key)


def attempt(connection: Connection, key: str, provider_id: str) -> None:
    """Notes that an effect is about to leave the house."""
    connection.execute(ATTEMPT, {"key": key, "provider_id": provider_id})


def finish(connection: Connection, key: str, outcome: str) -> None:
    """Notes how an effect ended."""
    connection.execute(FINISH, {"key": key, "outcome": outcome})


def postpone(connection: Connection, key: str, due_at: datetime, outcome: str) -> None:
    """Lets an effect that surely did not happen wait until a time."""
    connection.execute(POSTPONE, {"key": key, "due_at": due_at, "outcome": outcome})


def doubt(connection: Connection, policy: str) -> int:
    """Notes that nobody knows how the attempts that were begun have ended; how many there are."""
    return connection.execute(DOUBT, {"policy": policy}).rowcount


def settle(
    connection: Connection,
    policy: str,
    about: UUID,
    outcome: str,
    effect: str | None = None,
    *,
    leaves_doubt: bool = False,
) -> None:
    """Ends what a policy still had in mind about something.

    `leaves_doubt` says whether what was attempted already is left alone.
    """
    known = {"policy": policy, "about": about, "outcome": outcome, "effect": effect}
    connection.execute(SETTLE, {**known, "leaves_doubt": leaves_doubt})


def revive(connection: Connection, policy: str, about: UUID) -> None:
    """Has what is in doubt done again, now."""
    connection.execute(REVIVE, {"policy": policy, "about": about})
