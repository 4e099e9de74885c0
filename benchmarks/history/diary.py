"""What is going to be recorded: planned weeks ahead, given out a week at a time, then forgotten."""

from operator import itemgetter
from random import Random

from benchmarks.history.clock import WEEK


class Stream:
    """One aggregate's history, and how long it is so far."""

    __slots__ = ("id", "kind", "version")

    def __init__(self, kind: str, id: str, version: int = 0) -> None:
        self.kind = kind
        self.id = id
        self.version = version


class Mark:
    """Lets an event name the version of an earlier one, which only recording tells.

    The first event with the mark leaves its version here; `%d` in the data of the others is it.
    """

    __slots__ = ("version",)

    def __init__(self) -> None:
        self.version = 0


Fact = tuple[str, str, str, str, Mark | None]
"""Type, data as JSON, reason code or NONE, category of the personal fields if any, mark."""
Told = tuple[tuple[Stream, Fact], ...]
Entry = tuple[int, int, str, Told]
"""One command: recorded when, happened when, by whom, and what it records in which streams."""

NONE = r"\N"
"""No value, as COPY reads it."""

recorded_at = itemgetter(0)


class Diary:
    """The weeks to come, up to the last one."""

    def __init__(self, begins: int, weeks: int) -> None:
        self.begins = begins
        self.ends = begins + weeks * WEEK
        self._weeks: dict[int, list[Entry]] = {week: [] for week in range(weeks)}
        self.events = [0] * weeks
        """How many events each week has so far."""

    def put(self, recorded: int, by: str, stream: Stream, fact: Fact, happened: int = 0) -> None:
        """Plans a command of one event, which may have happened earlier."""
        self.put_together(recorded, by, ((stream, fact),), happened)

    def put_together(self, recorded: int, by: str, told: Told, happened: int = 0) -> None:
        """Plans a command that records several events; beyond the last week it is let go."""
        if recorded < self.ends:
            week = (recorded - self.begins) // WEEK
            self._weeks[week].append((recorded, happened or recorded, by, told))
            self.events[week] += len(told)

    def take(self, week: int) -> list[Entry]:
        """A week in the order of recording. Nothing can be planned for it afterwards."""
        return sorted(self._weeks.pop(week), key=recorded_at)


def new_id(dice: Random, at: int) -> str:
    """An id as the program makes them at that time (UUID version 7)."""
    return id_from(id_time(at), dice)


def id_time(at: int) -> str:
    """How all ids made within that millisecond begin."""
    time = f"{at // 1000:012x}"
    return f"{time[:8]}-{time[8:]}-7"


def id_from(time: str, dice: Random) -> str:
    """An id with this beginning."""
    chance = f"{dice.getrandbits(72):018x}"
    return f"{time}{chance[:3]}-8{chance[3:6]}-{chance[6:]}"


def truth(said: bool) -> str:
    """True or false as JSON."""
    return "true" if said else "false"
