"""Links of our outreach: where one leads stands sealed in it, so nobody can make one up."""

from datetime import timedelta
from typing import NamedTuple
from uuid import UUID

from store import sealed_tokens
from store.keyring import Keyring

CLICK, OPENING, LEAVING = "/c", "/o", "/u"
GOOD_FOR = timedelta(days=10 * 366)
"""Whoever finds an old mail can still leave."""


class Followed(NamedTuple):
    """What a link that somebody followed is about."""

    organisation_id: UUID
    touchpoint_id: UUID
    address: str | None


def link_token(
    keyring: Keyring, path: str, organisation_id: UUID, touchpoint_id: UUID, address: str = ""
) -> str:
    """What stands at the end of a link under this path; a click leads on to an address."""
    said = {"o": organisation_id.hex, "t": touchpoint_id.hex, "a": address}
    return sealed_tokens.seal(keyring, f"outreach {path}", **said)


def followed(keyring: Keyring, path: str, token: str) -> Followed:
    """What a link under this path is about. Raises TokenOfNoUse."""
    said, _ = sealed_tokens.opened(keyring, f"outreach {path}", token, GOOD_FOR)
    return Followed(UUID(said["o"]), UUID(said["t"]), said["a"] or None)
