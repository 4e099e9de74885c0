"""A stand-in for the transit engine of OpenBao and Vault: its HTTP API over keys in memory.

No package registry has the real one, so the tests run against what its documentation says:
https://openbao.org/api-docs/secret/transit/
"""

import json
import secrets
import threading
from base64 import b64decode, b64encode
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

TOKEN = "s.stand-in"


class Refused(Exception):
    """Answered with this status."""


class Engine:
    """The keys of one mount."""

    def __init__(self) -> None:
        self.keys: dict[str, bytes] = {}
        self.deletable: set[str] = set()
        self.asked: list[str] = []

    def answer(self, method: str, path: str, body: dict[str, Any]) -> dict[str, Any] | None:
        self.asked.append(f"{method} {path}")
        match method, path.split("/"):
            case "GET", ["keys"]:
                if not self.keys:
                    raise Refused(404)
                return {"keys": sorted(self.keys)}
            case "POST", ["keys", name]:
                self.keys.setdefault(name, secrets.token_bytes(32))
                return None
            case "POST", ["keys", name, "config"]:
                if body.get("deletion_allowed"):
                    self.deletable.add(name)
                return None
            case "DELETE", ["keys", name]:
                if name not in self.deletable:
                    raise Refused(400)
                del self.keys[name]
                return None
            case "POST", ["encrypt" | "decrypt" as verb, name]:
                if name not in self.keys:
                    raise Refused(400)
                work = self._encrypted if verb == "encrypt" else self._decrypted
                return {"batch_results": [work(name, item) for item in body["batch_input"]]}
        raise Refused(404)

    def _encrypted(self, name: str, item: dict[str, str]) -> dict[str, str]:
        nonce = secrets.token_bytes(12)
        plain, about = b64decode(item["plaintext"]), b64decode(item["associated_data"])
        box = nonce + AESGCM(self.keys[name]).encrypt(nonce, plain, about)
        return {"ciphertext": f"vault:v1:{b64encode(box).decode()}"}

    def _decrypted(self, name: str, item: dict[str, str]) -> dict[str, str]:
        box = b64decode(item["ciphertext"].removeprefix("vault:v1:"))
        about = b64decode(item["associated_data"])
        try:
            plain = AESGCM(self.keys[name]).decrypt(box[:12], box[12:], about)
        except InvalidTag:
            return {"error": "cipher: message authentication failed"}
        return {"plaintext": b64encode(plain).decode()}


@contextmanager
def served(engine: Engine) -> Iterator[str]:
    """The engine behind a port of its own; gives its address."""

    class Handler(BaseHTTPRequestHandler):
        def respond(self) -> None:
            length = int(self.headers.get("Content-Length") or 0)
            body = json.loads(self.rfile.read(length) or "{}")
            path = self.path.partition("?")[0].removeprefix("/v1/transit/")
            status, said = 200, None
            try:
                if self.headers["X-Vault-Token"] != TOKEN:
                    raise Refused(403)
                said = engine.answer(self.command, path, body)
                status = 200 if said is not None else 204
            except Refused as error:
                status = error.args[0]
            answer = b"" if status == 204 else json.dumps({"data": said, "errors": []}).encode()
            self.send_response(status)
            self.send_header("Content-Length", str(len(answer)))
            self.end_headers()
            self.wfile.write(answer)

        do_GET = do_POST = do_DELETE = respond  # noqa: N815

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
