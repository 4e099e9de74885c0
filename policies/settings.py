"""How mail goes out and comes in, read from the environment."""

from email.headerregistry import Address
from email.utils import parseaddr
from functools import cached_property
from typing import Annotated

from pydantic import Field, SecretStr, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict


class MailSettings(BaseSettings):
    """`HIRELEDGER_SMTP_URL` and the others below; what is not set is not done."""

    model_config = SettingsConfigDict(env_prefix="HIRELEDGER_", env_ignore_empty=True)

    smtp_url: SecretStr | None = None
    """smtp://user:password@host:port, or smtps:// for TLS from the start."""

    mail_from: str = "Hiring <hiring@localhost>"
    """The sender that candidates see, with or without a name."""

    mail_domain: str | None = None
    """Where replies and returned mail go; omitted: the sender's domain."""

    imap_url: SecretStr | None = None
    """imap://user:password@host:port/folder, or imaps://; the folder is INBOX if omitted."""

    lmtp_port: Annotated[int, Field(ge=1, le=65535)] | None = None
    """Where a mail server of our own hands over mail by LMTP (RFC 2033)."""

    lmtp_host: str = "127.0.0.1"

    undo_seconds: Annotated[int, Field(ge=0, le=86_400)] = 60
    """How long a message waits before it is sent, unless its writer says otherwise."""

    scorecard_reminder_days: Annotated[int, Field(ge=1, le=90)] = 2
    """How many days after an interview its missing scorecards are asked for."""

    interview_reminder_hours: Annotated[int, Field(ge=1, le=336)] | None = None
    """How many hours before an interview everybody is reminded of it; omitted: nobody is."""

    public_url: str | None = None
    """Where browsers reach this; mails link to nothing without it."""

    largest_mail: Annotated[int, Field(ge=10_000)] = 10_000_000
    """Octets; of a larger mail only the headers are read."""

    @field_validator("mail_from")
    @classmethod
    def _is_an_address(cls, text: str) -> str:
        name, address = parseaddr(text)
        Address(name, addr_spec=address)
        return text

    @cached_property
    def sender(self) -> Address:
        """The sender that candidates see."""
        name, address = parseaddr(self.mail_from)
        return Address(name, addr_spec=address)

    @property
    def domain(self) -> str:
        """Where replies and returned mail go."""
        return self.mail_domain or self.sender.domain
