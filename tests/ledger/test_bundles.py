"""A bundle proves one whole history to anyone, with one file and one package; and nothing else."""

import io
import json
import os
import subprocess
import sys
import zipfile
from collections.abc import Callable
from contextlib import suppress
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest
from psycopg import sql

import hireledger_verify as verifier
from exchange.bundle import bundle
from hireledger_verify import Refused, VerifierKey, check_bundle
from store.database import Organisation
from store.envelope import Attribution
from store.ledger import checkpoints, heads, tiles
from store.ledger.proofs import key_of, newest
from store.ledger.sealing import seal
from store.ledger.trees import LOG
from store.log import Log
from tests import examples
from tests.ledger.test_tampering import EDIT, rebuild_tree, someone
from tests.store import forged

Members = dict[str, bytes]


@pytest.fixture
def history(log: Log, recruiter: Attribution) -> Any:
    """A candidate among others, sealed."""
    hired = examples.hired()
    log.record(examples.ada(), by=someone())
    log.record(hired, by=recruiter)
    log.record(*(examples.hired() for _ in range(30)), by=someone())
    seal(log.database, log.organisation, LOG)
    return hired


@pytest.fixture
def file(log: Log, history: Any, tmp_path: Path) -> Path:
    path = tmp_path / "bundle.zip"
    path.write_bytes(bundle(log.database, log.organisation, history.id))
    return path


def the_key(log: Log) -> VerifierKey:
    return key_of(log.database, log.organisation, LOG)


def members(file: Path) -> Members:
    with zipfile.ZipFile(file) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def packed(file: Path, content: Members) -> Path:
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, octets in content.items():
            archive.writestr(name, octets)
    return file


def changed(file: Path, member: str, change: Callable[[Any], object]) -> Path:
    """The same bundle, but for what a change did to the JSON of a member."""
    content = members(file)
    value = json.loads(content[member])
    change(value)
    content[member] = json.dumps(value).encode()
    return packed(file, content)


def test_a_bundle_proves_the_whole_history(log: Log, history: Any, file: Path) -> None:
    proven = check_bundle(file, the_key(log))
    assert (proven.stream_type, proven.stream_id) == ("candidate", str(history.id))
    stored = log.facts.select_events(history.id)
    assert [event["position"] for event in proven.events] == [fact.position for fact in stored]
    assert [event["data"] for event in proven.events] == [fact.data for fact in stored]
    assert check_bundle(file).key == the_key(log)
    assert bundle(log.database, log.organisation, history.id) == file.read_bytes()
    told = members(file)["timeline.txt"].decode().splitlines()
    assert len(told) == len(stored)
    assert "Registered" in told[0] or "registered" in told[0].lower()


def test_a_requisition_has_a_bundle_too(log: Log, file: Path) -> None:
    requisition = examples.open_requisition()
    log.record(requisition, by=someone())
    seal(log.database, log.organisation, LOG)
    file.write_bytes(bundle(log.database, log.organisation, requisition.id))
    assert check_bundle(file, the_key(log)).stream_type == "requisition"


EVENT_CHANGES: dict[str, Callable[[Any], object]] = {
    "a word of the data": lambda it: it["events"][1]["data"].update(source="agency"),
    "who did it": lambda it: it["events"][1].update(actor_id=it["stream_id"]),
    "when it happened": lambda it: it["events"][1].update(
        occurred_at=it["events"][1]["occurred_at"].replace("Z", "+00:00")
    ),
    "a ciphertext": lambda it: it["events"][0]["sealed"]["identity"].update(ciphertext="AAAA"),
    "swapped ciphertexts": lambda it: swap_sealed(it["events"]),
    "its place": lambda it: it["events"][1].update(position=it["events"][1]["position"] + 1),
}


@pytest.mark.parametrize("change", EVENT_CHANGES)
def test_a_changed_event_is_named(file: Path, change: str) -> None:
    with pytest.raises(Refused, match=r"position \d+: "):
        check_bundle(changed(file, "events.json", EVENT_CHANGES[change]))


def swap_sealed(events: list[dict[str, Any]]) -> None:
    first, second = [event for event in events if event["sealed"]][:2]
    first["sealed"], second["sealed"] = second["sealed"], first["sealed"]


