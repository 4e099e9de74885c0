"""Policies: what they decide, do once, leave alone, and what stops them."""

import threading
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest

from commands import messages, offers
from commands import policies as commands
from domain.candidate import Candidate
from domain.interview import Party, ScorecardReminded
from domain.offer import OfferExpired, OfferState
from domain.organisation import AlreadyPaused
from domain.plan import STANDARD_PLAN
from policies.expiring_offers import ExpireOffers
from policies.mail.handover import Postman
from policies.policy import Decision
from policies.reactor import Reactor
from policies.reminding import RemindInterviewers
from policies.sending import SendMessages
from policies.settings import MailSettings
from policies.standing import OutboxRow, PolicyStanding, standings, unsettled
from store.envelope import Attribution
from store.feed import LoggedEvent
from store.ids import new_id
from store.log import Log
from tests import examples
from tests.examples import the_application, the_offer
from tests.mail.conftest import MailServer, run_out

SOON = timedelta(hours=1)
A_MOMENT = timedelta(seconds=3)
"""Long enough to do something meanwhile, on a slow machine too."""


def by(source: str = "api") -> Attribution:
    return Attribution("person", new_id(), "recruiter", source)


def standing(log: Log, name: str) -> PolicyStanding:
    with log.database.transaction(log.organisation) as connection:
        return next(row for row in standings(connection) if row.policy == name)


def upcoming(log: Log, name: str) -> list[OutboxRow]:
    with log.database.transaction(log.organisation) as connection:
        return unsettled(connection, policy=name)


def time_passes(log: Log) -> None:
    """Everything that waits is due now."""
    with log.database.transaction(log.organisation) as connection:
        connection.execute("UPDATE outbox SET due_at = clock_timestamp()")


@pytest.fixture
def expiring(log: Log) -> Reactor:
    return Reactor(log, ExpireOffers(MailSettings()))


def offered_until(log: Log, until: datetime, source: str = "api") -> Candidate:
    requisition = examples.open_requisition()
    candidate = examples.interviewed(requisition)
    candidate.extend_offer(the_application(candidate).id, uuid4(), STANDARD_PLAN, expires_at=until)
    log.record(requisition, candidate, by=by(source))
    return candidate


def offered_and_due(log: Log, expiring: Reactor) -> Candidate:
    """An offer whose time runs out in a moment, and has by the time it is looked at."""
    candidate = offered_until(log, datetime.now(UTC) + A_MOMENT)
    run_out(expiring)
    return candidate


def wait_until_expired(log: Log, expiring: Reactor, candidate: Candidate) -> list[Any]:
    threading.Event().wait(A_MOMENT.total_seconds() + 0.1)
    run_out(expiring)
    return [e for e in log.candidate(candidate.id).history if isinstance(e, OfferExpired)]


def test_an_offer_expires_at_the_end_of_its_time_because_of_what_was_offered(
    log: Log, expiring: Reactor
) -> None:
    candidate = offered_and_due(log, expiring)
    assert [row.effect for row in upcoming(log, "expire-offers")] == ["expire"]
    assert len(wait_until_expired(log, expiring, candidate)) == 1
    assert upcoming(log, "expire-offers") == []
    with log.database.transaction(log.organisation) as connection:
        (expired, extended) = connection.execute(
            """
            SELECT expired.actor_type, expired.causation_id = extended.event_id
            FROM events expired, events extended
            WHERE expired.type = 'offer.expired' AND extended.type = 'offer.extended'
            """
        ).fetchone() or (None, None)
    assert (expired, extended) == ("policy", True)


def test_an_answered_offer_does_not_expire(log: Log, expiring: Reactor) -> None:
    candidate = offered_and_due(log, expiring)
    offers.accept(log, by(), the_application(candidate).id, the_offer(candidate))
    assert wait_until_expired(log, expiring, candidate) == []
    assert upcoming(log, "expire-offers") == []


def test_a_new_version_of_an_offer_has_its_own_time(log: Log, expiring: Reactor) -> None:
    candidate = offered_and_due(log, expiring)
    later = datetime.now(UTC) + SOON
    offers.extend(
        log,
        by(),
        the_application(candidate).id,
        offer_id=the_offer(candidate),
        expires_at=later,
    )
    assert wait_until_expired(log, expiring, candidate) == []
    assert [row.due_at for row in upcoming(log, "expire-offers")] == [later]


