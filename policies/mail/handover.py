"""Handing mail over to a mail server (SMTP, RFC 5321), and knowing what it said, if anything.

Only between the end of the text and the server's answer to it can nobody know whether the mail
was taken over. Whatever goes wrong before surely did not send it.
"""

import smtplib
import ssl
import time
from collections.abc import Callable
from dataclasses import dataclass
from email.policy import SMTP, SMTPUTF8
from ipaddress import ip_address
from urllib.parse import unquote, urlsplit

from policies.mail.composing import Mail
from policies.settings import MailSettings

TIMEOUT_SECONDS = 30.0
PAUSE_SECONDS = 10.0
"""How long a server that could not be reached is left alone."""
OK, MULTIPLE_OF = 250, 100
PORTS = {"smtp": 25, "smtps": 465}
NOT_ASCII = "5.6.7"
NOT_SET, NOT_REACHED, NOT_SECURE = "smtp_not_set", "smtp_not_reached", "smtp_without_tls"


class Unreachable(Exception):
    """No mail server can be reached that lets us in; `what` is what to wait for."""

    def __init__(self, what: str) -> None:
        super().__init__(what)
        self.what = what


@dataclass(frozen=True)
class Delivered:
    """The mail server took the mail over."""


@dataclass(frozen=True)
class Refused:
    """The mail server refused the mail; `code` is a status code (RFC 3463)."""

    code: str
    permanent: bool


@dataclass(frozen=True)
class Unknown:
    """The mail server went away without an answer."""


Answer = Delivered | Refused | Unknown


class Postman:
    """Takes mail to one server; the connection stays open from one to the next."""

    def __init__(self, settings: MailSettings) -> None:
        if settings.smtp_url is None:
            raise ValueError("HIRELEDGER_SMTP_URL is not set")
        self.url = urlsplit(settings.smtp_url.get_secret_value())
        if self.url.scheme not in PORTS or not self.url.hostname:
            raise ValueError("HIRELEDGER_SMTP_URL must be smtp://host:port or smtps://host:port")
        self.settings = settings
        self._server: smtplib.SMTP | None = None
        self._resumes_at = 0.0

    def connect(self) -> smtplib.SMTP:
        """An open connection. Raises Unreachable."""
        if self._server is not None and self._answers(self._server):
            return self._server
        self.close()
        if time.monotonic() < self._resumes_at:
            raise Unreachable(NOT_REACHED)
        try:
            self._server = self._open()
        except (OSError, smtplib.SMTPException) as error:
            self._resumes_at = time.monotonic() + PAUSE_SECONDS
            raise Unreachable(NOT_REACHED) from error
        return self._server

    def _answers(self, server: smtplib.SMTP) -> bool:
        try:
            return server.rset()[0] == OK
        except (OSError, smtplib.SMTPException):
            return False

    def _open(self) -> smtplib.SMTP:
        host, port = str(self.url.hostname), self.url.port or PORTS[self.url.scheme]
        name, context = self.settings.domain, ssl.create_default_context()
        server: smtplib.SMTP
        if self.url.scheme == "smtps":
            server = smtplib.SMTP_SSL(host, port, name, timeout=TIMEOUT_SECONDS, context=context)
        else:
            server = smtplib.SMTP(host, port, name, timeout=TIMEOUT_SECONDS)
        server.ehlo_or_helo_if_needed()
        secure = self.url.scheme == "smtps"
        if not secure and server.has_extn("starttls"):
            server.starttls(context=context)
            server.ehlo()
            secure = True
        if self.url.username:
            if not secure and not _is_here(host):
                raise Unreachable(NOT_SECURE)
            server.login(unquote(self.url.username), unquote(self.url.password or ""))
        return server

    def deliver(self, mail: Mail) -> Answer:
        """Hands one mail over. Raises Unreachable, and then has surely not sent it."""
        server = self.connect()
        options: list[str] = []
        policy = SMTP
        if not mail.recipient.isascii():
            if not server.has_extn("smtputf8"):
                return Refused(NOT_ASCII, permanent=True)
            options, policy = ["SMTPUTF8", "BODY=8BITMIME"], SMTPUTF8
        octets = mail.message.as_bytes(policy=policy)
        try:
            for say in (
                lambda: server.mail(mail.returns_to, options),
                lambda: server.rcpt(mail.recipient),
            ):
                if refused := _refusal(say):
                    return refused
        except (OSError, smtplib.SMTPException) as error:
            self.close()
            raise Unreachable(NOT_REACHED) from error
        return self._say(server, octets)

    def _say(self, server: smtplib.SMTP, octets: bytes) -> Answer:
        try:
            return _refusal(lambda: server.data(octets)) or Delivered()
        except smtplib.SMTPDataError as error:
            # It did not even want to hear the text.
            return _refused(error.smtp_code, error.smtp_error)
        except (OSError, smtplib.SMTPException):
            self.close()
            return Unknown()

    def close(self) -> None:
        """Ends the connection."""
        if self._server is not None:
            self._server.close()
            self._server = None


def _refusal(say: Callable[[], tuple[int, bytes]]) -> Refused | None:
    code, words = say()
    return None if code // MULTIPLE_OF == OK // MULTIPLE_OF else _refused(code, words)


def _refused(code: int, words: bytes | str) -> Refused:
    """What a refusal means; the server's words, which may name a person, are not kept."""
    said = words.decode("ascii", "replace") if isinstance(words, bytes) else words
    first, _, _ = said.partition(" ")
    permanent = code // MULTIPLE_OF == 5  # noqa: PLR2004  # the first digit says so
    enhanced = first.replace(".", "").isdigit() and first.count(".") == 2 and len(first) <= 11  # noqa: PLR2004
    return Refused(first if enhanced else str(code), permanent)


def _is_here(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
