"""The search index: rows that name nobody, made once, whatever befalls who makes them."""

import json
import os
import random
import threading
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from commands import documents
from domain.candidate import Candidate
from projections import indexer as indexing
from projections.asked import resolve
from projections.health import health
from projections.indexer import Indexer, destroy_unused_keys, renew
from projections.search import READ_MODEL, NothingToSearchFor, Search, SearchBeingBuilt
from projections.search_tokens import DOCUMENT_WORDS, Tokeniser
from store import organisations
from store.envelope import Attribution
from store.ids import new_id
from store.log import Log
from store.search_keys import SearchKeys
from store.settings import Settings
from tests import examples
from tests.store import forged
from tests.test_kill import Victim, environment_of

ROWS = """
SELECT
    position,
    field,
    origin,
    superseded_at,
    occurred_at,
    candidate_id,
    cardinality(tokens)
FROM search_entries
WHERE key_version = (SELECT key_version FROM search_lease)
ORDER BY position, field
"""
AS_TEXT = "SELECT entry::text FROM search_entries entry"
STATISTICS = "SELECT s::text FROM pg_stats s WHERE tablename = 'search_entries'"
BREAK = """
UPDATE events
SET sealed = jsonb_set(sealed, '{identity,nonce}', '"AAAAAAAAAAAAAAAA"')
WHERE position = %(position)s
"""


@pytest.fixture
def indexer(log: Log) -> Indexer:
    """Keeps the fresh organisation's search index when told to."""
    return Indexer(log.database, log.organisation)


def someone(name: str, **profile: str) -> Candidate:
    candidate = Candidate.begin(new_id())
    candidate.register(full_name=name, **profile)
    return candidate


def record(log: Log, *candidates: Candidate) -> int:
    by = Attribution("person", new_id(), "recruiter", "api")
    return log.record(*candidates, by=by).position


def catch_up(indexer: Indexer, limit: int = 1000) -> None:
    while indexer.step(limit):
        pass


def found(log: Log, words: str) -> list[UUID]:
    with log.database.transaction(log.organisation) as connection:
        asked = resolve(connection, (READ_MODEL,))
        keys = SearchKeys(log.database.keyring)
        return Search(connection, keys, log.organisation).people(asked, words)


def rows(log: Log, query: str = ROWS) -> list[Any]:
    with log.database.transaction(log.organisation) as connection:
        return connection.execute(query.encode()).fetchall()


def test_no_row_and_no_statistic_names_anybody(log: Log, indexer: Indexer) -> None:
    yuri = someone("Yuri Lovelace", email="yuri@example.org", phone="030 1234567", location="Paris")
    yuri.link_external_id("greenhouse", "zonkey")
    record(log, yuri)
    catch_up(indexer)
    with log.database.maintain(log.organisation) as owner:
        owner.execute("ANALYZE search_entries")
        text = str(owner.execute(STATISTICS).fetchall())
    text += str(rows(log, AS_TEXT))
    assert str(yuri.id) in text
    # No hexadecimal id can happen to spell one of these.
    for words in ("Yuri", "yuri", "Lovelace", "lovel", "example.org", "1234567", "Paris", "zonkey"):
        assert words not in text


def test_a_batch_is_one_access_to_all_in_it(log: Log, indexer: Indexer) -> None:
    people = [someone(f"Ada {number}") for number in range(5)]
    record(log, *people)
    catch_up(indexer)
    assert rows(log, "SELECT purpose, actor_id, subjects, categories FROM access_log") == [
        ("index", log.organisation.id, sorted(p.id for p in people), ["identity"])
    ]


def test_an_index_made_anew_is_the_same_under_another_key(log: Log, indexer: Indexer) -> None:
    ada = someone("Ada Byron", email="ada@example.org")
    ada.update_profile(full_name="Ada King")
    ada.correct_entry(1, "full_name", "Ada Lovelace", "entered_wrong")
    record(log, ada, someone("Grace Hopper"))
    catch_up(indexer, limit=1)
    before, tokens = rows(log), set(rows(log, AS_TEXT))
    renew(log.database, log.organisation)
    assert rows(log) == before
    assert tokens.isdisjoint(rows(log, AS_TEXT))
    assert len(rows(log, AS_TEXT)) == len(tokens)
    assert found(log, "ada king") == [ada.id]


def test_a_rotation_makes_the_rows_of_a_backup_useless(log: Log, indexer: Indexer) -> None:
    ada = someone("Ada Lovelace")
    record(log, ada)
    catch_up(indexer)
    old = renew(log.database, log.organisation)
    backup = rows(log, "SELECT * FROM search_entries")
    renew(log.database, log.organisation)
    assert old in destroy_unused_keys(log.database, all_organisations(log))
    keys = SearchKeys(log.database.keyring)
    assert keys.search_key(old, log.organisation.id) is None
    in_backup = {token for *_, tokens in backup for token in tokens}
    for version in keys.versions():
        key = keys.search_key(version, log.organisation.id)
        assert key is not None
        assert in_backup.isdisjoint(Tokeniser(key).entry("full_name", "Ada Lovelace"))
    restore(log, old, backup)
    with pytest.raises(SearchBeingBuilt):
        found(log, "ada")
    indexer.step()
    assert found(log, "ada") == [ada.id]


