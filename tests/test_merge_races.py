"""Merges race each other and applications, in processes of their own, and the rules hold."""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack

import pytest

from domain.candidate import Candidate
from domain.merging import MergedInto
from domain.requisition import Requisition
from store import organisations
from store.envelope import Attribution
from store.ids import new_id
from store.log import Log
from store.settings import Settings
from store.system import Hireledger
from tests import examples
from tests.test_kill import ROOT, environment_of

ROUNDS = 12


class Racer:
    """A process that does one thing at a time."""

    def __init__(self, settings: Settings, log: Log) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-m", "tests.merge_racer", log.organisation.name],
            env=environment_of(settings, log),
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        assert self.hear() == "ready"

    def ask(self, *words: object) -> None:
        assert self.process.stdin is not None
        print(*words, file=self.process.stdin, flush=True)

    def hear(self) -> str:
        assert self.process.stdout is not None
        return self.process.stdout.readline().strip()

    def end(self) -> None:
        self.process.communicate()


@pytest.fixture(scope="module")
def log(hireledger: Hireledger) -> Log:
    """The log of an organisation for these tests; starting processes takes longer than racing."""
    return hireledger.log(organisations.create(hireledger.database, f"races {new_id()}"))


@pytest.fixture(scope="module")
def racers(settings: Settings, log: Log) -> Iterator[tuple[Racer, Racer]]:
    """Two processes on that organisation."""
    with ExitStack() as ending:
        both = Racer(settings, log), Racer(settings, log)
        for racer in both:
            ending.callback(racer.end)
        yield both


def race(racers: tuple[Racer, Racer], *asked: tuple[object, ...]) -> list[str]:
    """Both at once; how it ended for each."""
    for racer, words in zip(racers, asked, strict=True):
        racer.ask(*words)
    return [racer.hear() for racer in racers]


def test_of_two_merges_at_once_that_contradict_each_other_one_is_done(
    racers: tuple[Racer, Racer], log: Log, recruiter: Attribution
) -> None:
    one, other = examples.ada(), examples.ada()
    log.record(one, other, by=recruiter)
    for _ in range(ROUNDS):
        ended = race(racers, ("merge", one.id, other.id), ("merge", other.id, one.id))
        assert sorted(ended)[1] == "done"
        assert set(ended) <= {"done", "Conflict", "WasMerged"}
        loser = next(id for id in (one.id, other.id) if log.candidate(id).merged_into)
        ended = race(racers, ("unmerge", loser), ("unmerge", loser))
        assert ended.count("done") == 1
        assert not log.candidate(loser).others


@pytest.mark.parametrize("by_loser", [True, False])
def test_an_application_at_the_time_of_a_merge_is_refused_or_named_by_it(
    racers: tuple[Racer, Racer], log: Log, recruiter: Attribution, by_loser: bool
) -> None:
    requisition = examples.open_requisition()
    pairs = [_pair(requisition, by_loser) for _ in range(ROUNDS)]
    log.record(requisition, *(one for pair in pairs for one in pair), by=recruiter)
    for loser, survivor in pairs:
        applicant = loser if by_loser else survivor
        merged, applied = race(
            racers, ("merge", loser.id, survivor.id), ("apply", applicant.id, requisition.id)
        )
        assert "done" in (merged, applied)
        now = log.candidate(loser.id)
        running = [a for a in now.person.open_applications() if a.requisition_id == requisition.id]
        merges = [event for event in now.history if isinstance(event, MergedInto)]
        assert [bool(merge.open_twice) for merge in merges] == [len(running) > 1] * len(merges)
        assert len(merges) == (merged == "done")


def _pair(requisition: Requisition, by_loser: bool) -> tuple[Candidate, Candidate]:
    """A loser and a survivor, one of whom has applied."""
    if by_loser:
        return examples.ada(), examples.applied(requisition)
    return examples.applied(requisition), examples.ada()
