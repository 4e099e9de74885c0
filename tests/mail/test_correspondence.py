"""Mail both ways, over real servers: what goes out, what comes back, on the right application."""

import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import psycopg
import pytest
from pydantic import SecretStr

from commands import applications, candidates, doubts, messages
from commands.doubts import NotInDoubt, Resolution
from commands.messages import BeingSent
from domain.candidate import Candidate
from domain.event import Category
from domain.message import (
    LineBreakInHeader,
    MessageBounced,
    MessageNotWaiting,
    MessageReceived,
    MessageSent,
    MessageState,
)
from policies.faults import where
from policies.mail.handover import Postman
from policies.mail.mailbox import Mailbox
from policies.reactor import Reactor
from policies.sending import SendMessages
from policies.settings import MailSettings
from policies.standing import OutboxRow, standings, unmatched, unsettled
from store import outbox
from store.access_log import Access
from store.database import Connection
from store.envelope import Attribution
from store.ids import new_id
from store.log import Log
from tests.mail.conftest import Letterbox, MailServer, free_port, run_out
from tests.mail.letters import bounce_of, reply_to

WAITING_FOR_A_ROW = """
SELECT 1
FROM pg_stat_activity
WHERE wait_event_type = 'Lock'
  AND query LIKE '%FROM outbox WHERE key%FOR UPDATE%'
"""

Written = tuple[UUID, UUID]
"""A candidate and a message to them."""


@pytest.fixture
def recruiting() -> Callable[[], Attribution]:
    return lambda: Attribution("person", new_id(), "recruiter", "api")


@pytest.fixture
def write(log: Log, recruiting: Callable[[], Attribution]) -> Callable[..., Written]:
    """Has a message written to a new candidate, due at once unless told otherwise."""

    def written(
        email: str | None = "ada@example.org",
        subject: str = "Your application",
        body: str = "We would like to meet you.",
        wait: float = 0,
        **about: Any,
    ) -> Written:
        registered = candidates.register(log, recruiting(), full_name="Ada", email=email)
        candidate_id = UUID(str(registered.facts[0].originator_id))
        applied = applications.apply(log, recruiting(), candidate_id)
        application_id = UUID(applied.facts[0].data["application_id"])
        send_at = datetime.now(UTC) + timedelta(seconds=wait)
        recorded = messages.request(
            log,
            recruiting(),
            application_id,
            subject=subject,
            body=body,
            send_at=send_at,
            **about,
        )
        return candidate_id, UUID(recorded.facts[0].data["message_id"])

    return written


def state_of(log: Log, written: Written) -> MessageState:
    return log.candidate(written[0]).message(written[1]).state


def of_type(candidate: Candidate, kind: type[Any]) -> list[Any]:
    return [event for event in candidate.history if isinstance(event, kind)]


def opened(log: Log, position: int) -> dict[str, Any]:
    """What was said at a log position."""
    facts = log.facts.at_positions([position])
    access = Access(new_id(), "test", new_id())
    with log.database.transaction(log.organisation) as connection:
        return log.vault.open(connection, facts, [Category.COMMUNICATION], access)[0]


def last_said(log: Log) -> dict[str, Any]:
    position = log.facts.max_notification_id()
    assert position
    return opened(log, position)


def waiting(log: Log) -> list[OutboxRow]:
    with log.database.transaction(log.organisation) as connection:
        return unsettled(connection)


def test_a_message_goes_out_and_its_answer_comes_back_to_the_application(
    log: Log,
    write: Callable[..., Written],
    sender: Reactor,
    smtp: MailServer,
    letterbox: Letterbox,
    mailbox: Mailbox,
) -> None:
    written = write()
    run_out(sender)
    (mail,) = smtp.mails
    assert (mail["To"], mail["From"]) == ("ada@example.org", "Acme Hiring <jobs@acme.example>")
    assert mail["Auto-Submitted"] == "auto-generated"
    assert mail["Return-Path"].startswith("<bounce+")
    assert state_of(log, written) == MessageState.SENT
    assert last_said(log) == {"recipient": "ada@example.org"}
    assert waiting(log) == []

    letterbox.drop(reply_to(mail))
    assert mailbox.look() == 1
    (answer,) = of_type(log.candidate(written[0]), MessageReceived)
    assert answer.in_reply_to == written[1]
    assert answer.application_id == log.candidate(written[0]).message(written[1]).application_id
    assert last_said(log) == {
        "sender": "ada@example.org",
        "subject": "Re: Your application",
        "body": "Yes, gladly",
        "reference": "<answer-1@example.org>",
    }