def test_an_offer_corrected_to_a_later_end_expires_then(log: Log, expiring: Reactor) -> None:
    candidate = offered_and_due(log, expiring)
    later = datetime.now(UTC) + SOON
    again = log.candidate(candidate.id)
    again.correct_entry(again.version, "expires_at", later.isoformat(), "entered_wrong")
    log.record(again, by=by())
    assert wait_until_expired(log, expiring, candidate) == []
    assert [row.due_at for row in upcoming(log, "expire-offers")] == [later]


@pytest.mark.parametrize("source", ["import", "simulation"])
def test_what_is_told_of_the_past_moves_no_policy(log: Log, expiring: Reactor, source: str) -> None:
    offered_until(log, datetime.now(UTC) + SOON, source)
    run_out(expiring)
    assert upcoming(log, "expire-offers") == []


def test_an_offer_that_had_run_out_before_it_was_entered_is_left_to_people(
    log: Log, expiring: Reactor
) -> None:
    candidate = offered_until(log, datetime.now(UTC) - SOON)
    run_out(expiring)
    assert log.candidate(candidate.id).offer(the_offer(candidate)).state == OfferState.EXTENDED
    assert upcoming(log, "expire-offers") == []


def test_a_paused_policy_decides_and_does_nothing_until_it_is_resumed(
    log: Log, expiring: Reactor
) -> None:
    commands.pause(log, by(), "expire-offers")
    with pytest.raises(AlreadyPaused):
        commands.pause(log, by(), "expire-offers")
    candidate = offered_and_due(log, expiring)
    assert wait_until_expired(log, expiring, candidate) == []
    assert standing(log, "expire-offers").paused
    assert len(upcoming(log, "expire-offers")) == 1
    commands.resume(log, by(), "expire-offers")
    assert len(wait_until_expired(log, expiring, candidate)) == 1


def test_what_a_policy_does_it_does_once_however_often_it_is_told(
    log: Log, expiring: Reactor
) -> None:
    candidate = offered_and_due(log, expiring)
    assert len(wait_until_expired(log, expiring, candidate)) == 1
    with log.database.transaction(log.organisation) as connection:
        connection.execute("UPDATE outbox SET state = 'waiting'")
        connection.execute("UPDATE policy_positions SET position = 0")
    assert len(wait_until_expired(log, expiring, candidate)) == 1


class Stumbling(ExpireOffers):
    """Cannot take an event in."""

    mended = False

    def decide(self, event: LoggedEvent) -> Sequence[Decision]:
        if not self.mended:
            raise RuntimeError("a secret")
        return super().decide(event)


def test_an_event_stops_only_the_policy_that_cannot_take_it_in(log: Log) -> None:
    stumbling = Reactor(log, Stumbling(MailSettings()))
    candidate = offered_until(log, datetime.now(UTC) + SOON)
    reminding = Reactor(log, RemindInterviewers(MailSettings()))
    run_out(stumbling)
    run_out(reminding)
    stopped = standing(log, "expire-offers")
    position = log.facts.max_notification_id()
    assert (stopped.failed_position, stopped.error) == (position, "RuntimeError")
    assert stopped.position == (position or 0) - 1
    assert standing(log, "remind-interviewers").position == position
    Stumbling.mended = True
    assert not stumbling.step()
    commands.resume(log, by(), "expire-offers")
    run_out(stumbling)
    assert standing(log, "expire-offers").error is None
    assert [row.about for row in upcoming(log, "expire-offers")] == [the_offer(candidate)]
    Stumbling.mended = False


def interviewed_by(log: Log, *interviewers: Candidate) -> tuple[Candidate, UUID]:
    """An interview of these people, over in a moment."""
    candidate, interview_id = examples.screened(), uuid4()
    candidate.schedule_interview(
        the_application(candidate).id,
        interview_id,
        STANDARD_PLAN,
        starts_at=datetime.now(UTC) - SOON,
        ends_at=datetime.now(UTC),
        interviewer_ids=tuple(one.id for one in interviewers),
    )
    log.record(candidate, *interviewers, by=by())
    return candidate, interview_id


