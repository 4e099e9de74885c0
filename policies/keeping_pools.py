"""Keeps pools that have a rule as their rule says: members come and go as events.

What a rule says of everyone is looked up at once, so a look costs the same whatever happened
since the last; the more it costs, the rarer it is.
"""

import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial
from uuid import UUID

from commands import pools
from commands.deciding import decided_anew
from domain.errors import Refusal
from domain.pool import Archived, RuleChanged
from policies.policy import CommandPolicy, Decision, Settled
from projections import pool_rules
from projections.asked import resolve
from projections.pool_rules import Change
from store.append import AlreadyDone
from store.envelope import Attribution
from store.feed import LoggedEvent
from store.ids import derived_id
from store.log import Log
from store.outbox import Effect

EVERY = timedelta(seconds=30)
AS_RARE_AS = 20
"""How many times as long as a look took, at least, until the next."""
BEHIND = timedelta(seconds=1)
THREADS = 8
AT_ONCE = 2_000
TRIES = 20


class KeepPools(CommandPolicy):
    """Rule changed, and every half minute from then on → members let in and out."""

    name = "keep-pools"
    says = "Lets people into pools that have a rule, and out of them, as the rule says."
    follows = (RuleChanged.name, Archived.name)

    def decide(self, event: LoggedEvent) -> Sequence[Decision]:
        pool_id = event.stream_id
        overtaken = Settled(pool_id, "overtaken")
        if event.data.get("rule") is None:
            return [overtaken]
        keeping = Effect(self.name, event.position, "keep", pool_id, None, event.recorded_at)
        return [overtaken, keeping]

    def act(self, log: Log, effect: Effect, by: Attribution) -> str | datetime:
        pool, began = log.pool(effect.about), time.monotonic()
        if pool.archived or pool.rule is None:
            return "by_hand"
        with log.database.transaction(log.organisation) as connection:
            asked = resolve(connection, pool_rules.READS)
            if asked.log_position < effect.position:
                return datetime.now(UTC) + BEHIND
            changes = pool_rules.changes(connection, asked, pool.id, pool.rule, AT_ONCE)
        keep = partial(_keep, log, by, pool.id, asked.log_position)
        with ThreadPoolExecutor(THREADS, "keep-pools") as threads:
            list(threads.map(keep, changes))
        if len(changes) == AT_ONCE:
            return datetime.now(UTC) + BEHIND
        took = timedelta(seconds=time.monotonic() - began)
        return datetime.now(UTC) + max(EVERY, AS_RARE_AS * took)


def _keep(log: Log, by: Attribution, pool_id: UUID, known: int, change: Change) -> None:
    """Lets one person in or out, once for what was known; what is so already is left alone."""
    secret = log.database.keyring.secret("pool rules")
    what = (str(log.organisation.id), str(pool_id), str(change.person_id), str(known))
    by = replace(by, command_id=derived_id(secret, *what))
    keep = partial(pools.keep, log, by, pool_id, change.person_id, joins=change.joins)
    try:
        decided_anew(keep, TRIES)
    except (AlreadyDone, Refusal):
        # Erased, merged, moved by somebody meanwhile: the next look tells what is so by then.
        return
