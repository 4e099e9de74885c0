"""Bundles: one history with its proof, in one file that anyone can check without us."""

import io
import json
import zipfile
from typing import Any
from uuid import UUID

import hireledger_verify as verifier
from hireledger_verify import to_base64
from projections.timeline import TimelineRow
from store.database import Database, Organisation
from store.ledger.proofs import Growth, ProvenStream, growth, newest, prove_stream
from store.ledger.trees import LOG

LONG_AGO = (1980, 1, 1, 0, 0, 0)
"""The time of every member: the same history gives the same file."""

README = """\
This file holds the whole history of one {stream_type} in a recruiting log, and the proof that
nothing in it was changed and nothing left out.

To check it, with Python 3.11 or newer and the package `cryptography`:

    python hireledger_verify.py THIS-FILE.zip --key THE-KEY

hireledger_verify.py is one file and part of Hireledger; it needs nothing else of it. THE-KEY is
the log's public key, which you should have from somewhere else than this file. Without --key the
key in key.txt is used, and printed for you to compare.

events.json     the events: all that the log holds of each, personal data sealed
proofs.json     for each event, the way from it to the signed root (RFC 9162, inclusion proof);
                for the stream, the signed list that says which event was its last
checkpoint.txt  the signed state of the log (C2SP tlog-checkpoint, in a C2SP signed-note)
key.txt         the public key (C2SP signed-note, vkey)
timeline.txt    the events in words; for reading only, not covered by the proof

Personal data is encrypted, each person's with keys of their own. When such a key has been
destroyed nobody can read it any more, and the proof holds all the same.
"""


def bundle(
    database: Database, organisation: Organisation, stream_id: UUID, old_size: int | None = None
) -> bytes:
    """A candidate's or a requisition's bundle, as a zip file.

    With `old_size` it proves too that the log has only grown since it had that size. Raises
    NotFound, NothingSealed, NotGrownSo.
    """
    with database.snapshot(organisation) as connection:
        signed = newest(connection, database, organisation, LOG)
        stream = prove_stream(connection, signed, stream_id)
        grown = growth(connection, LOG, signed, old_size, None) if old_size is not None else None
    return _zipped(
        {
            verifier.README: README.format(stream_type=stream.events[0]["stream_type"]),
            verifier.TIMELINE: "".join(f"{line}\n" for line in map(_told, stream.events)),
            verifier.EVENTS: _json(
                {
                    "format": verifier.FORMAT,
                    "organisation": str(organisation.id),
                    "stream_id": str(stream_id),
                    "events": stream.events,
                }
            ),
            verifier.PROOFS: _json(_proofs(stream, grown)),
            verifier.CHECKPOINT: signed.note,
            verifier.KEY: f"{signed.key}\n",
        }
    )


def _proofs(stream: ProvenStream, grown: Growth | None) -> dict[str, Any]:
    return {
        "inclusion": [_texts(proof) for proof in stream.inclusion],
        "bucket": to_base64(stream.bucket),
        "bucket_proof": _texts(stream.bucket_proof),
        "consistency": grown and {"old_size": grown.old_size, "proof": _texts(grown.proof)},
    }


def _texts(hashes: list[bytes]) -> list[str]:
    return [to_base64(value) for value in hashes]


def _told(event: dict[str, Any]) -> str:
    """An event in words, as it was recorded; what corrects it is an event of its own."""
    row = TimelineRow(**event, corrected=False, taken_back=False)
    return f"{event['occurred_at']}  position {row.position}: {row.sentence}"


def _json(value: dict[str, Any]) -> str:
    return json.dumps(value, ensure_ascii=False, indent=1) + "\n"


def _zipped(members: dict[str, str]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, text in members.items():
            info = zipfile.ZipInfo(name, LONG_AGO)
            info.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(info, text.encode())
    return buffer.getvalue()
