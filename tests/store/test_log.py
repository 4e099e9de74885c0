"""What stands in the log: a complete envelope, nothing personal, and what went in."""

from typing import Any
from uuid import UUID

import pytest
import rfc8785
from hypothesis import HealthCheck, given, settings
from psycopg import sql
from psycopg.rows import dict_row

from domain.event import Category, Event
from store.access_log import Access
from store.envelope import Attribution, Fact
from store.ids import new_id
from store.log import Log
from tests import examples, strategies
from tests.store import forged

PERSONAL = ["Lovelace", "ada@example.org", "60,000", "Too junior", "Hello again", "We are hiring"]
one_log_for_all = settings(
    max_examples=150,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)


def rows(log: Log) -> list[dict[str, Any]]:
    with (
        log.database.transaction(log.organisation) as connection,
        connection.cursor(row_factory=dict_row) as cursor,
    ):
        return cursor.execute("TABLE events ORDER BY position").fetchall()


def test_every_event_says_who_when_and_by_which_right(log: Log) -> None:
    by = Attribution(
        "person",
        new_id(),
        "recruiter",
        "api",
        on_behalf_of=new_id(),
        causation_id=new_id(),
    )
    requisition = examples.open_requisition()
    candidate = examples.hired(requisition)
    recorded = log.record(requisition, candidate, by=by)
    written = rows(log)[1:]
    assert [row["position"] for row in written] == list(range(2, recorded.position + 1))
    assert [row["command_seq"] for row in written] == list(range(len(written)))
    assert len({row["recorded_at"] for row in written}) == 1
    assert len({row["event_id"] for row in written}) == len(written)
    for row in written:
        assert row["actor_type"] == "person"
        assert row["actor_id"] == by.actor_id
        assert row["on_behalf_of"] == by.on_behalf_of
        assert row["authority"] == "recruiter"
        assert row["source"] == "api"
        assert row["command_id"] == by.command_id
        assert row["causation_id"] == row["correlation_id"] == by.causation_id
        assert row["occurred_at"] == row["recorded_at"]
        assert row["occurred_precision"] == "exact"
        assert (row["schema_version"], row["envelope_version"]) == (1, 1)
    of_candidate = [row for row in written if row["stream_type"] == "candidate"]
    assert {row["subject_id"] for row in of_candidate} == {candidate.id}
    assert {row["subject_id"] for row in written if row not in of_candidate} == {None}
    assert [row["version"] for row in of_candidate] == list(range(1, len(of_candidate) + 1))


def test_a_reason_stands_in_its_own_column(log: Log, recruiter: Attribution) -> None:
    log.record(examples.rejected_after_interview(), by=recruiter)
    rejection = rows(log)[-1]
    assert (rejection["type"], rejection["reason_code"]) == ("application.rejected", "experience")
    assert "reason_code" not in rejection["data"]


def test_nothing_personal_stands_in_the_clear(log: Log, recruiter: Attribution) -> None:
    people = [examples.hired(), examples.rejected_after_interview(), examples.contacted()]
    log.record(*people, by=recruiter)
    with forged.administrator(log) as connection:
        tables = connection.execute(
            "SELECT table_name FROM information_schema.tables WHERE table_schema = %s",
            (log.organisation.schema,),
        ).fetchall()
        for (table,) in tables:
            everything = sql.SQL("SELECT t::text FROM {} t").format(sql.Identifier(table))
            text = str(connection.execute(everything).fetchall())
            assert not [words for words in PERSONAL if words in text], table


def test_the_first_event_is_the_organisations_own(log: Log) -> None:
    [first] = rows(log)
    assert (first["position"], first["type"]) == (1, "organisation.created")
    assert first["data"] == {"title": log.organisation.name, "time_zone": "UTC"}


@one_log_for_all
@given(event=strategies.any_event)
def test_any_event_survives_the_log_to_the_byte(log: Log, event: Event) -> None:
    event = event.model_copy(update={"originator_id": new_id()})
    sent = stored(log, event)
    log.facts.insert_events([sent], by=Attribution("person", new_id(), "recruiter", "api"))
    [read] = log.facts.select_events(event.originator_id)
    [again] = log.facts.select_events(event.originator_id)
    assert canonical(read) == canonical(again)
    assert canonical(read) == canonical(sent, sealed=read.sealed)
    restored = log.mapper.to_domain_event(read)
    assert isinstance(restored, type(event))
    assert canonical(stored(log, restored), sealed=read.sealed) == canonical(read)
    access = Access(new_id(), "test", new_id())
    with log.database.transaction(log.organisation) as connection:
        [opened] = log.vault.open(connection, [read], event.personal().keys(), access)
    assert opened == {
        name: text for texts in event.personal().values() for name, text in texts.items()
    }


def stored(log: Log, event: Event) -> Fact:
    fact = log.mapper.to_stored_event(event.model_copy(update={"back_dated": True}))
    assert isinstance(fact, Fact)
    return fact


def canonical(fact: Fact, sealed: Any = None) -> bytes:
    """The fact as a signature or a hash would take it."""
    assert fact.occurred_at is not None
    return rfc8785.dumps(
        {
            "stream": [fact.stream_type, str(fact.originator_id), fact.originator_version],
            "type": [fact.topic, fact.schema_version],
            "subject": str(fact.subject_id),
            "occurred_at": fact.occurred_at.isoformat(),
            "reason_code": fact.reason_code,
            "data": dict(fact.data),
            "sealed": dict(sealed or fact.sealed),
        }
    )


@pytest.mark.parametrize("text", strategies.hard_texts)
def test_hard_texts_come_back_as_they_were(log: Log, recruiter: Attribution, text: str) -> None:
    candidate = examples.ada()
    candidate.add_note(text)
    log.record(candidate, by=recruiter)
    note = log.recorded(recruiter.command_id).facts[-1]
    with log.database.transaction(log.organisation) as connection:
        access = Access(recruiter.actor_id, "test", UUID(int=0))
        [opened] = log.vault.open(connection, [note], Category, access)
    assert opened == {"text": text}
