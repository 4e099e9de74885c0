"""How fast keys are rotated, beside the fastest that PostgreSQL could change as many rows."""

import os
import time
from collections.abc import Iterator

from benchmarks.measure import Line
from commands import keys
from store import rotation
from store.ids import new_id
from store.log import Log
from store.system import Hireledger

KEYS = 200_000

FILL = """
INSERT INTO vault_keys (
    key_id,
    subject_id,
    category,
    generation,
    epoch,
    wrapped
)
SELECT
    filler.key_id,
    filler.key_id,
    'identity',
    1,
    %(epoch)s,
    filler.wrapped
FROM unnest(%(key_ids)b::uuid[], %(wrapped)b::bytea[]) AS filler(key_id, wrapped)
"""

# The same rows get the same columns, without a key being unwrapped or sent.
IN_PLACE = "UPDATE vault_keys SET epoch = %(epoch)s, wrapped = substr(wrapped, 1)"


def rotating(hireledger: Hireledger, log: Log) -> Iterator[Line]:
    """A rotation of many keys."""
    _fill(log)
    started = time.perf_counter()
    done = keys.rotate(hireledger)
    ours = done.keys / (time.perf_counter() - started)
    with log.database.maintain(log.organisation) as connection:
        connection.execute("VACUUM vault_keys")
        connection.execute(rotation.BEGIN, {"epoch": done.epoch + 1})
        started = time.perf_counter()
        connection.execute("BEGIN")
        changed = connection.execute(IN_PLACE, {"epoch": done.epoch + 1}).rowcount
        in_place = changed / (time.perf_counter() - started)
        connection.execute("ROLLBACK")
    yield Line(
        "rotation of all keys",
        ours,
        in_place,
        "keys/s",
        "one UPDATE of the same rows, nothing wrapped",
    )


def _fill(log: Log) -> None:
    epoch_keys = log.database.epoch_keys
    epoch = max(epoch_keys.epochs())
    named = [(new_id(), os.urandom(32)) for _ in range(KEYS)]
    with log.database.maintain(log.organisation) as connection:
        about = {
            "epoch": epoch,
            "key_ids": [key_id for key_id, _ in named],
            "wrapped": epoch_keys.wrap(epoch, named),
        }
        connection.execute(FILL, about)
