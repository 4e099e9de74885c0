"""When a question is asked of: as of a time in the world, as known at a place in the log."""

from collections.abc import Collection
from datetime import UTC, datetime
from typing import Annotated
from zoneinfo import ZoneInfo

from pydantic import BaseModel, ConfigDict, Field

from projections.read_model import ReadModel
from store.database import Connection

TIME_ZONE = "SELECT data ->> 'time_zone' FROM events WHERE position = 1"
STANDINGS = """
SELECT
    name,
    version,
    position,
    stale_since
FROM read_models
WHERE name = ANY(%(names)s)
"""
UNTOLD_SINCE = "SELECT recorded_at FROM events WHERE position = %(position)s + 1"
KNOWN_BY = "SELECT max(position) FROM events WHERE recorded_at <= %(known_at)s"


class Asked(BaseModel):
    """What was understood of `as_of` and `known_at`, repeated in every answer."""

    model_config = ConfigDict(frozen=True)

    as_of: Annotated[
        datetime | None,
        Field(description="The world's time the answer is for; null means when it was computed."),
    ]
    log_position: Annotated[
        int, Field(description="The answer takes the log up to this position into account.")
    ]

    stale_since: Annotated[
        datetime | None,
        Field(
            description="Since when the answer lacks what was recorded, because a read model it"
            " needs is stopped or being built anew; null if it is up to date."
        ),
    ] = None

    @property
    def parameters(self) -> dict[str, object]:
        """As SQL parameters: t, the world's time; p, the log position."""
        return {"t": self.as_of or datetime.max.replace(tzinfo=UTC), "p": self.log_position}


def resolve(
    connection: Connection,
    reads: Collection[ReadModel],
    *,
    as_of: datetime | None = None,
    known_at: datetime | None = None,
    known_before: int | None = None,
) -> Asked:
    """Resolves a known time once to a log position: the last one recorded by then.

    `reads` are the read models the answer is computed from; nothing is known beyond what they
    have taken in. This must be a transaction's first look at any read model: it keeps a new
    generation from taking over until the transaction ends (projections/rebuild.py).
    """
    known, stale_since = standing(connection, reads)
    if known_at is not None:
        known = min(known, _one(connection, KNOWN_BY, {"known_at": known_at}))
    if known_before is not None:
        known = min(known, known_before - 1)
    return Asked(as_of=as_of, log_position=known, stale_since=stale_since)


def as_known_at(connection: Connection, asked: Asked, known_at: datetime) -> Asked:
    """The same question, asked with what was known at a time."""
    position = _one(connection, KNOWN_BY, {"known_at": known_at})
    return asked.model_copy(update={"log_position": min(asked.log_position, position)})


def standing(connection: Connection, reads: Collection[ReadModel]) -> tuple[int, datetime | None]:
    """How far all these read models have come, and since when one of them stands still."""
    versions = {model.name: model.version for model in reads}
    rows = connection.execute(STANDINGS, {"names": list(versions)}).fetchall()
    position = min((row[2] for row in rows), default=0) if len(rows) == len(versions) else 0
    still = [stale_since for *_, stale_since in rows if stale_since is not None]
    still += [
        untold
        for name, version, reached, _ in rows
        if version != versions[name] and (untold := _untold_since(connection, reached))
    ]
    return position, min(still, default=None)


def _untold_since(connection: Connection, position: int) -> datetime | None:
    row = connection.execute(UNTOLD_SINCE, {"position": position}).fetchone()
    return row[0] if row else None


def time_zone(connection: Connection) -> ZoneInfo:
    """The organisation's time zone."""
    row = connection.execute(TIME_ZONE).fetchone()
    return ZoneInfo(row[0] if row else "UTC")


def _one(connection: Connection, query: str, parameters: dict[str, object] | None = None) -> int:
    row = connection.execute(query.encode(), parameters).fetchone()
    return row[0] or 0 if row else 0