def test_interviewers_are_reminded_once_of_scorecards_that_are_missing(
    log: Log, smtp: MailServer, settings_of_mail: MailSettings
) -> None:
    grace, alan = Candidate.begin(uuid4()), Candidate.begin(uuid4())
    grace.register(full_name="Grace", email="grace@acme.example")
    alan.register(full_name="Alan", email="alan@acme.example")
    candidate, interview_id = interviewed_by(log, grace, alan)
    postman = Postman(settings_of_mail)
    here = settings_of_mail.model_copy(update={"public_url": "https://hiring.example.org/"})
    reminding = Reactor(log, RemindInterviewers(here), postman)
    run_out(reminding)
    days = [row.due_at - datetime.now(UTC) for row in upcoming(log, "remind-interviewers")]
    assert [round(wait / timedelta(days=1)) for wait in days] == [2, 2]
    candidate = log.candidate(candidate.id)
    candidate.submit_scorecard(interview_id, alan.id, "strong_yes")
    log.record(candidate, by=by())
    run_out(reminding)
    time_passes(log)
    run_out(reminding)
    postman.close()
    [mail] = smtp.mails
    assert mail["To"] == "grace@acme.example"
    where = f"/applications/{the_application(candidate).id}?todo=scorecard&about={interview_id}"
    text = mail.get_body(("plain",))
    assert text is not None
    assert f"https://hiring.example.org{where}" in text.get_content()
    history = log.candidate(candidate.id).history
    (reminded,) = (event for event in history if isinstance(event, ScorecardReminded))
    assert (reminded.interview_id, reminded.interviewer_id) == (interview_id, grace.id)
    assert upcoming(log, "remind-interviewers") == []


def test_two_runners_at_once_send_each_message_once(
    log: Log, smtp: MailServer, settings_of_mail: MailSettings
) -> None:
    candidate = examples.applied()
    log.record(candidate, by=by())
    for _ in range(40):
        messages.request(
            log,
            by(),
            the_application(candidate).id,
            subject="Hello",
            body="Hello",
            send_at=datetime.now(UTC),
        )
    policy = SendMessages(settings_of_mail)
    postmen = [Postman(settings_of_mail) for _ in range(4)]
    reactors = [Reactor(log, policy, postman) for postman in postmen]
    runners = [threading.Thread(target=run_out, args=[reactor]) for reactor in reactors]
    for runner in runners:
        runner.start()
    for runner in runners:
        runner.join()
    run_out(reactors[0])
    for postman in postmen:
        postman.close()
    assert len({mail["Message-ID"] for mail in smtp.mails}) == len(smtp.mails) == 40
    assert upcoming(log, "send-messages") == []


@pytest.mark.parametrize("end", ["cancel", "miss", "release"])
def test_a_reminder_follows_its_interview_and_goes_with_it(log: Log, end: str) -> None:
    grace = uuid4()
    candidate, interview_id = examples.screened(), uuid4()
    starts_at = datetime.now(UTC) + SOON
    candidate.schedule_interview(
        the_application(candidate).id,
        interview_id,
        STANDARD_PLAN,
        starts_at=starts_at,
        ends_at=starts_at + SOON,
        interviewer_ids=(grace,),
    )
    later = starts_at + timedelta(days=5)
    candidate.rearrange_interview(interview_id, starts_at=later, ends_at=later + SOON)
    log.record(candidate, by=by())
    reminding = Reactor(log, RemindInterviewers(MailSettings()))
    run_out(reminding)
    assert [row.due_at for row in upcoming(log, "remind-interviewers")] == [
        later + SOON + timedelta(days=2)
    ]
    candidate = log.candidate(candidate.id)
    match end:
        case "cancel":
            candidate.cancel_interview(interview_id, "ill")
        case "miss":
            candidate.miss_interview(interview_id, Party.CANDIDATE)
        case _:
            candidate.rearrange_interview(interview_id, interviewer_ids=())
    log.record(candidate, by=by())
    run_out(reminding)
    assert upcoming(log, "remind-interviewers") == []
