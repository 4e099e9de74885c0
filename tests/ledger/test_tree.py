"""Trees and proofs are those of RFC 9162; canonical JSON is that of RFC 8785."""

from collections.abc import Sequence
from hashlib import sha256
from itertools import accumulate
from typing import Any

import pytest
import rfc8785
from hypothesis import example, given, settings
from hypothesis import strategies as st

from hireledger_verify import (
    Refused,
    canonical,
    check_consistency,
    check_inclusion,
    leaf_hash,
    tree_hash,
)
from store.ledger import tiles
from tests.ledger import naive

# The inputs and roots that implementations of Certificate Transparency are tested with.
INPUTS = [
    "",
    "00",
    "10",
    "2021",
    "3031",
    "40414243",
    "5051525354555657",
    "606162636465666768696a6b6c6d6e6f",
]
ROOTS = [
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
]

sizes = st.integers(1, 1_500)
ids = st.text("abcdefghijklmnopqrstuvwxyz_", max_size=12)
values = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53) + 1, 2**53 - 1) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(ids, inner, max_size=4),
    max_leaves=20,
)


class Stored:
    """Tiles in memory, grown as a sealer grows them."""

    def __init__(self) -> None:
        self.tiles: dict[tuple[int, int], bytes] = {}
        self.size = 0

    def read(self, level: int, index: int) -> bytes:
        return self.tiles.get((level, index), b"")

    def add(self, leaves: Sequence[bytes]) -> None:
        self.tiles.update(tiles.grown(self.read, self.size, leaves))
        self.size += len(leaves)


def leaves_of(size: int) -> list[bytes]:
    return [sha256(n.to_bytes(8)).digest() for n in range(size)]


def stored(size: int) -> Stored:
    grown = Stored()
    grown.add(leaves_of(size))
    return grown


def test_the_roots_are_those_of_certificate_transparency() -> None:
    leaves = [leaf_hash(bytes.fromhex(text)) for text in INPUTS]
    for size, expected in enumerate(ROOTS, 1):
        assert tree_hash(leaves[:size]).hex() == expected
        assert naive.mth(leaves[:size]).hex() == expected
    assert tree_hash([]) == naive.mth([]) == sha256().digest()


@settings(max_examples=60, deadline=None)
@given(sizes, st.data())
@example(256, None)
@example(257, None)
def test_proofs_are_those_of_the_rfc_and_hold(size: int, data: st.DataObject | None) -> None:
    leaves, tree = leaves_of(size), stored(size)
    root = tiles.root(tree.read, size)
    assert root == tree_hash(leaves) == naive.mth(leaves)
    index = data.draw(st.integers(0, size - 1)) if data else size - 1
    inclusion = tiles.inclusion(tree.read, index, size)
    assert inclusion == naive.path(index, leaves)
    check_inclusion(index, size, leaves[index], inclusion, root)
    old = data.draw(st.integers(1, size)) if data else size // 2
    consistency = tiles.consistency(tree.read, old, size)
    assert consistency == naive.proof(old, leaves)
    check_consistency(old, size, tiles.root(tree.read, old), root, consistency)


@settings(max_examples=30, deadline=None)
@given(st.lists(st.integers(1, 700), min_size=1, max_size=6))
def test_any_split_into_batches_gives_the_same_tiles(batches: list[int]) -> None:
    split, leaves = Stored(), leaves_of(sum(batches))
    for end, count in zip(accumulate(batches), batches, strict=True):
        split.add(leaves[end - count : end])
    assert split.tiles == stored(len(leaves)).tiles


