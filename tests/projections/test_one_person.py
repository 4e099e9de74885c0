"""Who is one person with whom is told right at every position, whatever was merged and undone."""

from contextlib import suppress
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from app import Hireledger
from domain.candidate import Candidate
from domain.errors import Refusal
from projections import people
from projections.asked import Asked
from projections.engine import Projector
from store import organisations
from store.envelope import Attribution
from store.ids import new_id
from tests import examples, plain_fold
from tests.projections.test_against_a_plain_fold import rich, splits

pairs = st.tuples(st.integers(0, 5), st.integers(0, 5), st.booleans())


@rich
@given(wanted=st.lists(pairs, min_size=10, max_size=40), split=splits)
def test_who_stands_for_whom_is_that_of_a_plain_fold_at_every_position(
    hireledger: Hireledger, wanted: list[tuple[int, int, bool]], split: list[int]
) -> None:
    log = hireledger.log(organisations.create(hireledger.database, f"people {new_id()}"))
    candidates = [examples.ada() for _ in range(6)]
    log.record(*candidates, by=Attribution("person", new_id(), "recruiter", "api"))
    for one, other, undo in wanted:
        candidate = log.candidate(candidates[one].id)
        with suppress(Refusal):
            survivor = _merged_or_not(candidate, log.candidate(candidates[other].id), undo)
            by = Attribution("person", new_id(), "recruiter", "api")
            log.record(candidate, survivor, by=by)
    projector, moved = Projector(log.database, log.organisation), 0
    while projector.step(limit=split[moved % len(split)]):
        moved += 1
    with log.database.transaction(log.organisation) as connection:
        rows = plain_fold.read(connection)
        for p in range(len(rows) + 1):
            stands_for = plain_fold.survivors(rows, p)
            asked = Asked(as_of=None, log_position=p)
            for candidate in candidates:
                expected = _histories(stands_for, candidate.id)
                assert people.histories(connection, asked, candidate.id) == expected


def _merged_or_not(candidate: Candidate, other: Candidate, undo: bool) -> Candidate:
    if undo:
        return candidate.unmerge("two_people")
    candidate.merge_into(other, "same_person")
    return other


def _histories(stands_for: dict[UUID, UUID], id: UUID) -> list[UUID]:
    person = stands_for.get(id, id)
    return [person, *sorted(loser for loser, one in stands_for.items() if one == person)]
