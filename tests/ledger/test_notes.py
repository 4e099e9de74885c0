"""Signed notes and checkpoints are those of C2SP, and nothing else passes for one."""

from base64 import b64decode

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from hireledger_verify import Checkpoint, Refused, VerifierKey, open_note, to_base64
from store.signing import Signer

# The example of golang.org/x/mod/sumdb/note, where the format comes from.
VKEY = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"
SEED = b64decode("AYEKFALVFGyNhPJEMzD1QIDr+Y7hfZx09iUvxdXHKDFz")[1:]
TEXT = (
    "If you think cryptography is the answer to your problem,\n"
    "then you don't know what your problem is.\n"
)
SIGNATURE = (
    "— PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb"
    "6KE6RyyBwJnAM=\n"
)
NAME = "hireledger/00000000-0000-0000-0000-000000000001/log"
PRIVATE = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
SIGNER = Signer(NAME, PRIVATE)
CHECKPOINT = Checkpoint(NAME, 7, bytes(32), "2026-11-26T09:00:00.000000Z", bytes(32))


def signed(text: str) -> str:
    """Any text, signed by the right key."""
    signature = to_base64(SIGNER.key.key_id + PRIVATE.sign(text.encode()))
    return f"{text}\n— {NAME} {signature}\n"


def test_the_known_example_opens_and_is_signed_alike() -> None:
    key = VerifierKey.parsed(VKEY)
    assert str(key) == VKEY
    assert open_note(f"{TEXT}\n{SIGNATURE}", key) == TEXT
    signer = Signer("PeterNeumann", Ed25519PrivateKey.from_private_bytes(SEED))
    assert signer.key == key
    assert signer.sign(TEXT) == f"{TEXT}\n{SIGNATURE}"


def test_signatures_of_unknown_keys_are_ignored() -> None:
    other = "— somebody.else/w1 jWbPPwAAAABkGFDLEZMHwSRaJNiIDoe9DYn/zXcrtPHeolMI5OWXEg==\n"
    key = VerifierKey.parsed(VKEY)
    assert open_note(f"{TEXT}\n{other}{SIGNATURE}{other}", key) == TEXT
    with pytest.raises(Refused, match="not signed by the key"):
        open_note(f"{TEXT}\n{other}", key)


@pytest.mark.parametrize(
    "vkey",
    [
        "",
        "PeterNeumann",
        VKEY[1:],
        VKEY[:-1],
        VKEY + "A",
        VKEY + "\n",
        VKEY.replace("c74f20a3", "c74f20a4"),
        VKEY.replace("c74f20a3", "C74F20A3"),
        VKEY.replace("+AR", "+Ah"),
        "Peter Neumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW",
    ],
)
def test_only_a_verifier_key_is_one(vkey: str) -> None:
    with pytest.raises(Refused):
        VerifierKey.parsed(vkey)


@pytest.mark.parametrize(
    "note",
    [
        "",
        "\n",
        TEXT,
        f"{TEXT}{SIGNATURE}",
        f"{TEXT}\n{SIGNATURE}".replace("cryptography", "cryptographY"),
        f"{TEXT}\n{SIGNATURE}"[:-1],
        f"{TEXT}\n{SIGNATURE}trailing\n",
        f"{TEXT}\n{SIGNATURE}\n",
        f"{TEXT}\n{SIGNATURE}\n— ",
        f"{TEXT}\n{SIGNATURE.replace('—', '-')}",
        f"{TEXT}\n{SIGNATURE.replace(' x08', '  x08')}",
        f"{TEXT}\n{SIGNATURE.replace('nAM=', 'nAN=')}",
        f"{TEXT}\n{SIGNATURE.replace('nAM=', 'nAM')}",
        f"{TEXT}\n{SIGNATURE.replace('nAM=', 'nA==')}",
        f"{TEXT}\r\n{SIGNATURE}",
        f"{TEXT}\n" + SIGNATURE * 101,
    ],
)
def test_only_a_signed_note_is_one(note: str) -> None:
    with pytest.raises(Refused):
        open_note(note, VerifierKey.parsed(VKEY))


def test_a_checkpoint_comes_back_as_it_was_signed() -> None:
    assert CHECKPOINT.text.split("\n")[:3] == [NAME, "7", to_base64(bytes(32))]
    assert Checkpoint.opened(SIGNER.sign(CHECKPOINT.text), SIGNER.key) == CHECKPOINT
    assert SIGNER.sign(CHECKPOINT.text) == signed(CHECKPOINT.text)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("\n7\n", "\n0\n"),
        ("\n7\n", "\n-7\n"),
        ("\n7\n", "\n07\n"),
        ("\n7\n", "\n+7\n"),
        ("\n7\n", "\n7 \n"),
        ("\n7\n", "\n\u0667\n"),
        ("\n7\n", f"\n{2**63}\n"),
        ("\n7\n", f"\n{'9' * 5000}\n"),
        (f"\n{to_base64(bytes(32))}\nheads", f"\n{to_base64(bytes(31))}\nheads"),
        (f"\n{to_base64(bytes(32))}\nheads", f"\n{to_base64(bytes(33))}\nheads"),
        ("AAA=\nheads", "AAB=\nheads"),
        ("heads ", "tails "),
        ("time ", "time\t"),
        ("time ", "more x\ntime "),
        ("/log\n", "/access\n"),
    ],
)
def test_only_a_whole_checkpoint_is_one_though_signed(old: str, new: str) -> None:
    changed = CHECKPOINT.text.replace(old, new)
    assert changed != CHECKPOINT.text
    with pytest.raises(Refused):
        Checkpoint.opened(signed(changed), SIGNER.key)


def test_another_key_of_the_same_name_is_not_the_key() -> None:
    other = VerifierKey(NAME, Ed25519PrivateKey.generate().public_key().public_bytes_raw())
    with pytest.raises(Refused, match="not signed by the key"):
        Checkpoint.opened(SIGNER.sign(CHECKPOINT.text), other)
