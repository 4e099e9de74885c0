"""A process that books: `python -m tests.race_for_slot ORGANISATION INVITATION STARTS_AT ENDS_AT`.

It takes the time an invitation offers, without a look at who else does, when a line comes in; and
says how it went.
"""

import sys
from datetime import datetime
from uuid import UUID

import app
from commands import self_scheduling
from domain.errors import Refusal
from domain.self_scheduling import Slot
from store import organisations
from store.envelope import Attribution
from tests.race_to_hire import say


def main(name: str, invitation: str, starts_at: str, ends_at: str) -> None:
    system = app.start()
    log = system.log(organisations.find(system.database, name))
    slot = Slot(
        starts_at=datetime.fromisoformat(starts_at), ends_at=datetime.fromisoformat(ends_at)
    )
    say("ready")
    sys.stdin.readline()
    try:
        by = Attribution("candidate", UUID(invitation), "candidate", "web")
        self_scheduling.book(log, by, UUID(invitation), slot)
    except Refusal as refusal:
        say(type(refusal).__name__)
    else:
        say("booked")
    system.close()


if __name__ == "__main__":
    main(*sys.argv[1:])
