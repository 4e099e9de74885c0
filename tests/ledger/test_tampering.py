"""Whatever a superuser changes is found, and said where; what nobody changed is found whole."""

from pathlib import Path
from uuid import UUID

import pytest
from psycopg import sql
from psycopg.errors import InsufficientPrivilege

from domain.event import Category
from hireledger_verify import bucket_of, event_leaf, head_of
from store.access_log import Access
from store.database import Connection
from store.envelope import Attribution
from store.ids import new_id
from store.ledger import checkpoints, copies, heads, tiles
from store.ledger.sealing import SealingRefused, seal
from store.ledger.trees import ACCESS, LOG, TREES, entries
from store.ledger.verification import Verification, verify
from store.log import Log
from tests import examples
from tests.store import forged

EDIT = """
UPDATE events
SET data = jsonb_set(data, '{origin}', '"sourced"')
WHERE position = %(position)s
"""

SWAP = """
UPDATE events
SET sealed = other.sealed
FROM events other
WHERE (events.position, other.position) IN ((%(a)s, %(b)s), (%(b)s, %(a)s))
"""


@pytest.fixture
def sealed(log: Log) -> Log:
    """Three people's histories, some looked at; sealed in two steps, with an end not yet sealed."""
    log.record(examples.hired(), examples.open_requisition(), by=someone())
    look(log)
    seal_all(log)
    log.record(examples.ada(), by=someone())
    log.record(examples.rejected_after_interview(), by=someone())
    look(log)
    look(log)
    seal_all(log)
    log.record(examples.ada(), by=someone())
    look(log)
    assert verify(log.database, log.organisation).whole
    return log


def someone() -> Attribution:
    return Attribution("person", new_id(), "recruiter", "api")


def look(log: Log) -> None:
    """Opens what there is of the last event with something sealed."""
    with log.database.transaction(log.organisation) as connection:
        held = [fact for fact in log.facts.at_positions(range(1, 200)) if fact.sealed][-1:]
        log.vault.open(connection, held, Category, Access(new_id(), "test", new_id()))


def seal_all(log: Log, most: int = 1_000) -> None:
    for tree in TREES.values():
        while seal(log.database, log.organisation, tree, most):
            pass


def checked(log: Log) -> Verification:
    found = verify(log.database, log.organisation)
    assert found.whole == (not found.faults)
    return found


def positions(found: Verification, tree: str = "log") -> list[int]:
    return [f.position for f in found.faults if f.tree == tree and f.position is not None]


def words(found: Verification) -> str:
    return "\n".join(fault.words for fault in found.faults)


def signed_size(log: Log) -> int:
    with log.database.transaction(log.organisation) as connection:
        row = connection.execute(
            "SELECT max(size) FROM ledger_checkpoints WHERE tree = 'log'"
        ).fetchone()
    assert row
    return int(row[0])


def test_an_unchanged_ledger_is_whole(sealed: Log) -> None:
    found = checked(sealed)
    assert found.whole
    tree, access = found.trees
    assert (tree.checkpoints, tree.unsealed, access.checkpoints, access.entries) == (2, 1, 2, 3)
    seal_all(sealed)
    assert checked(sealed).trees[0].unsealed == 0
    assert checked(sealed).trees[1].entries == 4


def test_one_changed_event_is_named(sealed: Log) -> None:
    with forged.administrator(sealed) as connection:
        assert connection.execute(EDIT, {"position": 3}).rowcount == 1
    found = checked(sealed)
    assert positions(found) == [3]
    assert "position 3 is not what it was when it was sealed" in words(found)
    assert "what was signed at size" in words(found)


CHANGE = "UPDATE events SET {} = {} WHERE position = 4"
COLUMNS = {
    "event_id": "gen_random_uuid()",
    "type": "'candidate.other'",
    "schema_version": "schema_version + 1",
    "envelope_version": "envelope_version + 1",
    "subject_id": "gen_random_uuid()",
    "occurred_at": "occurred_at - interval '1 microsecond'",
    "occurred_precision": "'day'",
    "recorded_at": "recorded_at + interval '1 microsecond'",
    "actor_type": "'system'",
    "actor_id": "gen_random_uuid()",
    "on_behalf_of": "gen_random_uuid()",
    "authority": "'admin'",
    "source": "'import'",
    "command_id": "gen_random_uuid()",
    "command_seq": "command_seq + 100",
    "correlation_id": "gen_random_uuid()",
    "causation_id": "gen_random_uuid()",
    "reason_code": "'other'",
    "stream_type": "'requisition'",
    "stream_id": "gen_random_uuid()",
    "version": "version + 1000",
    "data": "data || '{\"more\": null}'",
    "sealed": "'{}'",
}