def drop(file: Path, number: int) -> Path:
    """Leaves one event out, with its proof, and numbers the others on."""
    changed(file, "proofs.json", lambda it: it["inclusion"].pop(number))

    def without(it: dict[str, Any]) -> None:
        it["events"].pop(number)

    return changed(file, "events.json", without)


def test_a_missing_end_is_named_by_its_stream(file: Path, history: Any) -> None:
    with pytest.raises(Refused, match=rf"stream {history.id}: it had 8 events .* here are 7"):
        check_bundle(drop(file, -1))


def test_a_missing_event_is_named(file: Path) -> None:
    with pytest.raises(Refused, match=r"the event is number 3 of stream .* number 2 must be"):
        check_bundle(drop(file, 1))


def test_an_extra_event_is_named(file: Path) -> None:
    def repeat(it: dict[str, Any]) -> None:
        last = it["events"][-1]
        it["events"].append(
            {**last, "version": last["version"] + 1, "position": last["position"] + 1}
        )

    changed(file, "proofs.json", lambda it: it["inclusion"].append(it["inclusion"][-1]))
    with pytest.raises(Refused, match=r"position \d+: the inclusion proof does not lead"):
        check_bundle(changed(file, "events.json", repeat))


def first_proof(it: dict[str, Any]) -> list[str]:
    proof: list[str] = it["inclusion"][0]
    return proof


PROOF_CHANGES: dict[str, Callable[[Any], object]] = {
    "one hash less": lambda it: first_proof(it).pop(),
    "one hash more": lambda it: first_proof(it).append(first_proof(it)[0]),
    "no hash": lambda it: first_proof(it).clear(),
    "a short hash": lambda it: first_proof(it).__setitem__(0, "AAAA"),
    "a long hash": lambda it: first_proof(it).__setitem__(0, "A" * 44),
    "sloppy base64": lambda it: first_proof(it).__setitem__(0, first_proof(it)[0] + "\n"),
    "sloppy bits": lambda it: first_proof(it).__setitem__(0, first_proof(it)[0][:-2] + "B="),
    "another event's proof": lambda it: it["inclusion"].reverse(),
    "no list": lambda it: it["inclusion"].__setitem__(0, {}),
    "one proof less": lambda it: it["inclusion"].pop(),
    "one proof more": lambda it: it["inclusion"].append([]),
    "another bucket": lambda it: it.update(bucket=""),
    "a piece of a bucket": lambda it: it.update(bucket=it["bucket"][:-4]),
    "another bucket's proof": lambda it: it["bucket_proof"].reverse(),
    "no bucket's proof": lambda it: it.update(bucket_proof=[]),
    "one more field": lambda it: it.update(more=1),
}


@pytest.mark.parametrize("change", PROOF_CHANGES)
def test_a_changed_proof_is_refused(file: Path, change: str) -> None:
    with pytest.raises(Refused):
        check_bundle(changed(file, "proofs.json", PROOF_CHANGES[change]))


SHAPE_CHANGES: dict[str, Callable[[Any], object]] = {
    "another format": lambda it: it.update(format=2),
    "another organisation": lambda it: it.update(organisation=it["stream_id"]),
    "another stream": lambda it: it.update(stream_id=it["organisation"]),
    "no events": lambda it: it.update(events=[]),
    "events of another kind": lambda it: it.update(events={}),
    "one column more": lambda it: it["events"][0].update(v=1),
    "one column less": lambda it: it["events"][0].pop("authority"),
    "true for one": lambda it: it["events"][0].update(version=True),
    "position as text": lambda it: it["events"][0].update(position="2"),
    "negative position": lambda it: it["events"][0].update(position=-1),
    "sealed as text": lambda it: it["events"][0].update(sealed="x"),
    "another order": lambda it: it["events"].reverse(),
    "a fraction": lambda it: it["events"][0]["data"].update(more=1.5),
    "no number": lambda it: it["events"][0]["data"].update(more=float("nan")),
    "half a character": lambda it: it["events"][0]["data"].update(more="\ud800"),
}


@pytest.mark.parametrize("change", SHAPE_CHANGES)
def test_another_shape_is_refused(file: Path, change: str) -> None:
    with pytest.raises(Refused):
        check_bundle(changed(file, "events.json", SHAPE_CHANGES[change]))


