"""People known already who might fit a requisition, ranked by plain criteria.

They come in tiers: silver medalists of the department, past applicants of the department, who was
interviewed elsewhere, who applied elsewhere, who is in a pool. Within a tier whoever came further
comes first, then whoever applied last. Whoever applied for the requisition itself is left out, and
whoever is in a process, unless that is asked for.
"""

from dataclasses import dataclass, replace
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from psycopg.rows import class_row
from pydantic import BaseModel

from domain.search_criteria import SearchCriteria
from projections import backgrounds, requisitions
from projections.asked import Asked
from projections.pool_rules import MATCHES, parameters
from projections.read_model import ReadModel
from store.database import Connection

SEARCHES = """
INSERT INTO rediscoveries (
    position,
    occurred_at,
    requisition_id,
    criteria,
    found
)
SELECT
    position,
    occurred_at,
    stream_id,
    data -> 'criteria',
    (data ->> 'found')::int
FROM facts
WHERE position > %(after)s
  AND position <= %(upto)s
  AND type = 'requisition.candidates_searched'
"""

READ_MODEL = ReadModel(
    name="rediscoveries",
    version=1,
    tables=("rediscoveries",),
    statements=(SEARCHES,),
    told_anew=False,
)

READS = (*backgrounds.READS, requisitions.READ_MODEL)

# Requisitions of the same department, and where in their plans finalists stand: in the last
# interview stage, or at an offer.
ALIKE = """
WITH known AS (
    SELECT DISTINCT ON (requisition_id)
        requisition_id,
        department,
        plan
    FROM (
        SELECT
            requisition_id,
            first_value(department) OVER (
                PARTITION BY requisition_id
                ORDER BY department IS NULL, occurred_at DESC, origin DESC
            ) AS department,
            first_value(plan) OVER (
                PARTITION BY requisition_id
                ORDER BY plan IS NULL, occurred_at DESC, origin DESC
            ) AS plan
        FROM requisition_details
        WHERE position <= %(p)s
          AND superseded_at > %(p)s
    ) AS told
    ORDER BY requisition_id
)
SELECT
    requisition_id,
    (
        SELECT stage ->> 'id'
        FROM jsonb_array_elements(plan) WITH ORDINALITY AS stages(stage, nth)
        WHERE stage ->> 'kind' = 'interview'
        ORDER BY nth DESC
        LIMIT 1
    ) AS last_interview
FROM known
WHERE requisition_id <> %(requisition)s
  AND department = (SELECT department FROM known WHERE requisition_id = %(requisition)s)
"""

FITS = f"""
{MATCHES}
  AND NOT opted_out
  AND NOT applied_for && ARRAY[%(requisition)s]::uuid[]
  AND (%(pools)s::uuid[] = '{{}}' OR pools && %(pools)s::uuid[])
"""

COLUMNS = """
    reached,
    applied_at,
    contacted_at,
    reason_code,
    pools
"""
BELONGS = (
    "stood && %(finals)s::text[] AND NOT hired",
    "applied_for && %(alike)s::uuid[] AND NOT %(finalists_only)s",
    "reached >= 3 AND NOT hired AND (NOT %(finalists_only)s OR reached >= 4)",
    "reached >= 1 AND NOT %(finalists_only)s",
    "pools <> '{}' AND reached = 0 AND NOT %(finalists_only)s",
)
"""Who is in which tier, in their order."""

# Each tier is looked up by itself, from the index that has its order; whoever was found in one
# before is left out.
TIER = f"""
WITH {backgrounds.OF_MANY_HISTORIES}
(
    SELECT
        candidate_id AS person_id,
        {COLUMNS}
    FROM backgrounds
    WHERE {FITS}
      AND {{belongs}}
      AND candidate_id NOT IN (SELECT candidate_id FROM one_person)
      AND candidate_id <> ALL(%(found)s::uuid[])
    ORDER BY
        reached DESC,
        applied_at DESC NULLS LAST,
        candidate_id
    LIMIT %(limit)s
)
UNION ALL
(
    SELECT
        person_id,
        {COLUMNS}
    FROM folded
    WHERE {FITS}
      AND {{belongs}}
      AND person_id <> ALL(%(found)s::uuid[])
)
ORDER BY
    reached DESC,
    applied_at DESC NULLS LAST,
    person_id
LIMIT %(limit)s
"""  # noqa: S608  # composed of what stands in this folder