def test_every_column_of_an_event_is_in_its_leaf(sealed: Log) -> None:
    with forged.administrator(sealed) as connection:
        names = connection.execute(
            "SELECT attname FROM pg_attribute WHERE attrelid = 'events'::regclass AND attnum > 0"
            " AND NOT attisdropped"
        ).fetchall()
        assert {name for (name,) in names} == COLUMNS.keys() | {"position"}
        leaf = leaf_at(connection, sealed, 4)
        for column, value in COLUMNS.items():
            with connection.transaction(force_rollback=True):
                connection.execute(CHANGE.format(column, value).encode())
                assert leaf_at(connection, sealed, 4) != leaf, column
        assert leaf_at(connection, sealed, 4) == leaf


def leaf_at(connection: Connection, log: Log, position: int) -> bytes:
    [(_, event)] = entries(connection, LOG, position - 1, position)
    return event_leaf(str(log.organisation.id), event)


def test_a_deleted_event_is_named(sealed: Log) -> None:
    with forged.administrator(sealed) as connection:
        connection.execute("DELETE FROM events WHERE position = 5")
    found = checked(sealed)
    assert positions(found) == [5]
    assert "position 5 is missing" in words(found)


def test_swapped_ciphertexts_are_named(sealed: Log) -> None:
    a, b = [f.position for f in sealed.facts.at_positions(range(1, 100)) if f.sealed][:2]
    with forged.administrator(sealed) as connection:
        assert connection.execute(SWAP, {"a": a, "b": b}).rowcount == 2
    assert positions(checked(sealed)) == [a, b]


def test_the_dropped_end_of_a_stream_is_named(sealed: Log) -> None:
    """In the middle of the log, with everything after it moved down: nothing is missing."""
    with forged.administrator(sealed) as connection:
        stream, last = ends(connection)[0]
        drop(connection, last)
    found = checked(sealed)
    assert positions(found)[0] == last
    assert str(stream) in [fault.stream_id for fault in found.faults]


def test_the_dropped_end_of_the_log_is_named(sealed: Log) -> None:
    seal_all(sealed)
    with forged.administrator(sealed) as connection:
        stream, last = ends(connection)[-1]
        connection.execute("DELETE FROM events WHERE position = %s", (last,))
    found = checked(sealed)
    assert positions(found) == [last]
    assert str(stream) in words(found) or "a stream whose id hashes to" in words(found)
    with pytest.raises(SealingRefused, match=f"position {last} was signed, but is not there"):
        seal(sealed.database, sealed.organisation, LOG)


def drop(connection: Connection, position: int) -> None:
    """Takes an event out, and moves down what comes after it."""
    connection.execute("DELETE FROM events WHERE position = %s", (position,))
    connection.execute("UPDATE events SET position = -position WHERE position > %s", (position,))
    connection.execute("UPDATE events SET position = -position - 1 WHERE position < 0")


def ends(connection: Connection) -> list[tuple[UUID, int]]:
    """The streams of several events, with the position of their last, in its order."""
    return connection.execute(
        "SELECT stream_id, max(position) AS last FROM events GROUP BY stream_id ORDER BY last"
    ).fetchall()[1:]


def test_rewritten_hashes_are_named(sealed: Log) -> None:
    with forged.administrator(sealed) as connection:
        connection.execute(
            "UPDATE ledger_tiles SET hashes = overlay(hashes PLACING '\\x00'::bytea FROM 33)"
            " WHERE tree = 'log' AND level = 0"
        )
    found = checked(sealed)
    assert positions(found) == [2]
    assert "what was signed" not in words(found)
    with pytest.raises(SealingRefused, match="stored hashes are not those signed"):
        seal(sealed.database, sealed.organisation, LOG)


def test_lost_hashes_are_named(sealed: Log) -> None:
    with forged.administrator(sealed) as connection:
        connection.execute("DELETE FROM ledger_tiles WHERE tree = 'log'")
    found = checked(sealed)
    assert positions(found)[0] == 1
    with pytest.raises(SealingRefused, match="lacks hashes"):
        seal(sealed.database, sealed.organisation, LOG)