def all_organisations(log: Log) -> list[Any]:
    with log.database.registry() as connection:
        return organisations.all_organisations(connection)


def restore(log: Log, version: int, backup: list[Any]) -> None:
    with log.database.transaction(log.organisation) as connection:
        connection.execute("DELETE FROM search_entries")
        for row in backup:
            connection.execute(
                "INSERT INTO search_entries VALUES (%s, %s, %s, %s, %s, %s, %s, %s)", row
            )
        connection.execute("UPDATE search_lease SET key_version = %s", (version,))


def test_whoever_has_no_keys_left_is_in_no_row(log: Log, indexer: Indexer) -> None:
    ada, grace = someone("Ada Lovelace"), someone("Grace Hopper")
    record(log, ada, grace)
    catch_up(indexer)
    with log.database.transaction(log.organisation) as connection:
        connection.execute("DELETE FROM vault_keys WHERE subject_id = %s", (ada.id,))
    renew(log.database, log.organisation)
    assert {row[5] for row in rows(log)} == {grace.id}
    assert found(log, "redacted") == []


def test_an_event_that_does_not_open_stops_the_index_and_is_named(
    log: Log, indexer: Indexer
) -> None:
    names = ("Ada", "Mary", "Grace")
    people = [someone(name) for name in names]
    last = record(log, *people)
    with forged.administrator(log) as connection:
        (sealed,) = connection.execute(
            "SELECT sealed FROM events WHERE position = %s", (last - 1,)
        ).fetchone() or [None]
        connection.execute(BREAK, {"position": last - 1})
    catch_up(indexer)
    with log.database.transaction(log.organisation) as connection:
        standing = next(row for row in health(connection) if row.name == "search")
    assert (standing.position, standing.failed_position) == (last - 2, last - 1)
    assert standing.failed_type == "candidate.registered"
    assert "does not open" in (standing.error or "")
    assert "Mary" not in (standing.error or "")
    assert found(log, "ada") == [people[0].id]
    with forged.administrator(log) as connection:
        connection.execute(
            "UPDATE events SET sealed = %s::jsonb WHERE position = %s",
            (json.dumps(sealed), last - 1),
        )
    assert indexer.go_on()
    catch_up(indexer)
    assert [found(log, name) for name in names] == [[person.id] for person in people]


def test_what_stops_the_index_is_told_without_what_was_opened(
    log: Log, indexer: Indexer, monkeypatch: pytest.MonkeyPatch
) -> None:
    def failing(_: Tokeniser, __: str, value: str) -> list[int]:
        raise ValueError(value)

    monkeypatch.setattr(Tokeniser, "entry", failing)
    record(log, someone("Ada Lovelace"))
    catch_up(indexer)
    with log.database.transaction(log.organisation) as connection:
        standing = next(row for row in health(connection) if row.name == "search")
    assert (standing.failed_position, standing.error) == (2, "ValueError")


def test_only_one_indexes_at_a_time(log: Log, indexer: Indexer) -> None:
    record(log, someone("Ada"))
    with log.database.transaction(log.organisation) as connection:
        connection.execute(indexing.TAKE_LEASE)
        assert indexer.step() is None
    assert indexer.step() is not None


@pytest.fixture
def searching(log: Log, indexer: Indexer) -> Iterator[list[set[int]]]:
    """How many were found each time, by someone who searches all the while."""
    record(log, *(someone(f"Ada {number}") for number in range(200)))
    catch_up(indexer)
    answers: list[set[int]] = []
    over = threading.Event()

    def search() -> None:
        while not over.is_set():
            answers.append({len(found(log, "ada")), len(found(log, "ada 7"))})

    thread = threading.Thread(target=search)
    thread.start()
    yield answers
    over.set()
    thread.join()


