"""Checks a Hireledger bundle without trusting whoever made it: `hireledger-verify BUNDLE`.

A bundle is the whole history of one candidate or requisition, with proof that each event stands
unchanged at its place of a log whose state was signed, and that none is missing. This file needs
Python and the package `cryptography`, and nothing else of Hireledger, so that it can be read and
run apart from it: `python hireledger_verify.py BUNDLE`.

The tree is the one of RFC 9162, section 2; a signed state is a checkpoint (C2SP tlog-checkpoint)
in a signed note (C2SP signed-note) with an Ed25519 signature (RFC 8032); what is hashed is
canonical JSON (RFC 8785).
"""

import argparse
import base64
import binascii
import json
import sys
import zipfile
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any, NoReturn

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

FORMAT = 1
HASH_BYTES = 32
COLUMNS = frozenset(
    {
        "position",
        "event_id",
        "stream_type",
        "stream_id",
        "version",
        "type",
        "schema_version",
        "envelope_version",
        "subject_id",
        "occurred_at",
        "occurred_precision",
        "recorded_at",
        "actor_type",
        "actor_id",
        "on_behalf_of",
        "authority",
        "source",
        "command_id",
        "command_seq",
        "correlation_id",
        "causation_id",
        "reason_code",
        "data",
        "sealed",
    }
)
"""What an event consists of; a leaf commits to all of it."""

BUCKETS = 4096
BUCKET_BITS = 12
VERSION_BYTES = 8
HEAD_BYTES = HASH_BYTES + VERSION_BYTES

ED25519 = b"\x01"
KEY_ID_BYTES = 4
MOST_SIGNATURES = 100
MOST_SIZE = 2**63

EVENTS, PROOFS, CHECKPOINT, KEY = "events.json", "proofs.json", "checkpoint.txt", "key.txt"
TIMELINE, README = "timeline.txt", "README.txt"
LARGEST = {
    EVENTS: 256_000_000,
    PROOFS: 256_000_000,
    CHECKPOINT: 100_000,
    KEY: 1_000,
    TIMELINE: 64_000_000,
    README: 100_000,
}
"""The members of a bundle, and how many bytes of each are read at most."""
LARGEST_BUNDLE = 256_000_000
LOCAL_HEADER, END_RECORD = 30, 22
COMPRESSIONS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
UNREADABLE = (OSError, EOFError, ValueError, RuntimeError)
"""What reading a damaged file may raise, besides what zip files have of their own."""


class Refused(Exception):
    """Not proven, and why."""


# The tree: RFC 9162, section 2.


def leaf_hash(entry: bytes) -> bytes:
    """The hash of a leaf (RFC 9162, 2.1.1)."""
    return sha256(b"\x00" + entry).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """The hash of a node over two subtrees (RFC 9162, 2.1.1)."""
    return sha256(b"\x01" + left + right).digest()


def tree_hash(leaves: Sequence[bytes]) -> bytes:
    """The root over these leaf hashes (RFC 9162, 2.1.1).

    Joined in pairs from below, a node left alone rising as it is, which gives the same tree.
    """
    if not leaves:
        return sha256().digest()
    level = list(leaves)
    while len(level) > 1:
        paired = [
            sha256(b"\x01" + left + right).digest()
            for left, right in zip(level[::2], level[1::2], strict=False)
        ]
        level = paired + level[-1:] if len(level) % 2 else paired
    return level[0]


def check_inclusion(
    index: int, size: int, leaf: bytes, proof: Sequence[bytes], root: bytes
) -> None:
    """Whether a leaf hash stands at an index of the tree (RFC 9162, 2.1.3.2). Raises Refused."""
    if not 0 <= index < size:
        raise Refused(f"index {index} is not in a tree of {size}")
    _check_hashes(leaf, root, *proof)
    fn, sn, result = index, size - 1, leaf
    for step in proof:
        if sn == 0:
            raise Refused("the inclusion proof is too long")
        if fn & 1 or fn == sn:
            result = node_hash(step, result)
            while not fn & 1 and fn:
                fn, sn = fn >> 1, sn >> 1
        else:
            result = node_hash(result, step)
        fn, sn = fn >> 1, sn >> 1
    if sn != 0:
        raise Refused("the inclusion proof is too short")
    if result != root:
        raise Refused("the inclusion proof does not lead to the signed root")


