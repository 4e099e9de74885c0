"""Epoch keys in OpenBao or HashiCorp Vault: the transit secrets engine wraps, and keeps the keys.

https://openbao.org/api-docs/secret/transit/ (the same paths in Vault). One transit key an epoch.
The token's policy needs on this mount: create, update and delete on keys/hireledger-epoch-*, list
on keys, update on encrypt/ and decrypt/. Without create on encrypt/, a late writer cannot bring a
destroyed key's name back.
"""

from base64 import b64decode, b64encode
from collections.abc import Sequence
from typing import Any
from uuid import UUID

import httpx2

from store.epoch_keys import EpochDestroyed, KeysUnavailable, Named

PREFIX = "hireledger-epoch-"
BATCH = 1_000
BAD_REQUEST, NOT_FOUND = 400, 404
TIMEOUT_SECONDS = 10.0


class Transit:
    """Epoch keys that never leave the engine."""

    def __init__(self, url: str, token: str, mount: str = "transit") -> None:
        self.client = httpx2.Client(
            base_url=f"{url.rstrip('/')}/v1/{mount}/",
            headers={"X-Vault-Token": token, "X-Vault-Request": "true"},
            timeout=TIMEOUT_SECONDS,
        )

    def close(self) -> None:
        """Gives the connections back."""
        self.client.close()

    def epochs(self) -> list[int]:
        answer = self._ask("GET", "keys", params={"list": "true"}, missing_is_fine=True)
        names = answer.get("keys", [])
        return sorted(int(name.removeprefix(PREFIX)) for name in names if name.startswith(PREFIX))

    def begin(self) -> int:
        epoch = max(self.epochs(), default=0) + 1
        self._ask("POST", f"keys/{PREFIX}{epoch}", json={"type": "aes256-gcm96"})
        return epoch

    def wrap(self, epoch: int, keys: Sequence[Named]) -> list[bytes]:
        said = [(key_id, {"plaintext": _text(secret)}) for key_id, secret in keys]
        return [item["ciphertext"].encode() for item in self._batches("encrypt", epoch, said)]

    def unwrap(self, epoch: int, keys: Sequence[Named]) -> list[bytes]:
        said = [(key_id, {"ciphertext": wrapped.decode()}) for key_id, wrapped in keys]
        return [b64decode(item["plaintext"]) for item in self._batches("decrypt", epoch, said)]

    def destroy(self, epoch: int) -> None:
        if epoch in self.epochs():
            name = f"keys/{PREFIX}{epoch}"
            self._ask("POST", f"{name}/config", json={"deletion_allowed": True})
            self._ask("DELETE", name)

    def _batches(
        self, verb: str, epoch: int, said: Sequence[tuple[UUID, dict[str, str]]]
    ) -> list[dict[str, Any]]:
        results: list[dict[str, Any]] = []
        for start in range(0, len(said), BATCH):
            some = said[start : start + BATCH]
            batch = [{**item, "associated_data": _text(key_id.bytes)} for key_id, item in some]
            try:
                answer = self._ask("POST", f"{verb}/{PREFIX}{epoch}", json={"batch_input": batch})
            except KeysUnavailable:
                if epoch not in self.epochs():
                    raise EpochDestroyed(epoch=epoch) from None
                raise
            results += answer["batch_results"]
        if any(item.get("error") for item in results):
            raise KeysUnavailable(problem=f"the transit engine could not {verb} a key")
        return results

    def _ask(
        self, method: str, path: str, missing_is_fine: bool = False, **content: Any
    ) -> dict[str, Any]:
        """The data of an answer. What the engine says of a failure is not told: it may quote."""
        try:
            answer = self.client.request(method, path, **content)
        except httpx2.HTTPError as error:
            raise KeysUnavailable(problem="the transit engine does not answer") from error
        if missing_is_fine and answer.status_code == NOT_FOUND:
            return {}
        if answer.is_error:
            problem = f"the transit engine answered {method} {path} with {answer.status_code}"
            raise KeysUnavailable(problem=problem)
        data: dict[str, Any] = answer.json().get("data") or {} if answer.content else {}
        return data


def _text(octets: bytes) -> str:
    return b64encode(octets).decode()
