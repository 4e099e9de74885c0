"""What a mail says: whether it is an answer or a report that ours came back, in plain text.

Whatever is wrong with a mail, reading it fails in one way only.
"""

from dataclasses import dataclass
from email import message_from_bytes, policy
from email.message import EmailMessage
from email.utils import parseaddr
from html.parser import HTMLParser
from typing import cast

LONGEST_TEXT = 100_000
LONGEST_HEADER = 1_000
UNSPECIFIED = "5.0.0"


class Malformed(Exception):
    """The mail cannot be read."""


@dataclass(frozen=True)
class Report:
    """What a mail server reports about one of our mails (RFC 3464)."""

    code: str
    """A status code (RFC 3463)."""
    failed: bool
    """Whether it gave up; otherwise it is still trying, or has delivered."""
    delayed: bool

    @property
    def bounced(self) -> bool:
        """Whether it is bad news at all."""
        return self.failed or self.delayed


@dataclass(frozen=True)
class Read:
    """What a mail says."""

    reference: str | None
    sender: str | None
    subject: str | None
    body: str | None
    automatic: bool
    attachments: int
    truncated: bool
    report: Report | None
    calendar: bytes | None = None
    """What calendars say to each other (text/calendar)."""


def headers_of(octets: bytes) -> bytes:
    """The headers of a mail, long lines joined."""
    head, _, _ = octets.replace(b"\r\n", b"\n").partition(b"\n\n")
    return head.replace(b"\n ", b"").replace(b"\n\t", b"")


def read(octets: bytes, *, whole: bool = True) -> Read:
    """Reads a mail, or its headers alone. Raises Malformed."""
    try:
        message = message_from_bytes(octets, policy=policy.default)
        text, cut = _text(message) if whole else (None, True)
        return Read(
            reference=_header(message, "Message-ID"),
            sender=parseaddr(_header(message, "From") or "")[1] or None,
            subject=_header(message, "Subject"),
            body=text,
            automatic=_is_automatic(message),
            attachments=sum(1 for _ in message.iter_attachments()) if _may_have(message) else 0,
            truncated=cut,
            report=_report(message) if whole else None,
            calendar=_calendar(message) if whole else None,
        )
    except Exception as error:  # the parser meets hostile input and raises what it likes
        raise Malformed(type(error).__name__) from error


def _header(message: EmailMessage, name: str) -> str | None:
    value = message.get(name)
    return _storable(str(value)).strip()[:LONGEST_HEADER] or None if value is not None else None


def _storable(text: str) -> str:
    """Text without what the log cannot hold: NUL and halves of surrogate pairs."""
    return text.replace("\x00", "").encode("utf-8", "replace").decode()


def _may_have(message: EmailMessage) -> bool:
    return message.is_multipart() and message.get_content_subtype() != "report"


def _text(message: EmailMessage) -> tuple[str | None, bool]:
    part = message.get_body(("plain", "html"))
    if part is None:
        return None, False
    payload = part.get_payload(decode=True)
    raw = payload if isinstance(payload, bytes) else b""
    try:
        text = raw.decode(part.get_content_charset("utf-8"), "replace")
    except LookupError:
        text = raw.decode("utf-8", "replace")
    if part.get_content_subtype() == "html":
        text = _words_of(text)
    text = _storable(text.replace("\r\n", "\n")).strip()
    return text[:LONGEST_TEXT], len(text) > LONGEST_TEXT


def _calendar(message: EmailMessage) -> bytes | None:
    for part in message.walk():
        if part.get_content_type() == "text/calendar":
            payload = part.get_payload(decode=True)
            return payload if isinstance(payload, bytes) else None
    return None


def _is_automatic(message: EmailMessage) -> bool:
    """Whether a program wrote it (RFC 3834), or claims to by older habits."""
    said = (_header(message, "Auto-Submitted") or "no").lower()
    precedence = (_header(message, "Precedence") or "").lower()
    return (
        not said.startswith("no")
        or precedence in {"bulk", "junk", "auto_reply"}
        or _header(message, "Return-Path") == "<>"
        or "X-Autoreply" in message
    )


def _report(message: EmailMessage) -> Report | None:
    if message.get_content_type() != "multipart/report":
        return None
    for part in message.walk():
        if part.get_content_type() == "message/delivery-status":
            for fields in cast("list[EmailMessage]", part.get_payload())[1:]:
                action = (_header(fields, "Action") or "").lower()
                status = (_header(fields, "Status") or "").partition(" ")[0]
                known = status.replace(".", "").isdigit() and len(status) <= 11  # noqa: PLR2004
                code = status if known else UNSPECIFIED
                return Report(code, action == "failed", action == "delayed")
    return None


class _Words(HTMLParser):
    """Keeps what HTML says, and nothing of what it would do."""

    silent = frozenset({"script", "style", "head", "title"})
    breaking = frozenset({"p", "br", "div", "li", "tr", "h1", "h2", "h3", "blockquote"})

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.words: list[str] = []
        self.depth = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:  # noqa: ARG002
        self.depth += tag in self.silent
        if tag in self.breaking:
            self.words.append("\n")

    def handle_endtag(self, tag: str) -> None:
        if tag in self.silent:
            self.depth = max(0, self.depth - 1)

    def handle_data(self, data: str) -> None:
        if not self.depth:
            self.words.append(data)


def _words_of(text: str) -> str:
    words = _Words()
    words.feed(text)
    words.close()
    lines = ("".join(words.words)).splitlines()
    return "\n".join(" ".join(line.split()) for line in lines)
