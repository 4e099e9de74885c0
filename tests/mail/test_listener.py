"""Mail handed over by LMTP: to whom it belongs, how large it may be, and how it is refused."""

import smtplib
from collections.abc import Iterator
from uuid import UUID, uuid4

import pytest

from domain.message import MessageBounced, MessageReceived
from policies.mail.listener import Listener
from policies.mail.receiving import Receiver
from policies.mail.tokens import PURPOSE, Kind, local_part, tokens_in
from policies.settings import MailSettings
from store.envelope import Attribution
from store.ids import new_id
from store.log import Log
from store.system import Hireledger
from tests import examples
from tests.examples import the_message
from tests.mail.conftest import free_port


@pytest.fixture
def lmtp(hireledger: Hireledger) -> Iterator[smtplib.LMTP]:
    """A mail server's connection to the listener."""
    settings = MailSettings(lmtp_port=free_port(), largest_mail=20_000)
    listener = Listener(Receiver(hireledger), settings)
    listener.start()
    client = smtplib.LMTP("127.0.0.1", settings.lmtp_port or 0)
    yield client
    client.close()
    listener.stop()


@pytest.fixture
def written(log: Log, recruiter: Attribution) -> tuple[UUID, UUID]:
    candidate = examples.written_to()
    message_id = the_message(candidate)
    candidate.note_sending(message_id, "hash")
    log.record(candidate, by=recruiter)
    return candidate.id, message_id


def address(log: Log, message_id: UUID, kind: Kind = Kind.REPLY) -> str:
    secret = log.database.keyring.secret(PURPOSE)
    return f"{local_part(kind, log.organisation.id, message_id, secret)}@acme.example"


def mail(text: str = "Yes") -> bytes:
    return f"From: ada@example.org\r\nMessage-ID: <{uuid4()}@x>\r\n\r\n{text}\r\n".encode()


def test_an_answer_handed_over_is_kept_once(
    log: Log, lmtp: smtplib.LMTP, written: tuple[UUID, UUID]
) -> None:
    octets = mail()
    for _ in range(2):
        lmtp.sendmail("ada@example.org", [address(log, written[1])], octets)
    history = log.candidate(written[0]).history
    assert len([event for event in history if isinstance(event, MessageReceived)]) == 1


def test_an_address_nobody_signed_is_refused_at_once(
    log: Log, lmtp: smtplib.LMTP, written: tuple[UUID, UUID]
) -> None:
    right = address(log, written[1])
    forged = right.replace(right[20:26], "aaaaaa")
    for wrong in (forged, "jobs@acme.example", right.replace("reply", "bounce")):
        with pytest.raises(smtplib.SMTPRecipientsRefused) as refused:
            lmtp.sendmail("eve@example.org", [wrong], mail())
        assert {code for code, _ in refused.value.recipients.values()} == {550}
    assert not isinstance(log.candidate(written[0]).history[-1], MessageReceived)


def test_too_large_a_mail_is_refused(
    log: Log, lmtp: smtplib.LMTP, written: tuple[UUID, UUID]
) -> None:
    with pytest.raises(smtplib.SMTPResponseException) as refused:
        lmtp.sendmail("ada@example.org", [address(log, written[1])], mail("word " * 5_000))
    assert refused.value.smtp_code == 552


def test_folded_case_does_not_lose_a_reply(
    log: Log, lmtp: smtplib.LMTP, written: tuple[UUID, UUID]
) -> None:
    lmtp.sendmail("ada@example.org", [address(log, written[1]).upper()], mail())
    assert isinstance(log.candidate(written[0]).history[-1], MessageReceived)


def test_what_is_no_report_is_no_bounce(
    log: Log, lmtp: smtplib.LMTP, written: tuple[UUID, UUID]
) -> None:
    lmtp.sendmail("", [address(log, written[1], Kind.BOUNCE)], mail("I am on holiday"))
    history = log.candidate(written[0]).history
    assert isinstance(history[-1], MessageReceived)
    assert history[-1].automatic
    assert not any(isinstance(event, MessageBounced) for event in history)


def test_a_token_fits_a_local_part_and_names_kind_message_and_organisation() -> None:
    secret, organisation_id, message_id = b"secret", new_id(), new_id()
    for kind in Kind:
        local = local_part(kind, organisation_id, message_id, secret)
        assert len(local) <= 64
        (token,) = tokens_in(f"To: <{local}@acme.example>".encode())
        assert (token.kind, token.message_id) == (kind, message_id)
        assert token.may_be_of(organisation_id)
        assert token.is_of(organisation_id, secret)
        assert not token.is_of(organisation_id, b"another")
        assert not token.is_of(new_id(), secret)
