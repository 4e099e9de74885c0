"""Sequences and campaigns over real mail servers: what goes out, what comes back, what stops."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from typing import Any
from uuid import UUID, uuid4

import pytest
from fastapi.testclient import TestClient

import app
from commands import campaigns, consents, doubts, enrolments, erasure, organisation, outreach, pools
from domain.campaign import CampaignKind, Step
from domain.candidate import Candidate
from domain.member import Member
from domain.outreach import OutreachRules
from domain.role import Role
from policies import forecasting
from policies.confirming_deliveries import ConfirmDeliveries
from policies.enrolling import EnrolAudiences
from policies.mail.handover import Postman
from policies.mail.mailbox import Mailbox
from policies.nurturing import Nurture
from policies.reactor import Reactor
from policies.settings import MailSettings
from policies.standing import unmatched, unsettled
from projections import campaigns as read_model
from projections.asked import resolve
from projections.engine import Projector
from store import outbox
from store.log import Log
from store.system import Hireledger
from tests import fold_of_campaigns, plain_fold
from tests.mail.conftest import Letterbox, MailServer, run_out
from tests.mail.letters import bounce_of, reply_to
from tests.mail.test_policies import by, time_passes

URL = "https://jobs.acme.example"
HELLO = Step(
    subject="Hello {{ candidate_name }}",
    body="Dear {{ candidate_name }},\nsee https://acme.example/news?a=1&b=2.\n\n{{ sender_name }}",
)
AGAIN = Step(subject="Again", body="Still there?", days=3)
GLAD = Step(subject="Glad", body="Shall we talk?", hours=1, after_reply=True)


@dataclass
class Nurturing:
    """An organisation that writes at any hour, its policies, and what it can be told."""

    log: Log
    enrolling: Reactor
    sending: Reactor
    confirming: Reactor
    pool_id: UUID
    sender_id: UUID

    def member(self, email: str | None = None, name: str = "Grace", **about: Any) -> UUID:
        """Somebody in the pool who agreed to hear from us."""
        candidate = Candidate.begin(uuid4())
        email = email or f"{candidate.id}@example.org"
        candidate.register(full_name=name, email=email, origin="sourced", **about)
        candidate.grant_consent("contact", "v1")
        candidate.add_to_pool(self.log.pool(self.pool_id), "silver_medalist")
        self.log.record(candidate, by=by())
        return candidate.id

    def started(self, *steps: Step, pool: bool = True, **about: Any) -> UUID:
        kind = CampaignKind.CAMPAIGN if pool else CampaignKind.SEQUENCE
        recorded = campaigns.draft(
            self.log,
            by(),
            kind=kind,
            title="Spring",
            steps=steps or (HELLO, AGAIN),
            pool_id=self.pool_id if pool else None,
            sender_id=self.sender_id,
            **about,
        )
        id = UUID(str(recorded.facts[0].originator_id))
        campaigns.start(self.log, by(), id)
        run_out(self.enrolling)
        return id

    def run(self) -> None:
        """Sends what is due now."""
        run_out(self.sending)

    def later(self) -> None:
        """Sends what would be due later, but for what follows it."""
        run_out(self.sending)
        time_passes(self.log)
        run_out(self.sending)

    def ended(self, candidate_id: UUID) -> list[str | None]:
        return [one.ended for one in self.log.candidate(candidate_id).enrolments.values()]

    def numbers(self, campaign_id: UUID) -> read_model.CampaignNumbers:
        """What the read model says, which is what a plain fold of the log gives."""
        projector = Projector(self.log.database, self.log.organisation)
        while projector.step():
            pass
        with self.log.database.transaction(self.log.organisation) as connection:
            asked = resolve(connection, read_model.READS)
            said = read_model.numbers(connection, asked, campaign_id)
            rows = plain_fold.read(connection)
        history = plain_fold.known(rows, None, len(rows))
        assert said == fold_of_campaigns.numbers(history, campaign_id)
        return said


@pytest.fixture
def acme(log: Log, settings_of_mail: MailSettings) -> Iterator[Nurturing]:
    settings = settings_of_mail.model_copy(update={"public_url": URL})
    organisation.adopt_outreach_rules(log, by(), OutreachRules(at_any_time=True))
    pool = pools.create(log, by(), "Finalists")
    eve = Member.begin(uuid4())
    eve.invite(Role.RECRUITER, "Eve Holt", "eve@acme.example")
    log.record(eve, by=by())
    postman = Postman(settings)
    yield Nurturing(
        log,
        Reactor(log, EnrolAudiences(settings)),
        Reactor(log, Nurture(settings), postman),
        Reactor(log, ConfirmDeliveries(settings)),
        UUID(str(pool.facts[0].originator_id)),
        eve.id,
    )
    postman.close()


@pytest.fixture
def page(hireledger: Hireledger) -> TestClient:
    client = TestClient(app.serving(hireledger, with_projector=False), follow_redirects=False)
    client.headers["User-Agent"] = "Mozilla/5.0"
    return client


def part(mail: EmailMessage, kind: str) -> str:
    found = mail.get_body((kind,))
    assert found is not None
    return str(found.get_content())


def link(mail: EmailMessage, path: str) -> str:
    """The path of the first link of this kind in a mail's HTML."""
    [first, *_] = re.findall(rf'"{URL}(/{path}/[^"]+)"', part(mail, "html"))
    return str(first)