def test_a_name_told_twice_is_refused(file: Path) -> None:
    content = members(file)
    content["events.json"] = content["events.json"].replace(b'"format"', b'"format": 9, "format"')
    with pytest.raises(Refused, match="same name twice"):
        check_bundle(packed(file, content))


def test_json_without_end_is_refused(file: Path) -> None:
    content = members(file)
    for endless in (b"[" * 100_000, b'{"format": ' + b"9" * 5_000 + b"}", b"", b"\xff", b"null"):
        with pytest.raises(Refused):
            check_bundle(packed(file, {**content, "events.json": endless}))


def test_only_the_members_of_a_bundle_are_in_it(file: Path) -> None:
    content = members(file)
    for name in content:
        with pytest.raises(Refused, match=f"must have one {name}"):
            check_bundle(packed(file, {k: v for k, v in content.items() if k != name}))
    with pytest.raises(Refused, match="none of a bundle's"):
        check_bundle(packed(file, {**content, "../more": b""}))
    packed(file, content)
    with (
        pytest.warns(UserWarning, match="Duplicate name"),
        zipfile.ZipFile(file, "a") as archive,
    ):
        archive.writestr("key.txt", b"")
    with pytest.raises(Refused, match=r"must have one key\.txt"):
        check_bundle(file)


def test_no_other_packing_is_unpacked(file: Path) -> None:
    content = members(file)
    for packing in (zipfile.ZIP_LZMA, zipfile.ZIP_BZIP2):
        with zipfile.ZipFile(file, "w", packing) as archive:
            for name, octets in content.items():
                archive.writestr(name, octets)
        with pytest.raises(Refused, match="packed in a way"):
            check_bundle(file)


