"""Odd histories, each in a small OCEL log: what is recorded of them, and what is reported."""

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from domain.plan import STANDARD_PLAN
from exchange import import_file
from exchange.ocel_history import SYSTEM
from exchange.report import ImportReport
from projections import pipeline
from projections.asked import resolve
from projections.catalogue import READ_MODELS
from projections.engine import Projector
from projections.health import differences
from store.envelope import Attribution
from store.ids import derived_id, new_id
from store.log import Log

A, B = "Application[1]", "Application[2]"
OFFER, OTHER_OFFER = "Offer[1]", "Offer[2]"
DAY_ZERO = datetime(2020, 3, 1, 9, tzinfo=UTC)

SourceEvent = dict[str, Any]


def importer() -> Attribution:
    return Attribution("person", new_id(), "recruiter", "import")


def event(activity: str, day: float, *objects: str) -> SourceEvent:
    return {
        "ocel:activity": activity,
        "ocel:timestamp": (DAY_ZERO + timedelta(days=day)).isoformat(),
        "ocel:vmap": {},
        "ocel:omap": list(objects or (A,)),
    }


def source(*events: SourceEvent) -> dict[str, Any]:
    """A log with these events, e1 the first."""
    types = {A: "applications", B: "applications", OFFER: "offers", OTHER_OFFER: "offers"}
    return {
        "ocel:objects": {id: {"ocel:type": type, "ocel:ovmap": {}} for id, type in types.items()},
        "ocel:events": {f"e{number}": event for number, event in enumerate(events, start=1)},
    }


Take = Callable[..., ImportReport]


@pytest.fixture
def take(log: Log, tmp_path: Path) -> Take:
    """Imports a log of these events."""

    def take(*events: SourceEvent) -> ImportReport:
        path = tmp_path / "small.jsonocel"
        path.write_text(json.dumps(source(*events), indent=1))
        return import_file(log, path, importer())

    return take


def recorded(log: Log, application: str = A) -> list[tuple[str, float]]:
    """What the log says of an application: types and days, without how it was begun."""
    secret = log.database.keyring.secret("import ocel")
    candidate = derived_id(secret, str(log.organisation.id), SYSTEM, "candidate", application)
    with log.database.transaction(log.organisation) as connection:
        rows = connection.execute(
            """
            SELECT type, occurred_at
            FROM events
            WHERE stream_id = %(candidate)s
            ORDER BY version
            """,
            {"candidate": candidate},
        ).fetchall()
    assert [type for type, _ in rows[:2]] == [
        "candidate.registered",
        "candidate.external_id_linked",
    ]
    return [(type, (moment - DAY_ZERO) / timedelta(days=1)) for type, moment in rows[2:]]


def broken(report: ImportReport) -> list[tuple[str, str]]:
    """The anomalies: source event and rule."""
    assert report.anomalies == len(report.anomaly_details)
    assert all(anomaly.words for anomaly in report.anomaly_details)
    return [(anomaly.event, anomaly.rule) for anomaly in report.anomaly_details]


def standing(log: Log, projector: Projector) -> list[tuple[str, str]]:
    """Stages and statuses of all applications; the read models are checked on the way."""
    while projector.step():
        pass
    assert differences(log.database, log.organisation) == []
    with log.database.transaction(log.organisation) as connection:
        rows = pipeline.applications(connection, resolve(connection, READ_MODELS))
    return sorted((row.stage, row.status) for row in rows)


def test_a_hire_without_acceptance_or_opening_is_recorded_as_just_that(
    log: Log, take: Take, projector: Projector
) -> None:
    report = take(
        event("submit application", 1),
        event("assign recruiter", 2),
        event("assign vacancy", 3),
        event("first screening", 4),
        event("check references", 5),
        event("consult manager", 6),
        event("invite for interview", 7),
        event("conduct interview", 8),
        event("make job offer", 9, A, OFFER),
        event("offer accepted and hired", 10, A, OFFER),
    )
    assert broken(report) == []
    assert recorded(log) == [
        ("application.applied", 1),
        ("candidate.owner_assigned", 2),
        ("application.assigned_to_requisition", 3),
        ("application.screened", 4),
        ("candidate.note_added", 5),
        ("candidate.note_added", 6),
        ("interview.scheduled", 7),
        ("interview.held", 8),
        ("offer.extended", 9),
        ("application.hired", 10),
    ]
    assert standing(log, projector) == [("hired", "hired")]


def test_the_placeholder_requisition_says_what_it_is(log: Log, take: Take) -> None:
    take(event("submit application", 1), event("assign vacancy", 3))
    take(
        event("submit application", 1),
        event("assign vacancy", 3),
        event("submit application", 4, B),
        event("assign vacancy", 5, B),
    )
    with log.database.transaction(log.organisation) as connection:
        rows = connection.execute(
            """
            SELECT type, occurred_at, data ->> 'title', data ->> 'openings'
            FROM events
            WHERE stream_type = 'requisition'
            ORDER BY version
            """
        ).fetchall()
    drafted, *others = rows
    assert "does not name" in drafted[2]
    assert drafted[3] == "[]"
    assert [type for type, *_ in others] == [
        "requisition.approval_requested",
        "requisition.approved",
        "requisition.opened",
    ]
    assert {moment for _, moment, *_ in rows} == {DAY_ZERO + timedelta(days=1)}