def types_of(log: Log, candidate_id: UUID) -> list[str]:
    return [event.name for event in log.candidate(candidate_id).history]


def test_each_member_gets_each_step_in_the_name_of_who_writes(
    acme: Nurturing, smtp: MailServer
) -> None:
    for name in ("Grace", "Ada"):
        acme.member(name=name)
    spring = acme.started()
    acme.run()
    acme.run()
    first = smtp.mails
    assert {mail["Subject"] for mail in first} == {"Hello Grace", "Hello Ada"}
    assert {mail["From"] for mail in first} == {"Eve Holt <jobs@acme.example>"}
    assert "Dear Grace" in "".join(part(mail, "plain") for mail in first)
    acme.later()
    assert [mail["Subject"] for mail in smtp.mails[2:]] == ["Again", "Again"]
    counted = acme.numbers(spring)
    assert (counted.enrolled, counted.going_on, counted.ended) == (2, 0, {"finished": 2})
    assert [(step.planned, step.sent) for step in counted.steps] == [(2, 2), (2, 2)]


def test_whoever_must_not_be_written_to_is_counted_and_gets_nothing(
    acme: Nurturing, smtp: MailServer
) -> None:
    left, gone, applicant, removed, _ = (acme.member() for _ in range(5))
    consents.opt_out(acme.log, by(), left, "email")
    erasure.erase(acme.log, by(), gone, ground="request")
    candidate = acme.log.candidate(applicant)
    candidate.apply_for(uuid4(), None)
    acme.log.record(candidate, by=by())
    pools.remove_member(acme.log, by(), acme.pool_id, removed, "moved")
    spring = acme.started()
    acme.run()
    assert len(smtp.mails) == 1
    campaign = acme.log.campaign(spring)
    tally = next(e for e in campaign.history if e.name == "campaign.audience_enrolled")
    assert {rule.rule: rule.people for rule in tally.refused} == {  # type: ignore[attr-defined]
        "has-opted-out": 1,
        "in-active-application": 1,
    }


