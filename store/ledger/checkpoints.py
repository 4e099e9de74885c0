"""Checkpoints: signed states of a tree, as the database keeps them."""

from dataclasses import dataclass
from datetime import UTC, datetime

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from hireledger_verify import Checkpoint, VerifierKey, to_base64
from store.database import Connection, Organisation
from store.keyring import Keyring
from store.ledger.trees import Tree

LATEST = """
SELECT note
FROM ledger_checkpoints
WHERE tree = %(tree)s
ORDER BY size DESC
LIMIT 1
"""

ALL = """
SELECT
    size,
    note
FROM ledger_checkpoints
WHERE tree = %(tree)s
ORDER BY size
"""

PUT = """
INSERT INTO ledger_checkpoints (
    tree,
    size,
    note
)
VALUES (
    %(tree)s,
    %(size)s,
    %(note)s
)
"""


@dataclass(frozen=True)
class Signer:
    """Signs the checkpoints of one tree."""

    key: VerifierKey
    private: Ed25519PrivateKey

    def note(self, checkpoint: Checkpoint) -> str:
        """The checkpoint as a signed note (C2SP signed-note)."""
        signature = self.private.sign(checkpoint.text.encode())
        signed = to_base64(self.key.key_id + signature)
        return f"{checkpoint.text}\n— {self.key.name} {signed}\n"


def signer(keyring: Keyring, organisation: Organisation, tree: Tree) -> Signer:
    """What signs a tree of an organisation in this installation."""
    private = Ed25519PrivateKey.from_private_bytes(keyring.signing_seed())
    public = private.public_key().public_bytes_raw()
    return Signer(VerifierKey(tree.origin(organisation), public), private)


def latest(connection: Connection, tree: Tree) -> str | None:
    """The note of the newest checkpoint of a tree, if there is one."""
    row = connection.execute(LATEST, {"tree": tree.name}).fetchone()
    return row[0] if row else None


def put(connection: Connection, tree: Tree, size: int, note: str) -> None:
    """Keeps a signed checkpoint."""
    connection.execute(PUT, {"tree": tree.name, "size": size, "note": note})


def now() -> str:
    """The time as a checkpoint says it."""
    return datetime.now(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")
