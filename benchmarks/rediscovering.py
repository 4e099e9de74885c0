"""Rediscovery among half a million people, beside the least that any answer takes."""

import random
import statistics
import time
from collections.abc import Callable, Iterator
from functools import partial
from uuid import UUID, uuid4

from rich.console import Console

from benchmarks.measure import Line
from domain.candidate import Candidate
from domain.plan import STANDARD_PLAN, StageKind
from domain.pool import TalentPool
from domain.pool_rule import PoolRule
from domain.requisition import Requisition
from domain.search_criteria import SearchCriteria
from projections import backgrounds, pool_rules, rediscovery, requisitions
from projections.asked import resolve
from projections.engine import Projector
from store import organisations
from store.envelope import Attribution
from store.ids import new_id
from store.log import Log
from store.system import Hireledger

CANDIDATES = 500_000
AT_ONCE = 1_000
ROUNDS = 60
REQUISITIONS = 400
DEPARTMENTS = tuple(f"Department {number}" for number in range(40))
TAGS = tuple(f"skill-{number}" for number in range(200))
STAGES = ("screen", "interview", "offer")

TOP = """
SELECT candidate_id
FROM backgrounds
ORDER BY
    reached DESC,
    applied_at DESC NULLS LAST,
    candidate_id
LIMIT 20
"""


def rediscovering(hireledger: Hireledger, talk: Console, count: int = CANDIDATES) -> Iterator[Line]:
    """How soon people known already are found for an open requisition."""
    log = hireledger.log(organisations.create(hireledger.database, "rediscovered"))
    talk.print(f"  {count:,} people")
    jobs = populate(log, count)
    projector = Projector(log.database, log.organisation)
    began = time.monotonic()
    while projector.step(limit=20_000):
        pass
    talk.print(f"  projected in {time.monotonic() - began:.0f} s")
    chance = random.Random(3)
    criteria = (
        SearchCriteria,
        lambda: SearchCriteria(tags_any=(chance.choice(TAGS),)),
        lambda: SearchCriteria(finalists_only=True),
        lambda: SearchCriteria(tags_all=(TAGS[0], TAGS[1]), regions=("de",)),
        lambda: SearchCriteria(not_applied_within_days=1, reached=StageKind.OFFER),
    )
    ours, reference = [], []
    for number in range(ROUNDS):
        job, sought = chance.choice(jobs), criteria[number % len(criteria)]()
        ours.append(timed(partial(search, log, job, sought)))
        reference.append(timed(partial(top, log)))
    about = "the top 20 by an index alone"
    yield Line(
        f"rediscovery among {count:,}, p95",
        _p95(ours),
        _p95(reference),
        "ms",
        about,
        less_is_better=True,
    )
    rule = PoolRule(tags_all=(TAGS[0],), in_process=False)
    keep = [timed(lambda: changes(log, rule)) for _ in range(5)]
    yield Line(
        f"what a pool's rule says of {count:,}",
        statistics.median(keep),
        _p95(reference),
        "ms",
        about,
        less_is_better=True,
    )


def populate(log: Log, count: int) -> list[UUID]:
    """People who applied for some of the requisitions and came more or less far."""
    chance = random.Random(4)
    jobs = []
    for number in range(REQUISITIONS):
        job = Requisition.begin(new_id())
        job.draft(number=f"R-{number}", title="Engineer", department=chance.choice(DEPARTMENTS))
        job.request_approval()
        job.approve(new_id())
        job.open()
        jobs.append(job)
        log.record(job, by=_anyone())
    pools = [TalentPool.begin(new_id()) for _ in range(20)]
    for pool in pools:
        pool.create("Pool")
        log.record(pool, by=_anyone())
    for first in range(0, count, AT_ONCE):
        some = [someone(chance, jobs, pools) for _ in range(min(AT_ONCE, count - first))]
        log.save(*some, by=_anyone())
    return [job.id for job in jobs]


def someone(chance: random.Random, jobs: list[Requisition], pools: list[TalentPool]) -> Candidate:
    """Somebody with a way like many have."""
    candidate = Candidate.begin(new_id())
    candidate.register(source="job_board", region=chance.choice(("de", "de-be", "fr", None)))
    for tag in {TAGS[int(len(TAGS) * chance.random() ** 3)] for _ in range(3)}:
        candidate.tag(tag)
    if chance.random() < 0.95:
        id = uuid4()
        candidate.apply_for(id, chance.choice(jobs))
        for stage in STAGES[: chance.choice((0, 0, 0, 1, 1, 2, 3))]:
            candidate.move(id, stage, STANDARD_PLAN)
        if chance.random() < 0.97:
            candidate.reject(id, "experience")
    if chance.random() < 0.2:
        candidate.add_to_pool(chance.choice(pools), "met")
    return candidate


def _anyone() -> Attribution:
    return Attribution("person", new_id(), "recruiter", "api")


def search(log: Log, job: UUID, criteria: SearchCriteria) -> None:
    with log.database.transaction(log.organisation) as connection:
        asked = resolve(connection, (*backgrounds.READS, requisitions.READ_MODEL))
        rediscovery.suggested(connection, asked, job, criteria)


def top(log: Log) -> None:
    with log.database.transaction(log.organisation) as connection:
        resolve(connection, backgrounds.READS)
        connection.execute(TOP).fetchall()


def changes(log: Log, rule: PoolRule) -> None:
    with log.database.transaction(log.organisation) as connection:
        asked = resolve(connection, pool_rules.READS)
        pool_rules.changes(connection, asked, new_id(), rule)


def timed(question: Callable[[], None]) -> float:
    """Milliseconds."""
    began = time.perf_counter()
    question()
    return (time.perf_counter() - began) * 1000


def _p95(times: list[float]) -> float:
    return statistics.quantiles(times, n=20)[-1]
