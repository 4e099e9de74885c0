"""Rotates keys in processes that are killed, one after the other, while others register people.

All are forked from this one, which starts nothing itself before: a start takes longer than a
rotation. It ends with a rotation that goes through, and fails if a writer had an error.
"""

import os
import random
import signal
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import NoReturn

import app
from commands import candidates, keys
from store import organisations
from store.envelope import Attribution
from store.ids import new_id

WRITERS, KILLS = 2, 5
LONGEST_SECONDS = 2.0


def write(said: Path) -> NoReturn:
    """Registers people, and says the id of everyone once it was acknowledged."""
    system = app.start()
    log = system.log(organisations.find(system.database, "alone"))
    with said.open("w") as file:
        while True:
            recorded = candidates.register(log, someone(), full_name="Ada Lovelace")
            candidate_id = recorded.facts[0].subject_id
            assert candidate_id
            candidates.add_note(log, someone(), candidate_id, "Likes engines")
            print(candidate_id, file=file, flush=True)


def rotate() -> NoReturn:
    """Rotates without end."""
    system = app.start()
    while True:
        keys.rotate(system)


def someone() -> Attribution:
    return Attribution("person", new_id(), "recruiter", "api")


def forked(work: Callable[[], object]) -> int:
    pid = os.fork()
    if pid == 0:
        try:
            work()
        finally:
            os._exit(1)
    return pid


def kill(pid: int) -> bool:
    """Kills a process; whether it was still there to be killed."""
    os.kill(pid, signal.SIGKILL)
    _, status = os.waitpid(pid, 0)
    return os.WIFSIGNALED(status)


def main(directory: Path) -> None:
    writers = [forked(lambda n=n: write(directory / f"writer-{n}")) for n in range(WRITERS)]  # type: ignore[misc]
    rotations = []
    for _ in range(KILLS):
        rotating = forked(rotate)
        time.sleep(random.uniform(0.2, LONGEST_SECONDS))
        rotations.append(kill(rotating))
    keys.rotate(app.start())
    sys.exit(not all([kill(pid) for pid in writers] + rotations))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
