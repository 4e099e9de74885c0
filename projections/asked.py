"""When a question is asked of: as of a time in the world, as known at a place in the log."""

from datetime import UTC, datetime
from typing import Annotated
from zoneinfo import ZoneInfo

from pydantic import BaseModel, ConfigDict, Field

from store.database import Connection

TIME_ZONE = "SELECT data ->> 'time_zone' FROM events WHERE position = 1"
PROJECTED = "SELECT min(position) FROM read_models"
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

    @property
    def parameters(self) -> dict[str, object]:
        """As SQL parameters: t, the world's time; p, the log position."""
        return {"t": self.as_of or datetime.max.replace(tzinfo=UTC), "p": self.log_position}


def resolve(
    connection: Connection,
    as_of: datetime | None = None,
    known_at: datetime | None = None,
    known_before: int | None = None,
) -> Asked:
    """Resolves a known time once to a log position: the last one recorded by then.

    Nothing is known beyond what the read models have taken in.
    """
    known = projected(connection)
    if known_at is not None:
        known = min(known, _one(connection, KNOWN_BY, {"known_at": known_at}))
    if known_before is not None:
        known = min(known, known_before - 1)
    return Asked(as_of=as_of, log_position=known)


def projected(connection: Connection) -> int:
    """How far every read model has come."""
    return _one(connection, PROJECTED)


def time_zone(connection: Connection) -> ZoneInfo:
    """The organisation's time zone."""
    row = connection.execute(TIME_ZONE).fetchone()
    return ZoneInfo(row[0] if row else "UTC")


def _one(connection: Connection, query: str, parameters: dict[str, object] | None = None) -> int:
    row = connection.execute(query.encode(), parameters).fetchone()
    return row[0] or 0 if row else 0
