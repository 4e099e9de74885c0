"""Verification: every leaf computed anew from the log, and held against all that was signed.

Nothing stored in the ledger is believed. The log is cut into stretches that processes of their own
compute; what they give is put together to the root at each size ever signed.
"""

import os
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import dataclass, field
from multiprocessing import get_context
from typing import Annotated

import psycopg
from pydantic import BaseModel, Field

from hireledger_verify import (
    HASH_BYTES,
    Checkpoint,
    Refused,
    head_of,
    heads_in,
    node_hash,
    tree_hash,
)
from store.database import ENTER, Connection, Database, Organisation
from store.ledger import checkpoints, copies, heads, tiles
from store.ledger.tiles import WIDTH
from store.ledger.trees import ACCESS, LOG, TREES, Tree, entries

STRETCH = WIDTH * WIDTH
"""Leaves computed at once; as many as one entry of the third level stands for."""
MOST_PROCESSES = 8
MOST_NAMED = 20
MISSING = bytes(HASH_BYTES)

STORED_TILES = """
SELECT
    index,
    hashes
FROM ledger_tiles
WHERE tree = %(tree)s
  AND level = %(level)s
  AND index >= %(first)s
  AND index < %(end)s
"""

ENDS = {
    LOG: "SELECT COALESCE(max(position), 0) FROM events",
    ACCESS: "SELECT COALESCE(max(index) + 1, 0) FROM access_entries",
}

STREAM_HEADS = """
SELECT
    stream_id::text,
    max(version)
FROM events
WHERE position <= %(size)s
GROUP BY stream_id
"""

NEVER_QUEUED = """
SELECT access_id
FROM access_log
WHERE access_id NOT IN (SELECT access_id FROM access_entries)
  AND access_id NOT IN (SELECT access_id FROM access_unsealed)
ORDER BY access_id
LIMIT %(most)s
"""

Progress = Callable[[int, int], None]
"""Hears how many entries are checked, and of how many."""


class Fault(BaseModel):
    """Something that is not as it was signed."""

    tree: str
    words: str
    position: Annotated[
        int | None, Field(description="The number of the entry at fault, if it is one.")
    ] = None
    stream_id: Annotated[str | None, Field(description="The stream at fault, if it is one.")] = None


class TreeVerified(BaseModel):
    """What was checked of a tree."""

    tree: str
    key: Annotated[str, Field(description="The public key its checkpoints are signed with.")]
    entries: Annotated[int, Field(description="Entries computed anew and compared.")]
    unsealed: Annotated[int, Field(description="Entries that no checkpoint covers yet.")]
    checkpoints: Annotated[int, Field(description="Stored checkpoints checked.")]
    copies: Annotated[int, Field(description="Copied checkpoints checked.")]


class Verification(BaseModel):
    """Whether an organisation's ledger is whole."""

    organisation: str
    whole: bool
    trees: list[TreeVerified]
    faults: list[Fault]


@dataclass
class _Signed:
    """The checkpoints of a tree that opened, by size."""

    by_size: dict[int, list[Checkpoint]] = field(default_factory=lambda: defaultdict(list))
    stored: int = 0
    copied: int = 0
    newest_stored: Checkpoint | None = None

    @property
    def size(self) -> int:
        return max(self.by_size, default=0)


@dataclass(frozen=True)
class Stretch:
    """What was computed of one stretch of a tree."""

    start: int
    end: int
    tile_roots: list[bytes]
    partial: dict[int, bytes]
    """The hash over what a size has in its last, unfilled tile."""
    faults: list[Fault]


def verify(
    database: Database, organisation: Organisation, progress: Progress = lambda _done, _total: None
) -> Verification:
    """Checks everything: the log, the access log, their trees, checkpoints and heads."""
    faults: list[Fault] = []
    verified = []
    for tree in TREES.values():
        found = _Verifying(database, organisation, tree, progress)
        verified.append(found.run())
        faults += found.faults
    return Verification(
        organisation=organisation.name, whole=not faults, trees=verified, faults=faults
    )