def check_consistency(
    old_size: int, new_size: int, old_root: bytes, new_root: bytes, proof: Sequence[bytes]
) -> None:
    """Whether a tree only grew from one size to another (RFC 9162, 2.1.4.2). Raises Refused."""
    if not 0 < old_size <= new_size:
        raise Refused(f"a tree of {new_size} cannot have grown from one of {old_size}")
    _check_hashes(old_root, new_root, *proof)
    if old_size == new_size:
        if proof or old_root != new_root:
            raise Refused(f"two different trees of {new_size}")
        return
    if not proof:
        raise Refused("the consistency proof is empty")
    first, *rest = proof if old_size & (old_size - 1) else (old_root, *proof)
    fn, sn = old_size - 1, new_size - 1
    while fn & 1:
        fn, sn = fn >> 1, sn >> 1
    old = new = first
    for step in rest:
        if sn == 0:
            raise Refused("the consistency proof is too long")
        if fn & 1 or fn == sn:
            old, new = node_hash(step, old), node_hash(step, new)
            while not fn & 1 and fn:
                fn, sn = fn >> 1, sn >> 1
        else:
            new = node_hash(new, step)
        fn, sn = fn >> 1, sn >> 1
    if sn != 0:
        raise Refused("the consistency proof is too short")
    if old != old_root or new != new_root:
        raise Refused(f"the tree of {new_size} is no continuation of the one of {old_size}")


def _check_hashes(*hashes: bytes) -> None:
    for value in hashes:
        if len(value) != HASH_BYTES:
            raise Refused(f"a hash has {len(value)} bytes instead of {HASH_BYTES}")


# The leaves.

_encode = json.JSONEncoder(
    ensure_ascii=False,
    check_circular=False,
    allow_nan=False,
    sort_keys=True,
    separators=(",", ":"),
).encode


def canonical(value: Any) -> bytes:
    """JSON as RFC 8785 has it, of objects with ASCII names whose numbers are integers."""
    return _encode(value).encode()


def event_leaf(organisation: str, event: dict[str, Any]) -> bytes:
    """The leaf hash of an event with all its columns; times are UTC with microseconds and Z.

    Of what is sealed it takes the hash only: what is not there any more can still be proven.
    """
    sealed = event["sealed"]
    return entry_leaf(
        organisation,
        {
            **event,
            "sealed": sealed
            and {category: sha256(canonical(box)).hexdigest() for category, box in sealed.items()},
        },
    )


def entry_leaf(organisation: str, entry: dict[str, Any]) -> bytes:
    """The leaf hash of one entry of a tree."""
    return sha256(
        b"\x00" + canonical({**entry, "v": FORMAT, "organisation": organisation})
    ).digest()


# The heads: the version every stream has come to, in buckets by the hash of its id.


def head_of(stream_id: str, version: int) -> bytes:
    """A stream's entry in its bucket."""
    return sha256(stream_id.encode()).digest() + version.to_bytes(VERSION_BYTES)


def bucket_of(head: bytes) -> int:
    """Which bucket an entry stands in: the first 12 bits of the hash."""
    return int.from_bytes(head[:2]) >> (16 - BUCKET_BITS)


def heads_in(bucket: bytes) -> dict[bytes, int]:
    """The version of each stream in a bucket, by the hash of its id. Raises Refused."""
    if len(bucket) % HEAD_BYTES:
        raise Refused("a bucket of heads has a piece of an entry")
    heads = [bucket[at : at + HEAD_BYTES] for at in range(0, len(bucket), HEAD_BYTES)]
    found = {head[:HASH_BYTES]: int.from_bytes(head[HASH_BYTES:]) for head in heads}
    if len(found) != len(heads) or heads != sorted(heads):
        raise Refused("a bucket of heads is not in order")
    return found


# Notes and checkpoints.


@dataclass(frozen=True)
class VerifierKey:
    """The public key of a log: `<name>+<key id>+<base64 of type and key>` (C2SP signed-note)."""

    name: str
    public: bytes

    @classmethod
    def parsed(cls, text: str) -> "VerifierKey":
        """Raises Refused."""
        name, plus, rest = text.partition("+")
        key_id, second, encoded = rest.partition("+")
        if not (name and plus and second) or any(c.isspace() for c in name):
            raise Refused("that is no verifier key")
        decoded = from_base64(encoded, "the verifier key")
        if decoded[:1] != ED25519 or len(decoded) != 1 + HASH_BYTES:
            raise Refused("the verifier key is not an Ed25519 key")
        key = cls(name, decoded[1:])
        if key.key_id.hex() != key_id:
            raise Refused("the verifier key's id is not its own")
        return key

    @property
    def key_id(self) -> bytes:
        """SHA-256(name, newline, type, public key), the first four bytes."""
        return sha256(self.name.encode() + b"\n" + ED25519 + self.public).digest()[:KEY_ID_BYTES]

    def __str__(self) -> str:
        return f"{self.name}+{self.key_id.hex()}+{to_base64(ED25519 + self.public)}"


