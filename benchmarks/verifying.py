"""How fast a log is sealed, and how fast all of it is verified, beside what that must cost."""

import time
from collections.abc import Callable, Iterator
from hashlib import sha256

from benchmarks.loading import load
from benchmarks.measure import Line
from benchmarks.organisation import generate
from hireledger_verify import canonical
from store import organisations
from store.database import Organisation
from store.ledger.sealing import seal
from store.ledger.trees import LOG, entries
from store.ledger.verification import verify
from store.system import Hireledger

EVENTS = 200_000
SAMPLE = 1_000


def verifying(hireledger: Hireledger, events: int = EVENTS) -> Iterator[Line]:
    """Both beside reading the same events in one process, and beside hashing as many bytes."""
    organisation = organisations.create(hireledger.database, f"{events} sealed", "Europe/Berlin")
    load(hireledger, organisation, generate(events, organisation.id))
    reading = events / _timed(lambda: _read(hireledger, organisation, events))
    hashing = events / _timed(lambda: _hash(hireledger, organisation, events))
    sealing = events / _timed(lambda: _seal(hireledger, organisation))
    verification = events / _timed(lambda: _verify(hireledger, organisation))
    for what, rate in (("sealing", sealing), ("verification", verification)):
        name = f"{what}, {events:,} events"
        yield Line(name, rate, reading, "events/s", "reading the same events, parsed")
        yield Line(name, rate, hashing, "events/s", "SHA-256 of as many bytes")


def _timed(work: Callable[[], object]) -> float:
    started = time.perf_counter()
    work()
    return time.perf_counter() - started


def _read(hireledger: Hireledger, organisation: Organisation, events: int) -> None:
    with hireledger.database.sealing(organisation) as connection:
        for _ in entries(connection, LOG, 0, events):
            pass


def _hash(hireledger: Hireledger, organisation: Organisation, events: int) -> None:
    with hireledger.database.sealing(organisation) as connection:
        sample = [canonical(entry) for _, entry in entries(connection, LOG, 0, SAMPLE)]
    for number in range(events):
        sha256(sample[number % SAMPLE]).digest()


def _seal(hireledger: Hireledger, organisation: Organisation) -> None:
    while sealed := seal(hireledger.database, organisation, LOG):
        if not sealed.more:
            return


def _verify(hireledger: Hireledger, organisation: Organisation) -> None:
    found = verify(hireledger.database, organisation)
    if not found.whole:
        raise AssertionError(found.faults)