def test_a_decision_after_a_rejection_is_recorded_and_reported(
    log: Log, take: Take, projector: Projector
) -> None:
    report = take(
        event("submit application", 1),
        event("send rejection", 2),
        event("first screening", 3),
        event("send rejection", 4),
    )
    assert broken(report) == [("e3", "ApplicationClosed"), ("e4", "ApplicationClosed")]
    assert report.anomaly_details[0].application == A
    assert [type for type, _ in recorded(log)] == [
        "application.applied",
        "application.rejected",
        "application.screened",
        "application.rejected",
    ]
    assert standing(log, projector) == [("applied", "rejected")]


def test_a_vacancy_assigned_after_a_rejection_reopens_nothing(
    log: Log, take: Take, projector: Projector
) -> None:
    report = take(
        event("submit application", 1), event("send rejection", 2), event("assign vacancy", 3)
    )
    assert broken(report) == [("e3", "ApplicationClosed")]
    assert standing(log, projector) == [("applied", "rejected")]


def test_the_same_activity_repeated_is_recorded_as_often(log: Log, take: Take) -> None:
    events = [
        event("submit application", 1),
        event("first screening", 2),
        event("first screening", 2),
        event("first screening", 3),
    ]
    assert broken(take(*events)) == []
    assert recorded(log)[1:] == [("application.screened", day) for day in (2, 2, 3)]
    assert take(*events).skipped == 4
    grown = take(*events, event("first screening", 3))
    assert (grown.skipped, grown.events) == (4, 1)


def test_stages_may_be_skipped_and_taken_backwards(
    log: Log, take: Take, projector: Projector
) -> None:
    report = take(
        event("submit application", 1),
        event("make job offer", 2, A, OFFER),
        event("first screening", 3),
        event("submit application", 1, B),
        event("offer accepted and hired", 2, B),
    )
    assert broken(report) == []
    assert standing(log, projector) == [("hired", "hired"), ("offer", "open")]


def test_an_interview_nobody_was_invited_to_is_recorded_and_reported(log: Log, take: Take) -> None:
    report = take(
        event("submit application", 1),
        event("invite for interview", 2),
        event("conduct interview", 3),
        event("conduct interview", 4),
    )
    assert broken(report) == [("e4", "NotInvited")]
    assert recorded(log)[1:] == [
        ("interview.scheduled", 2),
        ("interview.held", 3),
        ("interview.scheduled", 4),
        ("interview.held", 4),
    ]


def test_interviews_are_held_in_the_order_of_their_invitations(log: Log, take: Take) -> None:
    report = take(
        event("submit application", 1),
        event("invite for interview", 2),
        event("invite for interview", 3),
        event("conduct interview", 4),
        event("conduct interview", 5),
    )
    assert broken(report) == []
    with log.database.transaction(log.organisation) as connection:
        ids = [
            row[0]
            for row in connection.execute(
                """
                SELECT data ->> 'interview_id'
                FROM events
                WHERE type LIKE 'interview.%'
                ORDER BY position
                """
            )
        ]
    assert ids[:2] == ids[2:]
    assert ids[0] != ids[1]


def test_an_application_that_was_never_submitted_begins_with_its_first_event(
    log: Log, take: Take
) -> None:
    report = take(event("first screening", 1), event("send rejection", 2))
    assert broken(report) == [("e1", "NotSubmitted")]
    assert report.applications == 1
    assert recorded(log) == [
        ("application.applied", 1),
        ("application.screened", 1),
        ("application.rejected", 2),
    ]


def test_a_second_submission_does_not_begin_the_application_again(
    log: Log, take: Take, projector: Projector
) -> None:
    events = [
        event("submit application", 1),
        event("send rejection", 2),
        event("submit application", 3),
    ]
    assert broken(take(*events)) == [("e3", "SubmittedAgain")]
    assert recorded(log)[2] == ("candidate.note_added", 3)
    assert standing(log, projector) == [("applied", "rejected")]
    assert take(*events).skipped == 3


def test_offers_are_told_apart_and_declined_one_by_one(log: Log, take: Take) -> None:
    report = take(
        event("submit application", 1),
        event("make job offer", 2, A, OFFER),
        event("make job offer", 3, A, OTHER_OFFER),
        event("job offer declined", 4, A, OFFER),
        event("job offer declined", 5, A, OTHER_OFFER),
        event("job offer declined", 6, A, OFFER),
    )
    assert broken(report) == [("e3", "AnotherOfferPending"), ("e6", "OfferNotPending")]
    assert len(recorded(log)) == 6