def test_an_answer_to_an_answer_joins_the_thread(
    log: Log,
    write: Callable[..., Written],
    sender: Reactor,
    smtp: MailServer,
    letterbox: Letterbox,
    mailbox: Mailbox,
    recruiter: Attribution,
) -> None:
    candidate_id, _ = write()
    run_out(sender)
    letterbox.drop(reply_to(smtp.mails[0]))
    mailbox.look()
    (answer,) = of_type(log.candidate(candidate_id), MessageReceived)
    messages.request(
        log,
        recruiter,
        answer.application_id,
        subject="Re: Your application",
        body="Monday, then",
        send_at=datetime.now(UTC),
        in_reply_to=answer.message_id,
    )
    run_out(sender)
    assert smtp.mails[1]["In-Reply-To"] == "<answer-1@example.org>"


def test_a_mail_comes_in_once_however_often_it_is_delivered(
    log: Log,
    write: Callable[..., Written],
    sender: Reactor,
    smtp: MailServer,
    letterbox: Letterbox,
    mailbox: Mailbox,
) -> None:
    written = write()
    run_out(sender)
    for _ in range(3):
        letterbox.drop(reply_to(smtp.mails[0]))
    assert mailbox.look() == 3
    assert mailbox.look() == 0
    with log.database.transaction(log.organisation) as connection:
        connection.execute("UPDATE mailboxes SET last_uid = 0")
    assert mailbox.look() >= 3
    assert len(of_type(log.candidate(written[0]), MessageReceived)) == 1


@pytest.mark.parametrize(
    ("status", "action", "state", "permanent"),
    [
        ("5.1.1", "failed", MessageState.BOUNCED, True),
        ("4.4.1", "delayed", MessageState.SENT, False),
    ],
)
def test_a_report_that_a_mail_came_back_is_an_event_of_its_message(
    log: Log,
    write: Callable[..., Written],
    sender: Reactor,
    smtp: MailServer,
    letterbox: Letterbox,
    mailbox: Mailbox,
    status: str,
    action: str,
    state: MessageState,
    permanent: bool,
) -> None:
    written = write()
    run_out(sender)
    letterbox.drop(bounce_of(smtp.mails[0], status, action))
    mailbox.look()
    (bounce,) = of_type(log.candidate(written[0]), MessageBounced)
    assert (bounce.code, bounce.permanent) == (status, permanent)
    assert state_of(log, written) == state


def test_a_report_of_good_news_is_no_event(
    log: Log,
    write: Callable[..., Written],
    sender: Reactor,
    smtp: MailServer,
    letterbox: Letterbox,
    mailbox: Mailbox,
) -> None:
    write()
    run_out(sender)
    before = log.facts.max_notification_id()
    letterbox.drop(bounce_of(smtp.mails[0], "2.0.0", "delivered"))
    assert mailbox.look() == 1
    assert log.facts.max_notification_id() == before


@pytest.mark.parametrize(
    "headers",
    [{"Auto_Submitted": "auto-replied"}, {"Precedence": "bulk"}, {"to": "the return address"}],
)
def test_what_a_program_answers_is_marked(
    log: Log,
    write: Callable[..., Written],
    sender: Reactor,
    smtp: MailServer,
    letterbox: Letterbox,
    mailbox: Mailbox,
    headers: dict[str, str],
) -> None:
    written = write()
    run_out(sender)
    (mail,) = smtp.mails
    if "to" in headers:
        headers = {"to": mail["Return-Path"].strip("<>")}
    letterbox.drop(reply_to(mail, "I am on holiday", **headers))
    mailbox.look()
    (answer,) = of_type(log.candidate(written[0]), MessageReceived)
    assert answer.automatic


def test_an_answer_to_the_visible_address_is_found_by_what_it_answers(
    log: Log,
    write: Callable[..., Written],
    sender: Reactor,
    smtp: MailServer,
    letterbox: Letterbox,
    mailbox: Mailbox,
) -> None:
    written = write()
    run_out(sender)
    letterbox.drop(reply_to(smtp.mails[0], to="jobs@acme.example"))
    mailbox.look()
    assert len(of_type(log.candidate(written[0]), MessageReceived)) == 1