@dataclass(frozen=True)
class Checkpoint:
    """The signed state of a tree: how large it is, its root and, of a log, the heads' root."""

    origin: str
    size: int
    root: bytes
    time: str
    heads: bytes | None = None

    @property
    def text(self) -> str:
        """What is signed."""
        heads = [] if self.heads is None else [f"heads {to_base64(self.heads)}"]
        lines = [self.origin, str(self.size), to_base64(self.root), *heads, f"time {self.time}"]
        return "\n".join(lines) + "\n"

    @classmethod
    def opened(cls, note: str, key: VerifierKey) -> "Checkpoint":
        """The checkpoint in a note signed by this key. Raises Refused."""
        text = open_note(note, key)
        lines = text.split("\n")[:-1]
        named = [line.partition(" ") for line in lines[3:]]
        if [name for name, _, _ in named] not in (["time"], ["heads", "time"]):
            raise Refused("the checkpoint does not have the lines of a checkpoint")
        origin, size, root = lines[:3]
        if not (size.isascii() and size.isdigit() and str(int(size[:20])) == size):
            raise Refused("the checkpoint's size is no plain number")
        hashes = [from_base64(root, "the root")]
        hashes += [from_base64(value, "the heads' root") for _, _, value in named[:-1]]
        _check_hashes(*hashes)
        checkpoint = cls(origin, int(size), hashes[0], named[-1][2], *hashes[1:])
        if origin != key.name:
            raise Refused(f"the checkpoint is of {origin}, but the key is of {key.name}")
        if not 0 < checkpoint.size < MOST_SIZE:
            raise Refused(f"the checkpoint is of a tree of size {size}")
        return checkpoint


def open_note(note: str, key: VerifierKey) -> str:
    """The text of a note that this key has signed; other signatures are ignored. Raises Refused."""
    text, blank, signatures = note.rpartition("\n\n")
    lines = signatures.split("\n")
    if not (text and blank and signatures.endswith("\n")) or len(lines) > MOST_SIGNATURES:
        raise Refused("that is no signed note")
    if any(c < " " and c != "\n" for c in note):
        raise Refused("the note has control characters in it")
    text += "\n"
    verified = False
    for line in lines[:-1]:
        dash, name, encoded = [*line.split(" "), "", ""][:3]
        if dash != "—" or not name or line != f"— {name} {encoded}":
            raise Refused("the note has something other than signatures at its end")
        signature = from_base64(encoded, "a signature")
        if name == key.name and signature[:KEY_ID_BYTES] == key.key_id:
            try:
                public = Ed25519PublicKey.from_public_bytes(key.public)
                public.verify(signature[KEY_ID_BYTES:], text.encode())
            except InvalidSignature:
                raise Refused("the note's signature is wrong") from None
            verified = True
    if not verified:
        raise Refused(f"the note is not signed by the key {key}")
    return text


def to_base64(octets: bytes) -> str:
    """Base64 (RFC 4648, section 4)."""
    return base64.b64encode(octets).decode()


def from_base64(text: Any, what: str) -> bytes:
    """The bytes of canonical base64, and of nothing else. Raises Refused."""
    try:
        octets = base64.b64decode(text, validate=True) if isinstance(text, str) else None
    except (binascii.Error, ValueError):
        octets = None
    if octets is None or to_base64(octets) != text:
        raise Refused(f"{what} is not in canonical base64")
    return octets


# The bundle.


@dataclass(frozen=True)
class Proven:
    """What a bundle proves."""

    stream_type: str
    stream_id: str
    events: list[dict[str, Any]]
    checkpoint: Checkpoint
    key: VerifierKey


def check_bundle(path: Path, key: VerifierKey | None = None, since: str | None = None) -> Proven:
    """What a bundle proves, by this key or else by its own.

    `since` is the note of an earlier checkpoint, of which the bundle must prove that the log has
    only grown. Raises Refused, naming the position or the stream.
    """
    members = read_members(path)
    about = _object(members[EVENTS], {"format", "organisation", "stream_id", "events"}, EVENTS)
    proofs = _object(
        members[PROOFS], {"inclusion", "bucket", "bucket_proof", "consistency"}, PROOFS
    )
    if about["format"] != FORMAT:
        raise Refused(f"the bundle is of format {about['format']}; this program knows {FORMAT}")
    key = key or VerifierKey.parsed(_text(members[KEY], KEY).removesuffix("\n"))
    checkpoint = Checkpoint.opened(_text(members[CHECKPOINT], CHECKPOINT), key)
    if checkpoint.origin != f"hireledger/{about['organisation']}/log":
        raise Refused(f"the checkpoint is of {checkpoint.origin}, not of this organisation's log")
    events = about["events"]
    _check_stream(about["stream_id"], events)
    _check_events(about["organisation"], events, proofs["inclusion"], checkpoint)
    _check_complete(about["stream_id"], len(events), proofs, checkpoint)
    if since is not None:
        _check_since(Checkpoint.opened(since, key), proofs["consistency"], checkpoint)
    return Proven(events[0]["stream_type"], about["stream_id"], events, checkpoint, key)


