"""Tokens that hold something for us: handed to a browser, which can neither read nor change it.

They are Fernet tokens (cryptography.io), each for one purpose, good for a while.
"""

import json
from base64 import urlsafe_b64encode
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from cryptography.fernet import Fernet, InvalidToken

from domain.errors import Refusal
from store.keyring import Keyring

LONGEST = 20_000


class TokenOfNoUse(Refusal):
    """This link or form is of no more use."""

    status = 410


def seal(keyring: Keyring, purpose: str, **content: Any) -> str:
    """A token that holds this."""
    return _fernet(keyring, purpose).encrypt(json.dumps(content).encode()).decode()


def opened(
    keyring: Keyring, purpose: str, token: str, good_for: timedelta
) -> tuple[Mapping[str, Any], datetime]:
    """What a token holds, and when it was made. Raises TokenOfNoUse."""
    fernet = _fernet(keyring, purpose)
    try:
        if len(token) > LONGEST:
            raise InvalidToken
        content = fernet.decrypt(token, ttl=int(good_for.total_seconds()))
        made_at = fernet.extract_timestamp(token)
    except (InvalidToken, ValueError):
        raise TokenOfNoUse from None
    return json.loads(content), datetime.fromtimestamp(made_at, UTC)


def _fernet(keyring: Keyring, purpose: str) -> Fernet:
    return Fernet(urlsafe_b64encode(keyring.secret(f"sealed tokens: {purpose}")))
