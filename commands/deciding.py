"""Deciding anew where something else was recorded while a command decided."""

from collections.abc import Callable
from contextlib import suppress
from typing import TypeVar

from domain.errors import Conflict

Outcome = TypeVar("Outcome")


def decided_anew(command: Callable[[], Outcome], at_most: int) -> Outcome:
    """What a command comes to on what is known by now; it gets, decides and saves so often at most.

    Raises Conflict where others were faster each time, and whatever the command does.
    """
    for _ in range(at_most - 1):
        with suppress(Conflict):
            return command()
    return command()
