"""Who may be one person: candidates with the same e-mail address or phone number, by its tokens.

Equal tokens are equal words, whatever they are (projections/search_tokens.py). Left out are those
who are one person already, and those found not to be.
"""

from collections.abc import Mapping
from typing import Annotated
from uuid import UUID

from psycopg.rows import class_row
from pydantic import BaseModel, Field

from projections import people, search
from projections.asked import Asked
from projections.search import Search

READS = search.READS

SHARED_BY_AT_MOST = 20
"""What more people than these have in common is an office's, or made up."""

STANDING = """
standing AS MATERIALIZED (
    SELECT DISTINCT ON (candidate_id, field)
        candidate_id,
        field,
        tokens
    FROM search_entries
    WHERE key_version = %(version)s
      AND field IN ('email', 'phone')
      AND position <= %(p)s
      AND superseded_at > %(p)s
      AND occurred_at <= %(t)s
    ORDER BY
        candidate_id,
        field,
        occurred_at DESC,
        origin DESC
)
"""

PAIRS = f"""
WITH {people.ONE_PERSON},
{STANDING},
shared AS (
    SELECT
        field,
        array_agg(DISTINCT COALESCE(person_id, candidate_id)) AS people
    FROM standing
    LEFT JOIN one_person USING (candidate_id)
    WHERE tokens <> '{{}}'
    GROUP BY
        field,
        tokens
),
dismissed AS (
    SELECT
        COALESCE(one.person_id, dismissal.candidate_id) AS candidate_id,
        COALESCE(other.person_id, dismissal.other_id) AS other_id
    FROM dismissed_duplicates dismissal
    LEFT JOIN one_person one ON one.candidate_id = dismissal.candidate_id
    LEFT JOIN one_person other ON other.candidate_id = dismissal.other_id
    WHERE dismissal.position <= %(p)s
      AND dismissal.superseded_at > %(p)s
)
SELECT
    one AS candidate_id,
    other AS other_id,
    array_agg(DISTINCT 'same_' || field ORDER BY 'same_' || field) AS reasons
FROM shared
CROSS JOIN LATERAL unnest(people) AS one
CROSS JOIN LATERAL unnest(people) AS other
WHERE cardinality(people) <= %(most)s
  AND one < other
  AND (one, other) NOT IN (SELECT candidate_id, other_id FROM dismissed)
  AND (other, one) NOT IN (SELECT candidate_id, other_id FROM dismissed)
  AND (%(after)s::uuid IS NULL OR (one, other) > (%(after)s, %(after_other)s))
GROUP BY
    one,
    other
ORDER BY
    one,
    other
LIMIT %(limit)s
"""  # noqa: S608  # composed of what stands in this folder

KNOWN_BY = f"""
WITH {people.ONE_PERSON}
SELECT DISTINCT COALESCE(person_id, candidate_id)
FROM search_entries
LEFT JOIN one_person USING (candidate_id)
WHERE key_version = %(version)s
  AND field = 'email'
  AND tokens @> %(tokens)s::bigint[]
  AND tokens <@ %(tokens)s::bigint[]
  AND position <= %(p)s
  AND superseded_at > %(p)s
  AND candidate_id <> %(candidate)s
LIMIT %(most)s
"""  # noqa: S608  # as above


KNOWN_BY_ANY = f"""
WITH {people.ONE_PERSON}
SELECT DISTINCT ON (sought.number)
    sought.number,
    COALESCE(one_person.person_id, entry.candidate_id)
FROM unnest(%(numbers)s::int[], %(tokens)s::bigint[]) AS sought (number, token)
CROSS JOIN LATERAL (
    SELECT candidate_id
    FROM search_entries
    WHERE key_version = %(version)s
      AND field = 'email'
      AND tokens && ARRAY[sought.token]
      AND position <= %(p)s
      AND superseded_at > %(p)s
    ORDER BY position
    LIMIT 1
) AS entry
LEFT JOIN one_person USING (candidate_id)
"""  # noqa: S608  # as above


class DuplicateRow(BaseModel):
    """Two candidates who may be one person."""

    candidate_id: UUID
    other_id: UUID
    reasons: Annotated[
        list[str], Field(description="What they have in common.", examples=[["same_email"]])
    ]


def duplicates(
    search: Search, asked: Asked, *, after: tuple[UUID, UUID] | None = None, limit: int = 100
) -> list[DuplicateRow]:
    """Pairs of candidates who may be one person, in a stable order. Raises SearchBeingBuilt."""
    version, _ = search.in_force()
    one, other = after or (None, None)
    parameters = {
        **asked.parameters,
        "version": version,
        "after": one,
        "after_other": other,
        "most": SHARED_BY_AT_MOST,
        "limit": limit,
    }
    with search.connection.cursor(row_factory=class_row(DuplicateRow)) as rows:
        return rows.execute(PAIRS.encode(), parameters).fetchall()


def others_with_email(search: Search, asked: Asked, email: str, *, than: UUID) -> list[UUID]:
    """Others who ever gave this e-mail address. Raises SearchBeingBuilt."""
    version, tokeniser = search.in_force()
    parameters = {
        **asked.parameters,
        "version": version,
        "tokens": tokeniser.entry("email", email),
        "candidate": than,
        "most": SHARED_BY_AT_MOST,
    }
    return [id for (id,) in search.connection.execute(KNOWN_BY.encode(), parameters)]


def known_by_email(search: Search, asked: Asked, emails: Mapping[int, str]) -> dict[int, UUID]:
    """Who gave each of these addresses first, as far as they are indexed; by the number given.

    Raises SearchBeingBuilt.
    """
    version, tokeniser = search.in_force()
    parameters = {
        **asked.parameters,
        "version": version,
        "numbers": list(emails),
        "tokens": [tokeniser.address(email) for email in emails.values()],
    }
    return dict(search.connection.execute(KNOWN_BY_ANY.encode(), parameters).fetchall())
