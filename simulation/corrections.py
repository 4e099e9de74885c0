"""What was entered wrongly, and was found out later, sometimes much later."""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from random import Random

from commands import applications, costs, events, interviews
from domain.event import utc_text
from simulation.actions import Action, Name
from simulation.dates import days, office

WRONG_SOURCE, WRONG_TIME, WRONG_AMOUNT = 0.08, 0.1, 0.04
FOUND_LATE = 0.25
MIXED_UP = {"careers_page": "linkedin", "linkedin": "careers_page"}
MONDAY = 0


def with_corrections(actions: Iterable[Action], dice: Random) -> Iterator[Action]:
    """The same, with corrections of some."""
    for number, action in enumerate(actions):
        right = _right(action, dice)
        if not right:
            yield action
            continue
        entry = Name(f"entry {number}")
        yield replace(action, makes={**action.makes, "position": entry})
        found = days(dice, 20, 70) if dice.random() < FOUND_LATE else days(dice, 0.1, 8)
        yield Action(
            command=events.correct,
            by=action.by,
            at=office(action.entered + found),
            arguments={"position": entry, **right},
            changes=action.changes,
        )


def _right(action: Action, dice: Random) -> dict[str, str]:
    """What an entry should have said, if it is found to be wrong."""
    said = action.arguments
    match action.command:
        case applications.apply if said["source"] in MIXED_UP and dice.random() < WRONG_SOURCE:
            return _says("source", MIXED_UP[str(said["source"])])
        case interviews.hold if dice.random() < WRONG_TIME:
            return _says("occurred_at", utc_text(_earlier(action.at)))
        case costs.record if dice.random() < WRONG_AMOUNT:
            return _says("amount", f"{float(str(said['amount'])) * dice.uniform(0.8, 1.1):.2f}")
    return {}


def _says(field: str, value: str) -> dict[str, str]:
    return {"field": field, "value": value, "reason_code": "entered_wrongly"}


def _earlier(at: datetime) -> datetime:
    """The day before, unless nobody was at work then."""
    return at - (timedelta(hours=2) if at.weekday() == MONDAY else timedelta(days=1))
