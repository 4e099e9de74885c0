"""A process that hires: `python -m tests.race_to_hire ORGANISATION APPLICATION…`.

It hires one after the other, each when a line comes in, and says how it went.
"""

import sys
from uuid import UUID

import app
from commands import applications
from domain.errors import Refusal
from store import organisations
from store.envelope import Attribution
from store.ids import new_id
from store.log import Log


def hire(log: Log, application_id: UUID) -> str:
    try:
        applications.hire(log, Attribution("person", new_id(), "recruiter", "api"), application_id)
    except Refusal as refusal:
        return type(refusal).__name__
    return "hired"


def say(word: str) -> None:
    sys.stdout.write(f"{word}\n")
    sys.stdout.flush()


def main(name: str, *application_ids: str) -> None:
    system = app.start()
    log = system.log(organisations.find(system.database, name))
    say("ready")
    for application_id in application_ids:
        sys.stdin.readline()
        say(hire(log, UUID(application_id)))
    system.close()


if __name__ == "__main__":
    main(*sys.argv[1:])
