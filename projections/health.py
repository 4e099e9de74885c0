"""How the read models are: how far behind, stopped by what; and whether they are right."""

from datetime import datetime
from typing import Annotated

from psycopg import sql
from psycopg.rows import class_row
from pydantic import BaseModel, Field, computed_field

from projections.catalogue import ALL_READ_MODELS, READ_MODELS
from projections.engine import compute_carefully
from projections.parity import as_known, difference_of
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

    @computed_field  # type: ignore[prop-decorator]
    @property
    def outdated(self) -> bool:
        """Whether it answers by other statements than this program's, until it is built anew."""
        return any(m.name == self.name and m.version != self.version for m in ALL_READ_MODELS)


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
    if standing.version != model.version:
        return [f"read model {model.name}: is of version {standing.version}; run a rebuild"]
    found = []
    if standing.error:
        found.append(
            f"read model {model.name}: stopped at {standing.failed_position}: {standing.error}"
        )
    live = {table: sql.Identifier(organisation.schema, table) for table in model.all_tables}
    for table in model.all_tables:
        connection.execute(
            sql.SQL("CREATE TEMPORARY TABLE {} (LIKE {} INCLUDING ALL) ON COMMIT DROP").format(
                sql.Identifier(table), live[table]
            )
        )
    # A plan prepared before they were there would go on writing to the real tables.
    connection.execute("DISCARD PLANS")
    poison = compute_carefully(connection, model, 0, standing.position)
    if poison:
        found.append(f"read model {model.name}: cannot take in {poison}")
    for table in model.all_tables:
        columns = as_known(connection, model, table, live[table], standing.position)
        fresh = as_known(
            connection, model, table, sql.Identifier("pg_temp", table), standing.position
        )
        if difference := difference_of(connection, table, columns, fresh):
            found.append(
                f"read model {model.name}: {table} has {difference.extra} rows it should not have"
                f" and lacks {difference.missing}"
            )
    return found
