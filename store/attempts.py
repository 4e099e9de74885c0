"""Guessing passwords is slowed: each further failure doubles the wait, whichever process is asked.

Counted by keyed hashes of the name tried and of the address it is tried from. An attempt counts
as failed from its beginning until it has succeeded, so that many at once gain nothing.
"""

import hashlib
import hmac
import ipaddress
from dataclasses import dataclass

from domain.errors import Refusal
from store.database import Connection, Database

LONGEST_WAIT_SECONDS = 900
FORGOTTEN_HOURS = 24

# A row comes back for an attempt that may be made, none for one that must wait.
BEGIN = """
INSERT INTO sign_in_attempts AS attempts (
    about_hash,
    failures,
    tried_at,
    retry_at
)
VALUES (
    %(about)s,
    1,
    clock_timestamp(),
    clock_timestamp()
)
ON CONFLICT (about_hash) DO UPDATE
SET failures = CASE
        WHEN attempts.tried_at < clock_timestamp() - make_interval(hours => %(hours)s) THEN 1
        ELSE attempts.failures + 1
    END,
    tried_at = clock_timestamp(),
    retry_at = clock_timestamp() + make_interval(
        secs => CASE
            WHEN attempts.tried_at < clock_timestamp() - make_interval(hours => %(hours)s) THEN 0
            WHEN attempts.failures + 1 < %(free)s THEN 0
            ELSE least(power(2, least(attempts.failures + 1 - %(free)s, 20)), %(longest)s)
        END
    )
WHERE attempts.retry_at <= clock_timestamp()
RETURNING failures
"""

WAIT = """
SELECT greatest(1, ceil(extract(epoch FROM retry_at - clock_timestamp())))::int
FROM sign_in_attempts
WHERE about_hash = %(about)s
"""

SUCCEEDED = """
UPDATE sign_in_attempts
SET failures = failures - 1,
    retry_at = clock_timestamp()
WHERE about_hash = %(about)s
  AND failures > 0
"""

FORGET = "DELETE FROM sign_in_attempts WHERE about_hash = %(about)s"

CLEAR = """
DELETE FROM sign_in_attempts
WHERE tried_at < clock_timestamp() - make_interval(hours => %(hours)s)
"""


class TooManyAttempts(Refusal):
    """Too many attempts to sign in; wait {seconds} seconds before the next."""

    status = 429


class TooManySubmissions(Refusal):
    """Too many forms were sent from where you are; wait {seconds} seconds and send it again."""

    status = 429


@dataclass(frozen=True)
class Attempt:
    """One try at signing in: by a name, from an address."""

    name: bytes
    address: bytes


NAME_FREE, ADDRESS_FREE, FORMS_FREE = 5, 50, 60
"""The failure, or form, from which on there is a wait; many people may share an address."""


def begin(database: Database, name: str, address: str) -> Attempt:
    """Counts an attempt as failed for now. Raises TooManyAttempts."""
    attempt = Attempt(_keyed(database, "name", name), _keyed(database, "address", network(address)))
    with database.registry() as connection:
        for about, free in ((attempt.address, ADDRESS_FREE), (attempt.name, NAME_FREE)):
            if wait := _wait(connection, about, free):
                break
    if wait:
        raise TooManyAttempts(seconds=wait)
    return attempt


def count_form(database: Database, address: str) -> None:
    """Counts a form that anyone may send. Raises TooManySubmissions."""
    about = _keyed(database, "form", network(address))
    with database.registry() as connection:
        wait = _wait(connection, about, FORMS_FREE)
        connection.execute(CLEAR, {"hours": FORGOTTEN_HOURS})
    if wait:
        raise TooManySubmissions(seconds=wait)


def _wait(connection: Connection, about: bytes, free: int) -> int:
    counted = {
        "about": about,
        "free": free,
        "longest": LONGEST_WAIT_SECONDS,
        "hours": FORGOTTEN_HOURS,
    }
    if connection.execute(BEGIN, counted).fetchone():
        return 0
    row = connection.execute(WAIT, {"about": about}).fetchone()
    return row[0] if row else 1


def succeeded(database: Database, attempt: Attempt) -> None:
    """It was no guess: the name's failures are forgotten, the address's are those of others."""
    with database.registry() as connection:
        connection.execute(FORGET, {"about": attempt.name})
        connection.execute(SUCCEEDED, {"about": attempt.address})
        connection.execute(CLEAR, {"hours": FORGOTTEN_HOURS})


def network(address: str) -> str:
    """What one household or machine can choose addresses from: of IPv6, a /64."""
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return address
    if parsed.version == 4:  # noqa: PLR2004
        return str(parsed)
    return str(ipaddress.ip_network((parsed, 64), strict=False))


def _keyed(database: Database, purpose: str, text: str) -> bytes:
    secret = database.keyring.secret("sign-in attempts")
    return hmac.new(secret, f"{purpose}\x1f{text}".encode(), hashlib.sha256).digest()
