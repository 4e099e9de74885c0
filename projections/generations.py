"""Generations of a read model: the tables that answer, those being built, those replaced.

A table `x` answers; `x_next` is being built, without indexes at first; `x_before` was replaced
and is kept until told otherwise. Where the other two stand is kept in `generations`.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from psycopg import sql

from projections.read_model import ReadModel
from store.database import Connection, Organisation

GENERATION = """
SELECT
    version,
    position,
    cancelled
FROM generations
WHERE name = %(name)s
  AND standing = %(standing)s
"""
BEGIN = """
INSERT INTO generations (
    name,
    standing,
    version,
    position,
    tables
)
VALUES (
    %(name)s,
    'next',
    %(version)s,
    0,
    %(tables)s
)
"""
ADVANCE = """
UPDATE generations
SET position = %(upto)s
WHERE name = %(name)s
  AND standing = 'next'
  AND NOT cancelled
"""
CANCEL = """
UPDATE generations
SET cancelled = true
WHERE standing = 'next'
  AND name = ANY(%(names)s)
RETURNING name
"""
KEPT = "SELECT name FROM generations WHERE standing = 'before' ORDER BY name"
DELETE = "DELETE FROM generations WHERE name = %(name)s AND standing = %(standing)s"
LIVE = "SELECT version, position FROM read_models WHERE name = %(name)s"
GO_LIVE = """
INSERT INTO read_models (
    name,
    version,
    position
)
VALUES (
    %(name)s,
    %(version)s,
    %(position)s
)
ON CONFLICT (name) DO UPDATE
SET version = EXCLUDED.version,
    position = EXCLUDED.position,
    failed_position = NULL,
    failed_type = NULL,
    error = NULL,
    stale_since = NULL
"""
REPLACED = """
INSERT INTO generations (
    name,
    standing,
    version,
    position,
    tables
)
SELECT
    name,
    'before',
    version,
    position,
    %(tables)s
FROM read_models
WHERE name = %(name)s
"""
INDEXES = """
SELECT
    index.relname,
    pg_get_indexdef(index.oid),
    pg_get_constraintdef(con.oid)
