"""What the read side has taken in since: for whoever wants to hear of it as it happens."""

from collections.abc import Collection
from typing import Annotated

from psycopg.rows import class_row
from pydantic import BaseModel, Field

from store.database import Connection

MOST_POSITIONS = 10_000

# One query for everybody, however many wait and wherever each of them has got to.
CHANGES = """
SELECT
    after,
    upto AS log_position,
    ARRAY(
        SELECT DISTINCT type COLLATE "C" AS type
        FROM events
        WHERE position > after
          AND position <= upto
        ORDER BY type
    ) AS kinds
FROM (
    SELECT
        after,
        LEAST(
            after + %(most)s,
            COALESCE((SELECT min(position) FROM read_models WHERE error IS NULL), 0)
        ) AS upto
    FROM unnest(%(afters)s::bigint[]) AS waiting (after)
) AS stretches
WHERE upto > after
"""

STANDING = """
SELECT
    (SELECT max(position) FROM events) AS head,
    (SELECT min(position) FROM read_models WHERE error IS NULL) AS taken_in
"""


class Change(BaseModel):
    """The read side has come further: whatever is asked from now on takes this into account."""

    after: Annotated[int, Field(exclude=True, description="The position before its first event.")]
    log_position: Annotated[int, Field(description="The log position reached.", examples=[4711])]
    kinds: Annotated[
        list[str],
        Field(
            description="The types of the events since the message before; each once, sorted.",
            examples=[["application.screened", "interview.scheduled"]],
        ),
    ]


class Standing(BaseModel):
    """How long the log is, and how much of it the running read models have taken in."""

    head: int
    taken_in: Annotated[int | None, Field(description="None where no read model is running.")]


def changes(
    connection: Connection, afters: Collection[int], most: int = MOST_POSITIONS
) -> dict[int, Change]:
    """For each of these positions, the next stretch that was taken in after it, if there is one.

    A read model that an event has stopped holds nobody up.
    """
    with connection.cursor(row_factory=class_row(Change)) as rows:
        found = rows.execute(CHANGES, {"afters": list(afters), "most": most})
        return {change.after: change for change in found}


def standing(connection: Connection) -> Standing:
    """Where the log ends, and where the read side is."""
    with connection.cursor(row_factory=class_row(Standing)) as rows:
        (row,) = rows.execute(STANDING)
        return row
