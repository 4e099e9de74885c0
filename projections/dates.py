"""Times as people say them: RFC 3339 with an offset, or a date in the organisation's zone."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

DATE_LENGTH = len("2026-03-02")
Said = datetime | date | None


class NotAMoment(ValueError):
    """The text is neither a date nor a time with its offset."""


def moment(text: str | None) -> Said:
    """A date, or a time with its offset. Raises NotAMoment."""
    if text is None:
        return None
    try:
        said = (
            date.fromisoformat(text) if len(text) == DATE_LENGTH else datetime.fromisoformat(text)
        )
    except ValueError:
        raise NotAMoment(f"{text!r} is neither a date nor a time") from None
    if isinstance(said, datetime) and said.tzinfo is None:
        raise NotAMoment(f"{text!r} needs an offset from UTC")
    return said


def end_of(said: Said, zone: ZoneInfo) -> datetime | None:
    """A date as its last microsecond; a time as it is."""
    if said is None or isinstance(said, datetime):
        return said
    return _start_of(said + timedelta(days=1), zone) - timedelta(microseconds=1)


def window(since: Said, until: Said, zone: ZoneInfo) -> dict[str, datetime | None]:
    """A half-open window [since, until): dates from their first moment to their last."""
    if isinstance(until, date) and not isinstance(until, datetime):
        until += timedelta(days=1)
    return {"since": _start(since, zone), "until": _start(until, zone)}


def _start(said: Said, zone: ZoneInfo) -> datetime | None:
    if said is None or isinstance(said, datetime):
        return said
    return _start_of(said, zone)


def _start_of(day: date, zone: ZoneInfo) -> datetime:
    return datetime.combine(day, time.min, zone).astimezone(UTC)
