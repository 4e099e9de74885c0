"""Real mail servers as processes of their own: one that takes mail, one that holds a mailbox."""

import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path

import pytest
from imapclient import IMAPClient
from pydantic import SecretStr

from policies.mail.handover import Postman
from policies.mail.mailbox import Mailbox
from policies.mail.receiving import Receiver
from policies.reactor import Reactor
from policies.sending import SendMessages
from policies.settings import MailSettings
from store.database import Organisation
from store.log import Log
from store.system import Hireledger

ROOT = Path(__file__).parent.parent.parent
USER, PASSWORD = "hiring", "secret"


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def wait_for(port: int, process: "subprocess.Popen[bytes]") -> None:
    """Waits until something listens on a port."""
    deadline = time.monotonic() + 30
    while True:
        assert process.poll() is None, "the server ended by itself"
        assert time.monotonic() < deadline, "the server never listened"
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.05)


@dataclass
class MailServer:
    """A server that takes mail over, and what it has taken."""

    port: int
    folder: Path

    @property
    def url(self) -> str:
        return f"smtp://127.0.0.1:{self.port}"

    @property
    def mails(self) -> list[EmailMessage]:
        """What it took over, in order."""
        return [
            message_from_bytes(path.read_bytes(), policy=policy.default)
            for path in sorted(self.folder.glob("*.eml"))
        ]


@pytest.fixture(scope="session")
def smtp_process(tmp_path_factory: pytest.TempPathFactory) -> Iterator[MailServer]:
    folder, port = tmp_path_factory.mktemp("mails"), free_port()
    command = [sys.executable, "-m", "tests.mail.smtp_server", str(port), str(folder)]
    process = subprocess.Popen(command, cwd=ROOT)
    wait_for(port, process)
    yield MailServer(port, folder)
    process.kill()
    process.wait()


@pytest.fixture
def smtp(smtp_process: MailServer) -> MailServer:
    """The server that takes mail over; it has none yet."""
    for path in smtp_process.folder.glob("*.eml"):
        path.unlink()
    return smtp_process


@pytest.fixture(scope="session")
def imap_port() -> Iterator[int]:
    port = free_port()
    command = [str(Path(sys.executable).with_name("pymap")), "--host", "127.0.0.1"]
    command += ["--port", str(port), "--no-tls", "dict", "--demo-data"]
    command += ["--demo-user", USER, "--demo-password", PASSWORD]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    wait_for(port, process)
    yield port
    process.kill()
    process.wait()


@pytest.fixture
def settings_of_mail(smtp: MailServer, imap_port: int) -> MailSettings:
    """Where mail goes out and comes in."""
    return MailSettings(
        smtp_url=SecretStr(smtp.url),
        imap_url=SecretStr(f"imap://{USER}:{PASSWORD}@127.0.0.1:{imap_port}/INBOX"),
        mail_from="Acme Hiring <jobs@acme.example>",
        largest_mail=100_000,
    )


@pytest.fixture
def sender(log: Log, settings_of_mail: MailSettings) -> Iterator[Reactor]:
    """Sends the fresh organisation's messages when told to."""
    postman = Postman(settings_of_mail)
    yield Reactor(log, SendMessages(settings_of_mail), postman)
    postman.close()


@dataclass
class Letterbox:
    """Puts mail into the mailbox, as if it had come from outside."""

    client: IMAPClient

    def drop(self, octets: bytes) -> None:
        self.client.append("INBOX", octets)

    @property
    def place(self) -> tuple[int, int]:
        """The validity of the mailbox's numbers, and the last one given out."""
        status = self.client.folder_status("INBOX", ["UIDVALIDITY", "UIDNEXT"])
        return status[b"UIDVALIDITY"], status[b"UIDNEXT"] - 1


@pytest.fixture(scope="session")
def letterbox(imap_port: int) -> Iterator[Letterbox]:
    """Where mail from outside arrives."""
    client = IMAPClient("127.0.0.1", imap_port, ssl=False)
    client.login(USER, PASSWORD)
    yield Letterbox(client)
    client.shutdown()


class MailboxOfOne(Mailbox):
    """Keeps how far the mailbox was read in one organisation, as if there were no others."""

    organisation: Organisation

    def _home(self) -> Organisation:
        return self.organisation


@pytest.fixture
def mailbox(
    hireledger: Hireledger,
    organisation: Organisation,
    settings_of_mail: MailSettings,
    letterbox: Letterbox,
) -> Mailbox:
    """Reads the mailbox when told to; what other tests left there has been read."""
    box = MailboxOfOne(Receiver(hireledger), settings_of_mail)
    box.organisation = organisation
    with hireledger.database.transaction(organisation) as connection:
        connection.execute(
            "INSERT INTO mailboxes (mailbox, uid_validity, last_uid) VALUES (%s, %s, %s)",
            (box.label, *letterbox.place),
        )
    return box


def run_out(reactor: Reactor) -> None:
    """Lets a policy do all it can do now."""
    while reactor.step():
        pass