def test_an_offer_the_source_does_not_name_is_the_latest_one(log: Log, take: Take) -> None:
    report = take(
        event("submit application", 1),
        event("make job offer", 2),
        event("job offer declined", 3),
        event("submit application", 1, B),
        event("make job offer", 2, B, OFFER),
        event("job offer declined", 3, B),
    )
    assert broken(report) == [
        ("e2", "OfferNotNamed"),
        ("e3", "OfferNotNamed"),
        ("e6", "OfferNotNamed"),
    ]
    assert recorded(log)[1:] == [("offer.extended", 2), ("offer.declined", 3)]
    assert recorded(log, B) == recorded(log)


def test_an_offer_declined_but_never_made_is_recorded_and_reported(log: Log, take: Take) -> None:
    report = take(event("submit application", 1), event("job offer declined", 3, A, OFFER))
    assert broken(report) == [("e2", "OfferNotMade")]
    assert recorded(log)[1:] == [("offer.extended", 3), ("offer.declined", 3)]


def test_an_event_about_several_applications_is_recorded_for_each(log: Log, take: Take) -> None:
    events = [
        event("submit application", 1, A, B),
        event("make job offer", 2, A, B, OFFER),
        event("send rejection", 3, A, B, A),
    ]
    report = take(*events)
    assert broken(report) == []
    assert report.applications == 2
    assert recorded(log, A) == recorded(log, B)
    assert len(recorded(log)) == 3
    assert take(*events).skipped == 3


def test_events_are_taken_by_time_and_at_equal_times_in_the_order_of_the_file(
    log: Log, take: Take, projector: Projector
) -> None:
    report = take(
        event("send rejection", 3),
        event("first screening", 2),
        event("submit application", 1),
        event("submit application", 1, B),
        event("invite for interview", 1, B),
        event("send rejection", 1, B),
        event("conduct interview", 1, B),
    )
    assert broken(report) == [("e7", "ApplicationClosed")]
    assert [type for type, _ in recorded(log)] == [
        "application.applied",
        "application.screened",
        "application.rejected",
    ]
    assert standing(log, projector) == [("applied", "rejected"), ("screen", "rejected")]


def test_a_grown_file_may_bring_what_happened_earlier(
    log: Log, take: Take, projector: Projector
) -> None:
    take(event("submit application", 1), event("send rejection", 4))
    report = take(
        event("submit application", 1), event("first screening", 2), event("send rejection", 4)
    )
    assert (report.events, report.skipped, broken(report)) == (1, 2, [])
    assert standing(log, projector) == [("applied", "rejected")]


def test_what_a_person_entered_meanwhile_is_the_same_fact(
    log: Log, take: Take, recruiter: Attribution
) -> None:
    take(event("submit application", 1))
    with log.database.transaction(log.organisation) as connection:
        row = connection.execute(
            "SELECT stream_id, data ->> 'application_id' FROM events WHERE type LIKE '%applied'"
        ).fetchone()
    assert row is not None
    candidate = log.candidate(row[0]).at(DAY_ZERO + timedelta(days=2))
    candidate.screen(UUID(row[1]), STANDARD_PLAN, outcome="passed")
    log.record(candidate, by=recruiter)
    report = take(
        event("submit application", 1), event("first screening", 2), event("send rejection", 3)
    )
    assert (report.events, report.skipped) == (1, 2)


def test_only_the_first_anomalies_are_told_but_all_are_counted(log: Log, take: Take) -> None:
    report = take(
        event("submit application", 1),
        *(event("send rejection", 1 + number / 1000) for number in range(151)),
    )
    assert report.anomalies == 150
    assert len(report.anomaly_details) == 100
    assert len(recorded(log)) == 152


def test_one_command_may_import_several_files(
    log: Log, tmp_path: Path, recruiter: Attribution
) -> None:
    path = tmp_path / "growing"
    events = [event("submit application", 1), event("send rejection", 3)]
    for upto in (1, 2, 2):
        path.write_text(json.dumps(source(*events[:upto])))
        import_file(log, path, recruiter)
    assert len(recorded(log)) == 2


@pytest.mark.parametrize("before", [0, 1])
@pytest.mark.parametrize("meanwhile", [2, 3])
def test_two_imports_at_once_record_everything_once(
    log: Log, take: Take, tmp_path: Path, before: int, meanwhile: int
) -> None:
    """The other one, of as many of the events, comes between this one's look and its append."""
    events = [
        event("submit application", 1),
        event("first screening", 2),
        event("send rejection", 3),
    ]
    take(*events[:before])
    whole = tmp_path / "whole"
    whole.write_text(json.dumps(source(*events)))
    others: list[ImportReport] = []

    def interfere(what: str, *_: int) -> None:
        if what == "deciding" and not others:
            others.append(take(*events[:meanwhile]))

    report = import_file(log, whole, importer(), interfere)
    assert others[0].skipped == before
    assert (report.events, report.skipped) == (3 - meanwhile, meanwhile)
    assert len(recorded(log)) == 3
