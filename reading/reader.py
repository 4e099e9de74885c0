"""Reads a document in a process of its own, which is ended with it."""

import json
import signal
import subprocess
import sys
import threading
from pathlib import Path
from typing import IO, Any

from pydantic import ValidationError

from reading.limits import SECONDS
from reading.profile import Reading
from reading.unreadable import READER_FAILED, TOO_SLOW, Unreadable

ROOT = Path(__file__).resolve().parent.parent
PROGRAM = "import sys; sys.path.insert(0, sys.argv[1]); from reading.confined import main; main()"
ANSWER_BYTES = 5_000_000
"""The longest text with its profile, each character escaped, is shorter."""


def read(content: bytes, *, profile: bool, region: str | None = None) -> Reading:
    """What a document says, and with `profile` what it suggests of who someone is.

    Raises Unreadable with a code, whatever the document does.
    """
    wanted = json.dumps({"profile": profile, "region": region}).encode() + b"\n"
    octets, ended = _answer_to(wanted + content)
    if ended == -signal.SIGXCPU:
        raise Unreadable(TOO_SLOW)
    answer = _parsed(octets) if ended == 0 and len(octets) <= ANSWER_BYTES else {}
    if "code" in answer:
        raise Unreadable(answer["code"], answer["format"])
    try:
        return Reading.model_validate(answer)
    except ValidationError:
        raise Unreadable(READER_FAILED) from None


def _answer_to(said: bytes) -> tuple[bytes, int]:
    """What the process answers, and how it ended. It gets nothing of ours but what is said.

    Raises Unreadable where it took too long.
    """
    command = [sys.executable, "-I", "-B", "-c", PROGRAM, str(ROOT)]
    with subprocess.Popen(  # noqa: S603  # the program is ours, and what it reads is no argument
        command,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        cwd="/",
        env={"LANG": "C.UTF-8"},
    ) as process:
        if process.stdin is None or process.stdout is None:
            raise OSError("no pipe to the process")
        late = threading.Event()
        deadline = threading.Timer(SECONDS, _end, args=(process, late))
        telling = threading.Thread(target=_tell, args=(process.stdin, said))
        deadline.start()
        telling.start()
        try:
            octets = process.stdout.read(ANSWER_BYTES + 1)
            if len(octets) > ANSWER_BYTES:
                process.kill()
            ended = process.wait()
            if late.is_set():
                raise Unreadable(TOO_SLOW)
            return octets, ended
        finally:
            process.kill()
            deadline.cancel()
            telling.join()


def _end(process: "subprocess.Popen[bytes]", late: threading.Event) -> None:
    late.set()
    process.kill()


def _tell(to: IO[bytes], said: bytes) -> None:
    try:
        with to:
            to.write(said)
    except OSError:
        """It ended before it heard everything; how it ended says why."""


def _parsed(octets: bytes) -> dict[str, Any]:
    try:
        answer = json.loads(octets)
    except (ValueError, RecursionError):
        return {}
    return answer if isinstance(answer, dict) else {}
