"""How far the ledger has come, and what stopped it if it is stopped."""

from dataclasses import dataclass

from psycopg.rows import class_row

from store.database import Connection

STANDINGS = """
SELECT
    tree,
    size,
    CASE tree
        WHEN 'log' THEN (SELECT max(position) FROM events) - size
        ELSE (SELECT count(*) FROM access_unsealed)
    END AS unsealed,
    refusal
FROM (
    SELECT
        tree,
        COALESCE(
            (
                SELECT max(size)
                FROM ledger_checkpoints
                WHERE ledger_checkpoints.tree = ledger_trees.tree
            ),
            0
        ) AS size,
        refusal
    FROM ledger_trees
) AS standing
ORDER BY tree
"""


@dataclass(frozen=True)
class TreeStanding:
    """How far a tree has come."""

    tree: str
    size: int
    """Entries that a checkpoint covers."""
    unsealed: int
    """Entries that none covers yet."""
    refusal: str | None
    """Why the sealer signs nothing more, if it does not."""


def standings(connection: Connection) -> list[TreeStanding]:
    """Where each tree stands."""
    with connection.cursor(row_factory=class_row(TreeStanding)) as rows:
        return rows.execute(STANDINGS).fetchall()
