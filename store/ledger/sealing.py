"""Sealing: puts what a log has gained into its tree, and signs the tree's root.

One transaction a step, so that a killed sealer leaves nothing half-done; whoever holds the lock of
the tree's row works, and that lock dies with its connection. Nothing is signed over a tree that is
not the one that was signed last.
"""

import logging
from dataclasses import dataclass

import psycopg

from hireledger_verify import Checkpoint, Refused
from store.database import Connection, Database, Organisation
from store.ledger import checkpoints, copies, heads, tiles
from store.ledger.heads import HeadBroken
from store.ledger.tiles import TilesBroken
from store.ledger.trees import ACCESS, LOG, Tree, entries

logger = logging.getLogger(__name__)

MOST_ENTRIES = 1 << 18
"""Sealed in one step; all hashes of a step are in memory at once, 32 bytes each."""

TAKE_LEASE = "SELECT refusal FROM ledger_trees WHERE tree = %(tree)s FOR UPDATE SKIP LOCKED"

REFUSE = """
UPDATE ledger_trees
SET refused_at = clock_timestamp(),
    refusal = %(refusal)s
WHERE tree = %(tree)s
  AND refusal IS DISTINCT FROM %(refusal)s
"""

LOG_ENDS = "SELECT max(position) FROM events"

ACCESS_ENDS = "SELECT max(index) + 1 FROM access_entries"

TAKE_PLACES = """
WITH taken AS (
    DELETE FROM access_unsealed
    WHERE access_id IN (
        SELECT access_id
        FROM access_unsealed
        ORDER BY access_id
        LIMIT %(most)s
    )
    RETURNING access_id
)
INSERT INTO access_entries (
    index,
    access_id
)
SELECT
    %(size)s - 1 + row_number() OVER (ORDER BY access_id),
    access_id
FROM taken
"""


class SealingRefused(Exception):
    """What is there now is not what was signed before."""


@dataclass(frozen=True)
class Sealed:
    """What one step signed, and whether it stopped for being long enough."""

    checkpoint: Checkpoint
    more: bool


def seal(
    database: Database, organisation: Organisation, tree: Tree, most: int = MOST_ENTRIES
) -> Sealed | None:
    """Seals the next entries, at most `most`. None where nothing is new, or another is at it.

    Raises SealingRefused, which `hireledger audit verify` then looks into, and OSError where the
    checkpoint could not be copied.
    """
    try:
        with database.sealing(organisation) as connection:
            lease = connection.execute(TAKE_LEASE, {"tree": tree.name}).fetchone()
            if lease is None:
                return None
            sealed = _seal(connection, database, organisation, tree, most)
            if lease[0] is not None:
                connection.execute(REFUSE, {"tree": tree.name, "refusal": None})
            return sealed
    except (Refused, HeadBroken, TilesBroken, psycopg.errors.UniqueViolation) as error:
        refused = SealingRefused(f"{organisation.name}, tree {tree.name}: {error}")
    with database.sealing(organisation) as connection:
        parameters = {"tree": tree.name, "refusal": str(refused)}
        if connection.execute(REFUSE, parameters).rowcount:
            logger.error("the ledger is not sealed any further: %s", refused)
    raise refused


def _seal(
    connection: Connection, database: Database, organisation: Organisation, tree: Tree, most: int
) -> Sealed | None:
    signer = checkpoints.signer(database.keyring, organisation, tree)
    note = checkpoints.latest(connection, tree)
    last = Checkpoint.opened(note, signer.key) if note else None
    size = last.size if last else 0
    if tree is ACCESS:
        connection.execute(TAKE_PLACES, {"size": size, "most": most})
    end = _end(connection, tree)
    if end < size:
        raise Refused(f"{tree.named(size - 1)} was signed, but is not there")
    if end == size:
        return None
    if last:
        _check_unchanged(connection, last)
    checkpoint = _grow(connection, organisation, tree, size, min(end, size + most))
    note = signer.sign(checkpoint.text)
    checkpoints.put(connection, tree, checkpoint.size, note)
    if database.checkpoint_copies:
        # Before the commit: a copy of what is then not committed still holds of the log, while a
        # checkpoint without its copy would be one nobody else has seen.
        file = copies.file_of(database.checkpoint_copies, organisation, tree)
        if copy := copies.newest(file):
            _check_copy(connection, tree, Checkpoint.opened(copy, signer.key), checkpoint)
        copies.add(file, note)
    return Sealed(checkpoint, more=checkpoint.size - size == most)


def _end(connection: Connection, tree: Tree) -> int:
    row = connection.execute(LOG_ENDS if tree is LOG else ACCESS_ENDS).fetchone()
    return (row and row[0]) or 0


def _check_unchanged(connection: Connection, last: Checkpoint) -> None:
    name = last.origin.rpartition("/")[2]
    if tiles.root(tiles.stored(connection, name), last.size) != last.root:
        raise Refused(f"the stored hashes are not those signed at size {last.size}")
    if last.heads and heads.root(tiles.stored(connection, heads.TREE)) != last.heads:
        raise Refused(f"the stored heads are not those signed at size {last.size}")


def _check_copy(
    connection: Connection, tree: Tree, copy: Checkpoint, checkpoint: Checkpoint
) -> None:
    if copy.size > checkpoint.size:
        raise Refused(f"a copied checkpoint is of size {copy.size}; there are {checkpoint.size}")
    if tiles.root(tiles.stored(connection, tree.name), copy.size) != copy.root:
        raise Refused(f"the tree is not the one whose checkpoint was copied at size {copy.size}")


def _grow(
    connection: Connection, organisation: Organisation, tree: Tree, size: int, upto: int
) -> Checkpoint:
    """Puts entries into the tree, and gives the checkpoint to sign."""
    leaves: list[bytes] = []
    moved: dict[str, tuple[int, int]] = {}
    organisation_id = str(organisation.id)
    for index, entry in entries(connection, tree, size, upto):
        if index != size + len(leaves):
            break
        leaves.append(tree.leaf(organisation_id, entry))
        if tree is LOG:
            _move(moved, entry["stream_id"], entry["version"])
    if size + len(leaves) != upto:
        raise Refused(f"{tree.named(size + len(leaves))} is missing")
    stored = tiles.stored(connection, tree.name)
    tiles.put(connection, tree.name, tiles.grown(stored, size, leaves))
    return Checkpoint(
        origin=tree.origin(organisation),
        size=upto,
        root=tiles.root(tiles.stored(connection, tree.name), upto),
        time=checkpoints.now(),
        heads=heads.advance(connection, moved) if tree is LOG else None,
    )


def _move(moved: dict[str, tuple[int, int]], stream_id: str, version: int) -> None:
    first, last = moved.get(stream_id, (version, version - 1))
    if version != last + 1:
        raise HeadBroken(f"stream {stream_id} goes on with version {version} after {last}")
    moved[stream_id] = first, version
