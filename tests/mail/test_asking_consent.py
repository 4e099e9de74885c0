"""Whether we may keep in touch: asked by mail, answered on a page, asked anew before it ends."""

import re
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from urllib.parse import unquote
from uuid import UUID, uuid4

import pytest
from fastapi.testclient import TestClient

import app
from commands import consents, erasure, organisation
from domain.candidate import Candidate
from domain.consent import CONTACT, Asking, ContactTexts
from policies.asking_consent import BEFORE, AskForConsent, RenewConsents
from policies.mail.handover import Postman
from policies.reactor import Reactor
from policies.settings import MailSettings
from store.feed import feed
from store.log import Log
from store.system import Hireledger
from tests.mail.conftest import MailServer, run_out
from tests.mail.test_policies import by, time_passes

TEXTS = ContactTexts(
    notice="We found <b>your</b> profile.",
    notice_version="n1",
    notice_months=12,
    consent_text="May we write?",
    consent_version="c1",
    consent_months=24,
)


@pytest.fixture
def asking(log: Log, settings_of_mail: MailSettings) -> Iterator[Reactor]:
    settings = settings_of_mail.model_copy(update={"public_url": "http://testserver"})
    postman = Postman(settings)
    yield Reactor(log, AskForConsent(settings), postman)
    postman.close()


@pytest.fixture
def renewing(log: Log) -> Reactor:
    return Reactor(log, RenewConsents(MailSettings()))


@pytest.fixture
def page(hireledger: Hireledger) -> TestClient:
    return TestClient(app.serving(hireledger, with_projector=False))


def found(log: Log, **consent: datetime) -> UUID:
    organisation.adopt_contact_texts(log, by(), TEXTS)
    candidate = Candidate.begin(uuid4())
    candidate.register(full_name="Grace", email="grace@example.org", origin="sourced")
    if consent:
        candidate.grant_consent(CONTACT, "c0", **consent)
    log.record(candidate, by=by())
    return candidate.id


def asked(log: Log, asking: Reactor, smtp: MailServer) -> tuple[UUID, str]:
    """Somebody who has our mail, and the path of its link."""
    id = found(log)
    consents.ask(log, by(), id, Asking.NOTICE)
    run_out(asking)
    [mail] = smtp.mails
    text = mail.get_body(("plain",))
    assert text is not None
    [path] = re.findall(r"http://testserver(/keep-in-touch\?token=\S+)", text.get_content())
    return id, path


def answer(page: TestClient, path: str, said: str) -> str:
    token = unquote(path.partition("token=")[2])
    reply = page.post("/keep-in-touch", data={"token": token, "answer": said})
    return reply.text


def test_the_notice_goes_out_with_the_question_and_counts_from_then(
    log: Log, asking: Reactor, smtp: MailServer
) -> None:
    id, _ = asked(log, asking, smtp)
    grace = log.candidate(id)
    assert grace.notice is not None
    assert grace.notice.text_version == "n1"
    grace.nurture(uuid4(), "email")
    assert "data we hold about you" in smtp.mails[0]["Subject"]


def test_who_agrees_on_the_page_has_consented_by_themselves(
    log: Log, asking: Reactor, smtp: MailServer, page: TestClient
) -> None:
    id, path = asked(log, asking, smtp)
    shown = page.get(path)
    assert "We found" in shown.text
    assert "<b>your</b>" not in shown.text
    assert "You have agreed" in answer(page, path, "yes")
    grace = log.candidate(id)
    assert grace.consents[CONTACT].text_version == "c1"
    with log.database.transaction(log.organisation) as connection:
        *_, last = feed(connection, 0, 100, ["consent.granted"]).items
    assert (last.actor_type, last.actor_id, last.source) == ("candidate", id, "web")


def test_who_objects_twice_has_objected_once(
    log: Log, asking: Reactor, smtp: MailServer, page: TestClient
) -> None:
    id, path = asked(log, asking, smtp)
    for _ in range(2):
        assert "do not write to you any more" in answer(page, path, "no")
    assert [e.name for e in log.candidate(id).history].count("candidate.opted_out") == 1


def test_a_forged_link_and_one_of_somebody_erased_do_nothing(
    log: Log, asking: Reactor, smtp: MailServer, page: TestClient
) -> None:
    id, path = asked(log, asking, smtp)
    assert page.get(path[:-4] + "AAAA").status_code == 410
    erasure.erase(log, by(), id, ground="request")
    before = log.facts.max_notification_id()
    assert page.get(path).status_code == 410
    answer(page, path, "yes")
    assert log.facts.max_notification_id() == before


def test_nothing_goes_out_to_who_objected_or_was_erased_meanwhile(
    log: Log, asking: Reactor, smtp: MailServer
) -> None:
    ids = [found(log), found(log)]
    for id in ids:
        consents.ask(log, by(), id, Asking.NOTICE)
    consents.opt_out(log, by(), ids[0], "all")
    erasure.erase(log, by(), ids[1], ground="request")
    run_out(asking)
    assert smtp.mails == []
    assert log.candidate(ids[0]).asks_waiting == set()


def test_who_agreed_is_asked_anew_a_month_before_that_ends(
    log: Log, renewing: Reactor, asking: Reactor, smtp: MailServer
) -> None:
    id = found(log, expires_at=datetime.now(UTC) + BEFORE + timedelta(seconds=1))
    run_out(renewing)
    threading.Event().wait(1.1)
    run_out(renewing)
    run_out(asking)
    [mail] = smtp.mails
    assert "stay in touch" in mail["Subject"]
    assert log.candidate(id).notice is None


def test_who_has_agreed_again_by_then_is_left_alone(
    log: Log, renewing: Reactor, asking: Reactor, smtp: MailServer
) -> None:
    soon = datetime.now(UTC) + BEFORE + timedelta(seconds=1)
    id = found(log, expires_at=soon)
    run_out(renewing)
    consents.grant(log, by(), id, purpose=CONTACT, text_version="c1")
    time_passes(log)
    run_out(renewing)
    run_out(asking)
    assert smtp.mails == []