def test_whoever_searches_while_the_index_is_made_anew_finds_the_same(
    log: Log, searching: list[set[int]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(indexing, "BATCH", 40)
    monkeypatch.setattr(indexing, "NEARLY_THERE", 20)
    for _ in range(8):
        renew(log.database, log.organisation)
    asked = len(searching)
    assert asked > 8
    assert all(answer == searching[0] for answer in searching)


def test_whoever_has_begun_to_search_is_waited_for(
    log: Log, indexer: Indexer, monkeypatch: pytest.MonkeyPatch
) -> None:
    ada = someone("Ada")
    record(log, ada)
    catch_up(indexer)
    renewing = threading.Thread(target=renew, args=(log.database, log.organisation))
    with log.database.transaction(log.organisation) as connection:
        asked = resolve(connection, (READ_MODEL,))
        search = Search(connection, SearchKeys(log.database.keyring), log.organisation)
        in_force = search.in_force()
        monkeypatch.setattr(search, "in_force", lambda: in_force)
        renewing.start()
        renewing.join(timeout=1.5)
        assert renewing.is_alive()
        assert search.people(asked, "ada") == [ada.id]
    renewing.join()
    assert found(log, "ada") == [ada.id]


def test_a_killed_indexer_leaves_nothing_half_done(
    log: Log, settings: Settings, tmp_path: Path
) -> None:
    environment = environment_of(settings, log) | {"PYTHONPATH": os.getcwd()}
    victim = Victim(
        environment, tmp_path / "said", log.organisation.name, module="tests.kill_indexer"
    )
    chance = random.Random(1)
    try:
        for number in range(6):
            record(log, *(someone(f"Ada {number} {other}") for other in range(150)))
            wait_for(victim, batches=4 * (number + 1))
            time.sleep(chance.uniform(0, 0.05))
            victim.kill()
            whole(log)
            victim.start()
    finally:
        victim.end()
    catch_up(Indexer(log.database, log.organisation))
    assert len(rows(log)) == 900
    before = rows(log)
    renew(log.database, log.organisation)
    assert rows(log) == before


def wait_for(victim: Victim, batches: int) -> None:
    deadline = time.monotonic() + 60
    while len(list(victim.acknowledged)) < batches:
        assert time.monotonic() < deadline
        time.sleep(0.01)


def whole(log: Log) -> None:
    """Rows up to the position, each person's access recorded, and none beyond."""
    with log.database.snapshot(log.organisation) as connection:
        position = resolve(connection, (READ_MODEL,)).log_position
        entries = connection.execute("SELECT position FROM search_entries").fetchall()
        accesses = connection.execute(
            "SELECT count(*) FROM access_log, unnest(subjects) WHERE purpose = 'index'"
        ).fetchone()
    assert sorted(at for (at,) in entries) == list(range(2, position + 1))
    assert accesses == (len(entries),)


def handed_in(log: Log, candidate_id: UUID, text: str) -> UUID:
    """A document that was read."""
    by = Attribution("person", new_id(), "recruiter", "api")
    attached = documents.attach(
        log, by, candidate_id, b"-", filename="a", kind="resume", media_type="text/plain"
    )
    id = UUID(attached.facts[0].data["document_id"])
    reading = json.dumps({"text": text}).encode()
    documents.note_reading(log, replace(by, command_id=new_id()), id, reading)
    return id


def test_each_document_is_found_by_its_own_words_until_it_is_removed(
    log: Log, indexer: Indexer
) -> None:
    ada = someone("Ada")
    record(log, ada)
    first, _ = (handed_in(log, ada.id, text) for text in ("Bernoulli numbers", "Looms in Go"))
    catch_up(indexer)
    queries = ("bernoulli", "berno", "ber", "go", "ada loom")
    assert [len(found(log, words)) for words in queries] == [1, 1, 0, 1, 1]
    assert "ernoulli" not in str(rows(log, AS_TEXT))
    by = Attribution("person", new_id(), "recruiter", "api")
    documents.remove(log, by, first, "wrong_person")
    catch_up(indexer)
    assert [len(found(log, words)) for words in queries] == [0, 0, 0, 1, 1]
    before = rows(log)
    renew(log.database, log.organisation)
    assert rows(log) == before


def test_a_long_document_is_found_by_its_first_words_only(log: Log, indexer: Indexer) -> None:
    ada = someone("Ada")
    record(log, ada)
    handed_in(log, ada.id, " ".join(f"{number:05}word" for number in range(20_000)))
    catch_up(indexer)
    last = DOCUMENT_WORDS - 1
    assert found(log, f"{last:05}word") == [ada.id]
    assert found(log, f"{last + 1:05}word") == []
    assert max(row[-1] for row in rows(log)) < 7 * DOCUMENT_WORDS


def test_a_reading_that_was_changed_stops_the_index(log: Log, indexer: Indexer) -> None:
    ada = someone("Ada")
    record(log, ada)
    handed_in(log, ada.id, "Bernoulli numbers")
    with forged.administrator(log) as connection:
        connection.execute("UPDATE documents SET reading = reading || '\\x00'")
    catch_up(indexer)
    with log.database.transaction(log.organisation) as connection:
        standing = next(row for row in health(connection) if row.name == "search")
    assert (standing.failed_type, standing.error) == ("candidate.document_read", "DocumentChanged")


def test_an_index_that_has_not_begun_finds_nobody(log: Log) -> None:
    record(log, examples.ada())
    assert found(log, "ada") == []


def test_looking_for_nothing_is_refused(log: Log, indexer: Indexer) -> None:
    record(log, examples.ada())
    catch_up(indexer)
    for words in ("a", " ", "!?", "http://", "x y z"):
        with pytest.raises(NothingToSearchFor):
            found(log, words)