def test_what_is_hidden_around_the_members_is_refused(file: Path) -> None:
    whole = file.read_bytes()
    commented = io.BytesIO(whole)
    with zipfile.ZipFile(commented, "a") as archive:
        archive.comment = b"more"
    directory = whole.index(b"PK\x01\x02")
    hidden = (
        b"more" + whole,
        whole + b"more",
        commented.getvalue(),
        whole[:directory] + b"more" + whole[directory:],
        whole[: len(whole) // 2],
        b"",
    )
    for content in hidden:
        file.write_bytes(content)
        with pytest.raises(Refused):
            check_bundle(file)
    file.unlink()
    with pytest.raises(Refused, match="cannot be read"):
        check_bundle(file)


def test_a_bomb_is_not_unpacked(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    bomb = packed(file, {**members(file), "README.txt": bytes(20_000_000)})
    assert bomb.stat().st_size < 100_000
    with pytest.raises(Refused, match=r"README\.txt is larger than 100,000 bytes"):
        check_bundle(bomb)
    monkeypatch.setattr(verifier, "LARGEST_BUNDLE", 1_000)
    with pytest.raises(Refused, match="larger than 1,000 bytes"):
        check_bundle(bomb)


def test_a_flipped_bit_anywhere_is_refused_or_changes_nothing(file: Path, log: Log) -> None:
    """A bit of a time or an attribute of the zip says nothing; any other breaks a proof."""
    whole, key = file.read_bytes(), the_key(log)
    proven = check_bundle(file, key)
    for place in range(0, len(whole), 101):
        file.write_bytes(whole[:place] + bytes([whole[place] ^ 4]) + whole[place + 1 :])
        with suppress(Refused):
            assert check_bundle(file, key) == proven


def test_another_key_proves_nothing(file: Path, log: Log, organisation: Organisation) -> None:
    other = VerifierKey(the_key(log).name, bytes([*the_key(log).public[:-1], 7]))
    with pytest.raises(Refused, match="not signed by the key"):
        check_bundle(file, other)
    renamed = VerifierKey(f"hireledger/{organisation.id}/access", the_key(log).public)
    with pytest.raises(Refused):
        check_bundle(file, renamed)


def test_a_bundle_proves_growth_since_a_checkpoint_that_was_kept(
    log: Log, history: Any, file: Path
) -> None:
    with log.database.transaction(log.organisation) as connection:
        kept = newest(connection, log.database, log.organisation, LOG)
    with pytest.raises(Refused, match="does not prove anything since"):
        check_bundle(file, the_key(log), kept.note)
    log.record(*(examples.hired() for _ in range(9)), by=someone())
    seal(log.database, log.organisation, LOG)
    size = kept.checkpoint.size
    file.write_bytes(bundle(log.database, log.organisation, history.id, size))
    assert check_bundle(file, the_key(log), kept.note).checkpoint.size > size
    file.write_bytes(bundle(log.database, log.organisation, history.id, size - 1))
    with pytest.raises(Refused, match=f"begins at size {size - 1}"):
        check_bundle(file, the_key(log), kept.note)


def test_a_log_rewritten_and_signed_anew_is_no_growth_of_what_was_kept(
    log: Log, history: Any, file: Path
) -> None:
    """Even by someone who has the signing key."""
    with log.database.transaction(log.organisation) as connection:
        kept = newest(connection, log.database, log.organisation, LOG)
    size = kept.checkpoint.size
    with forged.administrator(log) as connection:
        connection.execute(EDIT, {"position": 3})
        rebuild_tree(connection, log, size)
        connection.execute("DELETE FROM ledger_checkpoints")
        resign(connection, log, size)
    seal(log.database, log.organisation, LOG)
    file.write_bytes(bundle(log.database, log.organisation, history.id, size))
    assert check_bundle(file, the_key(log))
    with pytest.raises(Refused, match=f"two different trees of {size}|no continuation"):
        check_bundle(file, the_key(log), kept.note)


def resign(connection: Any, log: Log, size: int) -> None:
    signer = checkpoints.signer(log.database.keyring, log.organisation, LOG)
    root = tiles.root(tiles.stored(connection, "log"), size)
    ends = heads.root(tiles.stored(connection, "heads"))
    checkpoint = verifier.Checkpoint(signer.key.name, size, root, checkpoints.now(), ends)
    checkpoints.put(connection, LOG, size, signer.sign(checkpoint.text))


def test_the_verifier_runs_by_itself(file: Path, log: Log, tmp_path: Path) -> None:
    """One file, in a folder of its own, with `cryptography` and nothing else to import."""
    packages, elsewhere = tmp_path / "packages", tmp_path / "elsewhere"
    packages.mkdir()
    elsewhere.mkdir()
    spec = find_spec("cryptography")
    assert spec
    assert spec.origin
    site = Path(spec.origin).parent.parent
    for name in ("cryptography", "cffi", "pycparser", *(p.name for p in site.glob("_cffi*"))):
        if (site / name).exists():
            (packages / name).symlink_to(site / name)
    assert verifier.__file__
    alone = elsewhere / "hireledger_verify.py"
    alone.write_bytes(Path(verifier.__file__).read_bytes())

    def run(*words: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-S", "-P", alone, *words],
            cwd=elsewhere,
            env={"PYTHONPATH": str(packages), "PATH": os.environ["PATH"], "LANG": "C.UTF-8"},
            capture_output=True,
            text=True,
            check=False,
            timeout=60,
        )

    done = run(str(file), "--key", str(the_key(log)))
    assert done.returncode == 0, done.stderr
    assert "PROVEN: these 8 events are all" in done.stdout
    assert "position 3: candidate.registered" in done.stdout
    assert str(the_key(log)) not in done.stdout
    assert "The key came with the bundle" in run(str(file)).stdout
    assert str(the_key(log)) in run(str(file)).stdout
    refused = run(str(drop(file, -1)))
    assert (refused.returncode, refused.stdout) == (1, "")
    assert "NOT PROVEN: stream" in refused.stderr
    assert "Traceback" not in refused.stderr
    changed(file, "events.json", lambda it: it["events"][0].update(version="\x1b[2J"))
    assert "\\x1b[2J" in run(str(file)).stderr
    assert run(str(file), "--key", "nonsense").returncode == 1
    assert run(str(file), "--since", "nowhere").returncode == 1
    assert run("nowhere").returncode == 1


def test_the_columns_of_the_verifier_are_those_of_the_log(log: Log) -> None:
    with log.database.transaction(log.organisation) as connection:
        names = connection.execute(
            sql.SQL(
                "SELECT attname FROM pg_attribute WHERE attrelid = {}::regclass AND attnum > 0"
            ).format(sql.Literal("events"))
        ).fetchall()
    assert {name for (name,) in names} == verifier.COLUMNS
