"""What is asked of a metric: over which window, in which periods and groups."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Literal, get_args
from zoneinfo import ZoneInfo

from domain.errors import Refusal

Every = Literal["month", "quarter", "year"]
Dimension = Literal[
    "requisition",
    "department",
    "location",
    "level",
    "source",
    "origin",
    "recruiter",
    "hiring_manager",
    "campaign",
]
Attributes = Literal["event", "current"]
DIMENSIONS: tuple[str, ...] = get_args(Dimension)
MONTHS = {"month": 1, "quarter": 3, "year": 12}
MOST_PERIODS = 240
UTC_ZONE = ZoneInfo("UTC")


class UnknownGroup(Refusal):
    """There is no group {by}; there are {known}."""


class PeriodsNeedWindow(Refusal):
    """A metric by {every} needs both ends of its window, from and to."""


class TooManyPeriods(Refusal):
    """The window has more than {most} periods; ask for a shorter one or longer periods."""


@dataclass(frozen=True)
class Question:
    """A half-open window [since, until), and how to divide what falls into it."""

    since: datetime | None = None
    until: datetime | None = None
    by: tuple[str, ...] = ()
    every: Every | None = None
    attributes: Attributes = "event"
    zone: ZoneInfo = UTC_ZONE

    @property
    def parameters(self) -> dict[str, object]:
        """As SQL parameters."""
        return {
            "from": self.since,
            "to": self.until,
            "by": list(self.by),
            "attributes": self.attributes,
            "zone": self.zone.key,
        }

    def periods(self) -> Iterator["Question"]:
        """The window period by period, each from its first local midnight; the ends cut short.

        Raises PeriodsNeedWindow, TooManyPeriods.
        """
        if self.every is None:
            yield self
            return
        if self.since is None or self.until is None:
            raise PeriodsNeedWindow(every=self.every)
        start, count = self.since, 0
        while start < self.until:
            if count == MOST_PERIODS:
                raise TooManyPeriods(most=MOST_PERIODS)
            end = min(_next_start(start, MONTHS[self.every], self.zone), self.until)
            yield replace(self, since=start, until=end, every=None)
            start, count = end, count + 1


def grouping(text: str | None) -> tuple[str, ...]:
    """Groups named with commas between. Raises UnknownGroup."""
    names = tuple(text.split(",")) if text else ()
    for name in names:
        if name not in DIMENSIONS:
            raise UnknownGroup(by=name, known=", ".join(DIMENSIONS))
    return names


def _next_start(moment: datetime, months: int, zone: ZoneInfo) -> datetime:
    local = moment.astimezone(zone)
    month = (local.month - 1) // months * months + months
    year, month = local.year + month // 12, month % 12 + 1
    return datetime(year, month, 1, tzinfo=zone).astimezone(UTC)
