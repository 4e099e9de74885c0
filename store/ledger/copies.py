"""Copies of checkpoints in a second place, where whoever rewrites the database does not reach.

One file a tree, which only grows: notes, each followed by an empty line.
"""

import os
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

from store.database import Organisation
from store.ledger.trees import Tree

TAIL_BYTES = 65_536
END = b"\n\n"
SIGNATURE = "— ".encode()


def file_of(directory: Path, organisation: Organisation, tree: Tree) -> Path:
    """Where a tree's checkpoints are copied to."""
    return directory / f"{organisation.id}-{tree.name}.checkpoints"


def add(file: Path, note: str) -> None:
    """Writes one more, and waits until it is on disk. What a crash left of one makes way."""
    file.parent.mkdir(parents=True, exist_ok=True)
    is_new = not file.exists()
    with open(os.open(file, os.O_RDWR | os.O_CREAT, 0o644), "r+b") as copies:
        start = max(0, copies.seek(0, os.SEEK_END) - TAIL_BYTES)
        copies.seek(start)
        copies.seek(start + _end_of_whole(copies.read()))
        copies.truncate()
        copies.write(f"{note}\n".encode())
        copies.flush()
        os.fsync(copies.fileno())
    if is_new:
        directory = os.open(file.parent, os.O_RDONLY)
        os.fsync(directory)
        os.close(directory)


def newest(file: Path) -> str | None:
    """The last one written, if there is any."""
    if not file.exists():
        return None
    with file.open("rb") as copies:
        copies.seek(max(0, copies.seek(0, os.SEEK_END) - TAIL_BYTES))
        tail = copies.read()
    return max(enumerate(_notes(tail)), default=(0, None))[1]


def every(file: Path) -> Iterator[str]:
    """All of them, in the order they were written."""
    if file.exists():
        yield from _notes(file.read_bytes())


def _notes(content: bytes) -> Iterator[str]:
    parts = content[: _end_of_whole(content)].split(END)[:-1]
    for text, signatures in pairwise(parts):
        if signatures.startswith(SIGNATURE):
            yield (text + END + signatures + b"\n").decode(errors="replace")


def _end_of_whole(content: bytes) -> int:
    """Where the last whole note ends: after its signatures and the empty line."""
    end = len(content)
    while (end := content.rfind(END, 0, end)) >= 0:
        if content[content.rfind(END, 0, end) + len(END) : end].startswith(SIGNATURE):
            return end + len(END)
    return 0
