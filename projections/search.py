"""Search: who is found by words of their profile, without a word of it being kept in the clear.

An event's entry stands, as of T and known at P, if it was known by P and not yet told anew, had
happened by T, and nothing said later of the same field of the same candidate stands. Ids in other
systems stand side by side.
"""

from uuid import UUID

from domain.errors import Refusal
from projections import people
from projections.asked import Asked
from projections.read_model import ReadModel
from projections.search_tokens import Tokeniser
from store.database import Connection, Organisation
from store.search_keys import SearchKeys

READ_MODEL = ReadModel(name="search", version=1, tables=("search_entries",), statements=())
"""Followed by an indexer of its own (projections/indexer.py), because it opens what is sealed."""

READS = (READ_MODEL, people.READ_MODEL)

NONE_YET = 0
"""The key version of an index that has not begun: it has no rows."""

KEY_VERSION = "SELECT key_version FROM search_lease WHERE id = 1"

# The first term leads, by the index of tokens; for each one found by it, all others are looked up.
# Whether an entry stands is asked in scalar subqueries on purpose: one by one, only until the page
# is full.
FIND = f"""
WITH {people.ONE_PERSON},
others AS MATERIALIZED (
    SELECT
        term,
        array_agg(token) AS tokens
    FROM unnest(%(other_terms)s::int[], %(other_tokens)s::bigint[]) AS sought(term, token)
    GROUP BY term
)
SELECT DISTINCT person_id AS candidate_id
FROM (
    SELECT
        COALESCE(person_id, candidate_id) AS person_id,
        COALESCE(histories, ARRAY[candidate_id]) AS histories,
        candidate_id,
        field,
        position
    FROM search_entries
    LEFT JOIN one_person USING (candidate_id)
    WHERE key_version = %(version)s
      AND tokens && %(first)s::bigint[]
      AND field <> 'external_id'
      AND position <= %(p)s
      AND superseded_at > %(p)s
      AND occurred_at <= %(t)s
      AND (
        %(candidates)s::uuid[] IS NULL
        OR COALESCE(person_id, candidate_id) = ANY(%(candidates)s)
      )
      AND (%(cursor)s::uuid IS NULL OR COALESCE(person_id, candidate_id) > %(cursor)s)
    ORDER BY COALESCE(person_id, candidate_id)
    OFFSET 0
) AS found
WHERE position = (
    SELECT last.position
    FROM search_entries last
    WHERE last.candidate_id = found.candidate_id
      AND last.key_version = %(version)s
      AND last.field = found.field
      AND last.position <= %(p)s
      AND last.superseded_at > %(p)s
      AND last.occurred_at <= %(t)s
    ORDER BY last.occurred_at DESC, last.origin DESC
    LIMIT 1
)
  AND (
    SELECT count(*)
    FROM others
    WHERE NOT EXISTS (
        SELECT
        FROM (
            SELECT DISTINCT ON (candidate_id, field)
                tokens
            FROM search_entries
            WHERE candidate_id = ANY(found.histories)
              AND key_version = %(version)s
              AND field <> 'external_id'
              AND position <= %(p)s
              AND superseded_at > %(p)s
              AND occurred_at <= %(t)s
            ORDER BY candidate_id, field, occurred_at DESC, origin DESC
        ) AS standing
        WHERE standing.tokens && others.tokens
    )
  ) = 0
ORDER BY candidate_id
LIMIT %(limit)s
"""  # noqa: S608  # composed of what stands in this folder

BY_EXTERNAL_ID = f"""
WITH {people.ONE_PERSON}
SELECT COALESCE(person_id, candidate_id)
FROM search_entries
LEFT JOIN one_person USING (candidate_id)
WHERE key_version = %(version)s
  AND tokens && ARRAY[%(token)s::bigint]
  AND field = 'external_id'
  AND position <= %(p)s
  AND superseded_at > %(p)s
  AND occurred_at <= %(t)s
ORDER BY origin DESC
LIMIT 1
"""  # noqa: S608  # as above


class NothingToSearchFor(Refusal):
    """Search for a word of at least two letters, an e-mail address or a phone number."""


class SearchBeingBuilt(Refusal):
    """The search index is being built anew; repeat later."""

    status = 503


class Search:
    """One organisation's index, asked in one transaction after its time was resolved."""

    def __init__(
        self, connection: Connection, keys: SearchKeys, organisation: Organisation
    ) -> None:
        self.connection = connection
        self.keys = keys
        self.organisation = organisation

    def people(
        self,
        asked: Asked,
        query: str,
        *,
        candidate_ids: list[UUID] | None = None,
        cursor: UUID | None = None,
        limit: int = 100,
    ) -> list[UUID]:
        """The candidates that every word of the query finds, in a stable order after the cursor.

        Raises NothingToSearchFor, SearchBeingBuilt.
        """
        version, tokeniser = self.in_force()
        first, *others = tokeniser.terms(query) or [[]]
        if not first:
            raise NothingToSearchFor
        parameters = {
            **asked.parameters,
            "version": version,
            "first": first,
            "other_terms": [number for number, term in enumerate(others) for _ in term],
            "other_tokens": [token for term in others for token in term],
            "candidates": candidate_ids,
            "cursor": cursor,
            "limit": limit,
        }
        return [id for (id,) in self.connection.execute(FIND.encode(), parameters)]

    def known_as(self, asked: Asked, system: str, external_id: str) -> UUID | None:
        """The candidate another system knows by this id. Raises SearchBeingBuilt."""
        version, tokeniser = self.in_force()
        token = tokeniser.external_id(f"{system}:{external_id}")
        parameters = {**asked.parameters, "version": version, "token": token}
        row = self.connection.execute(BY_EXTERNAL_ID.encode(), parameters).fetchone()
        return row[0] if row else None

    def in_force(self) -> tuple[int, Tokeniser]:
        """The version of the key that answers, and its tokens. Raises SearchBeingBuilt."""
        row = self.connection.execute(KEY_VERSION).fetchone()
        version = row[0] if row else 0
        if version == NONE_YET:
            return version, Tokeniser(b"")
        key = self.keys.search_key(version, self.organisation.id)
        if key is None:
            raise SearchBeingBuilt
        return version, Tokeniser(key)
