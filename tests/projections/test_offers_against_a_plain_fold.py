"""Offers, approvals, hires, plans and templates: as of any date, known at any place, as folded."""

from datetime import datetime

from hypothesis import given
from hypothesis import strategies as st

from app import Hireledger
from domain.offer import OfferState
from projections.approvals import approval_chains, waiting
from projections.asked import Asked
from projections.engine import Projector
from projections.hires import hires
from projections.offers import offers
from projections.plan_templates import plan_templates
from projections.requisitions import requisitions
from store.database import Connection
from store.log import Log
from tests import fold_of_offers as fold
from tests import plain_fold
from tests.examples import BOARD
from tests.plain_fold import Row
from tests.projections.test_against_a_plain_fold import lived, moments, rich, splits
from tests.strategies import Step, World, histories


@rich
@given(
    steps=histories,
    split=splits,
    questions=st.lists(st.tuples(moments, st.floats(0, 1)), min_size=4, max_size=8),
)
def test_offers_and_approvals_are_those_of_a_plain_fold(
    hireledger: Hireledger,
    steps: list[Step],
    split: list[int],
    questions: list[tuple[datetime | None, float]],
) -> None:
    log, world = lived(hireledger, steps)
    projector = Projector(log.database, log.organisation)
    moved = 0
    while projector.step(limit=split[moved % len(split)]):
        moved += 1
    with log.database.transaction(log.organisation) as connection:
        rows = plain_fold.read(connection)
        for t, share in [*questions, (None, 1.0)]:
            asked = Asked(as_of=t, log_position=round(share * len(rows)))
            history = plain_fold.known(rows, t, asked.log_position)
            same_offers(connection, asked, history, world)
            same_approvals(connection, asked, history)
            same_requisitions(connection, asked, history)
            told = [
                (e.position, e.kind, e.start_date and str(e.start_date), e.entered_in_error)
                for e in hires(connection, asked, 0, 1000)
            ]
            assert told == fold.hires(rows, t, asked.log_position)
    same_as_the_aggregates(log, world)


def same_offers(connection: Connection, asked: Asked, history: list[Row], world: World) -> None:
    everyone = [id for candidate in world.candidates for id in candidate.applications]
    rows = offers(connection, asked, everyone)
    assert {
        (row.offer_id, row.offer_version): (
            row.state,
            row.start_date and str(row.start_date),
            row.told_at,
        )
        for row in rows
    } == fold.versions(history)


def same_approvals(connection: Connection, asked: Asked, history: list[Row]) -> None:
    rows = waiting(connection, asked)
    expected = fold.waiting(history)
    found = {
        row.requisition_id or row.offer_id: fold.Waiting(
            row.step, [str(id) for id in row.approver_ids], row.steps_left, row.asked_at, row.since
        )
        for row in rows
    }
    assert found == expected
    assert [row.since for row in rows] == sorted(row.since for row in rows)
    mine = {row.requisition_id or row.offer_id for row in waiting(connection, asked, BOARD)}
    assert mine == {
        about
        for about, one in expected.items()
        if not one.approver_ids or str(BOARD) in one.approver_ids
    }
    chains = {row.subject: [s.id for s in row.steps] for row in approval_chains(connection, asked)}
    assert chains == fold.chains(history)


def same_requisitions(connection: Connection, asked: Asked, history: list[Row]) -> None:
    rows = requisitions(connection, asked)
    assert {row.requisition_id: row.state for row in rows} == fold.states(history)
    assert {row.requisition_id: [s.id for s in row.stages] for row in rows} == fold.plans(history)
    said = {
        row.requisition_id: row.model_dump(include=set(fold.DETAILS), exclude_none=True)
        for row in rows
    }
    assert said == fold.details(history)
    kept = {row.template: row.title for row in plan_templates(connection, asked)}
    assert kept == fold.templates(history)


def same_as_the_aggregates(log: Log, world: World) -> None:
    """Those who decide know the same of an offer's latest version as those who look."""
    with log.database.transaction(log.organisation) as connection:
        asked = Asked(as_of=None, log_position=len(plain_fold.read(connection)))
        for candidate in world.candidates:
            known = {
                (o.offer_id, o.offer_version): o.state
                for o in offers(connection, asked, list(candidate.applications))
            }
            for id, offer in candidate.offers.items():
                if offer.draft is not None:
                    drafted = known[id, offer.draft.version].replace("approval_refused", "drafted")
                    assert drafted == offer.draft.state
                elif offer.state != OfferState.DRAFTED:
                    assert known[id, offer.version] == offer.state
