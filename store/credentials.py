"""What members sign in with: keyed hashes of their addresses, and slow hashes of their passwords.

Addresses stand in the log, sealed; here only what tells whether one is a member's.
"""

import hashlib
import hmac
import unicodedata
from functools import cache
from threading import BoundedSemaphore
from uuid import UUID

import psycopg
from argon2 import PasswordHasher
from argon2.exceptions import Argon2Error, InvalidHashError

from domain.errors import Refusal
from store import tokens
from store.database import Database, Organisation

INVITED_HOURS = 72

# Argon2id as OWASP's password storage cheat sheet has it (19 MiB, 2 passes, 1 lane). At most so
# many at a time, so that a flood of sign-ins takes neither all memory nor both cores.
hasher = PasswordHasher(time_cost=2, memory_cost=19_456, parallelism=1)
hashing = BoundedSemaphore(4)

RESERVE = """
INSERT INTO credentials (
    member_id,
    sign_in_hash
)
VALUES (
    %(member)s,
    %(sign_in_hash)s
)
"""

RELEASE = "DELETE FROM credentials WHERE member_id = %(member)s"

BY_SIGN_IN = """
SELECT
    member_id,
    password_hash
FROM credentials
WHERE sign_in_hash = %(sign_in_hash)s
"""

BY_OIDC = "SELECT member_id FROM credentials WHERE oidc_hash = %(oidc_hash)s"

HAS_ADDRESS = "SELECT sign_in_hash IS NOT NULL FROM credentials WHERE member_id = %(member)s"

OF_MEMBER = "SELECT password_hash FROM credentials WHERE member_id = %(member)s"

KEEP_HASH = """
UPDATE credentials
SET password_hash = %(password_hash)s
WHERE member_id = %(member)s
"""

SET_ADDRESS = """
UPDATE credentials
SET sign_in_hash = %(sign_in_hash)s
WHERE member_id = %(member)s
"""

REMEMBER_OIDC = """
UPDATE credentials
SET oidc_hash = %(oidc_hash)s
WHERE member_id = %(member)s
  AND oidc_hash IS NULL
"""

FORGET_INVITATIONS = """
DELETE FROM invitations
WHERE member_id = %(member)s
   OR expires_at <= now()
"""

INVITE = """
INSERT INTO invitations (
    token_hash,
    member_id,
    expires_at
)
VALUES (
    %(token_hash)s,
    %(member)s,
    now() + make_interval(hours => %(hours)s)
)
"""

INVITED = """
SELECT member_id
FROM invitations
WHERE token_hash = %(token_hash)s
  AND expires_at > now()
"""

TAKE_INVITATION = """
DELETE FROM invitations
WHERE token_hash = %(token_hash)s
  AND expires_at > now()
RETURNING member_id
"""


class AlreadyAMember(Refusal):
    """Somebody with this e-mail address is a member already."""

    status = 409


def reserve(
    database: Database, organisation: Organisation, member_id: UUID, email: str | None
) -> None:
    """Keeps an address for a member. Raises AlreadyAMember.

    The first administrator has none until they take their invitation.
    """
    keyed = None if email is None else sign_in_hash(database, organisation, email)
    try:
        with database.transaction(organisation) as connection:
            connection.execute(RESERVE, {"member": member_id, "sign_in_hash": keyed})
    except psycopg.errors.UniqueViolation:
        raise AlreadyAMember from None


def release(database: Database, organisation: Organisation, member_id: UUID) -> None:
    """Gives an address free again, because the invitation came to nothing."""
    with database.transaction(organisation) as connection:
        connection.execute(RELEASE, {"member": member_id})


def set_address(
    database: Database, organisation: Organisation, member_id: UUID, email: str
) -> None:
    """Gives a member the address they sign in with. Raises AlreadyAMember."""
    keyed = sign_in_hash(database, organisation, email)
    try:
        with database.transaction(organisation) as connection:
            connection.execute(SET_ADDRESS, {"member": member_id, "sign_in_hash": keyed})
    except psycopg.errors.UniqueViolation:
        raise AlreadyAMember from None


def has_address(database: Database, organisation: Organisation, member_id: UUID) -> bool:
    """Whether it is known which address a member signs in with."""
    with database.transaction(organisation) as connection:
        row = connection.execute(HAS_ADDRESS, {"member": member_id}).fetchone()
    return bool(row and row[0])


def invite(database: Database, organisation: Organisation, member_id: UUID) -> str:
    """A token with which the member may choose a password, once; earlier ones end."""
    token = tokens.new_token(tokens.INVITATION, organisation.id)
    with database.transaction(organisation) as connection:
        connection.execute(FORGET_INVITATIONS, {"member": member_id})
        connection.execute(
            INVITE,
            {"token_hash": tokens.hashed(token), "member": member_id, "hours": INVITED_HOURS},
        )
    return token