def test_mail_that_belongs_to_nobody_is_listed_and_nothing_of_it_kept(
    log: Log,
    write: Callable[..., Written],
    sender: Reactor,
    smtp: MailServer,
    letterbox: Letterbox,
    mailbox: Mailbox,
) -> None:
    write()
    run_out(sender)
    (mail,) = smtp.mails
    before = log.facts.max_notification_id()
    local, _, domain = mail["Reply-To"].partition("@")
    forged = f"{local[:-5]}{'a' if local[-5] != 'a' else 'b'}{local[-4:]}@{domain}"
    del mail["Message-ID"]
    letterbox.drop(reply_to(mail, to=forged, message_id="<forged@example.org>"))
    letterbox.drop(b"Subject: hello\r\nFrom: eve@example.org\r\n\r\nBuy this\r\n")
    assert mailbox.look() == 2
    assert log.facts.max_notification_id() == before
    with log.database.transaction(log.organisation) as connection:
        rows = unmatched(connection)
    assert "forged_token" in {row.reason for row in rows}
    assert not any("eve" in str(value) for row in rows for value in row.model_dump().values())


MALFORMED = [
    b"",
    b"\x00\xff\xfe" * 500,
    b"From: \xff\xfe<\r\nTo: ;;;<<>>@@\r\nSubject: =?utf-8?q?=ff?=\r\n\r\n\x80",
    b"Content-Type: multipart/mixed; boundary=x\r\n\r\n" + b"--x\r\n" * 2_000,
    b"Content-Type: text/plain; charset=nonsense\r\n\r\nhello",
    b"Content-Type: multipart/report; report-type=delivery-status; boundary=b\r\n\r\n"
    b"--b\r\nContent-Type: message/delivery-status\r\n\r\n\r\n--b--\r\n",
]


def test_a_malformed_mail_stops_nothing(
    log: Log,
    write: Callable[..., Written],
    sender: Reactor,
    smtp: MailServer,
    letterbox: Letterbox,
    mailbox: Mailbox,
) -> None:
    written = write()
    run_out(sender)
    (mail,) = smtp.mails
    for octets in MALFORMED:
        for address in (mail["Reply-To"], mail["Return-Path"].strip("<>"), "jobs@acme.example"):
            letterbox.drop(f"Delivered-To: {address}\r\n".encode() + octets)
    letterbox.drop(reply_to(mail))
    assert mailbox.look() == 3 * len(MALFORMED) + 1
    assert last_said(log)["body"] == "Yes, gladly"
    assert state_of(log, written) == MessageState.SENT


def test_of_too_large_a_mail_only_the_headers_are_read(
    log: Log,
    write: Callable[..., Written],
    sender: Reactor,
    smtp: MailServer,
    letterbox: Letterbox,
    mailbox: Mailbox,
) -> None:
    written = write()
    run_out(sender)
    letterbox.drop(reply_to(smtp.mails[0], "word " * 30_000))
    mailbox.look()
    (answer,) = of_type(log.candidate(written[0]), MessageReceived)
    assert answer.truncated
    assert "body" not in last_said(log)


def test_markup_in_an_answer_is_kept_as_words_only(
    log: Log,
    write: Callable[..., Written],
    sender: Reactor,
    smtp: MailServer,
    letterbox: Letterbox,
    mailbox: Mailbox,
) -> None:
    write()
    run_out(sender)
    raw = reply_to(smtp.mails[0], "<p>Yes</p><script>alert(1)</script><b>gladly</b>")
    letterbox.drop(raw.replace(b"text/plain", b"text/html"))
    mailbox.look()
    assert last_said(log)["body"] == "Yesgladly"


def test_markup_in_a_message_is_inert(
    write: Callable[..., Written], sender: Reactor, smtp: MailServer
) -> None:
    write(subject="<b>Hi</b>", body="Dear <script>alert('x')</script> & co\n\nBye")
    run_out(sender)
    (mail,) = smtp.mails
    page = mail.get_body(("html",))
    assert page is not None
    assert "<script" not in page.get_content()
    assert "&lt;script&gt;" in page.get_content()
    plain = mail.get_body(("plain",))
    assert plain is not None
    assert "<script>" in plain.get_content()