def test_tiles_are_those_of_the_specification() -> None:
    """The example of C2SP tlog-tiles: the tiles of a tree of 70,000."""
    tree = stored(70_000)
    widths = {place: len(tile) // 32 for place, tile in tree.tiles.items()}
    assert widths == {
        **{(0, index): 256 for index in range(273)},
        (0, 273): 112,
        (1, 0): 256,
        (1, 1): 17,
        (2, 0): 1,
    }


def test_one_more_leaf_costs_the_same_in_a_larger_tree() -> None:
    """It reads and writes one tile a level, however many there are."""
    for size, levels in ((1_000, 1), (70_000, 1), (65_535, 3)):
        tree = stored(size)
        read: list[int] = []

        def reading(level: int, index: int, tree: Stored = tree, read: list[int] = read) -> bytes:
            read.append(level)
            return tree.read(level, index)

        changed = tiles.grown(reading, size, [bytes(32)])
        assert len(read) <= levels
        assert len(changed) == levels


@pytest.mark.parametrize("size", [1, 2, 3, 7, 8, 255, 256, 257, 1000])
def test_a_proof_holds_for_nothing_else(size: int) -> None:
    leaves, tree = leaves_of(size), stored(size)
    root, index = tiles.root(tree.read, size), size // 2
    proof = tiles.inclusion(tree.read, index, size)
    check_inclusion(index, size, leaves[index], proof, root)
    wrong: list[tuple[int, int, bytes, list[bytes], bytes]] = [
        (index + 1, size, leaves[index], proof, root),
        (index - 1, size, leaves[index], proof, root),
        (index, 0, leaves[index], proof, root),
        (-1, size, leaves[index], proof, root),
        (size, size, leaves[index], proof, root),
        (index, size, leaves[index][:-1], proof, root),
        (index, size, leaves[index] + b"\0", proof, root),
        (index, size, leaves[index], [*proof, root], root),
        (index, size, leaves[index], [root, *proof], root),
        (index, size, leaves[index], proof, root[:-1]),
        (index, size, leaves[index], proof, leaf_hash(root)),
        (index, size, leaf_hash(b"other"), proof, root),
    ]
    if proof:
        wrong += [
            (index, size, leaves[index], proof[:-1], root),
            (index, size, leaves[index], proof[1:], root),
            (index, size, leaves[index], [proof[0] + b"\0", *proof[1:]], root),
            (index, size, leaves[index], [proof[0][:-1], *proof[1:]], root),
        ]
    for attempt in wrong:
        with pytest.raises(Refused):
            check_inclusion(*attempt)


@pytest.mark.parametrize(("old", "new"), [(1, 2), (3, 7), (4, 8), (6, 8), (256, 300), (7, 1000)])
def test_growth_is_proven_of_nothing_else(old: int, new: int) -> None:
    tree = stored(new)
    roots = tiles.root(tree.read, old), tiles.root(tree.read, new)
    proof = tiles.consistency(tree.read, old, new)
    check_consistency(old, new, *roots, proof)
    wrong: list[tuple[int, int, bytes, bytes, list[bytes]]] = [
        (0, new, *roots, proof),
        (0, 0, *roots, []),
        (new, old, *roots, proof),
        (old, old, *roots, proof),
        (old, new, *roots, []),
        (old, new, *roots, proof[:-1]),
        (old, new, *roots, proof[1:]),
        (old, new, *roots, [*proof, roots[0]]),
        (old, new, roots[1], roots[0], proof),
        (old, new, leaf_hash(b"other"), roots[1], proof),
        (old, new, roots[0], leaf_hash(b"other"), proof),
        (old, new, roots[0][:-1], roots[1], proof),
        (old, new, *roots, [proof[0] + b"\0", *proof[1:]]),
        (old, old, roots[0], roots[1], []),
    ]
    for attempt in wrong:
        with pytest.raises(Refused):
            check_consistency(*attempt)
    check_consistency(old, old, roots[0], roots[0], [])


@settings(max_examples=300, deadline=None)
@given(values)
@example('\x00\x1f\x7f\x80\u2028\u2029\ufeff\U0001f600"\\/\b\f\n\r\t')
@example({"b": [1, True, None], "a": {"": "é"}})
def test_what_is_hashed_is_canonical_json(value: Any) -> None:
    assert canonical(value) == rfc8785.dumps(value)
