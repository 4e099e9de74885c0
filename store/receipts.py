"""Receipts: signed notes by which whoever applied can show later what they sent, and when.

The text is one line of canonical JSON (RFC 8785). Who applied is not in it: whoever holds the
documents it names by their hashes, and the receipt, shows both.
"""

import json
from collections.abc import Mapping, Sequence
from typing import Any

import rfc8785

from hireledger_verify import Refused, open_note
from store.database import Organisation
from store.keyring import Keyring
from store.signing import Signer

FORMAT = "hireledger-application-receipt/1"
NAME = "hireledger/receipts"
LONGEST = 100_000


def receipt(
    keyring: Keyring,
    organisation: Organisation,
    *,
    public_name: str,
    title: str,
    application_id: str,
    received_at: str,
    documents: Sequence[Mapping[str, Any]],
) -> str:
    """The signed note; the same each time it is asked for."""
    said: dict[str, Any] = {
        "format": FORMAT,
        "organisation_id": str(organisation.id),
        "organisation": public_name,
        "posting": title,
        "application_id": application_id,
        "received_at": received_at,
        "documents": [dict(document) for document in documents],
    }
    return Signer.of(keyring.keys, NAME).sign(rfc8785.dumps(said).decode() + "\n")


def receipt_key(keyring: Keyring) -> str:
    """The public key to check receipts with (C2SP vkey)."""
    return str(Signer.of(keyring.keys, NAME).key)


def said_by(keyring: Keyring, note: str) -> dict[str, Any] | None:
    """What a receipt says; None if this installation did not sign it as it is."""
    try:
        text = open_note(note, Signer.of(keyring.keys, NAME).key)
        said = json.loads(text)
    except (Refused, ValueError):
        return None
    return said if isinstance(said, dict) and said.get("format") == FORMAT else None
