"""Whoever comes by a link of our mail: whose log it is about, and what the link holds."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any
from uuid import UUID

from fastapi import Request

from entrance.browser import system
from store import sealed_tokens
from store.log import Log


def followed(
    request: Request, purpose: str, token: str, good_for: timedelta
) -> tuple[Log, Mapping[str, Any]]:
    """The log of the organisation that a link names, and all it says. Raises TokenOfNoUse."""
    hireledger = system(request)
    said, _ = sealed_tokens.opened(hireledger.database.keyring, purpose, token, good_for)
    organisation = hireledger.organisation(UUID(said["organisation"]))
    if organisation is None:
        raise sealed_tokens.TokenOfNoUse
    return hireledger.log(organisation), said
