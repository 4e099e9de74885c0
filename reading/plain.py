"""Plain text, in whatever encoding it came."""

from codecs import BOM_UTF16_BE, BOM_UTF16_LE, getincrementaldecoder

from charset_normalizer import from_bytes

from reading.found import Found
from reading.limits import TEXT_BYTES

GUESSED_FROM = 50_000
"""Bytes; guessing from more takes long and finds nothing else."""


def read(content: bytes) -> Found:
    """The text, without what no encoding explains."""
    beginning = content[:TEXT_BYTES]
    return Found(_decoded(beginning), truncated=len(content) > len(beginning))


def _decoded(octets: bytes) -> str:
    if octets.startswith((BOM_UTF16_LE, BOM_UTF16_BE)):
        return octets.decode("utf-16", "replace")
    try:
        # The last character may have been cut in two.
        return getincrementaldecoder("utf-8-sig")().decode(octets)
    except UnicodeDecodeError:
        best = from_bytes(octets[:GUESSED_FROM]).best()
        return octets.decode(best.encoding if best else "cp1252", "replace")