def read_members(path: Path) -> dict[str, bytes]:
    """The members of a bundle: all of them, nothing else, and of each no more than allowed.

    Raises Refused.
    """
    try:
        if path.stat().st_size > LARGEST_BUNDLE:
            raise Refused(f"the bundle is larger than {LARGEST_BUNDLE:,} bytes")
        with zipfile.ZipFile(path) as archive:
            infos = archive.infolist()
            _check_members(infos)
            _check_nothing_hidden(path, archive)
            return {info.filename: _member(archive, info) for info in infos}
    except (zipfile.BadZipFile, zlib.error, *UNREADABLE) as error:
        raise Refused(f"the bundle cannot be read: {error}") from None


def _check_members(infos: list[zipfile.ZipInfo]) -> None:
    names = [info.filename for info in infos]
    for name in LARGEST:
        if names.count(name) != 1:
            raise Refused(f"the bundle must have one {name}")
    for name in names:
        if name not in LARGEST:
            raise Refused(f"the bundle has a member {name!r} that is none of a bundle's")
    if any(info.compress_type not in COMPRESSIONS for info in infos):
        raise Refused("the bundle is packed in a way that no bundle is")


def _check_nothing_hidden(path: Path, archive: zipfile.ZipFile) -> None:
    """Whether members and directory fill the file: nothing before, between or after them."""
    content = path.read_bytes()
    end = 0
    for info in sorted(archive.infolist(), key=lambda info: info.header_offset):
        if info.header_offset != end:
            raise Refused("the bundle has bytes that belong to no member")
        header = content[end : end + LOCAL_HEADER]
        names = int.from_bytes(header[26:28], "little") + int.from_bytes(header[28:30], "little")
        end += LOCAL_HEADER + names + info.compress_size
    directory = int.from_bytes(content[-10:-6], "little")
    record = content[-END_RECORD:]
    if (
        end != archive.start_dir
        or record[:4] != b"PK\x05\x06"
        or end + directory + END_RECORD != len(content)
    ):
        raise Refused("the bundle has bytes that belong to no member")


def _member(archive: zipfile.ZipFile, info: zipfile.ZipInfo) -> bytes:
    largest = LARGEST[info.filename]
    with archive.open(info) as file:
        content = file.read(largest + 1)
    if len(content) > largest:
        raise Refused(f"{info.filename} is larger than {largest:,} bytes")
    return content


def _text(content: bytes, name: str) -> str:
    try:
        return content.decode()
    except UnicodeDecodeError:
        raise Refused(f"{name} is not UTF-8") from None


def _object(content: bytes, names: set[str], where: str) -> dict[str, Any]:
    """A JSON object with exactly these names, no name in it twice and no fractions."""
    try:
        value = json.loads(
            _text(content, where),
            object_pairs_hook=_unique,
            parse_float=_no_number,
            parse_constant=_no_number,
        )
    except (ValueError, RecursionError) as error:
        raise Refused(f"{where} is not the JSON it must be: {error}") from None
    if not isinstance(value, dict) or value.keys() != names:
        raise Refused(f"{where} does not have the fields it must have")
    return value


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise Refused("an object of the bundle has the same name twice")
    return found


def _no_number(text: str) -> NoReturn:
    raise ValueError(f"{text} is no integer")


def _check_stream(stream_id: Any, events: Any) -> None:
    """Whether these are events 1, 2, 3 … of the stream, in the log's order."""
    if not isinstance(stream_id, str) or not isinstance(events, list) or not events:
        raise Refused("the bundle has no events")
    before = 0
    for number, event in enumerate(events, 1):
        if not isinstance(event, dict) or event.keys() != COLUMNS:
            raise Refused(f"event {number} of the bundle does not have the columns of an event")
        position = event["position"]
        if type(position) is not int or position <= before:
            raise Refused(f"position {position!r}: the event is not in the order of the log")
        before = position
        if event["stream_id"] != stream_id:
            raise Refused(f"position {position}: the event is of another stream")
        if type(event["version"]) is not int or event["version"] != number:
            raise Refused(
                f"position {position}: the event is number {event['version']} of stream"
                f" {stream_id}, where number {number} must be"
            )
        if event["sealed"] is not None and not isinstance(event["sealed"], dict):
            raise Refused(f"position {position}: what is sealed is not by category")


