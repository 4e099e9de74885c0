"""Signed notes: whoever has the verifier key can tell who said what."""

from base64 import b64decode, b64encode
from pathlib import Path

import pytest

from store.keyring import KeyDirectory
from store.signing import DASH, NotSigned, Signer, verified

TEXT = "one line\nand another\n"


@pytest.fixture
def signer(tmp_path: Path) -> Signer:
    return Signer(KeyDirectory(tmp_path / "keys"), "hireledger/test")


def test_a_note_is_its_text_and_a_signature(signer: Signer) -> None:
    note = signer.sign(TEXT)
    assert note.startswith(f"{TEXT}\n{DASH} hireledger/test ")
    assert verified(note, signer.verifier_key) == TEXT


def test_every_process_signs_with_the_same_key(signer: Signer, tmp_path: Path) -> None:
    again = Signer(KeyDirectory(tmp_path / "keys"), "hireledger/test")
    assert again.verifier_key == signer.verifier_key


def test_anothers_note_is_not_ours(signer: Signer, tmp_path: Path) -> None:
    for other in (
        Signer(KeyDirectory(tmp_path / "other"), "hireledger/test"),
        Signer(KeyDirectory(tmp_path / "keys"), "hireledger/else"),
    ):
        with pytest.raises(NotSigned):
            verified(other.sign(TEXT), signer.verifier_key)


def test_a_signature_names_its_key(signer: Signer) -> None:
    text, line = signer.sign(TEXT).rsplit(" ", 1)
    signature = b64decode(line)
    renamed = b64encode(b"\x00" * 4 + signature[4:]).decode()
    with pytest.raises(NotSigned):
        verified(f"{text} {renamed}\n", signer.verifier_key)


@pytest.mark.parametrize("note", ["", "text\n", f"text\n\n{DASH} hireledger/test !\n"])
def test_what_is_no_note_is_not_signed(signer: Signer, note: str) -> None:
    with pytest.raises(NotSigned):
        verified(note, signer.verifier_key)
    with pytest.raises(NotSigned):
        verified(signer.sign(TEXT), note)
