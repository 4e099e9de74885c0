"""Personal data: sealed in place, opened on the record, gone when its key is gone."""

import secrets
from uuid import UUID

import pytest
import rfc8785
from hypothesis import given
from hypothesis import strategies as st

from domain.aggregate import Aggregate
from domain.event import Category
from projections.asked import resolve
from projections.catalogue import READ_MODELS
from projections.engine import Projector
from projections.health import differences
from projections.metrics.stage_conversion import FUNNEL
from projections.metrics.time_to_hire import TIME_TO_HIRE
from projections.pipeline import board
from projections.rebuild import Rebuild
from projections.timeline import timeline
from store.access_log import Access, AccessNotRecorded
from store.database import Connection
from store.envelope import Attribution, Fact
from store.epoch_keys import EpochDestroyed, KeyFiles
from store.log import Log
from store.vault import SealBroken, canonical
from tests import examples
from tests.measured import measured
from tests.store import forged

SWAP = """
UPDATE events
SET sealed = other.sealed
FROM events other
WHERE (events.position, other.position) IN ((%(a)s, %(b)s), (%(b)s, %(a)s))
"""


@given(
    st.dictionaries(
        st.from_regex(r"[a-z_]{1,20}", fullmatch=True),
        st.text() | st.integers(min_value=-(2**53) + 1, max_value=2**53 - 1),
    )
)
def test_what_binds_a_ciphertext_to_its_place_is_canonical_json(told: dict[str, str | int]) -> None:
    assert canonical(told) == rfc8785.dumps(told)


def opened(log: Log, fact: Fact, *categories: Category) -> dict[str, str]:
    with log.database.transaction(log.organisation) as connection:
        [fields] = log.vault.open(connection, [fact], categories or Category, access(fact))
        return fields


def access(fact: Fact) -> Access:
    return Access(UUID(int=7), "interview_preparation", UUID(int=fact.originator_version))


def noted(log: Log, by: Attribution) -> list[Fact]:
    """A registration and two notes."""
    candidate = examples.ada()
    candidate.add_note("Likes engines")
    candidate.add_note("Writes poetry")
    return list(saved(log, by, candidate))


def saved(log: Log, by: Attribution, *changed: Aggregate) -> tuple[Fact, ...]:
    log.record(*changed, by=by)
    return log.recorded(by.command_id).facts


def test_what_was_sealed_is_opened(log: Log, recruiter: Attribution) -> None:
    registered, first, second = noted(log, recruiter)
    assert opened(log, registered) == {"full_name": "Ada Lovelace", "email": "ada@example.org"}
    assert opened(log, first) == {"text": "Likes engines"}
    assert opened(log, second) == {"text": "Writes poetry"}


def test_only_the_categories_asked_for_are_opened(log: Log, recruiter: Attribution) -> None:
    registered, *_ = noted(log, recruiter)
    assert opened(log, registered, Category.EVALUATION) == {}


def test_every_opening_is_on_record_once(log: Log, recruiter: Attribution) -> None:
    registered, note, _ = noted(log, recruiter)
    opened(log, registered, Category.IDENTITY)
    opened(log, note, Category.EVALUATION)
    opened(log, note, Category.IDENTITY)
    with log.database.transaction(log.organisation) as connection:
        rows = connection.execute(
            "SELECT actor_id, subjects, categories, purpose, request_id FROM access_log"
            " ORDER BY request_id"
        ).fetchall()
    purpose, subjects = "interview_preparation", [registered.subject_id]
    assert rows == [
        (UUID(int=7), subjects, ["identity"], purpose, UUID(int=1)),
        (UUID(int=7), subjects, ["evaluation"], purpose, UUID(int=2)),
    ]


def test_an_opening_that_cannot_be_recorded_shows_nothing(log: Log, recruiter: Attribution) -> None:
    registered, *_ = noted(log, recruiter)
    nobody = Access(None, "test", UUID(int=1))  # type: ignore[arg-type]
    with (
        pytest.raises(AccessNotRecorded),
        log.database.transaction(log.organisation) as connection,
    ):
        log.vault.open(connection, [registered], Category, nobody)


