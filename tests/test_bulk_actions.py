"""Bulk actions: every application is dealt with once, whoever is killed meanwhile."""

import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest

from commands import applications, bulk_actions
from domain.application import Status
from domain.bulk_action import BulkAction, BulkKind
from domain.candidate import Candidate
from domain.requisition import Requisition
from policies.bulk_actions import CarryOutBulkActions
from policies.reactor import Reactor
from policies.settings import MailSettings
from store.envelope import Attribution
from store.ids import new_id
from store.log import Log
from store.settings import Settings
from tests import examples
from tests.examples import the_application
from tests.mail.conftest import run_out
from tests.test_kill import Victim, environment_of

REJECTIONS = """
SELECT
    count(*),
    count(DISTINCT data ->> 'application_id'),
    count(DISTINCT actor_id)
FROM events
WHERE type = 'application.rejected'
"""


def by() -> Attribution:
    return Attribution("person", new_id(), "recruiter", "api")


@pytest.fixture
def reactor(log: Log) -> Reactor:
    carrying_out = Reactor(log, CarryOutBulkActions(MailSettings()))
    carrying_out.step()
    return carrying_out


def applicants(log: Log, number: int) -> tuple[Requisition, list[Candidate]]:
    requisition = examples.open_requisition()
    candidates = [examples.applied(requisition) for _ in range(number)]
    log.record(requisition, *candidates, by=by())
    return requisition, candidates


def ids(candidates: Sequence[Candidate]) -> list[UUID]:
    return [the_application(candidate).id for candidate in candidates]


def ask(log: Log, kind: BulkKind, candidates: Sequence[Candidate], **said: Any) -> BulkAction:
    """Asks for something to be done with everyone's application."""
    recorded = bulk_actions.request(
        log, by(), kind=kind, application_ids=ids(candidates), expected_versions={}, **said
    )
    return log.bulk_action(UUID(str(recorded.facts[0].originator_id)))


def again(log: Log, bulk: BulkAction) -> BulkAction:
    return log.bulk_action(bulk.id)


def rejections(log: Log) -> tuple[int, int, int]:
    """How many there are, of how many applications, by how many people."""
    with log.database.transaction(log.organisation) as connection:
        events, of, actors = connection.execute(REJECTIONS).fetchone() or (0, 0, 0)
    return events, of, actors


def test_what_a_rule_refuses_is_named_and_the_others_are_done(log: Log, reactor: Reactor) -> None:
    _, candidates = applicants(log, 30)
    for candidate in candidates[:10]:
        applications.withdraw(log, by(), the_application(candidate).id, "other_job")
    bulk = ask(log, BulkKind.REJECT, candidates, reason_code="experience")
    assert len(bulk.waiting) == 30
    run_out(reactor)
    done = again(log, bulk)
    assert (len(done.done), len(done.refused), done.waiting) == (20, 10, [])
    assert done.refused.keys() == set(ids(candidates[:10]))
    one = done.refused[ids(candidates)[0]]
    assert one.rule == "application-closed"
    assert one.words.startswith("The application is withdrawn")
    assert rejections(log) == (20, 20, 1)


def test_carrying_out_again_does_nothing_twice(log: Log, reactor: Reactor) -> None:
    _, candidates = applicants(log, 5)
    bulk = ask(log, BulkKind.REJECT, candidates, reason_code="experience")
    run_out(reactor)
    with log.database.transaction(log.organisation) as connection:
        connection.execute("UPDATE outbox SET state = 'waiting'")
    run_out(reactor)
    assert again(log, bulk).done == set(ids(candidates))
    assert rejections(log) == (5, 5, 1)


def test_each_application_is_dealt_with_on_behalf_of_whoever_asked(
    log: Log, reactor: Reactor
) -> None:
    _, (ada,) = applicants(log, 1)
    asking = by()
    bulk_actions.request(
        log,
        asking,
        kind=BulkKind.MOVE,
        application_ids=ids([ada]),
        expected_versions={},
        stage="interview",
    )
    run_out(reactor)
    with log.database.transaction(log.organisation) as connection:
        asked, moved = connection.execute(
            "SELECT event_id, actor_id, authority, source, causation_id FROM events"
            " WHERE type IN ('bulk_action.requested', 'application.moved_to_stage')"
            " ORDER BY position"
        ).fetchall()
    assert moved[1:4] == (asking.actor_id, "recruiter", "api")
    assert moved[4] == asked[0]


