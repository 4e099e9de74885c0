"""The hashes of a tree as they are stored, and the proofs computed from them.

Tiles are those of C2SP tlog-tiles: 256 hashes wide, an entry of level n being the root of
256 ** n leaves. The rightmost tile of a level is shorter.
"""

from collections.abc import Callable, Mapping, Sequence

from domain.errors import Refusal
from hireledger_verify import HASH_BYTES, node_hash, tree_hash
from store.database import Connection

WIDTH = 256
HEIGHT = 8
TILE_BYTES = WIDTH * HASH_BYTES

TILE = """
SELECT hashes
FROM ledger_tiles
WHERE tree = %(tree)s
  AND level = %(level)s
  AND index = %(index)s
"""

PUT = """
INSERT INTO ledger_tiles (
    tree,
    level,
    index,
    hashes
)
VALUES (
    %(tree)s,
    %(level)s,
    %(index)s,
    %(hashes)s
)
ON CONFLICT (tree, level, index) DO UPDATE
SET hashes = excluded.hashes
"""

Read = Callable[[int, int], bytes]
"""The tile at a level and an index."""


class TilesBroken(Refusal):
    """The ledger is damaged: tile {index} of level {level} lacks hashes; run audit verify."""

    status = 503


def stored(connection: Connection, tree: str) -> Read:
    """Reads the tiles of a tree, each once."""
    read: dict[tuple[int, int], bytes] = {}

    def tile(level: int, index: int) -> bytes:
        if (level, index) not in read:
            parameters = {"tree": tree, "level": level, "index": index}
            row = connection.execute(TILE, parameters, prepare=True).fetchone()
            read[level, index] = bytes(row[0]) if row else b""
        return read[level, index]

    return tile


def put(connection: Connection, tree: str, tiles: Mapping[tuple[int, int], bytes]) -> None:
    """Stores tiles, in the place of shorter ones."""
    with connection.cursor() as cursor:
        cursor.executemany(
            PUT,
            [
                {"tree": tree, "level": level, "index": index, "hashes": hashes}
                for (level, index), hashes in tiles.items()
            ],
        )


def grown(tile: Read, size: int, leaves: Sequence[bytes]) -> dict[tuple[int, int], bytes]:
    """The tiles that change when these leaf hashes come after the first `size`."""
    changed: dict[tuple[int, int], bytes] = {}
    level, first, new = 0, size, b"".join(leaves)
    while new:
        index, kept = divmod(first, WIDTH)
        content = _beginning(tile, level, index, kept) + new
        chunks = [content[at : at + TILE_BYTES] for at in range(0, len(content), TILE_BYTES)]
        changed.update(((level, index + n), chunk) for n, chunk in enumerate(chunks))
        new = b"".join(tree_hash(split(c)) for c in chunks if len(c) == TILE_BYTES)
        level, first = level + 1, index
    return changed


def root(tile: Read, size: int) -> bytes:
    """The root of the tree of the first `size` leaves (RFC 9162, 2.1.1)."""
    return _hash(tile, 0, size)


def inclusion(tile: Read, index: int, size: int) -> list[bytes]:
    """The proof that a leaf is in the tree (RFC 9162, 2.1.3.1)."""
    proof: list[bytes] = []
    start, end = 0, size
    while end - start > 1:
        middle = start + _split(end - start)
        if index < middle:
            proof.append(_hash(tile, middle, end))
            end = middle
        else:
            proof.append(_hash(tile, start, middle))
            start = middle
    return proof[::-1]


def consistency(tile: Read, old_size: int, new_size: int) -> list[bytes]:
    """The proof that the tree only grew from one size to the other (RFC 9162, 2.1.4.1)."""
    proof: list[bytes] = []
    start, end = 0, new_size
    while end != old_size:
        middle = start + _split(end - start)
        if old_size <= middle:
            proof.append(_hash(tile, middle, end))
            end = middle
        else:
            proof.append(_hash(tile, start, middle))
            start = middle
    if start:
        proof.append(_hash(tile, start, end))
    return proof[::-1]


def split(hashes: bytes) -> list[bytes]:
    """The hashes of a tile, one by one."""
    return [hashes[at : at + HASH_BYTES] for at in range(0, len(hashes), HASH_BYTES)]


def _split(size: int) -> int:
    """The largest power of two below the size."""
    return 1 << (size - 1).bit_length() - 1


def _hash(tile: Read, start: int, end: int) -> bytes:
    """The hash over leaves from `start` on, which is aligned, to before `end`."""
    size = end - start
    if size & (size - 1) or not size:
        if not size:
            return tree_hash([])
        middle = start + _split(size)
        return node_hash(_hash(tile, start, middle), _hash(tile, middle, end))
    level, within = divmod(size.bit_length() - 1, HEIGHT)
    first = start >> level * HEIGHT
    index, at = divmod(first, WIDTH)
    held = _beginning(tile, level, index, at + (1 << within))
    return tree_hash(split(held)[at:])


def _beginning(tile: Read, level: int, index: int, width: int) -> bytes:
    """The first hashes of a tile. Raises TilesBroken where there are fewer."""
    if not width:
        return b""
    held = tile(level, index)[: width * HASH_BYTES]
    if len(held) != width * HASH_BYTES:
        raise TilesBroken(index=index, level=level)
    return held
