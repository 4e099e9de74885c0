"""Runs the policies of all organisations, and takes mail in, until stopped."""

import logging
import threading
import time
from collections.abc import Sequence

from policies.catalogue import POLICIES
from policies.faults import where
from policies.mail.handover import Postman
from policies.mail.listener import Listener
from policies.mail.mailbox import Mailbox
from policies.mail.receiving import Receiver
from policies.policy import Policy
from policies.reactor import Reactor
from policies.settings import MailSettings
from store.database import Organisation
from store.system import Hireledger

logger = logging.getLogger(__name__)

POLL_SECONDS = 0.5
PAUSE_AFTER_FAILURE = 2.0
RESTS = 10
"""How many times as long as a look at every organisation took, the rest after it lasts."""


class Runner(threading.Thread):
    """Runs one policy, whichever organisation it has something to do in."""

    def __init__(self, hireledger: Hireledger, policy: Policy, settings: MailSettings) -> None:
        super().__init__(name=policy.name, daemon=True)
        self.hireledger = hireledger
        self.policy = policy
        self.postman = Postman(settings) if settings.smtp_url else None
        self.stopped = threading.Event()

    def stop(self) -> None:
        """Ends after the effect in hand, or in the midst of one that can be gone on with."""
        self.stopped.set()
        self.policy.stop()

    def run(self) -> None:
        while not self.stopped.is_set():
            began = time.monotonic()
            # Not a generator: every organisation has its turn, not only the first that moves.
            moved = [self._step(organisation) for organisation in self._organisations()]
            if not any(moved):
                took = time.monotonic() - began
                self.stopped.wait(max(POLL_SECONDS, RESTS * took))
        if self.postman:
            self.postman.close()

    def _organisations(self) -> Sequence[Organisation]:
        try:
            return self.hireledger.organisations()
        except Exception as error:
            logger.warning("%s waits for the database: %s", self.policy.name, where(error))
            self.stopped.wait(PAUSE_AFTER_FAILURE)
            return []

    def _step(self, organisation: Organisation) -> bool:
        if self.stopped.is_set():
            return False
        try:
            return Reactor(self.hireledger.log(organisation), self.policy, self.postman).step()
        except Exception as error:
            about = self.policy.name, organisation.name, where(error)
            logger.error("%s stumbled in %s and tries again: %s", *about)
            self.stopped.wait(PAUSE_AFTER_FAILURE)
            return False


class Reactions:
    """Every policy in a thread of its own, so that a slow mail server holds up no other, and
    whatever takes mail in."""

    def __init__(self, hireledger: Hireledger, settings: MailSettings | None = None) -> None:
        settings = settings or MailSettings()
        receiver = Receiver(hireledger)
        self.runners = [Runner(hireledger, policy(settings), settings) for policy in POLICIES]
        self.mailbox = Mailbox(receiver, settings) if settings.imap_url else None
        self.listener = Listener(receiver, settings) if settings.lmtp_port else None

    def start(self) -> None:
        """Begins."""
        for runner in self.runners:
            runner.start()
        if self.mailbox:
            self.mailbox.start()
        if self.listener:
            self.listener.start()

    def stop(self) -> None:
        """Ends after the effect in hand."""
        for runner in self.runners:
            runner.stop()
        if self.mailbox:
            self.mailbox.stop()

    def join(self) -> None:
        """Waits until all have ended."""
        for runner in self.runners:
            runner.join()
        if self.mailbox:
            self.mailbox.join()
        if self.listener:
            self.listener.stop()