@pytest.mark.parametrize("end", ["\r\n", "\n", "\r", "\x0b", "\x85", "\u2028"])
def test_a_line_break_in_a_subject_is_refused(write: Callable[..., Written], end: str) -> None:
    with pytest.raises(LineBreakInHeader):
        write(subject=f"Hello{end}Bcc: everyone@example.org")


@pytest.mark.parametrize(
    "address", ["ada@example.org\r\nBcc: eve@example.org", "ada@example.org, eve@example.org", "@"]
)
def test_an_address_that_is_none_takes_no_mail_and_injects_nothing(
    log: Log, write: Callable[..., Written], sender: Reactor, smtp: MailServer, address: str
) -> None:
    written = write(email=address)
    run_out(sender)
    assert smtp.mails == []
    (bounce,) = of_type(log.candidate(written[0]), MessageBounced)
    assert bounce.code == "5.1.3"


def test_without_an_address_a_message_comes_back_at_once(
    log: Log, write: Callable[..., Written], sender: Reactor
) -> None:
    written = write(email=None)
    run_out(sender)
    assert of_type(log.candidate(written[0]), MessageBounced)[0].code == "no_address"


def test_a_corrected_address_is_the_one_written_to(
    log: Log,
    write: Callable[..., Written],
    sender: Reactor,
    smtp: MailServer,
    recruiter: Attribution,
) -> None:
    written = write()
    candidate = log.candidate(written[0])
    candidate.correct_entry(1, "email", "king@example.org", "entered_wrong")
    log.record(candidate, by=recruiter)
    run_out(sender)
    assert smtp.mails[0]["To"] == "king@example.org"


def test_what_the_server_refuses_for_good_has_come_back(
    log: Log, write: Callable[..., Written], sender: Reactor
) -> None:
    written = write("nobody@example.org")
    run_out(sender)
    (bounce,) = of_type(log.candidate(written[0]), MessageBounced)
    assert (bounce.code, bounce.permanent) == ("5.1.1", True)
    assert waiting(log) == []


def test_what_the_server_refuses_for_now_is_tried_again_later(
    log: Log, write: Callable[..., Written], sender: Reactor
) -> None:
    written = write("later@example.org")
    run_out(sender)
    (row,) = waiting(log)
    assert (row.state, row.attempts, row.outcome) == ("waiting", 1, "4.2.0")
    assert row.due_at > datetime.now(UTC) + timedelta(seconds=50)
    assert state_of(log, written) == MessageState.WAITING


def test_an_answer_that_never_came_is_a_doubt_that_a_person_settles(
    log: Log,
    write: Callable[..., Written],
    sender: Reactor,
    smtp: MailServer,
    recruiting: Callable[[], Attribution],
) -> None:
    written = write("hangup@example.org")
    run_out(sender)
    (row,) = waiting(log)
    assert row.state == "in_doubt"
    assert len(smtp.mails) == 1
    run_out(sender)
    assert len(smtp.mails) == 1
    with pytest.raises(BeingSent):
        messages.cancel(log, recruiting(), written[1])

    doubts.resolve(log, recruiting(), row.key, Resolution.RESEND)
    run_out(sender)
    assert len(smtp.mails) == 2
    assert smtp.mails[0]["Message-ID"] == smtp.mails[1]["Message-ID"]

    doubts.resolve(log, recruiting(), row.key, Resolution.SENT)
    run_out(sender)
    assert waiting(log) == []
    (sent,) = of_type(log.candidate(written[0]), MessageSent)
    assert sent.confirmed_by_hand
    with pytest.raises(NotInDoubt):
        doubts.resolve(log, recruiting(), row.key, Resolution.RESEND)


def test_an_answer_settles_the_doubt_whether_the_message_went_out(
    log: Log,
    write: Callable[..., Written],
    sender: Reactor,
    smtp: MailServer,
    letterbox: Letterbox,
    mailbox: Mailbox,
) -> None:
    written = write("hangup@example.org")
    run_out(sender)
    letterbox.drop(reply_to(smtp.mails[0]))
    mailbox.look()
    run_out(sender)
    assert waiting(log) == []
    assert state_of(log, written) == MessageState.SENT


