"""Black box: two processes hire for the last opening of a requisition, and one of them does."""

import subprocess
import sys
from contextlib import ExitStack

from domain.application import Status
from domain.requisition import OpeningState, Requisition
from store.envelope import Attribution
from store.log import Log
from store.settings import Settings
from tests import examples
from tests.examples import the_application
from tests.test_kill import ROOT, environment_of

ROUNDS = 6


def test_two_hires_race_for_the_last_opening_and_one_wins(
    settings: Settings, log: Log, recruiter: Attribution
) -> None:
    rounds = [examples.open_requisition(openings=1) for _ in range(ROUNDS)]
    rivals = [[examples.offered(requisition) for _ in range(2)] for requisition in rounds]
    log.record(*rounds, *(rival for pair in rivals for rival in pair), by=recruiter)
    with ExitStack() as stack:
        processes = [
            stack.enter_context(
                racing(
                    "tests.race_to_hire",
                    settings,
                    log,
                    *(str(the_application(pair[side]).id) for pair in rivals),
                )
            )
            for side in range(2)
        ]
        assert [answer(process) for process in processes] == ["ready", "ready"]
        for requisition, pair in zip(rounds, rivals, strict=True):
            for process in processes:
                assert process.stdin is not None
                process.stdin.write("now\n")
                process.stdin.flush()
            said = sorted(answer(process) for process in processes)
            assert said[1] == "hired"
            assert said[0] in ("Conflict", "NoFreeOpening")
            known: Requisition = log.requisition(requisition.id)
            assert list(known.openings.values()) == [OpeningState.FILLED]
            standing = sorted(the_application(log.candidate(one.id)).now.status for one in pair)
            assert standing == [Status.HIRED, Status.OPEN]


def racing(module: str, settings: Settings, log: Log, *words: str) -> subprocess.Popen[str]:
    """A process that says when it is ready, and goes on when a line comes in."""
    return subprocess.Popen(
        [sys.executable, "-m", module, log.organisation.name, *words],
        env=environment_of(settings, log),
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )


def answer(process: subprocess.Popen[str]) -> str:
    assert process.stdout is not None
    return process.stdout.readline().strip()
