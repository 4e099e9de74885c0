"""Black box: two keepers of pools are killed at random; each member joins once, none is missed."""

import random
import time
from contextlib import ExitStack
from pathlib import Path
from uuid import UUID

from commands import pools
from domain.candidate import Candidate
from domain.pool_rule import PoolRule
from projections.engine import Projector
from store.ids import new_id
from store.log import Log
from store.settings import Settings
from tests.mail.test_kill_sending import Sender
from tests.mail.test_policies import by, time_passes
from tests.test_kill import environment_of

PEOPLE = 60
PATIENCE = 120.0
JOINED = "SELECT count(*) FROM events WHERE type = 'pool.member_added'"


def test_each_joins_once_although_their_keepers_are_killed(
    settings: Settings, log: Log, tmp_path: Path
) -> None:
    people = [someone(log) for _ in range(PEOPLE)]
    made = pools.create(log, by(), "Pythonists")
    pool_id = UUID(str(made.facts[0].originator_id))
    pools.change_rule(log, by(), pool_id, PoolRule(tags_all=("python",)))
    environment, projector = (
        environment_of(settings, log),
        Projector(log.database, log.organisation),
    )
    deadline = time.monotonic() + PATIENCE
    with ExitStack() as stack:
        keepers = [
            stack.enter_context(
                Sender(environment, tmp_path / str(number), log.organisation.name, "keep-pools")
            )
            for number in range(2)
        ]
        kills = 0
        while joined(log) < PEOPLE or kills < 3:
            assert time.monotonic() < deadline, "somebody does not join"
            while projector.step():
                pass
            time_passes(log)
            time.sleep(random.uniform(0.2, 1))
            kills += random.choice(keepers).kill()
    for id in people:
        names = [event.name for event in log.candidate(id).history]
        assert names.count("pool.member_added") == 1
        assert log.candidate(id).pools == {pool_id}


def someone(log: Log) -> UUID:
    candidate = Candidate.begin(new_id())
    candidate.register(full_name="Ada")
    candidate.tag("python")
    log.record(candidate, by=by())
    return candidate.id


def joined(log: Log) -> int:
    with log.database.transaction(log.organisation) as connection:
        row = connection.execute(JOINED).fetchone()
    return int(row[0]) if row else 0