@pytest.mark.parametrize("end", ["opted_out", "erased", "applied", "stopped", "removed", "finish"])
def test_nothing_more_goes_out_once_something_came_in_between(
    acme: Nurturing, smtp: MailServer, end: str
) -> None:
    grace = acme.member()
    spring = acme.started()
    acme.run()
    log = acme.log
    match end:
        case "opted_out":
            consents.opt_out(log, by(), grace, "all")
        case "erased":
            erasure.erase(log, by(), grace, ground="request")
        case "applied":
            candidate = log.candidate(grace)
            candidate.apply_for(uuid4(), None)
            log.record(candidate, by=by())
        case "stopped":
            [id] = log.candidate(grace).enrolments
            enrolments.stop(log, by(), id, "spoke_in_person")
        case "removed":
            pools.remove_member(log, by(), acme.pool_id, grace, "moved")
        case _:
            campaigns.finish(log, by(), spring)
    acme.later()
    assert len(smtp.mails) == 1
    assert None not in acme.ended(grace)
    with log.database.transaction(log.organisation) as connection:
        assert unsettled(connection, policy=outbox.NURTURING) == []


def test_a_paused_campaign_waits_and_goes_on(acme: Nurturing, smtp: MailServer) -> None:
    acme.member()
    spring = acme.started()
    campaigns.pause(acme.log, by(), spring)
    acme.later()
    assert smtp.mails == []
    campaigns.resume(acme.log, by(), spring)
    acme.later()
    assert smtp.mails != []


def test_the_cap_delays_a_step_until_it_allows_it(acme: Nurturing, smtp: MailServer) -> None:
    grace = acme.member()
    rules = OutreachRules(at_most=1, within_days=7, at_any_time=True)
    organisation.adopt_outreach_rules(acme.log, by(), rules)
    outreach.nurture(acme.log, by(), grace, channel="email")
    acme.started()
    acme.run()
    assert smtp.mails == []
    with acme.log.database.transaction(acme.log.organisation) as connection:
        [row] = unsettled(connection, policy=outbox.NURTURING)
    assert timedelta(days=6) < row.due_at - datetime.now(UTC) <= timedelta(days=7)
    assert acme.ended(grace) == [None]


def test_a_reply_stops_what_follows_and_its_tone_can_be_corrected(
    acme: Nurturing, smtp: MailServer, mailbox: Mailbox, letterbox: Letterbox
) -> None:
    grace = acme.member()
    acme.started()
    acme.run()
    time_passes(acme.log)
    letterbox.drop(reply_to(smtp.mails[0], "Yes, gladly!\n\n> please never stop"))
    mailbox.look()
    acme.run()
    assert len(smtp.mails) == 1
    assert acme.ended(grace) == ["replied"]
    [said] = [e for e in acme.log.candidate(grace).history if e.name == "touchpoint.replied"]
    assert (said.sentiment, said.assessed_by) == ("positive", "words-1")  # type: ignore[attr-defined]


def test_a_reply_leads_to_the_step_for_who_replied(
    acme: Nurturing, smtp: MailServer, mailbox: Mailbox, letterbox: Letterbox
) -> None:
    acme.member()
    acme.started(HELLO, AGAIN, GLAD)
    acme.run()
    letterbox.drop(reply_to(smtp.mails[0], "Perhaps"))
    mailbox.look()
    acme.later()
    assert [mail["Subject"] for mail in smtp.mails] == ["Hello Grace", "Glad"]


def test_that_somebody_is_away_is_no_reply(
    acme: Nurturing, smtp: MailServer, mailbox: Mailbox, letterbox: Letterbox
) -> None:
    grace = acme.member()
    acme.started()
    acme.run()
    letterbox.drop(reply_to(smtp.mails[0], "I am away", Auto_Submitted="auto-replied"))
    mailbox.look()
    assert acme.ended(grace) == [None]
    with acme.log.database.transaction(acme.log.organisation) as connection:
        assert [row.reason for row in unmatched(connection)] == ["no_answer"]


def test_who_answers_nothing_but_stop_hears_no_more(
    acme: Nurturing, smtp: MailServer, mailbox: Mailbox, letterbox: Letterbox
) -> None:
    grace = acme.member()
    acme.started()
    acme.run()
    letterbox.drop(reply_to(smtp.mails[0], "Unsubscribe.\n"))
    mailbox.look()
    assert "email" in acme.log.candidate(grace).opted_out


