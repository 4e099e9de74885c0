"""Proofs for others to check: that a log only grew, and what it holds of one stream."""

import json
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from domain.errors import NotFound, Refusal
from hireledger_verify import BUCKETS, Checkpoint, Refused, VerifierKey, bucket_of, head_of
from store.database import Connection, Database, Organisation
from store.ledger import checkpoints, heads, tiles
from store.ledger.trees import EVENTS_OF_STREAM, LOG, Tree


class NothingSealed(Refusal):
    """Nothing has been sealed yet; the sealer works every few seconds."""

    status = 503


class CheckpointBroken(Refusal):
    """The ledger is damaged: the newest checkpoint does not open, {why}; run audit verify."""

    status = 503


class NotGrownSo(Refusal):
    """There is no tree of size {old} that grew to {new}: {size} entries are sealed."""


@dataclass(frozen=True)
class Signed:
    """A signed checkpoint, and the key that it can be checked with."""

    checkpoint: Checkpoint
    note: str
    key: VerifierKey


@dataclass(frozen=True)
class Growth:
    """The proof that a tree only grew from one size to another."""

    old_size: int
    new_size: int
    old_root: bytes
    new_root: bytes
    proof: list[bytes]


@dataclass(frozen=True)
class ProvenStream:
    """All events of a stream under a checkpoint, and the proof that they are all."""

    signed: Signed
    events: list[dict[str, Any]]
    inclusion: list[list[bytes]]
    bucket: bytes
    bucket_proof: list[bytes]


def key_of(database: Database, organisation: Organisation, tree: Tree) -> VerifierKey:
    """The public key a tree's checkpoints are signed with."""
    return checkpoints.signer(database.keyring, organisation, tree).key


def newest(
    connection: Connection, database: Database, organisation: Organisation, tree: Tree
) -> Signed:
    """The newest checkpoint. Raises NothingSealed, CheckpointBroken."""
    key = key_of(database, organisation, tree)
    note = checkpoints.latest(connection, tree)
    if note is None:
        raise NothingSealed
    try:
        return Signed(Checkpoint.opened(note, key), note, key)
    except Refused as error:
        raise CheckpointBroken(why=error) from None


def growth(
    connection: Connection, tree: Tree, signed: Signed, old_size: int, new_size: int | None
) -> Growth:
    """How a tree grew, up to what is signed if no size is named. Raises NotGrownSo, TilesBroken."""
    size = signed.checkpoint.size
    new = size if new_size is None else new_size
    if not 0 < old_size <= new <= size:
        raise NotGrownSo(old=old_size, new=new, size=size)
    tile = tiles.stored(connection, tree.name)
    return Growth(
        old_size=old_size,
        new_size=new,
        old_root=tiles.root(tile, old_size),
        new_root=tiles.root(tile, new),
        proof=tiles.consistency(tile, old_size, new),
    )


def prove_stream(connection: Connection, signed: Signed, stream_id: UUID) -> ProvenStream:
    """Everything the log held of a stream when it was last signed. Raises NotFound, TilesBroken.

    The transaction must see one moment only.
    """
    size = signed.checkpoint.size
    parameters = {"stream": stream_id, "upto": size}
    rows = connection.execute(EVENTS_OF_STREAM, parameters).fetchall()
    if not rows:
        raise NotFound(what="sealed history of", id=stream_id)
    tile = tiles.stored(connection, LOG.name)
    number = bucket_of(head_of(str(stream_id), len(rows)))
    return ProvenStream(
        signed=signed,
        events=[json.loads(text) for _, text in rows],
        inclusion=[tiles.inclusion(tile, index, size) for index, _ in rows],
        bucket=heads.bucket(connection, number),
        bucket_proof=tiles.inclusion(tiles.stored(connection, heads.TREE), number, BUCKETS),
    )
