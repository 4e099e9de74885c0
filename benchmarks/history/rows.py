"""Rows of the log as COPY reads them."""

from base64 import b64encode
from collections.abc import Generator, Iterable
from random import Random

from benchmarks.history.clock import text
from benchmarks.history.diary import NONE, Entry, Stream, id_from, id_time

COLUMNS = (
    "position",
    "event_id",
    "stream_type",
    "stream_id",
    "version",
    "type",
    "subject_id",
    "occurred_at",
    "recorded_at",
    "actor_type",
    "actor_id",
    "authority",
    "source",
    "command_id",
    "command_seq",
    "correlation_id",
    "reason_code",
    "data",
    "sealed",
    "schema_version",
    "envelope_version",
    "occurred_precision",
)
"""Their order in a row; the columns left out are null."""
CONSTANT = "1\t1\texact"
SIZES = {
    "identity": (110, 170),
    "application": (60, 700),
    "evaluation": (50, 500),
    "communication": (200, 900),
    "compensation": (60, 160),
    "survey": (20, 200),
}
"""How many bytes a sealed field of each category has, from and to."""


def rows(
    entries: Iterable[Entry], position: int, left: int, dice: Random
) -> Generator[str, None, int]:
    """The rows of some commands, from a position on and at most so many; the next position.

    A command that would not fit as a whole is left out, with whatever builds on it.
    """
    missing: set[Stream] = set()
    for recorded, happened, by, told in entries:
        if len(told) > left:
            missing.update(stream for stream, _ in told)
        if missing and not missing.isdisjoint(stream for stream, _ in told):
            continue
        recorded_at = text(recorded)
        occurred_at = recorded_at if happened == recorded else text(happened)
        time = id_time(recorded)
        command = id_from(time, dice)
        for seq, (stream, (type, data, reason, category, mark)) in enumerate(told):
            stream.version = version = stream.version + 1
            said = data
            if mark is not None:
                if mark.version:
                    said = data % mark.version
                else:
                    mark.version = version
            kind, id = stream.kind, stream.id
            yield (
                f"{position}\t{id_from(time, dice)}\t{kind}\t{id}\t{version}\t{type}\t"
                f"{id if kind == 'candidate' else NONE}\t{occurred_at}\t{recorded_at}\t{by}\t"
                f"{command}\t{seq}\t{command}\t{reason}\t{said}\t"
                f"{_sealed(category, time, dice) if category else NONE}\t{CONSTANT}\n"
            )
            position += 1
        left -= len(told)
        if not left:
            break
    return position


def _sealed(category: str, time: str, dice: Random) -> str:
    """What the vault makes of personal fields, except that nothing opens it."""
    shortest, longest = SIZES[category]
    # A nonce of 12 bytes, a commitment of 32 and a ciphertext, in units of base64's three.
    length = 60 + 3 * ((shortest + int(dice.random() * (longest - shortest))) // 3)
    chance = b64encode(dice.randbytes(length)).decode()
    return (
        f'{{"{category}": {{"v": 1, "key": "{id_from(time, dice)}", "nonce": "{chance[:16]}",'
        f' "ciphertext": "{chance[60:]}", "commitment": "{chance[16:59]}="}}}}'
    )