class _Verifying:
    """The check of one tree."""

    def __init__(
        self, database: Database, organisation: Organisation, tree: Tree, progress: Progress
    ) -> None:
        self.database = database
        self.organisation = organisation
        self.tree = tree
        self.progress = progress
        self.key = checkpoints.signer(database.keyring, organisation, tree).key
        self.faults: list[Fault] = []

    def run(self) -> TreeVerified:
        with self.database.snapshot(self.organisation) as connection:
            signed = self._signed(connection)
            row = connection.execute(ENDS[self.tree].encode()).fetchone()
            end: int = row[0] if row else 0
            if end < signed.size:
                self._fault(
                    f"{self.tree.named(signed.size - 1)} was signed, but the last one there is is"
                    f" {self.tree.named(end - 1)}",
                    end + self.tree.first,
                )
            size = min(end, signed.size)
            self._leaves(connection, size, signed)
            if self.tree is LOG and signed.newest_stored:
                self._heads(connection, signed.newest_stored)
            if self.tree is ACCESS:
                self._queued(connection)
        return TreeVerified(
            tree=self.tree.name,
            key=str(self.key),
            entries=size,
            unsealed=end - size,
            checkpoints=signed.stored,
            copies=signed.copied,
        )

    def _fault(self, words: str, position: int | None = None, stream: str | None = None) -> None:
        self.faults.append(
            Fault(tree=self.tree.name, words=words, position=position, stream_id=stream)
        )

    def _signed(self, connection: Connection) -> _Signed:
        """Every checkpoint that opens; each that does not is a fault."""
        signed = _Signed()
        for size, note in connection.execute(checkpoints.ALL, {"tree": self.tree.name}):
            signed.stored += 1
            if checkpoint := self._opened(note, f"the checkpoint of size {size}"):
                if checkpoint.size != size:
                    self._fault(f"the checkpoint kept for size {size} is of {checkpoint.size}")
                signed.by_size[checkpoint.size].append(checkpoint)
                signed.newest_stored = checkpoint
        if self.database.checkpoint_copies:
            file = copies.file_of(self.database.checkpoint_copies, self.organisation, self.tree)
            for note in copies.every(file):
                signed.copied += 1
                if checkpoint := self._opened(note, f"copy {signed.copied} in {file.name}"):
                    signed.by_size[checkpoint.size].append(checkpoint)
        return signed

    def _opened(self, note: str, what: str) -> Checkpoint | None:
        try:
            return Checkpoint.opened(note, self.key)
        except Refused as error:
            self._fault(f"{what}: {error}")
            return None

    def _leaves(self, connection: Connection, size: int, signed: _Signed) -> None:
        """Leaves against their stored hashes, the hashes above, and every signed root."""
        sizes = sorted(at for at in signed.by_size if at <= size)
        found = list(self._stretches(size, sizes))
        named = [fault for stretch in found for fault in stretch.faults]
        self.faults += named[:MOST_NAMED]
        if len(named) > MOST_NAMED:
            self._fault(f"and {len(named) - MOST_NAMED} more like these")
        roots = [root for stretch in found for root in stretch.tile_roots]
        partial = {at: part for stretch in found for at, part in stretch.partial.items()}
        self._tiles_above(connection, roots[: size // WIDTH])
        before = 0
        for at, root in zip(sizes, _roots(roots, sizes, partial), strict=True):
            if any(checkpoint.root != root for checkpoint in signed.by_size[at]):
                self._fault(
                    f"what there is now is not what was signed at size {at}"
                    f" ({signed.by_size[at][0].time}): the first change is between"
                    f" {self.tree.named(before)} and {self.tree.named(at - 1)}"
                )
                return
            before = at

    def _stretches(self, size: int, sizes: Sequence[int]) -> Iterator[Stretch]:
        starts = range(0, size, STRETCH)
        jobs = [
            (
                self.database.app_url,
                self.organisation,
                self.tree.name,
                start,
                min(start + STRETCH, size),
                [at for at in sizes if start < at <= start + STRETCH],
            )
            for start in starts
        ]
        processes = min(len(jobs), os.cpu_count() or 1, MOST_PROCESSES)
        if processes <= 1:
            for job in jobs:
                yield compute(*job)
                self.progress(job[4], size)
            return
        # A fresh interpreter each: a forked one would share locks with threads it does not have.
        with ProcessPoolExecutor(processes, get_context("spawn")) as pool:
            running = [pool.submit(compute, *job) for job in jobs]
            for done, _ in enumerate(as_completed(running), 1):
                self.progress(min(done * STRETCH, size), size)
            yield from (job.result() for job in running)

    def _tiles_above(self, connection: Connection, roots: list[bytes]) -> None:
        """The stored hashes above the leaves."""
        level = 1
        while roots:
            count = -(-len(roots) // WIDTH)
            stored = _stored(connection, self.tree.name, level, 0, count)
            for index in range(count):
                expected = b"".join(roots[index * WIDTH : (index + 1) * WIDTH])
                if stored.get(index, b"")[: len(expected)] != expected:
                    self._fault(f"the stored hashes of level {level}, row {index}, were changed")
            full = len(roots) // WIDTH
            roots = [tree_hash(roots[n * WIDTH : (n + 1) * WIDTH]) for n in range(full)]
            level += 1

    def _heads(self, connection: Connection, newest: Checkpoint) -> None:
        """Where the streams end now, against where they were when it was signed."""
        with connection.cursor(name="heads") as cursor:
            cursor.execute(STREAM_HEADS, {"size": newest.size})
            now: dict[str, int] = dict(cursor)
        buckets = heads.gathered(now.items())
        kept = heads.every_bucket(connection)
        if buckets != kept:
            self._name_streams(now, buckets, kept)
        if heads.root_of(buckets) != newest.heads:
            self._fault(f"the streams do not end where they did when size {newest.size} was signed")
        stored = tiles.stored(connection, heads.TREE)
        try:
            if heads.root(stored) != newest.heads:
                self._fault("the stored hashes of the streams' ends were changed")
        except tiles.TilesBroken as error:
            self._fault(f"the stored hashes of the streams' ends: {error}")

    def _name_streams(
        self, now: Mapping[str, int], buckets: Mapping[int, bytes], kept: Mapping[int, bytes]
    ) -> None:
        differing = [n for n in buckets.keys() | kept.keys() if buckets.get(n) != kept.get(n)]
        sealed: dict[bytes, int] = {}
        held: dict[bytes, int] = {}
        for number in differing:
            held |= heads_in(buckets.get(number, b""))
            try:
                sealed |= heads_in(kept.get(number, b""))
            except Refused as error:
                self._fault(f"bucket {number}: {error}")
        names = {head_of(id, 0)[:HASH_BYTES]: id for id in now}
        for stream in sorted(held.keys() | sealed.keys()):
            if held.get(stream) != sealed.get(stream):
                name = names.get(stream)
                called = f"stream {name}" if name else f"a stream whose id hashes to {stream.hex()}"
                self._fault(
                    f"{called} has {held.get(stream, 0)} events, but {sealed.get(stream, 0)} were"
                    " sealed",
                    stream=name,
                )

    def _queued(self, connection: Connection) -> None:
        """An access and its place in the queue are recorded at once; none has one alone."""
        for (access_id,) in connection.execute(NEVER_QUEUED, {"most": MOST_NAMED}):
            self._fault(f"access {access_id} was put into the access log past the ledger")


def compute(
    url: str,
    organisation: Organisation,
    tree_name: str,
    start: int,
    end: int,
    sizes: Sequence[int],
) -> Stretch:
    """The hashes of one stretch, from what the log says; where the stored ones differ is a fault.

    `start` is at the beginning of a tile.
    """
    tree, organisation_id = TREES[tree_name], str(organisation.id)
    with psycopg.connect(url) as connection:
        connection.execute(ENTER, {"schema": organisation.schema, "role": organisation.role})
        leaves = [MISSING] * (end - start)
        for index, entry in entries(connection, tree, start, end):
            leaves[index - start] = tree.leaf(organisation_id, entry)
        first = start // WIDTH
        stored = _stored(connection, tree_name, 0, first, -(-end // WIDTH))
    rows = [leaves[at : at + WIDTH] for at in range(0, len(leaves), WIDTH)]
    faults = [
        fault
        for n, row in enumerate(rows)
        for fault in _differences(tree, row, stored.get(first + n, b""), start + n * WIDTH)
    ]
    return Stretch(
        start,
        end,
        tile_roots=[tree_hash(row) for row in rows],
        partial={
            at: tree_hash(leaves[at // WIDTH * WIDTH - start : at - start])
            for at in sizes
            if at % WIDTH
        },
        faults=faults,
    )


def _differences(tree: Tree, leaves: list[bytes], stored: bytes, start: int) -> Iterator[Fault]:
    if stored[: len(leaves) * HASH_BYTES] == b"".join(leaves) and MISSING not in leaves:
        return
    for n, leaf in enumerate(leaves):
        index, name = start + n, tree.named(start + n)
        kept = stored[n * HASH_BYTES : (n + 1) * HASH_BYTES]
        if leaf == MISSING:
            words = f"{name} is missing"
        elif not kept:
            words = f"{name}: its hash in the ledger is missing"
        elif leaf != kept:
            words = f"{name} is not what it was when it was sealed"
        else:
            continue
        yield Fault(tree=tree.name, words=words, position=index + tree.first)


def _stored(
    connection: Connection, tree: str, level: int, first: int, end: int
) -> dict[int, bytes]:
    parameters = {"tree": tree, "level": level, "first": first, "end": end}
    return {index: bytes(row) for index, row in connection.execute(STORED_TILES, parameters)}


def _roots(
    tile_roots: Sequence[bytes], sizes: Sequence[int], partial: Mapping[int, bytes]
) -> Iterator[bytes]:
    """The root at each size, in order: the full tiles before it, and its part of the next."""
    peaks: list[tuple[int, bytes]] = []
    pushed = 0
    for size in sizes:
        while pushed < size // WIDTH:
            count, top = 1, tile_roots[pushed]
            while peaks and peaks[-1][0] == count:
                top = node_hash(peaks.pop()[1], top)
                count *= 2
            peaks.append((count, top))
            pushed += 1
        parts = [peak for _, peak in peaks]
        parts += [partial[size]] if size in partial else []
        root = parts[-1]
        for peak in parts[-2::-1]:
            root = node_hash(peak, root)
        yield root