def test_nothing_stops_when_a_key_is_destroyed(
    log: Log, projector: Projector, recruiter: Attribution
) -> None:
    requisition = examples.open_requisition()
    candidate = examples.hired(requisition)
    facts = saved(log, recruiter, requisition, candidate)
    destroy_keys(log, candidate.id)
    while projector.step():
        pass
    Rebuild(log.database, log.organisation).run()
    assert differences(log.database, log.organisation) == []
    registered = next(fact for fact in facts if fact.topic == "candidate.registered")
    offered = next(fact for fact in facts if fact.topic == "offer.extended")
    assert set(opened(log, registered).values()) == {"Redacted"}
    assert set(opened(log, offered).values()) == {"Redacted"}
    with log.database.transaction(log.organisation) as connection:
        everything_answers(connection, candidate.id, requisition.id)
    again = log.candidate(candidate.id)
    again.add_note("Known again")
    [note] = saved(log, Attribution("person", UUID(int=1), "recruiter", "api"), again)
    assert opened(log, note) == {"text": "Known again"}


def everything_answers(connection: Connection, candidate_id: UUID, requisition_id: UUID) -> None:
    asked = resolve(connection, READ_MODELS)
    assert [row.status for row in board(connection, asked, requisition_id, None)] == ["hired"]
    assert len(timeline(connection, asked, candidate_id)) == 8
    assert measured(connection, asked, TIME_TO_HIRE).n == 1
    assert measured(connection, asked, FUNNEL).stages[4].entered == 1


def destroy_keys(log: Log, subject_id: UUID) -> None:
    with log.database.transaction(log.organisation) as connection:
        connection.execute("DELETE FROM vault_keys WHERE subject_id = %s", (subject_id,))


def test_one_persons_keys_do_not_open_anothers(log: Log, recruiter: Attribution) -> None:
    registered, *_ = noted(log, recruiter)
    other = Attribution("person", recruiter.actor_id, "recruiter", "api")
    others, *_ = noted(log, other)
    assert registered.subject_id is not None
    destroy_keys(log, registered.subject_id)
    assert opened(log, registered)["full_name"] == "Redacted"
    assert opened(log, others)["full_name"] == "Ada Lovelace"


def test_without_the_epoch_key_all_is_redacted(
    log: Log, recruiter: Attribution, monkeypatch: pytest.MonkeyPatch
) -> None:
    registered, *_ = noted(log, recruiter)

    def destroyed(*_: object) -> None:
        raise EpochDestroyed(epoch=1)

    monkeypatch.setattr(KeyFiles, "unwrap", destroyed)
    assert set(opened(log, registered).values()) == {"Redacted"}


def test_a_ciphertext_moved_to_another_event_is_noticed(log: Log, recruiter: Attribution) -> None:
    _, first, second = noted(log, recruiter)
    places = {"a": first.position, "b": second.position}
    with forged.administrator(log) as connection:
        connection.execute(SWAP, places)
    for fact in log.facts.at_positions(list(places.values())):  # type: ignore[arg-type]
        with pytest.raises(SealBroken, match=r"candidate\.note_added"):
            opened(log, fact)


@pytest.mark.parametrize("part", ["nonce", "ciphertext", "commitment"])
def test_a_changed_seal_is_noticed(log: Log, recruiter: Attribution, part: str) -> None:
    _, first, second = noted(log, recruiter)
    box = {**first.sealed["evaluation"], part: second.sealed["evaluation"][part]}
    changed = Fact(**{**vars(first), "sealed": {"evaluation": box}})
    with pytest.raises(SealBroken):
        opened(log, changed)


def test_no_key_stands_in_the_database_in_the_clear(
    log: Log, recruiter: Attribution, monkeypatch: pytest.MonkeyPatch
) -> None:
    drawn: list[bytes] = []

    def drawing(count: int) -> bytes:
        drawn.append(real(count))
        return drawn[-1]

    real = secrets.token_bytes
    monkeypatch.setattr(secrets, "token_bytes", drawing)
    noted(log, recruiter)
    keys = [octets for octets in drawn if len(octets) == 32]
    assert len(keys) == 2
    epoch_key = (log.database.keyring.directory / "epoch-1.key").read_bytes()
    with log.database.transaction(log.organisation) as connection:
        rows = connection.execute("SELECT wrapped FROM vault_keys").fetchall()
        text = str(connection.execute("SELECT t::text FROM vault_keys t").fetchall())
        text += str(connection.execute("SELECT t::text FROM events t").fetchall())
    assert len(rows) == 2
    for key in (*keys, epoch_key):
        assert key.hex() not in text
        assert not any(key in wrapped for (wrapped,) in rows)