def test_a_change_meant_for_another_version_is_refused(log: Log, reactor: Reactor) -> None:
    _, (ada, eve) = applicants(log, 2)
    versions = {ids([ada])[0]: ada.version, ids([eve])[0]: eve.version}
    applications.screen(log, by(), ids([eve])[0], outcome="passed")
    recorded = bulk_actions.request(
        log,
        by(),
        kind=BulkKind.REJECT,
        application_ids=ids([ada, eve]),
        expected_versions=versions,
        reason_code="skills",
    )
    run_out(reactor)
    bulk = log.bulk_action(UUID(str(recorded.facts[0].originator_id)))
    assert bulk.done == set(ids([ada]))
    assert bulk.refused[ids([eve])[0]].rule == "version-mismatch"


def outcomes(log: Log, reactor: Reactor) -> Iterator[BulkAction]:
    """Everything a bulk action can be, one after the other on the same two people."""
    _, people = applicants(log, 2)
    other = examples.requisition_with_two_interviews()
    log.record(other, by=by())
    asked: list[tuple[BulkKind, dict[str, Any]]] = [
        (BulkKind.MOVE, {"stage": "screen"}),
        (BulkKind.TAG, {"tag": "finalist"}),
        (BulkKind.UNTAG, {"tag": "finalist"}),
        (BulkKind.ASSIGN_OWNER, {"owner_id": uuid4()}),
        (BulkKind.TRANSFER, {"requisition_id": other.id, "stage": "phone"}),
        (BulkKind.REJECT, {"reason_code": "skills"}),
        (BulkKind.REVERSE_REJECTION, {"reason_code": "reconsidered"}),
    ]
    for kind, said in asked:
        bulk = ask(log, kind, people, **said)
        run_out(reactor)
        yield again(log, bulk)
    now_for = {the_application(log.candidate(one.id)).requisition_id for one in people}
    assert now_for == {other.id}


def test_every_kind_is_carried_out(log: Log, reactor: Reactor) -> None:
    for bulk in outcomes(log, reactor):
        assert len(bulk.done) == 2, (bulk.asked.kind, bulk.refused)


def test_general_applications_are_assigned_at_once(log: Log, reactor: Reactor) -> None:
    requisition = examples.open_requisition()
    people = [examples.ada() for _ in range(3)]
    for one in people:
        one.apply_for(uuid4(), None)
    log.record(requisition, *people, by=by())
    bulk = ask(log, BulkKind.ASSIGN, people, requisition_id=requisition.id)
    run_out(reactor)
    assert again(log, bulk).done == set(ids(people))


def outlive_a_kill(settings: Settings, log: Log, folder: Path, number: int) -> None:
    """Kills whoever carries it out in the middle; the next one finishes it."""
    _, candidates = applicants(log, number)
    for candidate in candidates[:10]:
        applications.withdraw(log, by(), the_application(candidate).id, "other_job")
    bulk = ask(log, BulkKind.REJECT, candidates, reason_code="experience")
    victim = Victim(
        environment_of(settings, log),
        folder / "said",
        log.organisation.name,
        module="tests.kill_bulk",
    )
    deadline = time.monotonic() + 60
    while rejections(log)[0] < number // 4:
        assert time.monotonic() < deadline, "it never began"
        time.sleep(0.002)
    victim.kill()
    so_far = rejections(log)[0]
    assert so_far < number - 10, "it was killed too late to tell"
    reactor = Reactor(log, CarryOutBulkActions(MailSettings()))
    while again(log, bulk).waiting:
        assert time.monotonic() < deadline + 60
        if not reactor.step():
            time.sleep(0.05)
    done = again(log, bulk)
    assert (len(done.done), len(done.refused)) == (number - 10, 10)
    assert rejections(log) == (number - 10, number - 10, 1)
    still = {the_application(log.candidate(one.id)).now.status for one in candidates[:10]}
    assert still == {Status.WITHDRAWN}


@pytest.mark.usefixtures("reactor")
def test_of_500_rejections_490_are_done_and_10_named_whoever_is_killed(
    settings: Settings, log: Log, tmp_path: Path
) -> None:
    outlive_a_kill(settings, log, tmp_path, 500)
