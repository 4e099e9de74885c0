"""How fast commands get into the log, with every commit on disk."""

import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

import psycopg
from psycopg.conninfo import conninfo_to_dict

from benchmarks.measure import Line, rate, side_by_side
from benchmarks.stock import StockApplication, new_candidate
from domain.candidate import Candidate
from store.envelope import Attribution
from store.ids import new_id
from store.log import Log

SECONDS = 3
RAW_INSERT = """
INSERT INTO raw_events VALUES (
    nextval('raw_positions'), gen_random_uuid(), 'candidate', gen_random_uuid(), 1,
    'application.applied', clock_timestamp(), gen_random_uuid(),
    '{"stage": "applied", "origin": "applied", "source": "unknown", "stage_kind": "applied"}'
);
"""
RAW_TABLE = """
DROP TABLE IF EXISTS raw_events;
DROP SEQUENCE IF EXISTS raw_positions;
CREATE SEQUENCE raw_positions;
CREATE TABLE raw_events (
    position bigint PRIMARY KEY, event_id uuid, stream_type text, stream_id uuid, version int,
    type text, recorded_at timestamptz, command_id uuid, data jsonb,
    UNIQUE (stream_id, version), UNIQUE (command_id)
);
"""


def appending(log: Log, stock: StockApplication) -> Iterator[Line]:
    """Commands of one event each, by 1, 8 and 32 writers."""

    def ours() -> None:
        candidate = Candidate.begin(new_id())
        candidate.apply_for(new_id(), None)
        log.save(candidate, by=Attribution("person", candidate.id, "recruiter", "api"))

    def theirs() -> None:
        stock.save(new_candidate())

    for writers, times, aim in ((1, 400, None), (8, 2400, None), (32, 4800, 6.0)):
        mine, reference = side_by_side(
            lambda t=times, w=writers: rate(ours, t, w),  # type: ignore[misc]
            lambda t=times, w=writers: rate(theirs, t // 4, w),  # type: ignore[misc]
        )
        yield Line(
            f"append, {writers} writers", mine, reference, "commands/s", "stock recorder", aim
        )


def limit_of_inserting(admin_url: str, bin_directory: Path, log_rate: float) -> Line:
    """The same row without an order: what this machine can insert and sync at most."""
    with psycopg.connect(admin_url, autocommit=True) as connection:
        connection.execute(RAW_TABLE.encode())
    parts = conninfo_to_dict(admin_url)
    with tempfile.NamedTemporaryFile("w", suffix=".sql") as script:
        script.write(RAW_INSERT)
        script.flush()
        Path(script.name).chmod(0o644)
        done = subprocess.run(
            [
                bin_directory / "pgbench",
                *("-h", str(parts["host"]), "-U", str(parts["user"])),
                *("-n", "-c", "32", "-j", "2", "-T", str(SECONDS), "-f", script.name),
                str(parts["dbname"]),
            ],
            capture_output=True,
            text=True,
            check=True,
        )
    tps = next(line for line in done.stdout.splitlines() if line.startswith("tps"))
    raw = float(tps.split("=")[1].split()[0])
    return Line("append, 32 writers", log_rate, raw, "commands/s", "pgbench, same row, no order")
