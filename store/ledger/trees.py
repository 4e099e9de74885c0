"""The trees of an organisation's ledger, and what their leaves are."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from hireledger_verify import entry_leaf, event_leaf
from store.database import Connection, Organisation

READ_AT_ONCE = 1_000

# Everything an event consists of: the verifier's COLUMNS.
EVENT = """
SELECT
    position - 1,
    row_to_json(event)::text
FROM (
    SELECT
        position,
        event_id,
        stream_type,
        stream_id,
        version,
        type,
        schema_version,
        envelope_version,
        subject_id,
        to_char(occurred_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') AS occurred_at,
        occurred_precision,
        to_char(recorded_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') AS recorded_at,
        actor_type,
        actor_id,
        on_behalf_of,
        authority,
        source,
        command_id,
        command_seq,
        correlation_id,
        causation_id,
        reason_code,
        data,
        sealed
    FROM events
) AS event
"""

EVENTS = (
    EVENT
    + """
WHERE position > %(after)s
  AND position <= %(upto)s
ORDER BY position
"""
)

EVENTS_OF_STREAM = (
    EVENT
    + """
WHERE stream_id = %(stream)s
  AND position <= %(upto)s
ORDER BY version
"""
)

ACCESSES = """
SELECT
    entry.index,
    row_to_json(entry)::text
FROM (
    SELECT
        place.index,
        access.access_id,
        to_char(accessed_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') AS accessed_at,
        actor_id,
        subjects,
        categories,
        purpose,
        request_id
    FROM access_entries place
    JOIN access_log access ON access.access_id = place.access_id
    WHERE place.index >= %(after)s
      AND place.index < %(upto)s
    ORDER BY place.index
) AS entry
"""


@dataclass(frozen=True)
class Tree:
    """One tree; its leaves are the entries of a table, in order."""

    name: str
    entries: str
    """The query of the entries at leaf indexes `after` to before `upto`, in order."""
    place: str
    """What the entries are counted by, for people."""
    first: int
    """The number of the first one."""

    def origin(self, organisation: Organisation) -> str:
        """What its checkpoints and its key are called."""
        return f"hireledger/{organisation.id}/{self.name}"

    def named(self, index: int) -> str:
        """The entry at a leaf index, as people call it."""
        return f"{self.place} {index + self.first}"

    def leaf(self, organisation_id: str, entry: dict[str, Any]) -> bytes:
        """The leaf hash of one entry."""
        if self is LOG:
            return event_leaf(organisation_id, entry)
        return entry_leaf(organisation_id, entry)


LOG = Tree("log", EVENTS, "position", 1)
ACCESS = Tree("access", ACCESSES, "access", 0)
TREES = {tree.name: tree for tree in (LOG, ACCESS)}


def entries(
    connection: Connection, tree: Tree, after: int, upto: int
) -> Iterator[tuple[int, dict[str, Any]]]:
    """The entries at leaf indexes from `after` to before `upto`, each with its index, in order."""
    with connection.cursor(name="entries") as cursor:
        cursor.itersize = READ_AT_ONCE
        cursor.execute(tree.entries.encode(), {"after": after, "upto": upto})
        # Parsed one by one: many at once would all wait for the collector of garbage.
        for index, text in cursor:
            yield index, json.loads(text)
