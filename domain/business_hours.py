"""When people are at work, where they are: Monday to Friday, nine to five."""

from dataclasses import dataclass
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

OPENS, CLOSES = time(9), time(17)
WORKING_DAYS = 5


def at_work(moment: datetime, time_zone: str) -> datetime:
    """The moment itself if people of the zone are at work then; else when they are next.

    Wall clocks decide, so that nine is nine before and after the clocks change.
    """
    local = moment.astimezone(ZoneInfo(time_zone))
    if local.weekday() < WORKING_DAYS and OPENS <= local.time() < CLOSES:
        return moment
    day = local.date() + timedelta(days=local.time() >= CLOSES)
    while day.weekday() >= WORKING_DAYS:
        day += timedelta(days=1)
    opens = datetime.combine(day, OPENS, ZoneInfo(time_zone))
    return opens.astimezone(moment.tzinfo)


@dataclass(frozen=True)
class WritingHours:
    """When an organisation writes to people: while they are at work, or whenever it likes."""

    time_zone: str
    """Where people are taken to be of whom we do not know it."""
    at_any_time: bool = False

    def after(self, moment: datetime, time_zone: str | None) -> datetime:
        """When somebody in a zone may be written to, from a moment on."""
        return moment if self.at_any_time else at_work(moment, time_zone or self.time_zone)