def test_hashes_rewritten_with_the_event_are_not_those_signed(sealed: Log) -> None:
    """Whoever rewrites the event, the tree and the heads alike still has no signature for it."""
    position = signed_size(sealed)
    with forged.administrator(sealed) as connection:
        connection.execute(EDIT, {"position": position})
        rebuild_tree(connection, sealed, position)
    found = checked(sealed)
    assert positions(found) == []
    assert f"and position {position}" in words(found)
    with pytest.raises(SealingRefused):
        seal(sealed.database, sealed.organisation, LOG)


def test_heads_rewritten_with_the_log_are_not_those_signed(sealed: Log) -> None:
    seal_all(sealed)
    size = signed_size(sealed)
    with forged.administrator(sealed) as connection:
        _, last = ends(connection)[0]
        drop(connection, last)
        rebuild_tree(connection, sealed, size - 1)
    found = checked(sealed)
    assert positions(found) == [size]
    assert f"position {size} was signed" in words(found)
    assert "the streams do not end where they did" in words(found)


def rebuild_tree(connection: Connection, log: Log, size: int) -> None:
    """Makes the ledger's tables fit what the log says now, as far as that goes without the key."""
    connection.execute("DELETE FROM ledger_tiles")
    connection.execute("DELETE FROM ledger_buckets")
    moved: dict[str, tuple[int, int]] = {}
    leaves = []
    for _, event in entries(connection, LOG, 0, size):
        leaves.append(event_leaf(str(log.organisation.id), event))
        first, _ = moved.get(event["stream_id"], (event["version"], 0))
        moved[event["stream_id"]] = first, event["version"]
    tiles.put(connection, "log", tiles.grown(tiles.stored(connection, "log"), 0, leaves))
    heads.advance(connection, moved)


def test_a_rewritten_bucket_names_the_stream(sealed: Log) -> None:
    with forged.administrator(sealed) as connection:
        stream, _ = ends(connection)[0]
        number = bucket_of(head_of(str(stream), 0))
        connection.execute("DELETE FROM ledger_buckets WHERE bucket = %s", (number,))
    found = checked(sealed)
    assert [f.stream_id for f in found.faults] == [str(stream)]


def test_a_forged_checkpoint_is_named(sealed: Log) -> None:
    with forged.administrator(sealed) as connection:
        connection.execute(
            "UPDATE ledger_checkpoints SET note = replace(note, 'time 2', 'time 1')"
            " WHERE tree = 'log' AND size = (SELECT max(size) FROM ledger_checkpoints"
            " WHERE tree = 'log')"
        )
    assert f"the checkpoint of size {signed_size(sealed)}: the note's signature" in words(
        checked(sealed)
    )
    with pytest.raises(SealingRefused, match="signature is wrong"):
        seal(sealed.database, sealed.organisation, LOG)


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ("UPDATE access_log SET purpose = 'none'", "access 1 is not what it was"),
        ("UPDATE access_log SET subjects = '{}'", "access 1 is not what it was"),
        ("UPDATE access_log SET accessed_at = now()", "access 1 is not what it was"),
        ("DELETE FROM access_log", "access 1 is missing"),
        ("UPDATE access_entries SET index = 100 + index", "access 1 is missing"),
    ],
)
def test_a_changed_access_is_named(sealed: Log, change: str, expected: str) -> None:
    second = " WHERE access_id = (SELECT access_id FROM access_entries WHERE index = 1)"
    with forged.administrator(sealed) as connection:
        connection.execute((change + second).encode())
    found = checked(sealed)
    assert positions(found, "access") == [1]
    assert expected in words(found)


def test_a_look_that_was_kept_out_of_the_ledger_is_named(sealed: Log) -> None:
    with forged.administrator(sealed) as connection:
        connection.execute("DELETE FROM access_unsealed")
    assert "was put into the access log past the ledger" in words(checked(sealed))


def test_a_look_taken_out_of_the_log_before_it_was_sealed_stops_the_sealer(sealed: Log) -> None:
    with forged.administrator(sealed) as connection:
        connection.execute(
            "DELETE FROM access_log WHERE access_id IN (SELECT access_id FROM access_unsealed)"
        )
    with pytest.raises(SealingRefused, match="access 3 is missing"):
        seal(sealed.database, sealed.organisation, ACCESS)


