"""When people do things."""

from datetime import datetime, timedelta
from random import Random

OPENS, CLOSES, SATURDAY = 8, 17, 5


def days(dice: Random, shortest: float, longest: float) -> timedelta:
    """Some time between so many days."""
    return timedelta(days=dice.uniform(shortest, longest))


def office(at: datetime) -> datetime:
    """This moment if people are at work, else one soon after they come back."""
    if at.hour >= CLOSES:
        at += timedelta(days=1)
    if not OPENS <= at.hour < CLOSES:
        at = at.replace(hour=OPENS)
    while at.weekday() >= SATURDAY:
        at += timedelta(days=1)
    return at.replace(microsecond=0)
