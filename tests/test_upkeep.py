"""Upkeep that is asked for is done once, whoever is stopped meanwhile, and is on the record."""

import time
from typing import Any

import pytest

from commands import upkeep
from domain.organisation import (
    RebuildEnded,
    RebuildRequested,
    UpkeepUnderWay,
    VerificationEnded,
    VerificationRequested,
)
from policies.policy import Policy
from policies.reactor import Reactor
from policies.settings import MailSettings
from policies.upkeep import RebuildReadModels, VerifyLedger
from projections.engine import Projector
from store.envelope import Attribution
from store.ids import new_id
from store.ledger.sealing import seal
from store.ledger.trees import LOG
from store.log import Log
from store.upkeep import UpkeepRow, asked_for
from tests import examples
from tests.ledger.test_tampering import EDIT
from tests.mail.conftest import run_out
from tests.store import forged


def by() -> Attribution:
    return Attribution("person", new_id(), "admin", "api")


@pytest.fixture
def history(log: Log) -> Log:
    """A short history, taken in by the read models."""
    log.record(examples.rejected_after_interview(), by=by())
    taken_in(log)
    return log


def taken_in(log: Log) -> None:
    """Lets the read models take in what was recorded."""
    projector = Projector(log.database, log.organisation)
    while projector.step():
        pass


def reactor(log: Log, policy: type[Policy]) -> Reactor:
    reacting = Reactor(log, policy(MailSettings()))
    reacting.step()
    return reacting


def newest(log: Log, asked: Any, ended: Any) -> UpkeepRow:
    with log.database.transaction(log.organisation) as connection:
        return asked_for(connection, asked.name, ended.name, 1)[0]


def test_read_models_are_built_anew_and_what_was_wrong_is_counted(history: Log) -> None:
    reacting = reactor(history, RebuildReadModels)
    with history.database.maintain(history.organisation) as connection:
        connection.execute("DELETE FROM timeline_mentions")
    asking = by()
    upkeep.request_rebuild(history, asking, ["timeline"])
    with pytest.raises(UpkeepUnderWay):
        upkeep.request_rebuild(history, by())
    run_out(reacting)
    row = newest(history, RebuildRequested, RebuildEnded)
    assert row.asked_by == asking.actor_id
    assert row.ended is not None
    assert row.ended["outcome"] == "rebuilt"
    assert row.ended["differences"] > 0
    assert row.total is not None
    upkeep.request_rebuild(history, by(), ["timeline", "search"])
    run_out(reacting)
    again = newest(history, RebuildRequested, RebuildEnded)
    assert again.ended is not None
    assert again.ended["differences"] == 0


def test_a_rebuild_that_is_broken_off_is_gone_on_with(history: Log) -> None:
    first = RebuildReadModels(MailSettings())
    broken_off = Reactor(history, first)
    broken_off.step()
    upkeep.request_rebuild(history, by())
    first.stop()
    assert broken_off.step()
    assert newest(history, RebuildRequested, RebuildEnded).ended is None
    going_on = Reactor(history, RebuildReadModels(MailSettings()))
    until = time.monotonic() + 120
    while (ended := newest(history, RebuildRequested, RebuildEnded).ended) is None:
        assert time.monotonic() < until
        if not going_on.step():
            time.sleep(0.1)
    assert ended["outcome"] == "rebuilt"


@pytest.mark.parametrize("forges", [False, True])
def test_a_verification_says_whether_the_ledger_is_whole(history: Log, forges: bool) -> None:
    reacting = reactor(history, VerifyLedger)
    seal(history.database, history.organisation, LOG)
    if forges:
        with forged.administrator(history) as connection:
            connection.execute(EDIT, {"position": 2})
    upkeep.request_verification(history, by())
    with pytest.raises(UpkeepUnderWay):
        upkeep.request_verification(history, by())
    run_out(reacting)
    row = newest(history, VerificationRequested, VerificationEnded)
    assert row.ended is not None
    assert (row.ended["outcome"], row.ended["faults"] > 0) == (
        "damaged" if forges else "whole",
        forges,
    )
    assert row.ended["entries"] >= 2
