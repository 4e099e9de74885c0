"""Proof over HTTP: what an auditor keeps, and checks without us."""

import time
from pathlib import Path
from uuid import uuid4

import pytest
from fastapi.testclient import TestClient

from domain.role import AUDITING, Role
from hireledger_verify import (
    Checkpoint,
    VerifierKey,
    check_bundle,
    check_consistency,
    from_base64,
)
from store.ledger.sealing import SealingRefused, seal
from store.ledger.trees import LOG
from store.log import Log
from tests.api.conftest import ClientFor
from tests.api.test_whole_way import applied, get, open_requisition, post
from tests.ledger.test_tampering import EDIT
from tests.store import forged


@pytest.fixture
def auditor(client_for: ClientFor) -> TestClient:
    return client_for(Role.AUDITOR)


def sealed_beyond(client: TestClient, size: int) -> dict[str, str | int]:
    """The checkpoint, once the sealer, which works by itself, has come so far."""
    until = time.monotonic() + 120
    while True:
        answer = client.get("/api/audit/checkpoint")
        if answer.status_code == 200 and answer.json()["size"] >= size:
            checkpoint: dict[str, str | int] = answer.json()
            return checkpoint
        assert time.monotonic() < until, answer.text
        time.sleep(0.1)


def test_what_is_kept_today_proves_tomorrow_that_nothing_was_changed(
    admin: TestClient, auditor: TestClient, tmp_path: Path
) -> None:
    candidate, _ = applied(admin, open_requisition(admin))
    kept = sealed_beyond(auditor, 5)
    key = VerifierKey.parsed(str(kept["key"]))
    old = Checkpoint.opened(str(kept["note"]), key)
    assert (old.size, old.origin) == (kept["size"], kept["origin"])
    position = post(admin, "/pools", title="Silver medalists")["log_position"]
    new = Checkpoint.opened(str(sealed_beyond(auditor, position)["note"]), key)
    grown = get(auditor, "/audit/consistency", old=old.size, new=new.size)
    proof = [from_base64(text, "a hash") for text in grown["consistency"]]
    check_consistency(old.size, new.size, old.root, new.root, proof)
    answer = auditor.get(f"/api/audit/bundles/{candidate}", params={"old": old.size})
    assert answer.headers["content-type"] == "application/zip"
    assert answer.headers["content-disposition"] == f'attachment; filename="{candidate}.zip"'
    file = tmp_path / "bundle.zip"
    file.write_bytes(answer.content)
    assert check_bundle(file, key, str(kept["note"])).stream_id == candidate


def test_proof_is_for_auditors(client_for: ClientFor, http: TestClient) -> None:
    paths = ("checkpoint", "consistency?old=1", f"bundles/{uuid4()}")
    for path in paths:
        assert http.get(f"/api/audit/{path}").status_code == 401
        for role in set(Role) - AUDITING:
            assert client_for(role).get(f"/api/audit/{path}").status_code == 403, (role, path)


def test_what_there_is_no_proof_of_is_answered_in_words(auditor: TestClient) -> None:
    sealed_beyond(auditor, 1)
    assert auditor.get(f"/api/audit/bundles/{uuid4()}").status_code == 404
    refused = auditor.get("/api/audit/consistency", params={"old": 10**9})
    assert refused.status_code == 422
    assert refused.json()["type"] == "urn:hireledger:problem:not-grown-so"
    assert auditor.get("/api/audit/consistency", params={"old": 0}).status_code == 422
    nothing = auditor.get("/api/audit/checkpoint", params={"tree": "access"})
    assert nothing.status_code == 503
    assert auditor.get("/api/audit/checkpoint", params={"tree": "other"}).status_code == 422


def test_a_refusal_to_sign_is_seen_from_outside(admin: TestClient, log: Log) -> None:
    post(admin, "/pools", title="Silver medalists")
    sealed_beyond(admin, 2)
    assert 'hireledger_ledger_refused{tree="log"} 0.0' in admin.get("/metrics").text
    before = admin.get("/readyz").json()["ledgers_refused"]
    with forged.administrator(log) as connection:
        connection.execute(EDIT, {"position": 2})
        connection.execute("UPDATE ledger_tiles SET hashes = '\\x00' WHERE tree = 'log'")
    post(admin, "/pools", title="Finalists")
    with pytest.raises(SealingRefused):
        seal(log.database, log.organisation, LOG)
    assert 'hireledger_ledger_refused{tree="log"} 1.0' in admin.get("/metrics").text
    assert 'hireledger_ledger_unsealed{tree="log"} 1.0' in admin.get("/metrics").text
    assert admin.get("/readyz").json()["ledgers_refused"] > before
    damaged = admin.get("/api/audit/consistency", params={"old": 1})
    assert (damaged.status_code, damaged.json()["title"]) == (503, "Tiles broken")