FROM pg_index
JOIN pg_class index ON index.oid = pg_index.indexrelid
LEFT JOIN pg_constraint con ON con.conindid = index.oid AND con.conrelid = pg_index.indrelid
WHERE pg_index.indrelid = %(table)s::regclass
ORDER BY index.relname
"""


class RebuildCancelled(Exception):
    """The rebuild was cancelled; what it had built is gone, and nothing else has changed."""


def begin(connection: Connection, organisation: Organisation, model: ReadModel) -> int:
    """Where the next generation of a model stands, begun now if it is not there."""
    found = _generation(connection, model.name, "next")
    if found and found[0] == model.version and not found[2]:
        return int(found[1])
    with connection.transaction():
        drop(connection, model.name, "next")
        for table in model.all_tables:
            connection.execute(
                sql.SQL("CREATE TABLE {} (LIKE {} INCLUDING DEFAULTS)").format(
                    sql.Identifier(f"{table}_next"), sql.Identifier(table)
                )
            )
            connection.execute(
                sql.SQL("GRANT SELECT, INSERT, UPDATE, DELETE ON {} TO {}").format(
                    sql.Identifier(f"{table}_next"), sql.Identifier(organisation.role)
                )
            )
        parameters = {
            "name": model.name,
            "version": model.version,
            "tables": list(model.all_tables),
        }
        connection.execute(BEGIN, parameters)
    return 0


def _generation(connection: Connection, name: str, standing: str) -> tuple[int, int, bool] | None:
    row = connection.execute(GENERATION, {"name": name, "standing": standing}).fetchone()
    return (row[0], row[1], row[2]) if row else None


def next_position(connection: Connection, model: ReadModel) -> int:
    """How far the next generation has come. Raises RebuildCancelled."""
    found = _generation(connection, model.name, "next")
    if found is None or found[2]:
        raise RebuildCancelled(RebuildCancelled.__doc__)
    return found[1]


def note_position(connection: Connection, model: ReadModel, upto: int) -> None:
    """Keeps how far it has come, with the rows. Raises RebuildCancelled."""
    noted = connection.execute(ADVANCE, {"name": model.name, "upto": upto})
    if not noted.rowcount:
        raise RebuildCancelled(RebuildCancelled.__doc__)


@contextmanager
def standing_in_for(connection: Connection, model: ReadModel) -> Iterator[None]:
    """While this lasts, the model's tables are, on this connection, their next generation.

    After a failure nothing is left to undo: the transaction or the connection ends with it.
    """
    for table in model.all_tables:
        connection.execute(
            sql.SQL("CREATE TEMPORARY VIEW {} AS TABLE {}").format(
                sql.Identifier(table), sql.Identifier(f"{table}_next")
            )
        )
    yield
    for table in model.all_tables:
        connection.execute(sql.SQL("DROP VIEW pg_temp.{}").format(sql.Identifier(table)))


def is_indexed(connection: Connection, model: ReadModel) -> bool:
    """Whether the next generation has its indexes, and all that needed them."""
    row = connection.execute(
        "SELECT count(*) FROM pg_indexes WHERE schemaname = current_schema() AND tablename = %s",
        (f"{model.tables[0]}_next",),
    ).fetchone()
    return bool(row and row[0])


def index_tables(connection: Connection, tables: Sequence[str]) -> None:
    """Gives the next generation of tables the indexes of those that answer."""
    for table in tables:
        for name, definition, constraint in _indexes_of(connection, table):
            _add_index(connection, table, name, definition, constraint)
        connection.execute(sql.SQL("ANALYZE {}").format(sql.Identifier(f"{table}_next")))


def _indexes_of(connection: Connection, table: str) -> list[tuple[str, str, str | None]]:
    schema_row = connection.execute("SELECT current_schema()").fetchone()
    name = f'"{schema_row[0] if schema_row else ""}"."{table}"'
    return list(connection.execute(INDEXES, {"table": name}).fetchall())


def _add_index(
    connection: Connection, table: str, name: str, definition: str, constraint: str | None
) -> None:
    following = sql.Identifier(f"{name}_next")
    if constraint is not None:
        connection.execute(
            sql.SQL("ALTER TABLE {} ADD CONSTRAINT {} {}").format(
                sql.Identifier(f"{table}_next"), following, sql.SQL(constraint)
            )
        )
        return
    # CREATE INDEX name ON schema.table USING …: everything from USING on stays as it is.
    columns = definition[definition.index(" USING ") :]
    connection.execute(
        sql.SQL("CREATE INDEX {} ON {}").format(following, sql.Identifier(f"{table}_next"))
        + sql.SQL(columns)
    )


def go_live(connection: Connection, model: ReadModel, position: int) -> None:
    """Gives the model's names to its next generation, which stands at a position.

    x becomes x_before, x_next becomes x, and their indexes with them.
    """
    drop(connection, model.name, "before")
    for table in model.all_tables:
        indexes = [name for name, *_ in _indexes_of(connection, table)]
        _rename_table(connection, table, f"{table}_before")
        _rename_table(connection, f"{table}_next", table)
        for name in indexes:
            _rename_index(connection, name, f"{name}_before")
            _rename_index(connection, f"{name}_next", name)
    connection.execute(REPLACED, {"name": model.name, "tables": list(model.all_tables)})
    connection.execute(DELETE, {"name": model.name, "standing": "next"})
    parameters = {"name": model.name, "version": model.version, "position": position}
    connection.execute(GO_LIVE, parameters)


def is_comparable(connection: Connection, model: ReadModel) -> bool:
    """Whether the rows that answer were made by the same version, and there are any."""
    row = connection.execute(LIVE, {"name": model.name}).fetchone()
    return row is not None and row[0] == model.version and row[1] > 0


def cancel_next(connection: Connection, names: Sequence[str]) -> list[str]:
    """Tells whoever builds these models to stop; which of them were being built."""
    return [name for (name,) in connection.execute(CANCEL, {"names": list(names)})]


def replaced(connection: Connection) -> list[str]:
    """Read models of which an earlier generation is kept."""
    return [name for (name,) in connection.execute(KEPT)]


def _rename_table(connection: Connection, name: str, to: str) -> None:
    connection.execute(
        sql.SQL("ALTER TABLE {} RENAME TO {}").format(sql.Identifier(name), sql.Identifier(to))
    )


def _rename_index(connection: Connection, name: str, to: str) -> None:
    connection.execute(
        sql.SQL("ALTER INDEX {} RENAME TO {}").format(sql.Identifier(name), sql.Identifier(to))
    )


def drop(connection: Connection, name: str, standing: str) -> None:
    """Drops a generation, `next` or `before`, if there is one."""
    row = connection.execute(
        "SELECT tables FROM generations WHERE name = %s AND standing = %s", (name, standing)
    ).fetchone()
    for table in row[0] if row else ():
        connection.execute(
            # The temporary view of a builder that just ended may still be there.
            sql.SQL("DROP TABLE IF EXISTS {} CASCADE").format(sql.Identifier(f"{table}_{standing}"))
        )
    connection.execute(DELETE, {"name": name, "standing": standing})