POOL_MATCHES = f"""
WITH {backgrounds.BY_NOW}
SELECT
    pool_id,
    count(*) AS members
FROM standing
CROSS JOIN LATERAL unnest(pools) AS pool_id
WHERE {FITS}
  AND pools <> '{{}}'
  AND (stood && %(finals)s::text[] OR applied_for && %(alike)s::uuid[])
GROUP BY pool_id
ORDER BY
    members DESC,
    pool_id
"""  # noqa: S608  # as above

HISTORY = """
SELECT
    position,
    occurred_at,
    criteria,
    found
FROM rediscoveries
WHERE requisition_id = %(requisition)s
  AND position <= %(p)s
  AND occurred_at <= %(t)s
ORDER BY position DESC
LIMIT %(limit)s
"""


class Tier(StrEnum):
    """Why somebody comes before others."""

    SILVER_MEDALIST = "silver_medalist"
    APPLIED_IN_DEPARTMENT = "applied_in_department"
    INTERVIEWED_ELSEWHERE = "interviewed_elsewhere"
    APPLIED_ELSEWHERE = "applied_elsewhere"
    POOL_MEMBER = "pool_member"


@dataclass(frozen=True)
class Suggested:
    """Somebody who might fit, and what is known of them."""

    person_id: UUID
    reached: int
    applied_at: datetime | None
    contacted_at: datetime | None
    reason_code: str | None
    pools: list[UUID]
    tier: Tier = Tier.POOL_MEMBER


class PoolMatch(BaseModel):
    """A pool, and how many of its members might fit a requisition."""

    pool_id: UUID
    members: int


class SearchRow(BaseModel):
    """A search that was made."""

    position: int
    occurred_at: datetime
    criteria: SearchCriteria
    found: int


def suggested(
    connection: Connection,
    asked: Asked,
    requisition_id: UUID,
    criteria: SearchCriteria,
    limit: int = 20,
) -> list[Suggested]:
    """Who might fit by now, the likeliest first."""
    known, found = _known(connection, asked, requisition_id, criteria), list[Suggested]()
    with connection.cursor(row_factory=class_row(Suggested)) as rows:
        for tier, belongs in zip(Tier, BELONGS, strict=True):
            if len(found) < limit:
                query = TIER.replace("{belongs}", belongs)
                known |= {
                    "found": [one.person_id for one in found],
                    "limit": limit - len(found),
                }
                found += [replace(one, tier=tier) for one in rows.execute(query.encode(), known)]
    return found


def pool_matches(connection: Connection, asked: Asked, requisition_id: UUID) -> list[PoolMatch]:
    """How many members of each pool have applied in the department, the most first."""
    known = _known(connection, asked, requisition_id, SearchCriteria())
    with connection.cursor(row_factory=class_row(PoolMatch)) as rows:
        return rows.execute(POOL_MATCHES.encode(), known).fetchall()


def _known(
    connection: Connection, asked: Asked, requisition_id: UUID, criteria: SearchCriteria
) -> dict[str, Any]:
    known: dict[str, Any] = {**asked.parameters, "requisition": requisition_id}
    alike = connection.execute(ALIKE, known).fetchall()
    finals = [f"{id}:offer" for id, _ in alike]
    finals += [f"{id}:{stage}" for id, stage in alike if stage]
    if criteria.in_process is None:
        criteria = criteria.model_copy(update={"in_process": False})
    return (
        known
        | parameters(criteria, datetime.now(UTC))
        | {
            "pools": list(criteria.pools),
            "finalists_only": criteria.finalists_only,
            "alike": [id for id, _ in alike],
            "finals": finals,
        }
    )


def searches(
    connection: Connection, asked: Asked, requisition_id: UUID, limit: int = 100
) -> list[SearchRow]:
    """The searches that were made for a requisition, the latest first."""
    known = {**asked.parameters, "requisition": requisition_id, "limit": limit}
    with connection.cursor(row_factory=class_row(SearchRow)) as rows:
        return rows.execute(HISTORY, known).fetchall()
