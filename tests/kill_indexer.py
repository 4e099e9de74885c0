"""A process to be killed: indexes one organisation, a few events a batch, and prints each batch."""

import sys
import time
from uuid import UUID

import app
from projections.indexer import Indexer
from store import organisations

SMALL_BATCH = 20

if __name__ == "__main__":
    system = app.start()
    indexer = Indexer(system.database, organisations.find(system.database, sys.argv[1]))
    while True:
        if step := indexer.step(SMALL_BATCH):
            print(f"{UUID(int=step.after)} {step.upto}\n", end="", flush=True)
        else:
            time.sleep(0.01)
