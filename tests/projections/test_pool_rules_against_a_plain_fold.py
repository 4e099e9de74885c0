"""Rules of pools: whom they match as of any time, as known at any place, is what a fold gives."""

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from app import Hireledger
from domain.plan import StageKind
from domain.pool_rule import PoolRule
from projections import pool_rules
from projections.asked import Asked
from projections.engine import Projector
from store.database import Connection
from tests import fold_of_backgrounds as fold
from tests import plain_fold
from tests.projections.test_against_a_plain_fold import lived, moments, rich, splits
from tests.strategies import Step, histories, sources, tags

reasons = ("experience", "other_job")
days = st.integers(1, 90)
some_tags = st.lists(st.sampled_from(tags), min_size=1, max_size=2).map(tuple)
conditions: dict[str, st.SearchStrategy[Any]] = {
    "tags_all": some_tags,
    "tags_any": some_tags,
    "tags_none": some_tags,
    "reached": st.sampled_from(StageKind),
    "last_stages": st.lists(st.sampled_from(StageKind), min_size=1, max_size=3).map(tuple),
    "reason_codes": st.lists(st.sampled_from(reasons), min_size=1, max_size=2).map(tuple),
    "sources": st.lists(st.sampled_from(sources), min_size=1, max_size=2).map(tuple),
    "regions": st.sampled_from([("de",), ("de-be", "fr")]),
    "applied_within_days": days,
    "not_applied_within_days": days,
    "not_contacted_within_days": days,
    "in_process": st.booleans(),
    "hired": st.booleans(),
}
rules = (
    st.sets(st.sampled_from(sorted(conditions)), min_size=1, max_size=3)
    .flatmap(lambda chosen: st.fixed_dictionaries({name: conditions[name] for name in chosen}))
    .map(lambda said: PoolRule(**said))
)


@rich
@given(
    steps=histories,
    split=splits,
    questions=st.lists(st.tuples(moments, st.floats(0, 1), rules), min_size=6, max_size=10),
)
def test_a_rule_matches_whom_a_plain_fold_says_it_does(
    hireledger: Hireledger,
    steps: list[Step],
    split: list[int],
    questions: list[tuple[datetime | None, float, PoolRule]],
) -> None:
    log, _ = lived(hireledger, steps)
    projector = Projector(log.database, log.organisation)
    moved = 0
    while projector.step(limit=split[moved % len(split)]):
        moved += 1
    with log.database.transaction(log.organisation) as connection:
        rows = plain_fold.read(connection)
        for t, share, rule in questions:
            asked = Asked(as_of=t, log_position=round(share * len(rows)))
            history = plain_fold.known(rows, t, asked.log_position)
            at = t or datetime.now(UTC)
            found = pool_rules.matches(connection, asked, rule, at=at)
            assert set(found) == fold.matched(history, rule, at)
            same_now(connection, rule, rows)


def same_now(connection: Connection, rule: PoolRule, rows: list[plain_fold.Row]) -> None:
    """What is kept of people for now says the same as what is looked up."""
    asked = Asked(as_of=None, log_position=len(rows))
    looked_up: set[UUID] = set(pool_rules.matches(connection, asked, rule))
    count, found = pool_rules.matches_now(connection, asked, rule)
    assert set(found) == looked_up
    assert count == len(looked_up)
