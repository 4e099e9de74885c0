"""What candidates and hiring managers are asked by mail, and answer on a page."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from urllib.parse import unquote
from uuid import UUID, uuid4

import pytest
from fastapi.testclient import TestClient

import app
from commands import erasure, organisation, surveys
from domain.candidate import Candidate
from domain.feedback import SurveyMoment
from domain.member import Member
from domain.requisition import Requisition
from domain.role import Role
from domain.survey import SurveyRules
from policies.asking_candidates import AskCandidates
from policies.asking_managers import DAYS, AskManagers
from policies.mail.handover import Postman
from policies.reactor import Reactor
from policies.settings import MailSettings
from store.log import Log
from store.system import Hireledger
from tests import examples
from tests.examples import the_application
from tests.mail.conftest import MailServer, run_out
from tests.mail.test_policies import by, time_passes, upcoming

TODAY = datetime.now(UTC).date()
ALL = SurveyRules(moments=tuple(SurveyMoment), after_days=0, days_apart=0, asks_hire_outcomes=True)


@pytest.fixture
def postman(settings_of_mail: MailSettings) -> Iterator[Postman]:
    made = Postman(settings_of_mail.model_copy(update={"public_url": "http://testserver"}))
    yield made
    made.close()


@pytest.fixture
def asking(log: Log, postman: Postman) -> Reactor:
    return Reactor(log, AskCandidates(postman.settings), postman)


@pytest.fixture
def managing(log: Log, postman: Postman) -> Reactor:
    return Reactor(log, AskManagers(postman.settings), postman)


@pytest.fixture
def page(hireledger: Hireledger) -> TestClient:
    return TestClient(app.serving(hireledger, with_projector=False))


def applied(log: Log, rules: SurveyRules | None = ALL) -> Candidate:
    """Ada, who applied just now, with nothing in particular."""
    if rules is not None:
        organisation.adopt_surveys(log, by(), rules)
    ada = Candidate.begin(uuid4())
    ada.register(full_name="Ada", email="ada@example.org")
    ada.apply_for(uuid4(), None)
    log.record(ada, by=by())
    return log.candidate(ada.id)


def path_in(smtp: MailServer) -> str:
    """The path of the link in the last mail."""
    text = smtp.mails[-1].get_body(("plain",))
    assert text is not None
    [path] = re.findall(r"http://testserver(/[a-z-]+\?token=\S+)", text.get_content())
    return str(path)


def send(page: TestClient, path: str, **said: str) -> str:
    where, _, token = path.partition("?token=")
    return page.post(where, data={"token": unquote(token), **said}).text


def test_who_applied_is_asked_once_and_answers_once_as_their_own_act(
    log: Log, asking: Reactor, smtp: MailServer, page: TestClient
) -> None:
    ada = applied(log)
    run_out(asking)
    run_out(asking)
    assert len(smtp.mails) == 1
    path = path_in(smtp)
    assert "How likely" in page.get(path).text
    assert "choose a number" in send(page, path, answer="send", score="11")
    assert "&lt;b&gt;" in send(page, path, answer="send", comment="<b>hm</b>")
    assert "Thank you" in send(page, path, answer="send", score="9", comment="Kind people")
    assert "answered already" in send(page, path, answer="send", score="0")
    [said] = [e for e in log.candidate(ada.id).history if e.name == "survey.answered"]
    assert (said.score, said.moment) == (9, "application")  # type: ignore[attr-defined]


def test_nothing_is_asked_that_was_not_adopted(log: Log, asking: Reactor, smtp: MailServer) -> None:
    applied(log, rules=None)
    run_out(asking)
    organisation.adopt_surveys(log, by(), SurveyRules(moments=(SurveyMoment.OUTCOME,)))
    applied(log, rules=None)
    run_out(asking)
    assert smtp.mails == []
    assert upcoming(log, "ask-candidates") == []


def test_it_is_asked_so_many_days_after(log: Log, asking: Reactor, smtp: MailServer) -> None:
    applied(log, SurveyRules(moments=(SurveyMoment.APPLICATION,), after_days=3))
    run_out(asking)
    [waiting] = upcoming(log, "ask-candidates")
    assert smtp.mails == []
    assert timedelta(days=2) < waiting.due_at - datetime.now(UTC) <= timedelta(days=3)


def test_nobody_is_asked_twice_within_the_days_between(
    log: Log, asking: Reactor, smtp: MailServer
) -> None:
    ada = applied(log, ALL.model_copy(update={"days_apart": 30}))
    run_out(asking)
    ada = log.candidate(ada.id)
    ada.withdraw(the_application(ada).id, "other_job")
    log.record(ada, by=by())
    run_out(asking)
    assert len(smtp.mails) == 1


@pytest.mark.parametrize("end", ["opted_out", "surveys", "erased", "reopened"])
def test_who_does_not_want_it_or_is_gone_is_asked_nothing(
    log: Log, asking: Reactor, smtp: MailServer, end: str
) -> None:
    ada = applied(log, SurveyRules(moments=(SurveyMoment.OUTCOME,), after_days=1))
    ada.reject(the_application(ada).id, "experience")
    log.record(ada, by=by())
    run_out(asking)
    ada = log.candidate(ada.id)
    match end:
        case "opted_out":
            ada.opt_out("all")
        case "surveys":
            surveys.opt_out(log, the_application(ada).id)
        case "erased":
            erasure.erase(log, by(), ada.id, ground="request")
        case _:
            ada.reverse_rejection(the_application(ada).id, "mistake", in_error=False)
    if ada.pending_events:
        log.record(ada, by=by())
    organisation.adopt_surveys(log, by(), ALL)
    run_out(asking)
    time_passes(log)
    run_out(asking)
    assert smtp.mails == []


def test_a_link_that_is_forged_or_of_somebody_erased_does_nothing(
    log: Log, asking: Reactor, smtp: MailServer, page: TestClient
) -> None:
    ada = applied(log)
    run_out(asking)
    path = path_in(smtp)
    assert page.get(path[:-4] + "AAAA").status_code == 410
    assert "nothing more" in send(page, path, answer="leave")
    assert "surveys" in log.candidate(ada.id).opted_out
    erasure.erase(log, by(), ada.id, ground="request")
    before = log.facts.max_notification_id()
    assert page.get(path).status_code == 410
    send(page, path, answer="send", score="9")
    assert log.facts.max_notification_id() == before


def started(log: Log) -> tuple[UUID, UUID]:
    """An application of somebody who started, and the hiring manager."""
    organisation.adopt_surveys(log, by(), ALL)
    eve = Member.begin(uuid4())
    eve.invite(Role.HIRING_MANAGER, "Eve", "eve@acme.example")
    log.record(eve, by=by())
    requisition = Requisition.begin(uuid4())
    requisition.draft("R-7", "Analyst", openings=(uuid4(),), hiring_manager_id=eve.id)
    requisition.request_approval()
    requisition.approve()
    requisition.open()
    candidate = examples.hired(requisition)
    log.record(requisition, candidate, by=by())
    candidate = log.candidate(candidate.id)
    application_id = the_application(candidate).id
    candidate.start(application_id, TODAY)
    log.record(candidate, by=by())
    return application_id, eve.id


def test_the_hiring_manager_is_asked_three_times_and_reminded_once_each(
    log: Log, managing: Reactor, smtp: MailServer, page: TestClient
) -> None:
    application_id, eve = started(log)
    run_out(managing)
    waiting = [row.due_at.date() for row in upcoming(log, "ask-managers")]
    assert [(due - TODAY).days for due in waiting] == list(DAYS)
    time_passes(log)
    run_out(managing)
    assert {mail["To"] for mail in smtp.mails} == {"eve@acme.example"}
    assert len(smtp.mails) == 3
    path = next(path for path in map(link_of, smtp.mails) if "90 days on" in page.get(path).text)
    assert "one of the questions" in send(page, path)
    assert "Thank you" in send(page, path, performance="75", retained="yes")
    assert "answered already" in send(page, path, performance="0")
    time_passes(log)
    run_out(managing)
    assert len(smtp.mails) == 5
    time_passes(log)
    run_out(managing)
    assert len(smtp.mails) == 5
    candidate = log.candidate_of(application_id)
    [told] = [e for e in candidate.history if e.name == "hire.outcome_recorded"]
    assert (told.day, told.performance, told.retained) == (90, 75, True)  # type: ignore[attr-defined]
    assert eve


def link_of(mail: object) -> str:
    text = mail.get_body(("plain",)).get_content()  # type: ignore[attr-defined]
    [path] = re.findall(r"http://testserver(/[a-z-]+\?token=\S+)", text)
    return str(path)
