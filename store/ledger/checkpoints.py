"""Checkpoints: signed states of a tree, as the database keeps them."""

from datetime import UTC, datetime

from store.database import Connection, Organisation
from store.keyring import Keyring
from store.ledger.trees import Tree
from store.signing import Signer

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


def signer(keyring: Keyring, organisation: Organisation, tree: Tree) -> Signer:
    """What signs a tree of an organisation in this installation."""
    return Signer.of(keyring.keys, tree.origin(organisation))


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
