"""How upkeep that was asked for stands: how far it has come, and how it ended.

Asking and ending are events; only the progress in between is kept beside the log.
"""

import time
from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from psycopg.rows import class_row
from pydantic import BaseModel, Field

from store.database import Connection, Database, Organisation

NOTED_EVERY_SECONDS = 0.5

NOTE = """
INSERT INTO upkeep_progress (
    position,
    doing,
    done,
    total
)
VALUES (
    %(position)s,
    %(doing)s,
    %(done)s,
    %(total)s
)
ON CONFLICT (position) DO UPDATE
SET doing = EXCLUDED.doing,
    done = EXCLUDED.done,
    total = EXCLUDED.total
"""

ASKED_FOR = """
SELECT
    asked.position,
    asked.recorded_at AS asked_at,
    asked.actor_id AS asked_by,
    asked.data AS asked,
    progress.doing,
    progress.done,
    progress.total,
    ended.recorded_at AS ended_at,
    ended.data AS ended
FROM events asked
LEFT JOIN upkeep_progress progress ON progress.position = asked.position
LEFT JOIN events ended
    ON ended.stream_id = asked.stream_id
    AND ended.type = %(ended)s
    AND ended.causation_id = asked.event_id
WHERE asked.stream_id = (SELECT stream_id FROM events WHERE position = 1)
  AND asked.type = %(asked)s
ORDER BY asked.position DESC
LIMIT %(limit)s
"""


class UpkeepRow(BaseModel):
    """One request, and what has become of it."""

    position: Annotated[int, Field(description="The log position of the request.")]
    asked_at: datetime
    asked_by: Annotated[UUID, Field(description="Who asked for it.")]
    doing: Annotated[str | None, Field(description="What is being done, in words.")]
    done: Annotated[int | None, Field(description="How much is done; null before it begins.")]
    total: Annotated[int | None, Field(description="Of how much.")]
    ended_at: Annotated[datetime | None, Field(description="Null as long as it is not over.")]
    asked: Annotated[dict[str, Any], Field(exclude=True)]
    ended: Annotated[dict[str, Any] | None, Field(exclude=True)]


def asked_for(connection: Connection, asked: str, ended: str, limit: int) -> list[UpkeepRow]:
    """The newest requests of a type of event, with the event of the other type each ended in."""
    parameters = {"asked": asked, "ended": ended, "limit": limit}
    with connection.cursor(row_factory=class_row(UpkeepRow)) as rows:
        return rows.execute(ASKED_FOR, parameters).fetchall()


class Noting:
    """Notes how far the request at a position has come, now and then."""

    def __init__(self, database: Database, organisation: Organisation, position: int) -> None:
        self.database = database
        self.organisation = organisation
        self.position = position
        self._next = 0.0

    def note(self, doing: str, done: int, total: int) -> None:
        """Keeps this for whoever looks, unless it was kept just now."""
        now = time.monotonic()
        if now < self._next:
            return
        self._next = now + NOTED_EVERY_SECONDS
        said = {"position": self.position, "doing": doing, "done": done, "total": total}
        with self.database.transaction(self.organisation) as connection:
            connection.execute(NOTE, said)
