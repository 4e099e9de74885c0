"""Sealing: in any steps the same tree, by any number of sealers, through any number of kills."""

import random
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from itertools import pairwise
from pathlib import Path

import pytest

from domain.event import Category
from hireledger_verify import Checkpoint, check_consistency
from store import organisations
from store.access_log import Access
from store.database import Organisation
from store.envelope import Attribution
from store.ids import new_id
from store.ledger import checkpoints, tiles
from store.ledger.proofs import key_of
from store.ledger.sealer import Sealer
from store.ledger.sealing import seal
from store.ledger.trees import ACCESS, LOG
from store.ledger.verification import verify
from store.log import Log
from store.settings import Settings
from store.system import Hireledger
from tests import examples
from tests.store import forged
from tests.test_kill import Victim, environment_of

TILES = "SELECT tree, level, index, hashes FROM ledger_tiles WHERE tree <> 'access'"
BUCKETS = "SELECT bucket, heads FROM ledger_buckets"


def someone() -> Attribution:
    return Attribution("person", new_id(), "recruiter", "api")


def sealed_rows(log: Log) -> tuple[set[object], set[object]]:
    with log.database.transaction(log.organisation) as connection:
        return set(connection.execute(TILES)), set(connection.execute(BUCKETS))


def wipe(log: Log) -> None:
    """As if nothing had ever been sealed."""
    with forged.administrator(log) as connection:
        for table in (b"ledger_tiles", b"ledger_buckets", b"ledger_checkpoints"):
            connection.execute(b"DELETE FROM " + table)


def test_any_steps_give_the_same_tree_and_heads(log: Log) -> None:
    log.record(*(examples.hired() for _ in range(50)), by=someone())
    log.record(*(examples.rejected_after_interview() for _ in range(20)), by=someone())
    assert seal(log.database, log.organisation, LOG)
    at_once = sealed_rows(log)
    for steps in ([1, 255, 1, 700], [256] * 9, [97] * 20):
        wipe(log)
        for most in steps:
            seal(log.database, log.organisation, LOG, most)
        assert sealed_rows(log) == at_once
        assert verify(log.database, log.organisation).whole


def test_each_checkpoint_continues_the_one_before(log: Log) -> None:
    log.record(*(examples.hired() for _ in range(40)), by=someone())
    while sealed := seal(log.database, log.organisation, LOG, 23):
        if not sealed.more:
            break
    key = key_of(log.database, log.organisation, LOG)
    with log.database.transaction(log.organisation) as connection:
        notes = [note for _, note in connection.execute(checkpoints.ALL, {"tree": "log"})]
        tile = tiles.stored(connection, "log")
        signed = [Checkpoint.opened(note, key) for note in notes]
        assert len(signed) > 5
        for old, new in pairwise(signed):
            proof = tiles.consistency(tile, old.size, new.size)
            check_consistency(old.size, new.size, old.root, new.root, proof)


def test_nothing_new_is_not_signed_again(log: Log) -> None:
    assert seal(log.database, log.organisation, LOG)
    assert seal(log.database, log.organisation, LOG) is None
    assert seal(log.database, log.organisation, ACCESS) is None


def test_what_is_held_by_another_is_left_to_it(log: Log) -> None:
    with log.database.sealing(log.organisation) as connection:
        connection.execute("SELECT FROM ledger_trees WHERE tree = 'log' FOR UPDATE")
        assert seal(log.database, log.organisation, LOG) is None
    assert seal(log.database, log.organisation, LOG)


def test_looking_and_sealing_at_once_lose_nothing(log: Log) -> None:
    log.record(examples.ada(), by=someone())
    [fact] = [fact for fact in log.facts.at_positions(range(1, 9)) if fact.sealed]
    done = threading.Event()

    def look() -> None:
        with log.database.transaction(log.organisation) as connection:
            access = Access(new_id(), "test", new_id())
            log.vault.open(connection, [fact], Category, access)

    def seal_on() -> None:
        while not done.is_set():
            seal(log.database, log.organisation, ACCESS, 10)

    sealers = [threading.Thread(target=seal_on) for _ in range(2)]
    for sealer in sealers:
        sealer.start()
    with ThreadPoolExecutor(4) as pool:
        for looked in [pool.submit(look) for _ in range(120)]:
            looked.result()
    done.set()
    for sealer in sealers:
        sealer.join()
    while seal(log.database, log.organisation, ACCESS, 10):
        pass
    found = verify(log.database, log.organisation)
    assert found.faults == []
    assert found.trees[1].entries == 120


def test_killed_sealers_lose_nothing_and_never_collide(
    settings: Settings, log: Log, tmp_path: Path
) -> None:
    log.record(*(examples.hired() for _ in range(10)), by=someone())
    environment = environment_of(settings, log)
    with ExitStack() as stack:
        running = []
        for number in range(2):
            victim = Victim(
                environment,
                tmp_path / str(number),
                log.organisation.name,
                module="tests.ledger.seal_process",
            )
            stack.callback(victim.end)
            running.append(victim)
        until = time.monotonic() + 40
        while not any(any(victim.acknowledged) for victim in running):
            assert time.monotonic() < until, "nobody sealed"
            time.sleep(0.05)
        for _ in range(4):
            log.record(*(examples.hired() for _ in range(10)), by=someone())
            time.sleep(random.uniform(0.1, 0.6))
            victim = random.choice(running)
            victim.kill()
            victim.start()
    acknowledged = {size for victim in running for _, size in victim.acknowledged}
    with log.database.transaction(log.organisation) as connection:
        kept = {size for size, _ in connection.execute(checkpoints.ALL, {"tree": "log"})}
    assert acknowledged <= kept
    assert seal_to_the_end(log)
    found = verify(log.database, log.organisation)
    assert (found.faults, found.trees[0].unsealed) == ([], 0)


def seal_to_the_end(log: Log) -> bool:
    """A killed sealer's lease ends when the server notices."""
    until = time.monotonic() + 30
    while verify(log.database, log.organisation).trees[0].unsealed:
        seal(log.database, log.organisation, LOG)
        assert time.monotonic() < until, "the lease was never let go"
    return True


@pytest.fixture
def sealer(hireledger: Hireledger) -> Iterator[Sealer]:
    thread = Sealer(hireledger.database, pause=0.05)
    thread.start()
    yield thread
    thread.stop()
    thread.join()


def test_the_sealer_seals_every_organisation_behind_the_log(
    hireledger: Hireledger, log: Log, sealer: Sealer
) -> None:
    other = organisations.create(hireledger.database, f"other {new_id()}")
    log.record(examples.hired(), by=someone())
    # Whatever organisations other tests have left unsealed may have their turn before these.
    until = time.monotonic() + 240
    while any(unsealed(hireledger, organisation) for organisation in (log.organisation, other)):
        assert time.monotonic() < until, "the sealer does not come along"
        time.sleep(0.05)
    assert sealer.is_alive()


def unsealed(hireledger: Hireledger, organisation: Organisation) -> int:
    trees = verify(hireledger.database, organisation).trees
    return sum(tree.unsealed for tree in trees) + (trees[0].entries == 0)
