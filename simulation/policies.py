"""How the organisation counts: policies adopted, and adopted anew."""

from datetime import datetime, timedelta

from commands import organisation
from simulation.actions import Action, Name, colleague
from simulation.dates import office

TIME_TO_HIRE = (("applied-hired", 520), ("applied-accepted", 230))
"""Which policy, and how many days ago."""


def adopted(until: datetime) -> list[Action]:
    """Time to hire ends with the hire at first, later with the acceptance as elsewhere."""
    return [
        Action(
            command=organisation.adopt_policy,
            by=colleague("head of recruiting"),
            at=office(until - timedelta(days=days_ago)),
            arguments={"metric": "time-to-hire", "policy": policy},
            changes=(Name("the organisation"),),
        )
        for policy, days_ago in TIME_TO_HIRE
    ]
