"""Every answer, as of any date and as known at any place in the log, equals a plain fold."""

import os
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any

from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from app import Hireledger
from projections import people
from projections.asked import Asked
from projections.catalogue import READ_MODELS
from projections.checks import checks
from projections.engine import Projector
from projections.health import differences
from projections.knock_outs import awaiting_review
from projections.mentions import mentions
from projections.metrics.engagement import ENGAGEMENT
from projections.metrics.stage_conversion import FUNNEL
from projections.pipeline import applications, board, summary
from projections.rebuild import Rebuild
from projections.tags import tags, with_tag
from projections.talent_pool import members, pools_of
from projections.timeline import timeline
from projections.vocabulary import reasons, tag_meanings
from store import organisations
from store.database import Connection
from store.envelope import Attribution
from store.ids import new_id
from store.log import Log
from tests import examples, fold_of_working, plain_fold
from tests.measured import measured
from tests.plain_fold import Row
from tests.strategies import Step, World, histories

SAVE_EVERY = 4
ONE_APPEND = ("merge", "unmerge")
"""What says the same in two histories must not stand between other things of theirs."""
TABLES = [table for model in READ_MODELS for table in model.all_tables]

moments = st.one_of(st.none(), st.integers(0, 120).map(lambda half: examples.day(half / 2)))
splits = st.lists(st.integers(1, 40), min_size=1, max_size=8)
EXAMPLES = int(os.environ.get("HIRELEDGER_TEST_EXAMPLES", "15"))
"""How many histories each comparison tries; `make soak` tries many more."""
rich = settings(
    max_examples=EXAMPLES,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
    # Making a failure small takes longer than a test may; add Phase.shrink to look into one.
    phases=[Phase.explicit, Phase.reuse, Phase.generate],
)


def lived(hireledger: Hireledger, steps: list[Step]) -> tuple[Log, World]:
    """A fresh organisation to which these steps happened."""
    log = hireledger.log(organisations.create(hireledger.database, f"fold {new_id()}"))
    world = World()
    for number, step in enumerate(steps):
        world.take(step)
        if number % SAVE_EVERY == 0 or step.verb in ONE_APPEND:
            save(log, world)
    save(log, world)
    return log, world


@contextmanager
def projected(log: Log) -> Iterator[tuple[Connection, list[Row]]]:
    """Read models that have taken the whole log in, and the log."""
    projector = Projector(log.database, log.organisation)
    while projector.step():
        pass
    with log.database.transaction(log.organisation) as connection:
        yield connection, plain_fold.read(connection)


def save(log: Log, world: World) -> None:
    if world.changed:
        log.record(*world.changed, by=Attribution("person", new_id(), "recruiter", "api"))


def tables(log: Log) -> dict[str, list[Any]]:
    with log.database.transaction(log.organisation) as connection:
        return {
            # As text: Python has no infinite time.
            table: sorted(connection.execute(f"SELECT row::text FROM {table} row".encode()))  # noqa: S608
            for table in TABLES
        }


@rich
@given(steps=histories, split=splits, other=st.integers(1, 200))
def test_any_split_into_batches_gives_the_same_rows(
    hireledger: Hireledger, steps: list[Step], split: list[int], other: int
) -> None:
    log, _ = lived(hireledger, steps)
    projector = Projector(log.database, log.organisation)
    moved = 0
    while projector.step(limit=split[moved % len(split)]):
        moved += 1
    rows = tables(log)
    assert rows["application_steps"]
    assert differences(log.database, log.organisation) == []
    assert Rebuild(log.database, log.organisation, batch=other).run().differences == []
    assert tables(log) == rows


@rich
@given(
    steps=histories,
    split=splits,
    questions=st.lists(st.tuples(moments, st.floats(0, 1), moments, moments), min_size=4),
)
def test_every_answer_is_that_of_a_plain_fold(
    hireledger: Hireledger,
    steps: list[Step],
    split: list[int],
    questions: list[tuple[datetime | None, float, datetime | None, datetime | None]],
) -> None:
    log, world = lived(hireledger, steps)
    projector = Projector(log.database, log.organisation)
    moved = 0
    while projector.step(limit=split[moved % len(split)]):
        moved += 1
    with log.database.transaction(log.organisation) as connection:
        rows = plain_fold.read(connection)
        for t, share, since, until in [*questions, (None, 1.0, None, None)]:
            asked = Asked(as_of=t, log_position=round(share * len(rows)))
            history = plain_fold.known(rows, t, asked.log_position)
            same_pipeline(connection, asked, history, world)
            same_pools(connection, asked, history, world)
            same_people(connection, asked, history, rows, world)
            same_knock_outs(connection, asked, history)
            same_work(connection, asked, history, world)
            same_metrics(connection, asked, history, since, until)


def same_knock_outs(connection: Connection, asked: Asked, history: list[Row]) -> None:
    found = {
        row.application_id: (row.candidate_id, row.rules, row.since)
        for row in awaiting_review(connection, asked)
    }
    assert found == plain_fold.knocked_out(history)


