"""How the read models are: how far behind, stopped by what; and whether they are right."""

from datetime import datetime
from typing import Annotated

from psycopg import sql
from psycopg.rows import class_row
from pydantic import BaseModel, Field

from projections.catalogue import READ_MODELS
from projections.engine import compute
from projections.read_model import ReadModel
from store.database import Connection, Database, Organisation

LAG = """
SELECT
    name,
    version,
    position,
    (SELECT max(position) FROM events) - position AS lag_events,
    COALESCE(
        (
            SELECT extract(epoch FROM clock_timestamp() - next.recorded_at)::float8
            FROM events next
            WHERE next.position = read_models.position + 1
        ),
        0
    ) AS lag_seconds,
    failed_position,
    failed_type,
    error,
    stale_since
FROM read_models
ORDER BY name
"""

LOG_GAPS = """
SELECT count(*), max(position), min(position)
FROM events
"""

STREAM_GAPS = """
SELECT stream_id
FROM events
GROUP BY stream_id
HAVING count(*) <> max(version) OR min(version) <> 1
ORDER BY stream_id
LIMIT 20
"""

FRESH_TABLE = "CREATE TEMPORARY TABLE {0} (LIKE {1}.{0} INCLUDING ALL) ON COMMIT DROP"

TIME_FALLS = """
SELECT position
FROM (
    SELECT
        position,
        recorded_at,
        lag(recorded_at) OVER (ORDER BY position) AS before
    FROM events
) AS recordings
WHERE recorded_at < before
ORDER BY position
LIMIT 20
"""


class ReadModelHealth(BaseModel):
    """Where a read model stands."""

    name: str
    version: int
    position: Annotated[int, Field(description="The last log position it has taken in.")]
    lag_events: Annotated[int, Field(description="Events recorded that it has not taken in.")]
    lag_seconds: Annotated[float, Field(description="Age of the oldest of these; seconds.")]
    failed_position: Annotated[int | None, Field(description="The event that stopped it.")]
    failed_type: str | None
    error: str | None
    stale_since: datetime | None


def health(connection: Connection) -> list[ReadModelHealth]:
    """Every read model and its lag."""
    with connection.cursor(row_factory=class_row(ReadModelHealth)) as rows:
        return rows.execute(LAG).fetchall()


def differences(database: Database, organisation: Organisation) -> list[str]:
    """What is wrong with a log and its read models, in words; nothing if all is well.

    The read models are computed anew into temporary tables that hide the real ones, by the same
    statements, within one snapshot.
    """
    with database.snapshot(organisation) as connection:
        found = _log_faults(connection)
        for model in READ_MODELS:
            found += _model_faults(connection, organisation, model)
        return found


def _log_faults(connection: Connection) -> list[str]:
    found = []
    row = connection.execute(LOG_GAPS).fetchone()
    if row and (row[0] != row[1] or row[2] != 1):
        found.append(f"log: {row[0]} events, but positions run from {row[2]} to {row[1]}")
    found += [f"stream {id}: versions have a gap" for (id,) in connection.execute(STREAM_GAPS)]
    found += [f"log: recorded_at falls at {at}" for (at,) in connection.execute(TIME_FALLS)]
    return found


def _model_faults(
    connection: Connection, organisation: Organisation, model: ReadModel
) -> list[str]:
    standing = {row.name: row for row in health(connection)}.get(model.name)
    if standing is None:
        return [f"read model {model.name}: was never computed"]
    found = []
    if standing.error:
        found.append(
            f"read model {model.name}: stopped at {standing.failed_position}: {standing.error}"
        )
    for table in model.tables:
        connection.execute(
            sql.SQL(
                "CREATE TEMPORARY TABLE {0} (LIKE {1}.{0} INCLUDING ALL) ON COMMIT DROP"
            ).format(sql.Identifier(table), sql.Identifier(organisation.schema))
        )
    # A plan prepared before they were there would go on writing to the real tables.
    connection.execute("DISCARD PLANS")
    compute(connection, model, 0, standing.position)
    for table in model.tables:
        names = sql.Identifier(organisation.schema), sql.Identifier(table)
        row = connection.execute(
            sql.SQL(
                """
                SELECT
                    (SELECT count(*) FROM (TABLE {0}.{1} EXCEPT ALL TABLE pg_temp.{1}) AS extra),
                    (SELECT count(*) FROM (TABLE pg_temp.{1} EXCEPT ALL TABLE {0}.{1}) AS missing)
                """
            ).format(*names)
        ).fetchone()
        if row and any(row):
            found.append(
                f"read model {model.name}: {table} has {row[0]} rows it should not have"
                f" and lacks {row[1]}"
            )
    return found