def test_what_comes_back_ends_it_and_what_does_not_was_delivered(
    acme: Nurturing, smtp: MailServer, mailbox: Mailbox, letterbox: Letterbox
) -> None:
    grace, ada = acme.member(), acme.member("ada@example.org")
    spring = acme.started()
    acme.run()
    run_out(acme.confirming)
    returned = next(mail for mail in smtp.mails if mail["To"] != "ada@example.org")
    letterbox.drop(bounce_of(returned))
    mailbox.look()
    run_out(acme.confirming)
    time_passes(acme.log)
    run_out(acme.confirming)
    run_out(acme.confirming)
    assert acme.ended(grace) == ["bounced"]
    assert types_of(acme.log, ada).count("touchpoint.delivered") == 1
    [first, *_] = acme.numbers(spring).steps
    assert (first.sent, first.delivered, first.bounced) == (2, 1, 1)


def test_an_address_the_mail_server_refuses_counts_as_come_back(
    acme: Nurturing, smtp: MailServer
) -> None:
    grace = acme.member("nobody@refused.example")
    acme.started()
    acme.run()
    assert smtp.mails == []
    assert acme.ended(grace) == ["bounced"]


def test_what_the_steps_speak_of_must_be_known(acme: Nurturing, smtp: MailServer) -> None:
    candidate = Candidate.begin(uuid4())
    candidate.register(email="x@example.org", origin="sourced")
    candidate.grant_consent("contact", "v1")
    candidate.add_to_pool(acme.log.pool(acme.pool_id), "silver_medalist")
    acme.log.record(candidate, by=by())
    spring = acme.started()
    acme.run()
    assert smtp.mails == []
    assert acme.numbers(spring).held_back == {"variable-missing": 1}


def test_a_name_full_of_places_and_markup_stays_a_name(acme: Nurturing, smtp: MailServer) -> None:
    acme.member(name="{{ sender_name }} <b>x</b>")
    acme.started()
    acme.run()
    [mail] = smtp.mails
    assert mail["Subject"] == "Hello {{ sender_name }} <b>x</b>"
    assert "<b>" not in part(mail, "html")


