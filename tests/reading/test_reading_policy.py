"""Documents are read once each, by a policy that can be paused, killed and told again."""

import random
import sys
import time
from pathlib import Path
from uuid import UUID

import pytest

from commands import applications, documents, legal_holds, merging
from commands import policies as commands
from commands.erasure import erase
from domain.candidate import Candidate
from domain.document import DocumentRead
from domain.requisition import Requisition
from policies.reactor import Reactor
from policies.reading import ReadDocuments
from policies.settings import MailSettings
from reading.profile import Reading
from reading.reader import read
from store.documents import readings_of
from store.envelope import Attribution
from store.ids import new_id
from store.log import Log
from store.settings import Settings
from tests.mail.conftest import run_out
from tests.mail.test_kill_sending import Sender
from tests.mail.test_policies import standing, upcoming
from tests.reading import samples
from tests.test_kill import environment_of

TEXT = "\n".join(samples.LINES).encode()
PATIENCE = 120.0
RECORDED = "SELECT count(*) FROM events WHERE type = 'candidate.document_read'"


@pytest.fixture
def reading(log: Log) -> Reactor:
    return Reactor(log, ReadDocuments(MailSettings()))


def by(source: str = "api") -> Attribution:
    return Attribution("person", new_id(), "recruiter", source)


def ada(log: Log, **said: str) -> UUID:
    candidate = Candidate.begin(new_id())
    candidate.register(full_name="Ada Lovelace", **said)
    log.record(candidate, by=by())
    return candidate.id


def attach(
    log: Log,
    candidate_id: UUID,
    content: bytes = TEXT,
    kind: str = "resume",
    application_id: UUID | None = None,
    source: str = "api",
) -> UUID:
    attached = documents.attach(
        log,
        by(source),
        candidate_id,
        content,
        filename="../../etc/passwd",
        kind=kind,
        media_type="application/pdf",
        application_id=application_id,
    )
    return UUID(attached.facts[0].data["document_id"])


def read_of(log: Log, candidate_id: UUID) -> list[DocumentRead]:
    return [e for e in log.candidate(candidate_id).history if isinstance(e, DocumentRead)]


def kept(log: Log, *ids: UUID) -> dict[UUID, bytes]:
    with log.database.transaction(log.organisation) as connection:
        return readings_of(connection, ids)


def test_a_document_is_read_once_however_often_it_is_told(log: Log, reading: Reactor) -> None:
    candidate = ada(log)
    document = attach(log, candidate)
    run_out(reading)
    [read] = read_of(log, candidate)
    assert (read.outcome, read.format, read.suggests) == ("read", "text", True)
    before = kept(log, document)
    assert b"Lovelace" not in before[document]
    with log.database.transaction(log.organisation) as connection:
        connection.execute("UPDATE outbox SET state = 'waiting'")
        connection.execute("UPDATE policy_positions SET position = 0")
    run_out(reading)
    assert len(read_of(log, candidate)) == 1
    assert kept(log, document) == before


def test_kinds_that_nobody_is_judged_by_stay_closed(log: Log, reading: Reactor) -> None:
    candidate = ada(log)
    attach(log, candidate, kind="passport")
    attach(log, candidate, source="import")
    letter = attach(log, candidate, kind="cover_letter")
    run_out(reading)
    assert [(read.document_id, read.suggests) for read in read_of(log, candidate)] == [
        (letter, False)
    ]


def test_what_cannot_be_read_is_recorded_with_its_reason(log: Log, reading: Reactor) -> None:
    candidate = ada(log)
    document = attach(log, candidate, samples.word("", "<!DOCTYPE a [<!ENTITY b 'c'>]>"))
    run_out(reading)
    [read] = read_of(log, candidate)
    assert (read.outcome, read.reason_code, read.format) == ("unreadable", "unsafe_xml", "docx")
    assert kept(log, document) == {}
    assert standing(log, "read-documents").error is None


