"""An SMTP server as a process of its own: keeps each mail it takes over as a file in a folder.

How it behaves depends on whom a mail is for: `nobody@` is refused for good, `later@` for now,
`hangup@` is taken over but never told so.
"""

import asyncio
import os
import sys
from pathlib import Path
from typing import Any

from aiosmtpd.controller import UnthreadedController
from aiosmtpd.smtp import Envelope, Session

from store.ids import new_id


class Keeper:
    """Keeps mail."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    async def handle_RCPT(  # noqa: N802  # the library's name
        self, _: Any, __: Session, envelope: Envelope, address: str, ___: list[str]
    ) -> str:
        if address.startswith("nobody@"):
            return "550 5.1.1 <nobody> is unknown"
        if address.startswith("later@"):
            return "450 4.2.0 mailbox busy"
        envelope.rcpt_tos.append(address)
        return "250 2.1.5 ok"

    async def handle_DATA(self, server: Any, _: Session, envelope: Envelope) -> str:  # noqa: N802
        lines = f"Return-Path: <{envelope.mail_from}>\r\nDelivered-To: {envelope.rcpt_tos[0]}\r\n"
        draft = self.folder / f".{new_id()}"
        draft.write_bytes(lines.encode() + (envelope.original_content or b""))
        os.rename(draft, self.folder / f"{new_id()}.eml")
        if envelope.rcpt_tos[0].startswith("hangup@"):
            server.transport.abort()
        return "250 2.0.0 taken"


def main(port: str, folder: str) -> None:
    loop = asyncio.new_event_loop()
    controller = UnthreadedController(
        Keeper(Path(folder)), hostname="127.0.0.1", port=int(port), loop=loop
    )
    controller.begin()  # type: ignore[no-untyped-call]
    loop.run_forever()


if __name__ == "__main__":
    main(*sys.argv[1:])
