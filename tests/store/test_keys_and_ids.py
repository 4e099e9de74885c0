"""Key files and ids."""

import os
import stat
import subprocess
import sys
from pathlib import Path
from uuid import RFC_4122

import pytest
from cryptography.exceptions import InvalidTag
from hypothesis import given
from hypothesis import strategies as st

from app import Hireledger
from store.epoch_keys import EpochDestroyed, KeyFiles
from store.ids import derived_id, new_id
from store.keyring import KeyDirectory, Keyring, KeysExposed

ROOT = Path(__file__).parent.parent.parent
parts = st.lists(st.text(st.characters(exclude_categories=["Cs"])), min_size=1, max_size=4)


def test_only_the_owner_may_read_the_keys(hireledger: Hireledger) -> None:
    directory = hireledger.database.keyring.directory
    files = list(directory.iterdir())
    assert {path.name for path in files} >= {"installation.key"}
    assert {stat.S_IMODE(path.stat().st_mode) for path in files} == {0o600}
    assert stat.S_IMODE(directory.stat().st_mode) == 0o700


def test_a_new_key_file_is_private_whatever_the_mask(tmp_path: Path) -> None:
    before = os.umask(0)
    try:
        directory = KeyDirectory(tmp_path / "keys")
        assert KeyFiles(directory).begin() == 1
        Keyring(directory).secret("test")
    finally:
        os.umask(before)
    files = list((tmp_path / "keys").iterdir())
    assert {path.name for path in files} == {"epoch-1.key", "installation.key"}
    assert {stat.S_IMODE(path.stat().st_mode) for path in files} == {0o600}


def test_a_destroyed_epoch_is_gone(tmp_path: Path) -> None:
    keys, key_id = KeyFiles(private(tmp_path)), new_id()
    epoch = keys.begin()
    [wrapped] = keys.wrap(epoch, [(key_id, b"secret")])
    assert keys.unwrap(epoch, [(key_id, wrapped)]) == [b"secret"]
    keys.destroy(epoch)
    assert keys.epochs() == []
    with pytest.raises(EpochDestroyed):
        keys.unwrap(epoch, [(key_id, wrapped)])


def test_an_epoch_that_another_process_began_is_known(tmp_path: Path) -> None:
    mine, theirs = KeyFiles(private(tmp_path)), KeyFiles(KeyDirectory(tmp_path / "keys"))
    key_id = new_id()
    for epoch in (1, 2, 3):
        assert theirs.begin() == epoch
        [wrapped] = theirs.wrap(epoch, [(key_id, b"secret")])
        assert mine.unwrap(epoch, [(key_id, wrapped)]) == [b"secret"]


def test_a_wrapped_key_does_not_stand_for_another(tmp_path: Path) -> None:
    keys = KeyFiles(private(tmp_path))
    [wrapped] = keys.wrap(keys.begin(), [(new_id(), b"secret")])
    with pytest.raises(InvalidTag):
        keys.unwrap(1, [(new_id(), wrapped)])


@pytest.mark.parametrize("exposed", ["", "epoch-1.key"])
def test_keys_that_others_may_read_are_not_used(tmp_path: Path, exposed: str) -> None:
    KeyFiles(private(tmp_path)).begin()
    path = tmp_path / "keys" / exposed
    path.chmod(path.stat().st_mode | stat.S_IRGRP)
    with pytest.raises(KeysExposed, match="chmod go-rwx"):
        KeyDirectory(tmp_path / "keys")


def private(tmp_path: Path) -> KeyDirectory:
    return KeyDirectory(tmp_path / "keys")


def test_processes_that_begin_together_have_one_key(tmp_path: Path) -> None:
    program = (
        "import sys; from pathlib import Path; from store.keyring import KeyDirectory, Keyring;"
        "from store.epoch_keys import KeyFiles, newest;"
        "d = KeyDirectory(Path(sys.argv[1]) / 'keys');"
        "k = KeyFiles(d); n = newest(k);"
        "print(Keyring(d).secret('x').hex(), k._key(n).hex())"
    )
    command = [sys.executable, "-c", program, str(tmp_path)]
    running = [
        subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) for _ in range(6)
    ]
    assert len({process.communicate()[0] for process in running}) == 1


def test_new_ids_sort_by_time() -> None:
    ids = [new_id() for _ in range(1000)]
    assert ids == sorted(ids)
    assert len(set(ids)) == 1000
    assert ids[0].version == 7


@given(parts)
def test_a_derived_id_is_the_same_every_time(names: list[str]) -> None:
    id = derived_id(b"secret", *names)
    assert id == derived_id(b"secret", *names)
    assert (id.version, id.variant) == (8, RFC_4122)


@given(parts)
def test_a_derived_id_needs_the_secret(names: list[str]) -> None:
    assert derived_id(b"secret", *names) != derived_id(b"another", *names)


def test_the_parts_of_a_derived_id_do_not_run_together() -> None:
    assert derived_id(b"secret", "ab", "c") != derived_id(b"secret", "a", "bc")
