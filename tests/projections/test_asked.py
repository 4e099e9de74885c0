"""When a question is asked of, resolved once to a place in the log."""

from datetime import timedelta

from projections.asked import resolve
from projections.catalogue import READ_MODELS
from projections.engine import Projector
from store.envelope import Attribution
from store.ids import new_id
from store.log import Log
from tests import examples, plain_fold
from tests.examples import day

TICK = timedelta(microseconds=1)


def record(log: Log) -> int:
    by = Attribution("person", new_id(), "recruiter", "api")
    return log.record(examples.applied(), by=by).position


def test_a_time_is_resolved_to_the_last_position_recorded_by_then(
    log: Log, projector: Projector
) -> None:
    first, second = record(log), record(log)
    while projector.step():
        pass
    with log.database.transaction(log.organisation) as connection:
        recorded_at = {row.position: row.recorded_at for row in plain_fold.read(connection)}
        known = [
            resolve(connection, READ_MODELS, known_at=moment).log_position
            for moment in (
                recorded_at[1] - TICK,
                recorded_at[first],
                recorded_at[second] - TICK,
                recorded_at[second],
            )
        ]
    assert known == [0, first, first, second]


def test_before_a_position_is_known_all_but_it(log: Log, projector: Projector) -> None:
    position = record(log)
    while projector.step():
        pass
    with log.database.transaction(log.organisation) as connection:
        assert resolve(connection, READ_MODELS, known_before=position).log_position == position - 1
        assert (
            resolve(connection, READ_MODELS, known_before=position + 100).log_position == position
        )


def test_nothing_is_known_beyond_what_was_projected(log: Log, projector: Projector) -> None:
    record(log)
    projector.step(limit=2)
    with log.database.transaction(log.organisation) as connection:
        asked = resolve(connection, READ_MODELS, as_of=day(1))
    assert (asked.log_position, asked.as_of) == (2, day(1))
    assert asked.parameters == {"as_of": day(1), "t": day(1), "p": 2}
