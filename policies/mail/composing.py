"""How a message becomes a mail: text and the same as inert HTML, signed return addresses."""

import hashlib
import html
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from email.errors import MessageError
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import localtime
from urllib.parse import urlencode
from uuid import UUID

from policies.mail.tokens import Kind, local_part
from policies.settings import MailSettings

BAD_ADDRESS = "5.1.3"
BAD_CONTENT = "5.6.0"
ADDRESS_IN = re.compile(r"https?://(?:(?!&(?:lt|gt|quot|#x27);)[^\s<])+(?<![.,;:!?)\]])")
"""An address in escaped text, without the full stop that ends its sentence."""
MESSAGE_ID = re.compile(r"<[!-;=?-~]{3,250}>")

NO_HEADERS: Mapping[str, str] = {}


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
    sender_name: str | None = None,
    page: str | None = None,
    headers: Mapping[str, str] = NO_HEADERS,
) -> Mail:
    """A mail. `answers` is the Message-ID of one that it answers. Raises CannotBeMailed.

    Answers go to the message, or are those of whoever is invited (`answered_by`). `page` is HTML
    that says the same as the body; omitted, it is made of it.
    """

    def address(kind: Kind) -> str:
        return f"{local_part(kind, organisation_id, message_id, secret)}@{settings.domain}"

    message = EmailMessage(SMTP)
    message["To"] = to = _address(recipient)
    try:
        message["From"] = _named(settings.sender, sender_name)
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
    for name, value in headers.items():
        message[name] = value
    message.set_content(body)
    message.add_alternative(page or as_html(body), subtype="html")
    return Mail(to.addr_spec, address(Kind.BOUNCE), message)


def page_url(settings: MailSettings, path: str, token: str) -> str:
    """The address of a page of ours. Raises CannotBeMailed where nobody said where we are."""
    if settings.public_url is None:
        raise CannotBeMailed("no_public_url")
    return f"{settings.public_url.rstrip('/')}{path}?{urlencode({'token': token})}"


def answer_address(
    settings: MailSettings, secret: bytes, organisation_id: UUID, invited_id: UUID
) -> str:
    """Where what somebody invited answers to invitations goes; nobody else knows it."""
    return f"{local_part(Kind.ANSWER, organisation_id, invited_id, secret)}@{settings.domain}"


def _named(sender: Address, name: str | None) -> Address:
    return Address(name, addr_spec=sender.addr_spec) if name else sender


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


def as_html(body: str, target: Callable[[str], str] | None = None) -> str:
    """Text as HTML in which nothing is markup but the paragraphs.

    Addresses become links if it is said where each leads.
    """

    def link(address: re.Match[str]) -> str:
        leads_to = html.escape(target(html.unescape(address[0])) if target else address[0])
        return f'<a href="{leads_to}">{address[0]}</a>'

    paragraphs = re.split(r"\n\s*\n", body.replace("\r\n", "\n").strip())
    texts = (html.escape(paragraph).replace(chr(10), "<br>") for paragraph in paragraphs)
    inner = "\n".join(f"<p>{ADDRESS_IN.sub(link, text) if target else text}</p>" for text in texts)
    return f'<!doctype html>\n<html><meta charset="utf-8">\n<body>\n{inner}\n</body></html>\n'
