"""The heads of the streams: the version each has come to, so that none can lose its end unseen.

They stand in 4,096 buckets by the hash of the stream's id; the buckets are the leaves of a tree of
their own, whose root each checkpoint of the log carries. Only buckets that change are hashed anew.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping

from hireledger_verify import (
    BUCKETS,
    HASH_BYTES,
    bucket_of,
    head_of,
    heads_in,
    leaf_hash,
    tree_hash,
)
from store.database import Connection
from store.ledger import tiles
from store.ledger.tiles import WIDTH, Read

TREE = "heads"
EMPTY = leaf_hash(b"")

BUCKETS_OF = """
SELECT
    bucket,
    heads
FROM ledger_buckets
WHERE bucket = ANY(%(buckets)s)
"""

ALL_BUCKETS = """
SELECT
    bucket,
    heads
FROM ledger_buckets
ORDER BY bucket
"""

PUT = """
INSERT INTO ledger_buckets (
    bucket,
    heads
)
VALUES (
    %(bucket)s,
    %(heads)s
)
ON CONFLICT (bucket) DO UPDATE
SET heads = excluded.heads
"""


class HeadBroken(Exception):
    """A stream does not go on where it ended."""


def bucket(connection: Connection, number: int) -> bytes:
    """What stands in a bucket."""
    return _stored(connection, [number]).get(number, b"")


def every_bucket(connection: Connection) -> dict[int, bytes]:
    """What stands in every bucket that is not empty."""
    return {number: bytes(heads) for number, heads in connection.execute(ALL_BUCKETS)}


def advance(connection: Connection, heads: Mapping[str, tuple[int, int]]) -> bytes:
    """Moves streams on to new versions; gives the root of all heads.

    `heads` has, for each stream, the version that came first now and the one that came last.
    Raises HeadBroken where the first does not follow the one before.
    """
    moving: dict[int, dict[bytes, tuple[str, int, int]]] = defaultdict(dict)
    for stream_id, (first, last) in heads.items():
        head = head_of(stream_id, last)
        moving[bucket_of(head)][head[:HASH_BYTES]] = stream_id, first, last
    before = _stored(connection, moving)
    changed: dict[int, bytes] = {}
    for number, streams in moving.items():
        held = heads_in(before.get(number, b""))
        for stream, (stream_id, first, last) in streams.items():
            if first != held.get(stream, 0) + 1:
                raise HeadBroken(
                    f"stream {stream_id} had come to version {held.get(stream, 0)}, and goes on"
                    f" with version {first}"
                )
            held[stream] = last
        changed[number] = packed(held)
    with connection.cursor() as cursor:
        cursor.executemany(PUT, [{"bucket": n, "heads": heads} for n, heads in changed.items()])
    tile = tiles.stored(connection, TREE)
    _rehash(connection, tile, changed)
    return root(tiles.stored(connection, TREE))


def packed(held: Mapping[bytes, int]) -> bytes:
    """A bucket of these heads."""
    return b"".join(sorted(stream + version.to_bytes(8) for stream, version in held.items()))


def root(tile: Read) -> bytes:
    """The root of all heads."""
    return tiles.root(tile, BUCKETS)


def root_of(buckets: Mapping[int, bytes]) -> bytes:
    """The root that these buckets have."""
    return tree_hash([leaf_hash(buckets.get(number, b"")) for number in range(BUCKETS)])


def gathered(heads: Iterable[tuple[str, int]]) -> dict[int, bytes]:
    """The buckets of these streams and versions."""
    entries: dict[int, list[bytes]] = defaultdict(list)
    for stream_id, version in heads:
        head = head_of(stream_id, version)
        entries[bucket_of(head)].append(head)
    return {number: b"".join(sorted(found)) for number, found in entries.items()}


def _stored(connection: Connection, numbers: Iterable[int]) -> dict[int, bytes]:
    rows = connection.execute(BUCKETS_OF, {"buckets": list(numbers)})
    return {number: bytes(heads) for number, heads in rows}


def _rehash(connection: Connection, tile: Read, changed: Mapping[int, bytes]) -> None:
    """Puts the changed buckets' hashes into their tiles, and what follows above them."""
    leaves = [tile(0, index) or EMPTY * WIDTH for index in range(BUCKETS // WIDTH)]
    renewed = list(leaves)
    for number, heads in changed.items():
        index, at = divmod(number, WIDTH)
        row = renewed[index]
        start = at * HASH_BYTES
        renewed[index] = row[:start] + leaf_hash(heads) + row[start + HASH_BYTES :]
    above = b"".join(tree_hash(tiles.split(row)) for row in renewed)
    moved = {(0, i): row for i, row in enumerate(renewed) if row != tile(0, i)}
    tiles.put(connection, TREE, {**moved, (1, 0): above})
