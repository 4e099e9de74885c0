"""How a message becomes a mail: text and the same as inert HTML, signed return addresses."""

import hashlib
import html
import re
from dataclasses import dataclass
from email.errors import MessageError
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import localtime
from uuid import UUID

from policies.mail.tokens import Kind, local_part
from policies.settings import MailSettings

BAD_ADDRESS = "5.1.3"
BAD_CONTENT = "5.6.0"
MESSAGE_ID = re.compile(r"<[!-;=?-~]{3,250}>")


class CannotBeMailed(Exception):
    """No mail can be made of this; `code` says why (RFC 3463)."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


@dataclass(frozen=True)
class Mail:
    """A mail ready to be handed over, and who is told if it cannot be delivered."""

    recipient: str
    returns_to: str
    message: EmailMessage

    @property
    def provider_id(self) -> str:
        """A hash of its Message-ID, which is what mail servers and their logs know it by."""
        return hashlib.sha256(self.message["Message-ID"].encode()).hexdigest()[:32]


def compose(
    settings: MailSettings,
    secret: bytes,
    organisation_id: UUID,
    message_id: UUID,
    *,
    recipient: str,
    subject: str,
    body: str,
    answers: str | None = None,
    answered_by: UUID | None = None,
) -> Mail:
    """A mail. `answers` is the Message-ID of one that it answers. Raises CannotBeMailed.

    Answers go to the message, or are those of whoever is invited (`answered_by`).
    """

    def address(kind: Kind) -> str:
        return f"{local_part(kind, organisation_id, message_id, secret)}@{settings.domain}"

    message = EmailMessage(SMTP)
    message["From"] = settings.sender
    message["To"] = to = _address(recipient)
    try:
        message["Subject"] = subject
    except ValueError:
        raise CannotBeMailed(BAD_CONTENT) from None
    message["Reply-To"] = (
        answer_address(settings, secret, organisation_id, answered_by)
        if answered_by
        else address(Kind.REPLY)
    )
    message["Date"] = localtime()
    message["Message-ID"] = f"<{address(Kind.MESSAGE)}>"
    message["Auto-Submitted"] = "auto-generated"
    if answers is not None and MESSAGE_ID.fullmatch(answers):
        message["In-Reply-To"] = message["References"] = answers
    message.set_content(body)
    message.add_alternative(as_html(body), subtype="html")
    return Mail(to.addr_spec, address(Kind.BOUNCE), message)


def answer_address(
    settings: MailSettings, secret: bytes, organisation_id: UUID, invited_id: UUID
) -> str:
    """Where what somebody invited answers to invitations goes; nobody else knows it."""
    return f"{local_part(Kind.ANSWER, organisation_id, invited_id, secret)}@{settings.domain}"


def _address(text: str) -> Address:
    """An address, its domain in ASCII."""
    try:
        address = Address(addr_spec=text.strip())
        domain = address.domain.encode("idna").decode()
        if not domain or not address.username:
            raise CannotBeMailed(BAD_ADDRESS)
        return Address(username=address.username, domain=domain)
    except (MessageError, ValueError, IndexError) as error:
        raise CannotBeMailed(BAD_ADDRESS) from error


def as_html(body: str) -> str:
    """Text as HTML in which nothing is markup but the paragraphs."""
    paragraphs = re.split(r"\n\s*\n", body.replace("\r\n", "\n").strip())
    inner = "\n".join(
        f"<p>{html.escape(paragraph).replace(chr(10), '<br>')}</p>" for paragraph in paragraphs
    )
    return f'<!doctype html>\n<html><meta charset="utf-8">\n<body>\n{inner}\n</body></html>\n'