def test_a_restored_log_is_not_what_was_copied(
    sealed: Log, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Even with tree, heads and checkpoints put back to what they were: the copies remain."""
    monkeypatch.setattr(sealed.database, "checkpoint_copies", tmp_path / "elsewhere")
    before = signed_size(sealed)
    seal_all(sealed)
    assert checked(sealed).trees[0].copies == 1
    last = signed_size(sealed)
    with forged.administrator(sealed) as connection:
        connection.execute("DELETE FROM events WHERE position > %s", (before,))
        connection.execute("DELETE FROM ledger_checkpoints WHERE size > %s", (before,))
        rebuild_tree(connection, sealed, before)
    found = checked(sealed)
    assert positions(found)[0] == before + 1
    assert f"position {last} was signed" in words(found)
    sealed.record(examples.ada(), by=someone())
    with pytest.raises(SealingRefused, match="copied"):
        seal(sealed.database, sealed.organisation, LOG)


def test_copies_survive_a_torn_write(sealed: Log, tmp_path: Path) -> None:
    file = tmp_path / "copies"
    with sealed.database.transaction(sealed.organisation) as connection:
        notes = [n for _, n in connection.execute(checkpoints.ALL, {"tree": "log"})]
    for note in notes:
        copies.add(file, note)
        with file.open("a") as torn:
            torn.write(notes[0][: len(note) // 2])
    assert list(copies.every(file)) == notes
    assert copies.newest(file) == notes[-1]
    copies.add(file, notes[0])
    assert list(copies.every(file)) == [*notes, notes[0]]


@pytest.mark.parametrize("table", ["events", "access_log", "ledger_checkpoints", "access_entries"])
@pytest.mark.parametrize("statement", ["UPDATE {} SET {} = {}", "DELETE FROM {}", "TRUNCATE {}"])
def test_not_even_the_owner_rewrites_what_has_happened(
    sealed: Log, table: str, statement: str
) -> None:
    column = {"access_log": "purpose", "access_entries": "index"}.get(table, "position")
    column = "size" if table == "ledger_checkpoints" else column
    change = sql.SQL(statement).format(*map(sql.Identifier, (table, column, column)))
    for replica in (False, True):
        with sealed.database.administer() as connection:
            if replica:
                connection.execute("SET LOCAL session_replication_role = replica")
            else:
                connection.execute("SET LOCAL ROLE hireledger_owner")
            connection.execute(
                sql.SQL("SET LOCAL search_path = {}").format(
                    sql.Identifier(sealed.organisation.schema)
                )
            )
            with pytest.raises(InsufficientPrivilege, match="is append-only"):
                connection.execute(change)
            connection.rollback()


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE ledger_tiles SET hashes = ''",
        "UPDATE ledger_buckets SET heads = ''",
        "INSERT INTO ledger_checkpoints VALUES ('log', 1, '')",
        "INSERT INTO access_entries VALUES (7, gen_random_uuid())",
        "DELETE FROM access_unsealed",
        "UPDATE ledger_trees SET refusal = NULL",
    ],
)
def test_the_application_does_not_write_the_ledger(sealed: Log, statement: str) -> None:
    with (
        pytest.raises(InsufficientPrivilege),
        sealed.database.transaction(sealed.organisation) as connection,
    ):
        connection.execute(statement.encode())


@pytest.mark.parametrize(
    "statement",
    [
        "INSERT INTO access_log (access_id) VALUES (gen_random_uuid())",
        "UPDATE events SET version = 1",
        "SELECT secret_hash FROM api_keys",
        "SELECT wrapped FROM vault_keys",
        "DELETE FROM ledger_tiles",
        "UPDATE ledger_checkpoints SET note = ''",
    ],
)
def test_the_sealer_does_nothing_but_seal(sealed: Log, statement: str) -> None:
    with (
        pytest.raises(InsufficientPrivilege),
        sealed.database.sealing(sealed.organisation) as connection,
    ):
        connection.execute(statement.encode())


def test_verification_in_several_processes_finds_the_same(
    sealed: Log, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("store.ledger.verification.STRETCH", 256)
    sealed.record(*(examples.hired() for _ in range(60)), by=someone())
    seal_all(sealed)
    with forged.administrator(sealed) as connection:
        connection.execute("DELETE FROM events WHERE position = 400")
        connection.execute(
            "UPDATE ledger_tiles SET hashes = set_byte(hashes, 0, get_byte(hashes, 0) # 1)"
            " WHERE tree = 'log' AND level = 1"
        )
    found = checked(sealed)
    assert positions(found) == [400]
    assert "level 1, row 0" in words(found)
