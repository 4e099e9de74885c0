"""Pools by rule: what each rule says, whom it matches as of any time, and who is to come and go."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from domain.plan import StageKind
from domain.pool_rule import RULE_MATCHED, RULE_NO_LONGER_MATCHES, Conditions, PoolRule
from projections import backgrounds
from projections.asked import Asked
from projections.read_model import ReadModel
from store.database import Connection

RULES = """
INSERT INTO pool_rules (
    position,
    origin,
    superseded_at,
    occurred_at,
    pool_id,
    rule
)
SELECT
    position,
    origin,
    9223372036854775807,
    occurred_at,
    stream_id,
    data -> 'rule'
FROM facts
WHERE position > %(after)s
  AND position <= %(upto)s
  AND type = 'pool.rule_changed'
"""

READ_MODEL = ReadModel(
    name="pool_rules",
    version=1,
    tables=("pool_rules",),
    statements=(RULES,),
)

READS = (READ_MODEL, *backgrounds.READS)
LISTS = ("tags_all", "tags_any", "tags_none", "last_stages", "reason_codes", "sources", "regions")

RULE_OF = """
SELECT rule
FROM pool_rules
WHERE pool_id = %(pool)s
  AND position <= %(p)s
  AND superseded_at > %(p)s
  AND occurred_at <= %(t)s
ORDER BY occurred_at DESC, origin DESC
LIMIT 1
"""

MATCHES = """
NOT erased
  AND tags @> %(tags_all)s::text[]
  AND (%(tags_any)s::text[] = '{}' OR tags && %(tags_any)s::text[])
  AND NOT tags && %(tags_none)s::text[]
  AND reached >= %(reached)s
  AND (%(last_stages)s::text[] = '{}' OR last_stage = ANY(%(last_stages)s::text[]))
  AND (%(reason_codes)s::text[] = '{}' OR reason_code = ANY(%(reason_codes)s::text[]))
  AND (%(sources)s::text[] = '{}' OR sources && %(sources)s::text[])
  AND (
    %(regions)s::text[] = '{}'
    OR EXISTS (
        SELECT
        FROM unnest(%(regions)s::text[]) AS wanted
        WHERE region = wanted
           OR starts_with(region, wanted || '-')
    )
  )
  AND (%(applied_since)s::timestamptz IS NULL OR applied_at > %(applied_since)s)
  AND (
    %(not_applied_since)s::timestamptz IS NULL
    OR applied_at IS NULL
    OR applied_at <= %(not_applied_since)s
  )
  AND (
    %(not_contacted_since)s::timestamptz IS NULL
    OR contacted_at IS NULL
    OR contacted_at <= %(not_contacted_since)s
  )
  AND (%(in_process)s::boolean IS NULL OR in_process = %(in_process)s)
  AND (%(hired)s::boolean IS NULL OR hired = %(hired)s)
"""

AT_ANY_TIME = f"""
WITH {backgrounds.AT_ANY_TIME}
SELECT person_id
FROM standing
WHERE {MATCHES}
  AND (%(cursor)s::uuid IS NULL OR person_id > %(cursor)s)
ORDER BY person_id
LIMIT %(limit)s
"""  # noqa: S608  # composed of what stands in this folder

BY_NOW = f"""
WITH {backgrounds.BY_NOW}
SELECT person_id
FROM standing
WHERE {MATCHES}
  AND (%(cursor)s::uuid IS NULL OR person_id > %(cursor)s)
