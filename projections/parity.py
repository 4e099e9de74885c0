"""Whether two generations of a read model say the same."""

from dataclasses import dataclass

from psycopg import sql

from projections.read_model import ReadModel
from store.database import Connection

SAMPLE = 5

COLUMNS = """
SELECT attname
FROM pg_attribute
WHERE attrelid = %(table)s::regclass
  AND attnum > 0
  AND NOT attisdropped
ORDER BY attnum
"""

SAME_PLACE = """
SELECT LEAST(
    (SELECT position FROM read_models WHERE name = %(name)s),
    (SELECT position FROM generations WHERE name = %(name)s AND standing = %(standing)s)
)
"""

FINGERPRINT = """
SELECT
    count(*),
    COALESCE(sum(hashtextextended(row::text, 0)::numeric), 0)
FROM ({}) AS row
"""


@dataclass(frozen=True)
class Difference:
    """Rows of one table that only one of two generations has."""

    table: str
    extra: int
    """Rows of the first that the second lacks."""
    missing: int
    """Rows of the second that the first lacks."""
    sample: list[str]
    """A few of them, as text; read models hold no personal data."""


def differences(connection: Connection, model: ReadModel, standing: str) -> list[Difference]:
    """How the live rows differ from another generation's, up to where both stand."""
    with connection.transaction():
        connection.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
        row = connection.execute(SAME_PLACE, {"name": model.name, "standing": standing}).fetchone()
        upto = row[0] if row else 0
        found = []
        for table in model.all_tables:
            live, kept = sql.Identifier(table), sql.Identifier(f"{table}_{standing}")
            if table in model.latest_tables:
                one = as_settled(connection, table, live, kept, upto)
                other = as_settled(connection, table, kept, live, upto)
            else:
                one = as_known(connection, model, table, live, upto)
                other = as_known(connection, model, table, kept, upto)
            if difference := difference_of(connection, table, one, other):
                found.append(difference)
        return found


def as_known(
    connection: Connection,
    model: ReadModel,
    table: str,
    relation: sql.Composable,
    upto: int,
) -> sql.Composable:
    """A query of a relation's rows as they were when the log ended at `upto`."""
    names = [name for (name,) in connection.execute(COLUMNS, {"table": f'"{table}"'})]
    columns = sql.SQL(", ").join(
        sql.SQL("CASE WHEN superseded_at <= {} THEN superseded_at END").format(upto)
        if name == "superseded_at" and model.told_anew
        else sql.Identifier(name)
        for name in names
    )
    return sql.SQL("SELECT {} FROM {} WHERE position <= {}").format(columns, relation, upto)


def as_settled(
    connection: Connection,
    table: str,
    relation: sql.Composable,
    other: sql.Composable,
    upto: int,
) -> sql.Composable:
    """A query of a relation's latest rows, but for what changed after `upto` here or there."""
    (key, *_) = [name for (name,) in connection.execute(COLUMNS, {"table": f'"{table}"'})]
    return sql.SQL(
        "SELECT * FROM {here} AS row WHERE position <= {upto} AND NOT EXISTS"
        " (SELECT FROM {there} AS later WHERE later.position > {upto} AND later.{key} = row.{key})"
    ).format(here=relation, there=other, upto=upto, key=sql.Identifier(key))


def difference_of(
    connection: Connection, table: str, one: sql.Composable, other: sql.Composable
) -> Difference | None:
    """What two queries' rows do not have in common; None if they are the same."""
    prints = [
        connection.execute(sql.SQL(FINGERPRINT).format(query)).fetchone() for query in (one, other)
    ]
    if prints[0] == prints[1]:
        return None
    counts, sample = [], []
    for first, second in ((one, other), (other, one)):
        only = sql.SQL("SELECT row::text FROM (({}) EXCEPT ALL ({})) AS row").format(first, second)
        row = connection.execute(sql.SQL("SELECT count(*) FROM ({}) AS r").format(only)).fetchone()
        counts.append(row[0] if row else 0)
        limited = sql.SQL("{} LIMIT {}").format(only, SAMPLE)
        sample += [text for (text,) in connection.execute(limited)]
    return Difference(table, counts[0], counts[1], sample)