def same_pipeline(connection: Connection, asked: Asked, history: list[Row], world: World) -> None:
    for requisition in world.requisitions:
        cards = plain_fold.board(history, requisition.id)
        rows = board(connection, asked, requisition.id, status=None)
        assert [row.model_dump() for row in rows] == [vars(card) for card in cards]
        still_open = [card.application_id for card in cards if card.status == "open"]
        rows = board(connection, asked, requisition.id)
        assert [row.application_id for row in rows] == still_open
    counts = {(r.stage_kind, r.status): r.applications for r in summary(connection, asked)}
    assert counts == plain_fold.summary(history)
    assigned = plain_fold.assignments(history)
    for row in applications(connection, asked):
        assert row.requisition_id == assigned[row.application_id]


def same_pools(connection: Connection, asked: Asked, history: list[Row], world: World) -> None:
    inside: defaultdict[Any, list[Any]] = defaultdict(list)
    for pool in sorted(world.pools, key=lambda pool: pool.id):
        expected = plain_fold.members(history, pool.id)
        rows = members(connection, asked, pool.id)
        assert [row.model_dump() for row in rows] == [vars(member) for member in expected]
        for member in expected:
            inside[member.candidate_id].append(pool.id)
    for candidate in world.candidates:
        stands_for = people.histories(connection, asked, candidate.id)[0]
        assert pools_of(connection, asked, candidate.id) == inside[stands_for]


def same_people(
    connection: Connection, asked: Asked, history: list[Row], log: list[Row], world: World
) -> None:
    stands_for = plain_fold.survivors(log, asked.log_position)
    assigned, standing = plain_fold.assignments(history), plain_fold.standings(history)
    for candidate in world.candidates:
        person = stands_for.get(candidate.id, candidate.id)
        others = sorted(loser for loser, survivor in stands_for.items() if survivor == person)
        assert people.histories(connection, asked, candidate.id) == [person, *others]
        # One whose end is dated before its beginning is not there yet in between.
        begun = standing.keys() & assigned.keys()
        theirs = sorted(id for id in begun if standing[id].candidate_id == person)
        rows = applications(connection, asked, candidate_id=candidate.id)
        assert [(row.application_id, row.requisition_id) for row in rows] == [
            (id, assigned[id]) for id in theirs
        ]
        assert {row.candidate_id for row in rows} <= {person}
        told = timeline(connection, asked, candidate.id, limit=1000)
        mine = {
            row.position
            for row in log
            if row.position <= asked.log_position
            and stands_for.get(row.stream_id, row.stream_id) == person
        }
        if asked.as_of is None:
            assert {row.position for row in told} == mine
        assert {row.position for row in told} <= mine


def same_work(connection: Connection, asked: Asked, history: list[Row], world: World) -> None:
    """What recruiters do to applications: tags, checks, mentions, reasons, what waits."""
    known = fold_of_working.tags(history)
    for candidate in world.candidates:
        histories = people.histories(connection, asked, candidate.id)
        rows = tags(connection, asked, histories)
        assert {(row.candidate_id, row.application_id, row.tag): row.since for row in rows} == {
            on_what: since for on_what, since in known.items() if on_what[0] == histories[0]
        }
        for id in candidate.applications:
            told = [(r.position, r.step, r.outcome) for r in checks(connection, asked, id)]
            assert told == fold_of_working.checks(history, id)
    finalists = with_tag(connection, asked, "finalist")
    assert finalists.owners == {person for person, _, tag in known if tag == "finalist"}
    for member in world.members:
        asks = mentions(connection, asked, member.id, acknowledged=None)
        assert {row.position: row.acknowledged_at for row in asks} == (
            fold_of_working.mentions(history, member.id)
        )
    meanings = {row.code: row.title for row in tag_meanings(connection, asked)}
    assert meanings == fold_of_working.vocabulary(history)
    titles = {(row.kind, row.code): row.title for row in reasons(connection, asked)}
    assert titles == fold_of_working.reasons(history)
    assigned = plain_fold.assignments(history)
    general = applications(connection, asked, general=True, status="open")
    every = applications(connection, asked)
    assert general == [
        row for row in every if assigned[row.application_id] is None and row.status == "open"
    ]


def same_metrics(
    connection: Connection,
    asked: Asked,
    history: list[Row],
    since: datetime | None,
    until: datetime | None,
) -> None:
    funnel = measured(connection, asked, FUNNEL, since=since, until=until)
    assert {row.stage: (row.entered, row.advanced, row.pending) for row in funnel.stages} == (
        plain_fold.funnel(history, since, until)
    )
    reach = measured(connection, asked, ENGAGEMENT, since=since, until=until)
    expected = plain_fold.engagement(history, since, until)
    assert (reach.reached, reach.engaged, reach.opened) == expected


@rich
@given(steps=histories)
def test_an_aggregate_and_the_pipeline_agree_where_an_application_stands(
    hireledger: Hireledger, steps: list[Step]
) -> None:
    log, world = lived(hireledger, steps)
    projector = Projector(log.database, log.organisation)
    while projector.step():
        pass
    with log.database.transaction(log.organisation) as connection:
        head = len(plain_fold.read(connection))
        rows = applications(connection, Asked(as_of=None, log_position=head))
    found = {row.application_id: (row.stage, row.status, row.requisition_id) for row in rows}
    assert found == {
        application.id: (application.now.stage, application.now.status, application.requisition_id)
        for candidate in world.candidates
        for application in log.candidate(candidate.id).applications.values()
    }