ORDER BY person_id
LIMIT %(limit)s
"""  # noqa: S608  # as above

HOW_MANY = f"""
WITH {backgrounds.BY_NOW}
SELECT count(*)
FROM standing
WHERE {MATCHES}
"""  # noqa: S608  # as above

# Whoever was put in or taken out by hand last stays as they are.
CHANGES = f"""
WITH {backgrounds.BY_NOW},
memberships AS (
    SELECT DISTINCT ON (COALESCE(person_id, candidate_id))
        COALESCE(person_id, candidate_id) AS person_id,
        flag AS is_member,
        reason_code = ANY(%(by_rule)s) AS by_rule
    FROM background_steps
    LEFT JOIN one_person USING (candidate_id)
    WHERE kind = 'pool'
      AND about = %(pool)s
      AND position <= %(p)s
      AND superseded_at > %(p)s
    ORDER BY COALESCE(person_id, candidate_id), occurred_at DESC, origin DESC
)
SELECT
    person_id,
    wanted
FROM (
    SELECT
        person_id,
        person_id IN (SELECT person_id FROM standing WHERE {MATCHES}) AS wanted,
        is_member
    FROM memberships
    WHERE by_rule
    UNION ALL
    SELECT
        person_id,
        true,
        false
    FROM standing
    WHERE {MATCHES}
      AND person_id NOT IN (SELECT person_id FROM memberships)
) AS compared
WHERE wanted <> is_member
ORDER BY person_id
LIMIT %(limit)s
"""  # noqa: S608  # as above


@dataclass(frozen=True)
class Change:
    """Somebody who is to come into a pool, or to go."""

    person_id: UUID
    joins: bool


def rule_of(connection: Connection, asked: Asked, pool_id: UUID) -> PoolRule | None:
    """The rule of a pool; None where it goes by hand."""
    row = connection.execute(RULE_OF, {**asked.parameters, "pool": pool_id}).fetchone()
    return PoolRule.model_validate(row[0]) if row and row[0] else None


def matches(
    connection: Connection,
    asked: Asked,
    rule: PoolRule,
    *,
    at: datetime | None = None,
    cursor: UUID | None = None,
    limit: int = 1000,
) -> list[UUID]:
    """Whom a rule matches at a time (`at`, or what the question is as of), in a stable order.

    Looked up in the steps, so it costs what there is of history.
    """
    at = at or asked.as_of or datetime.now(UTC)
    page = {"cursor": cursor, "limit": limit}
    rows = connection.execute(
        AT_ANY_TIME.encode(), {**asked.parameters, **parameters(rule, at), **page}
    )
    return [row[0] for row in rows]


def matches_now(
    connection: Connection, asked: Asked, rule: PoolRule, *, limit: int = 1000
) -> tuple[int, list[UUID]]:
    """How many a rule matches by now, and the first of them."""
    known = {**asked.parameters, **parameters(rule, datetime.now(UTC))}
    counted = connection.execute(HOW_MANY.encode(), known).fetchone()
    rows = connection.execute(BY_NOW.encode(), {**known, "cursor": None, "limit": limit})
    return counted[0] if counted else 0, [row[0] for row in rows]


def changes(
    connection: Connection, asked: Asked, pool_id: UUID, rule: PoolRule, limit: int = 1000
) -> list[Change]:
    """Who is to come and go for the pool to be what its rule says by now."""
    known = {**asked.parameters, **parameters(rule, datetime.now(UTC))}
    about = {"pool": pool_id, "by_rule": [RULE_MATCHED, RULE_NO_LONGER_MATCHES], "limit": limit}
    rows = connection.execute(CHANGES.encode(), {**known, **about})
    return [Change(*row) for row in rows]


def parameters(rule: Conditions, at: datetime) -> dict[str, Any]:
    """A rule as what MATCHES asks for; its days count back from a time."""

    def since(days: int | None) -> datetime | None:
        return None if days is None else at - timedelta(days=days)

    return {
        **{name: list(getattr(rule, name)) for name in LISTS},
        "reached": list(StageKind).index(rule.reached) + 1 if rule.reached else 0,
        "applied_since": since(rule.applied_within_days),
        "not_applied_since": since(rule.not_applied_within_days),
        "not_contacted_since": since(rule.not_contacted_within_days),
        "in_process": rule.in_process,
        "hired": rule.hired,
    }
