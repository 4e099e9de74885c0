"""Reads a mailbox by IMAP (RFC 9051) without changing anything in it."""

import hashlib
import logging
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from urllib.parse import unquote, urlsplit

from imapclient import IMAPClient

from policies.faults import where
from policies.mail.receiving import MAIN, Arrived, Receiver
from policies.settings import MailSettings
from store.database import Connection, Organisation

logger = logging.getLogger(__name__)

POLL_SECONDS = 15.0
TIMEOUT_SECONDS = 60
PORTS = {"imap": 143, "imaps": 993}
LOOK_BACK = timedelta(days=30)
"""How far a mailbox is read back when it is first seen."""

BEGIN = """
INSERT INTO mailboxes (
    mailbox,
    uid_validity,
    last_uid
)
VALUES (
    %(mailbox)s,
    %(uid_validity)s,
    0
)
ON CONFLICT (mailbox) DO NOTHING
"""
TAKE = """
SELECT
    uid_validity,
    last_uid
FROM mailboxes
WHERE mailbox = %(mailbox)s
FOR UPDATE SKIP LOCKED
"""
ADVANCE = """
UPDATE mailboxes
SET uid_validity = %(uid_validity)s,
    last_uid = %(last_uid)s
WHERE mailbox = %(mailbox)s
"""


class Mailbox(threading.Thread):
    """Looks into one mailbox again and again until stopped."""

    def __init__(self, receiver: Receiver, settings: MailSettings) -> None:
        super().__init__(name="mailbox", daemon=True)
        if settings.imap_url is None:
            raise ValueError("HIRELEDGER_IMAP_URL is not set")
        self.receiver = receiver
        self.settings = settings
        self.url = urlsplit(settings.imap_url.get_secret_value())
        if self.url.scheme not in PORTS or not self.url.hostname:
            raise ValueError("HIRELEDGER_IMAP_URL must be imap://… or imaps://…")
        self.folder = unquote(self.url.path.strip("/")) or "INBOX"
        place = f"{self.url.hostname}:{self.url.port}:{self.url.username}"
        self.label = f"{self.folder}@{hashlib.sha256(place.encode()).hexdigest()[:8]}"
        self.stopped = threading.Event()

    def stop(self) -> None:
        """Ends after the mail in hand."""
        self.stopped.set()

    def run(self) -> None:
        while not self.stopped.is_set():
            try:
                self.look()
            except Exception as error:
                logger.warning("the mailbox cannot be read now: %s", where(error))
            self.stopped.wait(POLL_SECONDS)

    def look(self) -> int:
        """Takes in what came since the last look; how many mails that were."""
        home = self._home()
        if home is None:
            return 0
        with self._open() as client, self.receiver.hireledger.database.transaction(home) as lease:
            chosen = client.select_folder(self.folder, readonly=True)
            validity = int(chosen[b"UIDVALIDITY"])
            lease.execute(BEGIN, {"mailbox": self.label, "uid_validity": validity})
            row = lease.execute(TAKE, {"mailbox": self.label}).fetchone()
            if row is None:
                return 0
            # After a change of validity the numbers mean other mails; the log knows which it has.
            after = row[1] if row[0] == validity else 0
            taken = 0
            for uid in self._new(client, after):
                if self.stopped.is_set():
                    break
                self._take_in(client, uid)
                after, taken = uid, taken + 1
            self._advance(lease, validity, after)
            return taken

    def _home(self) -> Organisation | None:
        """The organisation that keeps how far the mailbox was read."""
        found = self.receiver.hireledger.organisations()
        return next((o for o in found if o.name == MAIN), found[0] if found else None)

    @contextmanager
    def _open(self) -> Iterator[IMAPClient]:
        secure = self.url.scheme == "imaps"
        host = str(self.url.hostname)
        port = self.url.port or PORTS[self.url.scheme]
        client = IMAPClient(host, port, ssl=secure, timeout=TIMEOUT_SECONDS)
        try:
            if not secure and client.has_capability("STARTTLS"):
                client.starttls()
            client.login(unquote(self.url.username or ""), unquote(self.url.password or ""))
            yield client
        finally:
            client.shutdown()

    def _new(self, client: IMAPClient, after: int) -> list[int]:
        if after:
            criteria: list[object] = ["UID", f"{after + 1}:*"]
        else:
            criteria = ["SINCE", (datetime.now(UTC) - LOOK_BACK).date()]
        return sorted(uid for uid in client.search(criteria) if uid > after)

    def _take_in(self, client: IMAPClient, uid: int) -> None:
        """One mail; if it cannot be taken in, it is left and the next one gets its turn."""
        size = client.fetch([uid], ["RFC822.SIZE"])[uid][b"RFC822.SIZE"]
        whole = size <= self.settings.largest_mail
        part = b"BODY[]" if whole else b"BODY[HEADER]"
        fetched = client.fetch([uid], [part.replace(b"BODY", b"BODY.PEEK")])[uid]
        self.receiver.receive(Arrived(fetched[part], self.label, uid, whole, size))

    def _advance(self, lease: Connection, validity: int, uid: int) -> None:
        parameters = {"mailbox": self.label, "uid_validity": validity, "last_uid": uid}
        lease.execute(ADVANCE, parameters)