def test_a_paused_policy_reads_when_it_is_resumed(log: Log, reading: Reactor) -> None:
    commands.pause(log, by(), "read-documents")
    candidate = ada(log)
    attach(log, candidate)
    run_out(reading)
    assert read_of(log, candidate) == []
    assert [row.effect for row in upcoming(log, "read-documents")] == ["read"]
    commands.resume(log, by(), "read-documents")
    run_out(reading)
    assert len(read_of(log, candidate)) == 1


def test_what_is_gone_or_closed_is_not_read(log: Log, reading: Reactor) -> None:
    removed, erased, restricted = ada(log), ada(log), ada(log)
    document = attach(log, removed)
    attach(log, erased)
    held = attach(log, restricted)
    legal_holds.hold_candidate(log, by(), restricted, "case-1")
    documents.remove(log, by(), document, "wrong_person")
    erase(log, by(), erased, "request")
    erase(log, by(), restricted, "request")
    run_out(reading)
    assert [read_of(log, one) for one in (removed, erased, restricted)] == [[], [], []]
    assert kept(log, held) == {}
    assert upcoming(log, "read-documents") == []


def test_what_was_read_goes_with_the_document(log: Log, reading: Reactor) -> None:
    candidate, other = ada(log), ada(log)
    document, of_other = attach(log, candidate), attach(log, other)
    run_out(reading)
    assert kept(log, document, of_other).keys() == {document, of_other}
    documents.remove(log, by(), document, "wrong_person")
    erase(log, by(), other, "request")
    assert kept(log, document, of_other) == {}


def test_a_merged_persons_document_is_read_in_its_own_history(log: Log, reading: Reactor) -> None:
    survivor, loser = ada(log), ada(log)
    attach(log, loser)
    merging.merge(log, by(), loser, survivor, "same_person")
    run_out(reading)
    assert len(read_of(log, loser)) == 1
    assert read_of(log, survivor) == []


def test_numbers_are_those_of_the_country_of_the_person_or_the_job(
    log: Log, reading: Reactor, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str | None] = []

    def noting(content: bytes, *, profile: bool, region: str | None) -> Reading:
        asked.append(region)
        return read(content, profile=profile)

    monkeypatch.setattr("policies.reading.read", noting)
    job = Requisition.begin(new_id())
    job.draft("R-1", "Engineer", openings=(), jurisdiction="us-ca")
    job.request_approval()
    job.approve()
    job.open()
    log.record(job, by=by())
    candidate = ada(log)
    applied = applications.apply(log, by(), candidate, requisition_id=job.id)
    attach(log, candidate, application_id=UUID(applied.facts[0].data["application_id"]))
    attach(log, ada(log, jurisdiction="uk"))
    attach(log, ada(log))
    run_out(reading)
    assert asked == ["US", "GB", None]


def test_no_process_to_read_with_is_no_reason_to_stop(
    log: Log, reading: Reactor, monkeypatch: pytest.MonkeyPatch
) -> None:
    candidate = ada(log)
    attach(log, candidate)
    monkeypatch.setattr(sys, "executable", "/nowhere")
    run_out(reading)
    assert [row.outcome for row in upcoming(log, "read-documents")] == ["postponed"]
    assert standing(log, "read-documents").error is None


def test_each_document_is_read_once_although_its_readers_are_killed(
    settings: Settings, log: Log, reading: Reactor, tmp_path: Path
) -> None:
    candidates = [ada(log) for _ in range(12)]
    ids = [attach(log, candidate) for candidate in candidates]
    deadline, kills = time.monotonic() + PATIENCE, 0
    name, chance = log.organisation.name, random.Random(1)
    environment = environment_of(settings, log)
    with Sender(environment, tmp_path / "said", name, "read-documents") as runner:
        while (done := count(log)) < len(ids):
            while done == count(log):
                assert time.monotonic() < deadline
                time.sleep(0.02)
            time.sleep(chance.uniform(0, 0.2))
            kills += runner.kill() if kills < 4 else 0
    run_out(reading)
    assert kills
    assert [len(read_of(log, candidate)) for candidate in candidates] == [1] * len(ids)
    assert kept(log, *ids).keys() == set(ids)


def count(log: Log) -> int:
    with log.database.transaction(log.organisation) as connection:
        row = connection.execute(RECORDED).fetchone()
    return int(row[0]) if row else 0
