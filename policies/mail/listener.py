"""Takes mail from a mail server of our own by LMTP (RFC 2033), one recipient at a time."""

import asyncio
import logging
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.lmtp import LMTP
from aiosmtpd.smtp import Envelope, Session

from policies.faults import where
from policies.mail.receiving import Arrived, Receiver
from policies.settings import MailSettings

logger = logging.getLogger(__name__)

TAKEN = "250 2.0.0 taken"
NOBODY = "550 5.1.1 no such message"
ONE_AT_A_TIME = "452 4.5.3 one recipient at a time"
LATER = "451 4.3.0 try again later"


class Handler:
    """What is said to each step of a hand-over."""

    def __init__(self, receiver: Receiver) -> None:
        self.receiver = receiver

    async def handle_RCPT(  # noqa: N802  # the library's name
        self, _: Any, __: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if envelope.rcpt_tos:
            return ONE_AT_A_TIME
        if not await asyncio.to_thread(self.receiver.knows, address):
            return NOBODY
        envelope.rcpt_tos.append(address)
        envelope.rcpt_options.extend(options)
        return "250 2.1.5 go on"

    async def handle_DATA(self, _: Any, __: Session, envelope: Envelope) -> str:  # noqa: N802
        octets = envelope.original_content or b""
        arrived = Arrived(octets, "lmtp", addressed_to=envelope.rcpt_tos[0])
        try:
            await asyncio.to_thread(self.receiver.receive, arrived)
        except Exception as error:
            logger.error("a mail cannot be taken in now: %s", where(error))
            return LATER
        return TAKEN


class Listener(Controller):
    """Listens, in a thread of its own, until stopped."""

    def __init__(self, receiver: Receiver, settings: MailSettings) -> None:
        if settings.lmtp_port is None:
            raise ValueError("HIRELEDGER_LMTP_PORT is not set")
        super().__init__(Handler(receiver), hostname=settings.lmtp_host, port=settings.lmtp_port)
        self.largest = settings.largest_mail

    def factory(self) -> LMTP:
        """What speaks on one connection."""
        return LMTP(
            self.handler, data_size_limit=self.largest, enable_SMTPUTF8=True, ident="Hireledger"
        )
