"""Commands about talent pools and who is in them."""

from datetime import datetime
from uuid import UUID

from domain.pool import TalentPool
from domain.pool_rule import RULE_MATCHED, RULE_NO_LONGER_MATCHES, PoolRule
from store.envelope import Attribution
from store.ids import new_id
from store.log import Log, Recorded


def create(
    log: Log,
    by: Attribution,
    title: str,
    *,
    purpose: str | None = None,
    occurred_at: datetime | None = None,
) -> Recorded:
    """Starts a pool."""
    pool = TalentPool.begin(new_id()).at(occurred_at)
    pool.create(title, purpose)
    return log.record(pool, by=by)


def rename(
    log: Log, by: Attribution, pool_id: UUID, title: str, *, occurred_at: datetime | None = None
) -> Recorded:
    """Gives a pool another name."""
    pool = log.pool(pool_id).at(occurred_at)
    pool.rename(title)
    return log.record(pool, by=by)


def change_rule(
    log: Log,
    by: Attribution,
    pool_id: UUID,
    rule: PoolRule | None,
    *,
    occurred_at: datetime | None = None,
) -> Recorded:
    """Has members come and go by a rule from now on, or by hand alone."""
    pool = log.pool(pool_id).at(occurred_at)
    pool.change_rule(rule)
    return log.record(pool, by=by)


def keep(
    log: Log, by: Attribution, pool_id: UUID, candidate_id: UUID, *, joins: bool
) -> Recorded | None:
    """Lets somebody into a pool, or out of it, as its rule says; whom a person moved, stays."""
    candidate, pool = log.candidate(candidate_id), log.pool(pool_id)
    if candidate.kept_by_hand(pool_id):
        return None
    if joins:
        candidate.add_to_pool(pool, RULE_MATCHED)
    else:
        candidate.remove_from_pool(pool_id, RULE_NO_LONGER_MATCHES)
    return log.record(candidate, by=by, relying_on=[pool])


def archive(
    log: Log, by: Attribution, pool_id: UUID, *, occurred_at: datetime | None = None
) -> Recorded:
    """Closes a pool to new members."""
    pool = log.pool(pool_id).at(occurred_at)
    pool.archive()
    return log.record(pool, by=by)


def add_member(
    log: Log,
    by: Attribution,
    pool_id: UUID,
    candidate_id: UUID,
    reason_code: str,
    *,
    occurred_at: datetime | None = None,
) -> Recorded:
    """Puts a candidate into a pool."""
    candidate = log.candidate(candidate_id).at(occurred_at)
    pool = log.pool(pool_id)
    candidate.add_to_pool(pool, reason_code)
    return log.record(candidate, by=by, relying_on=[pool])


def remove_member(
    log: Log,
    by: Attribution,
    pool_id: UUID,
    candidate_id: UUID,
    reason_code: str,
    *,
    occurred_at: datetime | None = None,
) -> Recorded:
    """Takes a candidate out of a pool."""
    candidate = log.candidate(candidate_id).at(occurred_at)
    candidate.remove_from_pool(pool_id, reason_code)
    return log.record(candidate, by=by)