def test_a_message_is_cancelled_until_it_is_handed_over(
    log: Log,
    write: Callable[..., Written],
    sender: Reactor,
    smtp: MailServer,
    recruiting: Callable[[], Attribution],
) -> None:
    written, other = write(wait=3600), write(wait=3600)
    run_out(sender)
    assert [row.state for row in waiting(log)] == ["waiting", "waiting"]
    messages.cancel(log, recruiting(), written[1])
    with log.database.transaction(log.organisation) as connection:
        connection.execute("UPDATE outbox SET due_at = clock_timestamp()")
    run_out(sender)
    assert len(smtp.mails) == 1
    assert waiting(log) == []
    with pytest.raises(MessageNotWaiting, match="is sent"):
        messages.cancel(log, recruiting(), other[1])


def test_a_message_is_cancelled_before_its_policy_has_heard_of_it(
    log: Log,
    write: Callable[..., Written],
    sender: Reactor,
    smtp: MailServer,
    recruiter: Attribution,
) -> None:
    _, message_id = write()
    messages.cancel(log, recruiter, message_id)
    run_out(sender)
    assert smtp.mails == []


def cancelled(log: Log, written: Written, _: Connection) -> None:
    candidate = log.candidate(written[0])
    candidate.cancel_message(written[1])
    log.record(candidate, by=Attribution("person", new_id(), "recruiter", "api"))


def attempted_elsewhere(_: Log, __: Written, connection: Connection) -> None:
    connection.execute("UPDATE outbox SET state = 'in_doubt'")


@pytest.mark.parametrize("meanwhile", [cancelled, attempted_elsewhere])
def test_what_happens_to_a_message_in_the_last_moment_keeps_it_from_being_sent(
    log: Log,
    write: Callable[..., Written],
    sender: Reactor,
    smtp: MailServer,
    meanwhile: Callable[[Log, Written, Connection], None],
) -> None:
    written = write(wait=3600)
    run_out(sender)
    with log.database.transaction(log.organisation) as connection:
        connection.execute("UPDATE outbox SET due_at = clock_timestamp()")
    (row,) = waiting(log)
    sending = threading.Thread(target=sender.step)
    with log.database.transaction(log.organisation) as connection:
        outbox.hold(connection, row.key)
        sending.start()
        # The sender has chosen the message, and waits for its row.
        until_someone_waits_for_a_lock(log)
        meanwhile(log, written, connection)
    sending.join()
    assert smtp.mails == []


def until_someone_waits_for_a_lock(log: Log) -> None:
    deadline = time.monotonic() + 20
    with psycopg.connect(log.database.admin_url, autocommit=True) as connection:
        while not connection.execute(WAITING_FOR_A_ROW).fetchone():
            assert time.monotonic() < deadline
            time.sleep(0.02)


def test_without_a_mail_server_messages_wait_and_say_so(
    log: Log, write: Callable[..., Written], sender: Reactor, smtp: MailServer
) -> None:
    write()
    without = Reactor(log, sender.policy)
    run_out(without)
    assert smtp.mails == []
    assert waiting_for(log) == "smtp_not_set"
    run_out(sender)
    assert len(smtp.mails) == 1
    assert waiting_for(log) is None


def test_while_the_mail_server_is_away_messages_wait_unattempted(
    log: Log, write: Callable[..., Written], settings_of_mail: MailSettings, smtp: MailServer
) -> None:
    write()
    url = SecretStr(f"smtp://127.0.0.1:{free_port()}")
    away = settings_of_mail.model_copy(update={"smtp_url": url})
    run_out(Reactor(log, SendMessages(away), Postman(away)))
    assert waiting_for(log) == "smtp_not_reached"
    (row,) = waiting(log)
    assert (row.state, row.attempts, smtp.mails) == ("waiting", 0, [])


def test_what_an_error_says_is_kept_out_of_the_logs() -> None:
    with pytest.raises(ValueError, match="ada") as raised:
        raise ValueError("ada@example.org")
    assert "ada" not in where(raised.value)
    assert where(raised.value).startswith("ValueError at test_correspondence.py:")


def waiting_for(log: Log) -> str | None:
    with log.database.transaction(log.organisation) as connection:
        return next(s.waiting_for for s in standings(connection) if s.policy == outbox.SENDING)
