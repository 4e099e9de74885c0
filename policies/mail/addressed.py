"""Mail to somebody at the address we were told last, and links in it to pages of ours."""

from urllib.parse import urlencode
from uuid import UUID

from policies.mail.composing import CannotBeMailed, Mail, compose
from policies.mail.tokens import PURPOSE
from policies.people import said_of
from policies.policy import MailPolicy
from policies.settings import MailSettings
from store.access_log import Access
from store.database import Connection
from store.ids import derived_id, new_id
from store.log import Log
from store.outbox import Effect


def mail_to(
    policy: MailPolicy,
    log: Log,
    connection: Connection,
    effect: Effect,
    person_id: UUID,
    *,
    purpose: str,
    subject: str,
    body: str,
) -> Mail:
    """A mail to a person's address, which is opened on the record. Raises CannotBeMailed."""
    access = Access(policy.id, purpose, new_id())
    recipient = said_of(log, connection, person_id, "email", access)
    if recipient is None:
        raise CannotBeMailed("no_address")
    return compose(
        policy.settings,
        log.database.keyring.secret(PURPOSE),
        log.organisation.id,
        derived_id(log.database.keyring.secret("policies"), "mail", effect.key),
        recipient=recipient,
        subject=subject,
        body=body,
    )


def where(settings: MailSettings, path: str, words: str, **query: object) -> str:
    """A paragraph with the address of a page; nothing where nobody said where we are reached."""
    if settings.public_url is None:
        return ""
    asked = f"?{urlencode(query)}" if query else ""
    return f"\n{words}: {settings.public_url.rstrip('/')}{path}{asked}\n"
