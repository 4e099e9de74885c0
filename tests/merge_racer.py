"""A process that does what each line of its input asks for, and says how that ended.

merge LOSER SURVIVOR, unmerge LOSER, apply CANDIDATE REQUISITION.
"""

import sys
from uuid import UUID

import app
from commands import applications, merging
from domain.errors import Refusal
from store import organisations
from store.envelope import Attribution
from store.ids import new_id
from store.log import Log, Recorded


def do(log: Log, verb: str, *ids: UUID) -> Recorded:
    by = Attribution("person", new_id(), "recruiter", "api")
    match verb:
        case "merge":
            return merging.merge(log, by, ids[0], ids[1], "same_email")
        case "unmerge":
            return merging.unmerge(log, by, ids[0], "two_people")
        case _:
            return applications.apply(log, by, ids[0], requisition_id=ids[1])


def main(name: str) -> None:
    system = app.start()
    log = system.log(organisations.find(system.database, name))
    print("ready", flush=True)
    for line in sys.stdin:
        verb, *ids = line.split()
        try:
            do(log, verb, *map(UUID, ids))
            print("done", flush=True)
        except Refusal as refusal:
            print(type(refusal).__name__, flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
