"""Members hear by mail of what only they can do, and no more often than helps."""

from collections.abc import Iterator
from uuid import UUID, uuid4

import pytest

from commands import applications, requisitions
from domain.candidate import Candidate
from domain.member import Member
from domain.requisition import Requisition
from domain.role import Role
from policies.asking_members import AskToApprove, AskToReview
from policies.mail.handover import Postman
from policies.reactor import Reactor
from policies.settings import MailSettings
from store.envelope import Attribution
from store.log import Log
from tests import examples
from tests.examples import BOARD, FINANCE, LEAD, the_application
from tests.mail.conftest import MailServer, run_out
from tests.mail.test_policies import by, time_passes, upcoming
from tests.test_upkeep import taken_in


@pytest.fixture
def postman(settings_of_mail: MailSettings) -> Iterator[Postman]:
    made = Postman(settings_of_mail.model_copy(update={"public_url": "https://hiring.example.org"}))
    yield made
    made.close()


def member(log: Log, id: UUID, role: Role, name: str) -> Member:
    joined = Member.begin(id)
    joined.invite(role, name, f"{name.lower()}@acme.example")
    log.record(joined, by=by())
    return joined


def text_of(smtp: MailServer, nth: int = -1) -> str:
    text = smtp.mails[nth].get_body(("plain",))
    assert text is not None
    return str(text.get_content())


@pytest.fixture
def requisition(log: Log) -> Requisition:
    """Open, and Eve's."""
    eve = member(log, uuid4(), Role.HIRING_MANAGER, "Eve")
    opened = Requisition.begin(uuid4())
    opened.draft("R-7", "Analyst", openings=(uuid4(),), hiring_manager_id=eve.id)
    opened.request_approval()
    opened.approve()
    opened.open()
    log.record(opened, by=by())
    return opened


def applies(log: Log, requisition: Requisition) -> Candidate:
    ada = examples.applied(requisition)
    log.record(ada, by=by())
    return ada


def test_a_hiring_manager_hears_once_of_all_that_wait_for_a_first_review(
    log: Log, requisition: Requisition, postman: Postman, smtp: MailServer
) -> None:
    asking = Reactor(log, AskToReview(postman.settings), postman)
    asking.step()
    for _ in range(3):
        applies(log, requisition)
    taken_in(log)
    run_out(asking)
    assert smtp.mails == []
    time_passes(log)
    run_out(asking)
    [mail] = smtp.mails
    assert mail["To"] == "eve@acme.example"
    assert mail["Subject"] == "Applications wait for your first review: Analyst"
    assert "There are 3 applications for Analyst" in text_of(smtp)
    assert "https://hiring.example.org/" in text_of(smtp)
    assert upcoming(log, "ask-to-review") == []
    applies(log, requisition)
    taken_in(log)
    run_out(asking)
    time_passes(log)
    run_out(asking)
    assert len(smtp.mails) == 1
    assert len(upcoming(log, "ask-to-review")) == 1


def test_nobody_is_asked_for_a_review_that_was_done(
    log: Log, requisition: Requisition, postman: Postman, smtp: MailServer
) -> None:
    asking = Reactor(log, AskToReview(postman.settings), postman)
    asking.step()
    ada = applies(log, requisition)
    applications.screen(log, by(), the_application(ada).id, outcome="passed")
    nobodys = examples.open_requisition()
    log.record(nobodys, by=by())
    applies(log, nobodys)
    taken_in(log)
    run_out(asking)
    time_passes(log)
    run_out(asking)
    assert smtp.mails == []
    assert upcoming(log, "ask-to-review") == []


def test_each_approver_hears_when_it_is_their_turn(
    log: Log, postman: Postman, smtp: MailServer
) -> None:
    for id, name in ((LEAD, "Lise"), (FINANCE, "Fred"), (BOARD, "Bea")):
        member(log, id, Role.APPROVER, name)
    asking = Reactor(log, AskToApprove(postman.settings), postman)
    asking.step()
    wanted = Requisition.begin(uuid4())
    wanted.draft("R-8", "Analyst", openings=(uuid4(),), budget_amount="60000", currency="EUR")
    wanted.request_approval(examples.chain())
    log.record(wanted, by=by())
    run_out(asking)
    assert [mail["To"] for mail in smtp.mails] == ["lise@acme.example"]
    assert f"https://hiring.example.org/requisitions/{wanted.id}" in text_of(smtp)
    lead = Attribution("person", LEAD, "approver", "api")
    requisitions.approve(log, lead, wanted.id)
    time_passes(log)
    run_out(asking)
    assert sorted(mail["To"] for mail in smtp.mails[1:]) == [
        "bea@acme.example",
        "fred@acme.example",
    ]
    finance = Attribution("person", FINANCE, "approver", "api")
    requisitions.refuse_approval(log, finance, wanted.id, "budget")
    run_out(asking)
    assert upcoming(log, "ask-to-approve") == []
    requisitions.request_approval(log, by(), wanted.id)
    run_out(asking)
    assert len(smtp.mails) == 3


def test_an_offer_waits_for_its_approvers_too(log: Log, postman: Postman, smtp: MailServer) -> None:
    member(log, LEAD, Role.APPROVER, "Lise")
    requisition = examples.open_requisition()
    candidate = examples.interviewed(requisition)
    log.record(requisition, candidate, by=by())
    asking = Reactor(log, AskToApprove(postman.settings), postman)
    asking.step()
    offer_id = uuid4()
    candidate = log.candidate(candidate.id)
    candidate.draft_offer(the_application(candidate).id, offer_id)
    candidate.request_offer_approval(offer_id, examples.chain().steps_at("60000", "EUR")[:1])
    log.record(candidate, by=by())
    run_out(asking)
    [mail] = smtp.mails
    assert mail["Subject"] == "Your approval is asked for: Data engineer"
    assert "An offer for Data engineer" in text_of(smtp)
    candidate = log.candidate(candidate.id)
    candidate.approve_offer(offer_id, LEAD)
    log.record(candidate, by=by())
    run_out(asking)
    assert upcoming(log, "ask-to-approve") == []
