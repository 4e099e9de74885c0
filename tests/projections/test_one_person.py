"""Who is one person with whom is told right at every position, whatever was merged and undone."""

from contextlib import suppress
from datetime import datetime
from typing import Any
from uuid import UUID

from hypothesis import assume, given, settings
from hypothesis import strategies as st

from app import Hireledger
from commands import merging
from domain.candidate import Candidate
from domain.errors import Refusal
from projections import people
from projections.asked import Asked
from projections.candidates import candidates
from projections.dossier import dossier
from projections.engine import Projector
from projections.metrics.answer import chosen_policy, measure
from projections.metrics.catalogue import METRICS
from projections.metrics.metric import cases
from projections.metrics.pipeline_growth import PIPELINE_GROWTH
from projections.metrics.question import Question
from projections.metrics.source_effectiveness import SOURCE_EFFECTIVENESS
from projections.metrics.time_to_hire import TIME_TO_HIRE
from projections.pipeline import applications, board
from projections.talent_pool import members, pools_of
from projections.timeline import timeline
from store import organisations
from store.envelope import Attribution
from store.ids import new_id
from store.log import Log
from tests import examples, plain_fold
from tests.examples import day
from tests.projections.test_against_a_plain_fold import (
    EXAMPLES,
    lived,
    moments,
    projected,
    rich,
    splits,
)
from tests.strategies import Step, World, histories

pairs = st.tuples(st.integers(0, 5), st.integers(0, 5), st.booleans())


@rich
@given(wanted=st.lists(pairs, min_size=10, max_size=40), split=splits)
def test_who_stands_for_whom_is_that_of_a_plain_fold_at_every_position(
    hireledger: Hireledger, wanted: list[tuple[int, int, bool]], split: list[int]
) -> None:
    log = hireledger.log(organisations.create(hireledger.database, f"people {new_id()}"))
    six = [examples.ada() for _ in range(6)]
    log.record(*six, by=someone())
    for one, other, undo in wanted:
        candidate = log.candidate(six[one].id)
        with suppress(Refusal):
            survivor = _merged_or_not(candidate, log.candidate(six[other].id), undo)
            by = someone()
            log.record(candidate, survivor, by=by)
    projector, moved = Projector(log.database, log.organisation), 0
    while projector.step(limit=split[moved % len(split)]):
        moved += 1
    with log.database.transaction(log.organisation) as connection:
        rows = plain_fold.read(connection)
        for p in range(len(rows) + 1):
            stands_for = plain_fold.survivors(rows, p)
            asked = Asked(as_of=None, log_position=p)
            for candidate in six:
                expected = _histories(stands_for, candidate.id)
                assert people.histories(connection, asked, candidate.id) == expected


@settings(rich, max_examples=EXAMPLES // 2)
@given(
    steps=histories, t=moments, since=moments, pair=st.tuples(st.integers(0, 3), st.integers(1, 3))
)
def test_a_merge_undone_restores_every_answer_and_each_stays_known(
    hireledger: Hireledger,
    steps: list[Step],
    t: datetime | None,
    since: datetime | None,
    pair: tuple[int, int],
) -> None:
    log, world = lived(hireledger, steps)
    known = [log.candidate(candidate.id) for candidate in world.candidates]
    loser = known[pair[0]]
    while loser.merged_into:
        loser = log.candidate(loser.merged_into)
    survivor = known[(pair[0] + pair[1]) % 4]
    while survivor.merged_into:
        survivor = log.candidate(survivor.merged_into)
    assume(loser.id != survivor.id and not (loser.erased or survivor.erased))
    window = (since or day(0), day(200))
    before = told(log, world, t or day(200), window)
    position = merging.merge(log, someone(), loser.id, survivor.id, "same_person").position
    merged = told(log, world, t or day(200), window)
    merging.unmerge(log, someone(), loser.id, "two_people")
    assert told(log, world, t or day(200), window) == before
    assert told(log, world, t or day(200), window, known=position - 2) == before
    assert told(log, world, t or day(200), window, known=position) == merged


def told(
    log: Log,
    world: World,
    t: datetime,
    window: tuple[datetime, datetime],
    known: int | None = None,
) -> dict[str, Any]:
    """Everything that is asked of people: as of a time in the past, as known at a position."""
    with projected(log) as (connection, rows):
        asked = Asked(as_of=t, log_position=known or len(rows))
        answers: dict[str, Any] = {}
        for metric in METRICS.values():
            for policy in (None, *BY_PERSON.get(metric, ())):
                question = Question(*window, by=("source",))
                chosen = chosen_policy(connection, asked, metric, policy, question)
                answers[f"{metric.name} {policy}"] = measure(
                    connection, asked, metric, chosen, question
                ).model_dump()
                if not metric.confidential:
                    counted = cases(connection, asked, metric, chosen, question)
                    answers[f"{metric.name} {policy} cases"] = [dict(case) for case in counted]
        answers["candidates"] = [dict(row) for row in candidates(connection, asked)]
        for candidate in world.candidates:
            id = candidate.id
            answers[f"timeline {id}"] = [dict(row) for row in timeline(connection, asked, id)]
            answers[f"pools {id}"] = pools_of(connection, asked, id)
            mine = applications(connection, asked, candidate_id=id)
            answers[f"applications {id}"] = [dict(row) for row in mine]
            everything = dossier(connection, asked, people.histories(connection, asked, id))
            answers[f"dossier {id}"] = everything.model_dump(exclude={"merges"})
        for pool in world.pools:
            answers[f"pool {pool.id}"] = [dict(row) for row in members(connection, asked, pool.id)]
        for requisition in world.requisitions:
            cards = board(connection, asked, requisition.id, status=None)
            answers[f"board {requisition.id}"] = [dict(card) for card in cards]
        return answers


def someone() -> Attribution:
    return Attribution("person", new_id(), "recruiter", "api")


BY_PERSON = {
    TIME_TO_HIRE: ("first_touch",),
    SOURCE_EFFECTIVENESS: ("first_touch",),
    PIPELINE_GROWTH: ("people",),
}
"""Policies that look at a person where the usual one looks at an application or a membership."""


def _merged_or_not(candidate: Candidate, other: Candidate, undo: bool) -> Candidate:
    if undo:
        return candidate.unmerge("two_people")
    candidate.merge_into(other, "same_person")
    return other


def _histories(stands_for: dict[UUID, UUID], id: UUID) -> list[UUID]:
    person = stands_for.get(id, id)
    return [person, *sorted(loser for loser, one in stands_for.items() if one == person)]
