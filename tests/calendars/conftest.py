"""Real calendar servers: Radicale as a process of its own, and a small one that misbehaves."""

import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import httpx2
import pytest

from tests.mail.conftest import free_port, wait_for

USER, PASSWORD = "grace", "secret"


@dataclass
class CalendarServer:
    """A CalDAV server with one calendar, and a feed of the same."""

    url: str

    def put(self, name: str, *lines: str) -> None:
        """Puts an event into the calendar."""
        answer = httpx2.put(
            f"{self.url}{name}.ics",
            content=calendar(*lines, uid=name),
            auth=(USER, PASSWORD),
            headers={"Content-Type": "text/calendar"},
        )
        assert answer.status_code == 201, answer.text


def calendar(*lines: str, uid: str = "one") -> bytes:
    """A calendar with one event."""
    event = ["BEGIN:VEVENT", f"UID:{uid}", "DTSTAMP:20260101T000000Z", *lines, "END:VEVENT"]
    head = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//Tests//EN"]
    return "\r\n".join([*head, *event, "END:VCALENDAR", ""]).encode()


@pytest.fixture(scope="session")
def radicale(tmp_path_factory: pytest.TempPathFactory) -> Iterator[CalendarServer]:
    folder, port = tmp_path_factory.mktemp("radicale"), free_port()
    (folder / "users").write_text(f"{USER}:{PASSWORD}\n")
    command = [sys.executable, "-m", "radicale", "--config", "", "--server-hosts"]
    command += [f"127.0.0.1:{port}", "--auth-type", "htpasswd", "--auth-htpasswd-filename"]
    command += [str(folder / "users"), "--auth-htpasswd-encryption", "plain"]
    command += ["--storage-filesystem-folder", str(folder / "collections"), "--auth-delay", "0"]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    wait_for(port, process)
    server = CalendarServer(f"http://127.0.0.1:{port}/{USER}/work/")
    made = httpx2.request("MKCALENDAR", server.url, auth=(USER, PASSWORD))
    assert made.status_code == 201, made.text
    yield server
    process.kill()
    process.wait()


class Misbehaving(BaseHTTPRequestHandler):
    """Answers as the path says."""

    asked: list[dict[str, str]] = []  # noqa: RUF012  # of the tests' one server

    def do_GET(self) -> None:  # the library's name
        what, _, argument = self.path.strip("/").partition("/")
        self.asked.append({"path": self.path, **dict(self.headers.items())})
        getattr(self, what)(argument)

    def says(self, argument: str) -> None:
        self._answer(200, calendar("SUMMARY:Secret", *argument.split("+")))

    def large(self, _: str) -> None:
        self._answer(200, b"x" * 3_000_000)

    def slow(self, _: str) -> None:
        self.send_response(200)
        self.end_headers()
        for _second in range(100):
            try:
                self.wfile.write(b"x")
            except OSError:
                return
            time.sleep(0.05)

    def round(self, argument: str) -> None:
        self._answer(302, b"", Location=f"/round/{argument}x")

    def to(self, argument: str) -> None:
        self._answer(302, b"", Location=argument.replace("%2F", "/"))

    def denied(self, _: str) -> None:
        self._answer(403, b"no")

    def nonsense(self, _: str) -> None:
        self._answer(200, b"<html>Sign in</html>")

    def packed(self, _: str) -> None:
        self._answer(200, b"\x1f\x8b", **{"Content-Encoding": "gzip"})

    def _answer(self, status: int, content: bytes, **headers: str) -> None:
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *_: object) -> None:
        """Nothing."""


@pytest.fixture(scope="session")
def misbehaving() -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Misbehaving)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()
