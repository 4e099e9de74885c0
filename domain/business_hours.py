"""When people are at work, where they are: Monday to Friday, nine to five."""

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