def forget_invitations(database: Database, organisation: Organisation, member_id: UUID) -> None:
    """Ends a member's links that nobody has taken."""
    with database.transaction(organisation) as connection:
        connection.execute(FORGET_INVITATIONS, {"member": member_id})


def invited(database: Database, organisation: Organisation, token: str) -> UUID | None:
    """Whom an invitation is for; None if it is none, was taken or is too old."""
    with database.transaction(organisation) as connection:
        row = connection.execute(INVITED, {"token_hash": tokens.hashed(token)}).fetchone()
    return row[0] if row else None


def take_invitation(
    database: Database, organisation: Organisation, token: str, password: str
) -> UUID | None:
    """Sets the password of whom an invitation is for, and ends it; None as above."""
    password_hash = hash_password(password)
    with database.transaction(organisation) as connection:
        row = connection.execute(TAKE_INVITATION, {"token_hash": tokens.hashed(token)}).fetchone()
        if row is None:
            return None
        connection.execute(KEEP_HASH, {"member": row[0], "password_hash": password_hash})
    member_id: UUID = row[0]
    return member_id


def set_password(
    database: Database, organisation: Organisation, member_id: UUID, password: str
) -> None:
    """Gives a member another password."""
    password_hash = hash_password(password)
    with database.transaction(organisation) as connection:
        connection.execute(KEEP_HASH, {"member": member_id, "password_hash": password_hash})


def member_with(
    database: Database, organisation: Organisation, email: str, password: str
) -> UUID | None:
    """Whose address and password these are; None, after the same work, if nobody's."""
    keyed = sign_in_hash(database, organisation, email)
    with database.transaction(organisation) as connection:
        row = connection.execute(BY_SIGN_IN, {"sign_in_hash": keyed}).fetchone()
    member_id, password_hash = row or (None, None)
    right = verify(password_hash, password)
    return member_id if right else None


def member_of_email(database: Database, organisation: Organisation, email: str) -> UUID | None:
    """Whose address this is; somebody else must have verified that it is theirs."""
    keyed = sign_in_hash(database, organisation, email)
    with database.transaction(organisation) as connection:
        row = connection.execute(BY_SIGN_IN, {"sign_in_hash": keyed}).fetchone()
    return row[0] if row else None


def member_of_oidc(
    database: Database, organisation: Organisation, issuer: str, subject: str
) -> UUID | None:
    """Who signed in as this subject of an identity provider before."""
    keyed = _oidc_hash(database, organisation, issuer, subject)
    with database.transaction(organisation) as connection:
        row = connection.execute(BY_OIDC, {"oidc_hash": keyed}).fetchone()
    return row[0] if row else None


def remember_oidc(
    database: Database, organisation: Organisation, member_id: UUID, issuer: str, subject: str
) -> bool:
    """Knows a member by this subject from now on; False if they are known by another."""
    keyed = _oidc_hash(database, organisation, issuer, subject)
    with database.transaction(organisation) as connection:
        done = connection.execute(REMEMBER_OIDC, {"member": member_id, "oidc_hash": keyed})
        return done.rowcount == 1


def knows_password(
    database: Database, organisation: Organisation, member_id: UUID, password: str
) -> bool:
    """Whether this is the member's password."""
    with database.transaction(organisation) as connection:
        row = connection.execute(OF_MEMBER, {"member": member_id}).fetchone()
    return verify(row[0] if row else None, password)


def sign_in_hash(database: Database, organisation: Organisation, email: str) -> bytes:
    """A keyed hash of an address, another one in each organisation."""
    normalised = unicodedata.normalize("NFKC", email).strip().casefold()
    return _keyed(database, "sign-in names", organisation.id.hex, normalised)


def _oidc_hash(database: Database, organisation: Organisation, issuer: str, subject: str) -> bytes:
    return _keyed(database, "oidc subjects", organisation.id.hex, issuer, subject)


def _keyed(database: Database, purpose: str, *parts: str) -> bytes:
    secret = database.keyring.secret(purpose)
    return hmac.new(secret, "\x1f".join(parts).encode(), hashlib.sha256).digest()


def hash_password(password: str) -> str:
    """A password as it is kept."""
    with hashing:
        return hasher.hash(_normalised(password))


def verify(password_hash: str | None, password: str) -> bool:
    """Whether a password has this hash; takes as long where there is none to compare with."""
    with hashing:
        try:
            right = hasher.verify(password_hash or _of_nobody(), _normalised(password))
        except (Argon2Error, InvalidHashError):
            return False
    return right and password_hash is not None


def _normalised(password: str) -> str:
    """The same characters however a keyboard composes them (NIST SP 800-63B, 3.1.1.2)."""
    return unicodedata.normalize("NFKC", password)


@cache
def _of_nobody() -> str:
    return hasher.hash("the password of nobody")
