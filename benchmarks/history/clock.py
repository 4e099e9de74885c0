"""Times as the history counts them: whole microseconds since 1970, UTC."""

from datetime import UTC, datetime
from functools import lru_cache
from random import Random

SECOND = 1_000_000
MINUTE = 60 * SECOND
HOUR = 60 * MINUTE
DAY = 24 * HOUR
WEEK = 7 * DAY
OPENS, OPEN_FOR = 8 * HOUR, 10 * HOUR
SATURDAY = 5
THURSDAY = 3
"""1970 began on one."""


def microseconds(moment: datetime) -> int:
    """A moment as the history counts it."""
    return int(moment.timestamp()) * SECOND + moment.microsecond


def text(at: int) -> str:
    """A time as the log's JSON has it, which COPY reads as well."""
    hours, rest = divmod(at, HOUR)
    seconds, micro = divmod(rest, SECOND)
    return f"{_hour(hours)}:{_IN_THE_HOUR[seconds]}.{micro:06d}Z"


_IN_THE_HOUR = [f"{second // 60:02d}:{second % 60:02d}" for second in range(3600)]


@lru_cache(maxsize=50_000)
def _hour(hours: int) -> str:
    return datetime.fromtimestamp(hours * 3600, UTC).strftime("%Y-%m-%dT%H")


def day(at: int) -> str:
    """The date."""
    return _hour(at // HOUR)[:10]


def later(dice: Random, at: int, shortest: float, longest: float) -> int:
    """When people at work get to something, so many days on; always after what it follows."""
    then = at + int((shortest + (longest - shortest) * dice.random()) * DAY)
    days = then // DAY
    weekday = (days + THURSDAY) % 7
    if weekday >= SATURDAY:
        days += 7 - weekday
    then = days * DAY + OPENS + int(dice.random() * OPEN_FOR)
    return then if then > at else at + 1 + int(dice.random() * 2 * HOUR)