def _check_events(
    organisation: str, events: list[dict[str, Any]], proofs: Any, checkpoint: Checkpoint
) -> None:
    if not isinstance(proofs, list) or len(proofs) != len(events):
        raise Refused("the bundle does not have one inclusion proof an event")
    for event, proof in zip(events, proofs, strict=True):
        position = event["position"]
        try:
            leaf, steps = event_leaf(organisation, event), _hashes(proof)
            check_inclusion(position - 1, checkpoint.size, leaf, steps, checkpoint.root)
        except (Refused, ValueError, TypeError, RecursionError) as error:
            raise Refused(f"position {position}: {error}") from None


def _check_complete(
    stream_id: str, count: int, proofs: dict[str, Any], checkpoint: Checkpoint
) -> None:
    """Whether the signed head of the stream is its last event here."""
    if checkpoint.heads is None:
        raise Refused("the checkpoint does not say where the streams end")
    bucket, steps = from_base64(proofs["bucket"], "the bucket"), _hashes(proofs["bucket_proof"])
    head = head_of(stream_id, count)
    try:
        check_inclusion(bucket_of(head), BUCKETS, leaf_hash(bucket), steps, checkpoint.heads)
        ends_at = heads_in(bucket).get(head[:HASH_BYTES], 0)
    except Refused as error:
        raise Refused(f"stream {stream_id}: {error}") from None
    if ends_at != count:
        raise Refused(
            f"stream {stream_id}: it had {ends_at} events when the checkpoint was signed;"
            f" here are {count}"
        )


def _check_since(old: Checkpoint, proof: Any, checkpoint: Checkpoint) -> None:
    if not isinstance(proof, dict) or proof.keys() != {"old_size", "proof"}:
        raise Refused("the bundle does not prove anything since that checkpoint")
    if type(proof["old_size"]) is not int or proof["old_size"] != old.size:
        raise Refused(
            f"the bundle's proof begins at size {proof['old_size']}, not at the checkpoint's"
            f" {old.size}"
        )
    check_consistency(old.size, checkpoint.size, old.root, checkpoint.root, _hashes(proof["proof"]))


def _hashes(values: Any) -> list[bytes]:
    if not isinstance(values, list):
        raise Refused("a proof is no list of hashes")
    return [from_base64(value, "a hash of a proof") for value in values]


def main() -> None:
    """Checks one bundle; exit code 0 if it proves what it says, else 1."""
    parser = argparse.ArgumentParser(
        prog="hireledger-verify", description="Check a Hireledger bundle offline."
    )
    parser.add_argument("bundle", type=Path)
    parser.add_argument("--key", help="the log's public key, as `hireledger audit key` prints it")
    parser.add_argument(
        "--since", type=Path, help="a checkpoint kept earlier: has the log only grown since?"
    )
    arguments = parser.parse_args()
    try:
        key = VerifierKey.parsed(arguments.key) if arguments.key else None
        proven = check_bundle(arguments.bundle, key, _kept(arguments.since))
    except Refused as error:
        print(_printable(f"NOT PROVEN: {error}"), file=sys.stderr)
        sys.exit(1)
    for event in proven.events:
        print(
            _printable(
                f"position {event['position']}: {event['type']}, happened {event['occurred_at']},"
                f" recorded {event['recorded_at']}, by {event['actor_type']} {event['actor_id']}"
                f" as {event['authority']}"
            )
        )
    print(
        f"PROVEN: these {len(proven.events)} events are all that the log held of"
        f" {proven.stream_type} {proven.stream_id} when it had {proven.checkpoint.size} events,"
        f" signed at {proven.checkpoint.time}, and none was changed."
    )
    print(f"{TIMELINE} and {README} are for reading only; the proof is of {EVENTS}.")
    if key is None:
        print(
            "The key came with the bundle. Compare it with the one you were given otherwise:\n"
            f"{proven.key}"
        )


def _printable(text: str) -> str:
    """What a foreign file says, without what would move a terminal's cursor."""
    return "".join(c if c.isprintable() else ascii(c)[1:-1] for c in text)


def _kept(path: Path | None) -> str | None:
    try:
        return path.read_bytes().decode() if path else None
    except (OSError, UnicodeDecodeError) as error:
        raise Refused(f"the checkpoint cannot be read: {error}") from None


if __name__ == "__main__":
    main()
