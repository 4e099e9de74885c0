"""A process to be killed: seals one organisation in small steps, again and again."""

import sys
from uuid import UUID

import app
from store import organisations
from store.ledger.sealing import seal
from store.ledger.trees import TREES

STEP = 7


def main(name: str) -> None:
    system = app.start()
    organisation = organisations.find(system.database, name)
    while True:
        for tree in TREES.values():
            if sealed := seal(system.database, organisation, tree, STEP):
                print(f"{UUID(int=0)} {sealed.checkpoint.size}\n", end="", flush=True)


if __name__ == "__main__":
    main(sys.argv[1])
