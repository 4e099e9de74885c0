"""Interviewers' diaries: nobody sits in two interviews at once."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from uuid import UUID

from simulation.dates import office

HOUR = timedelta(hours=1)


class Diary:
    """The hours that are taken."""

    def __init__(self) -> None:
        self.taken: set[tuple[UUID, datetime]] = set()

    def book(self, interviewers: Iterable[UUID], at: datetime) -> datetime:
        """The first whole hour at work, after a moment, that all of them have; theirs from now."""
        everyone = list(interviewers)
        hour = _whole(at)
        while any((one, hour) in self.taken for one in everyone):
            hour = _whole(hour)
        self.taken |= {(one, hour) for one in everyone}
        return hour


def _whole(at: datetime) -> datetime:
    return office(at + HOUR).replace(minute=0, second=0)
