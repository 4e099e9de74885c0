"""The addresses of careers pages: which organisation each belongs to, for good."""

from uuid import UUID

from domain.errors import Refusal
from store.database import Database

TAKE = """
INSERT INTO careers_addresses (
    slug,
    organisation_id
)
VALUES (
    %(slug)s,
    %(organisation)s
)
ON CONFLICT DO NOTHING
"""

HOLDER = "SELECT organisation_id FROM careers_addresses WHERE slug = %(slug)s"


class AddressTaken(Refusal):
    """The address {slug} is taken."""

    status = 409


def take(database: Database, slug: str, organisation_id: UUID) -> None:
    """Makes an address the organisation's, if it is nobody else's. Raises AddressTaken."""
    with database.registry() as connection:
        connection.execute(TAKE, {"slug": slug, "organisation": organisation_id})
    if holder(database, slug) != organisation_id:
        raise AddressTaken(slug=slug)


def holder(database: Database, slug: str) -> UUID | None:
    """Whose address it is; None if it is nobody's."""
    with database.registry() as connection:
        row = connection.execute(HOLDER, {"slug": slug}).fetchone()
    return row[0] if row else None
