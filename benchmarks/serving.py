"""How many commands one server process answers over HTTP."""

import http.client
import json
import os
import socket
import subprocess
import sys
import threading
import time

from benchmarks.measure import Line
from domain.role import Role
from store import api_keys
from store.log import Log
from store.settings import Settings

CLIENTS = 16
SECONDS = 4.0


def serving(log: Log, settings: Settings) -> Line:
    """POST /api/candidates, sealed and on disk, beside an answer that does nothing."""
    key = api_keys.create(log.database, log.organisation, Role.RECRUITER, "benchmark")
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    environment = {
        **os.environ,
        "HIRELEDGER_DATABASE_URL": log.database.admin_url,
        "HIRELEDGER_DATA_DIR": str(settings.data_dir),
    }
    server = subprocess.Popen(
        [sys.executable, "-m", "cli", "serve", "--port", str(port)], env=environment
    )
    try:
        _wait_for(port)
        body = json.dumps({"full_name": "Ada Lovelace", "email": "ada@example.org"})
        commands = _rate(port, "POST", "/api/candidates", body, key)
        nothing = _rate(port, "GET", "/healthz", None, key)
    finally:
        server.terminate()
        server.wait()
    return Line("commands over HTTP, one process", commands, nothing, "requests/s", "GET /healthz")


def _wait_for(port: int) -> None:
    while True:
        try:
            connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
            connection.request("GET", "/healthz")
            connection.getresponse().read()
            return
        except OSError:
            time.sleep(0.05)


def _rate(port: int, method: str, path: str, body: str | None, key: str) -> float:
    done = [0] * CLIENTS
    deadline = time.perf_counter() + SECONDS

    def client(number: int) -> None:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
        headers = {"Authorization": f"Bearer {key}", "Content-Type": "application/json"}
        while time.perf_counter() < deadline:
            connection.request(method, path, body, headers)
            answer = connection.getresponse()
            answer.read()
            if answer.status >= http.client.BAD_REQUEST:
                raise RuntimeError(f"{method} {path} answered {answer.status}")
            done[number] += 1

    threads = [threading.Thread(target=client, args=(n,)) for n in range(CLIENTS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return sum(done) / SECONDS