def test_one_click_leaves_and_a_replay_leaves_no_trace(
    acme: Nurturing, smtp: MailServer, page: TestClient
) -> None:
    grace = acme.member()
    acme.started()
    acme.run()
    [mail] = smtp.mails
    assert mail["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    path = mail["List-Unsubscribe"].strip("<>").removeprefix(URL)
    asked = page.get(path)
    assert "Shall we stop?" in asked.text
    assert "email" not in acme.log.candidate(grace).opted_out
    for _ in range(3):
        answer = page.post(path, data={"List-Unsubscribe": "One-Click"})
        assert answer.status_code == 200
        assert "do not write to you by mail any more" in answer.text
    assert types_of(acme.log, grace).count("candidate.opted_out") == 1
    page.post(path, data={"everything": "yes"})
    assert "all" in acme.log.candidate(grace).opted_out
    acme.later()
    assert len(smtp.mails) == 1


def test_a_link_leads_where_the_step_says_and_a_forged_one_nowhere(
    acme: Nurturing, smtp: MailServer, page: TestClient
) -> None:
    acme.member()
    acme.started()
    acme.run()
    [mail] = smtp.mails
    path = link(mail, "c")
    assert "https://acme.example/news?a=1&b=2." in part(mail, "plain")
    answer = page.get(path)
    assert answer.status_code == 303
    assert answer.headers["Location"] == "https://acme.example/news?a=1&b=2"
    before = acme.log.facts.max_notification_id()
    leaving = mail["List-Unsubscribe"].strip("<>").removeprefix(URL)
    for forged in (
        path[:-6] + "AAAAAA",
        path.replace("/c/", "/u/"),
        leaving.replace("/u/", "/c/"),
        "/c/https:evil.example",
        "/c/" + "A" * 30_000,
    ):
        assert page.get(forged).status_code == 410, forged
    assert page.post(path.replace("/c/", "/u/")).status_code == 410
    assert acme.log.facts.max_notification_id() == before


def test_scanners_are_told_from_people_and_each_clicks_once(
    acme: Nurturing, smtp: MailServer, page: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    grace = acme.member()
    spring = acme.started(tracks_opens=True)
    acme.run()
    [mail] = smtp.mails
    path, image = link(mail, "c"), link(mail, "o")
    page.get(path)  # within seconds
    page.get(image)
    assert acme.numbers(spring).steps[0].clicked == 0
    monkeypatch.setattr("web.outreach_links.SCANNED_WITHIN", timedelta())
    page.head(path)
    page.get(path, headers={"User-Agent": "Barracuda Link Protection"})
    assert acme.numbers(spring).steps[0].clicked == 0
    for _ in range(3):
        page.get(path)
        assert page.get(image).headers["Content-Type"] == "image/gif"
    assert types_of(acme.log, grace).count("touchpoint.clicked") == 2
    [first, *_] = acme.numbers(spring).steps
    assert (first.opened, first.clicked) == (1, 1)


def test_links_of_somebody_erased_lead_on_and_tell_nothing(
    acme: Nurturing, smtp: MailServer, page: TestClient
) -> None:
    grace = acme.member()
    acme.started()
    acme.run()
    [mail] = smtp.mails
    erasure.erase(acme.log, by(), grace, ground="request")
    before = acme.log.facts.max_notification_id()
    assert page.get(link(mail, "c")).status_code == 303
    path = mail["List-Unsubscribe"].strip("<>").removeprefix(URL)
    assert page.post(path).status_code in (200, 409)
    assert acme.log.facts.max_notification_id() == before


def test_a_doubt_is_shown_and_settled_by_a_person(
    acme: Nurturing, smtp: MailServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    grace = acme.member()
    acme.started()
    log = acme.log
    monkeypatch.setattr(acme.sending.policy, "sent", _dies)
    with pytest.raises(KeyboardInterrupt):
        acme.run()
    monkeypatch.undo()
    acme.run()
    with log.database.transaction(log.organisation) as connection:
        [row] = unsettled(connection, policy=outbox.NURTURING)
    assert row.state == "in_doubt"
    assert len(smtp.mails) == 1
    doubts.resolve(log, by(), row.key, doubts.Resolution.SENT)
    acme.run()
    assert log.candidate(grace).enrolments.popitem()[1].step == 2
    assert len(smtp.mails) == 1


def _dies(*_: object) -> None:
    raise KeyboardInterrupt


def test_what_was_forecast_is_what_is_then_sent(acme: Nurturing, smtp: MailServer) -> None:
    people = [acme.member() for _ in range(2)]
    drafted = campaigns.draft(
        acme.log,
        by(),
        kind=CampaignKind.CAMPAIGN,
        title="Spring",
        steps=(HELLO, AGAIN, GLAD),
        pool_id=acme.pool_id,
        sender_id=acme.sender_id,
    )
    campaign = acme.log.campaign(UUID(str(drafted.facts[0].originator_id)))
    itself = acme.log.organisation_itself()
    before = [forecasting.to_come(acme.log.candidate(id), campaign, itself, None) for id in people]
    campaigns.start(acme.log, by(), campaign.id)
    run_out(acme.enrolling)
    run_out(acme.sending)
    with acme.log.database.transaction(acme.log.organisation) as connection:
        ids = [id for person in people for id in acme.log.candidate(person).enrolments]
        after = forecasting.going_on(acme.log, connection, ids)
    for outlook, id in zip(before, ids, strict=True):
        first, second = outlook.steps
        [left] = after[id].steps
        assert second.step == left.step == 2
        assert abs(second.due_at - left.due_at) < timedelta(minutes=1)
        assert second.due_at - first.due_at == timedelta(days=3)
    acme.later()
    assert len(smtp.mails) == sum(len(outlook.steps) for outlook in before)
