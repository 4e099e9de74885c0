"""What needs a person, as of any date and known at any place in the log, is as folded."""

from datetime import UTC, datetime

from hypothesis import given, settings
from hypothesis import strategies as st

from app import Hireledger
from projections.asked import Asked
from projections.today.today import TodayRow, today
from tests import fold_of_today as fold
from tests import plain_fold
from tests.examples import day
from tests.projections.test_against_a_plain_fold import EXAMPLES, lived, moments, projected, rich
from tests.strategies import OWNERS, Step, histories, histories_of

APPLYING = ["apply", "own", "staff"]
INTERVIEWING = ["arrange", "arrange", "assess", "reject", "transfer", *["follow_up"] * 4]
BRINGING = ["hand_in", "settle", "knock_out", "take_note", "look"]
MEETING = histories_of([*APPLYING, *INTERVIEWING, *BRINGING])
DECIDING = ["draft", "offer", "accept", "accept", "hire", "reverse", "start", "correct"]
OFFERING = histories_of([*APPLYING, *DECIDING, *["prepare"] * 3])
CORRESPONDING = histories_of([*APPLYING, "merge", "write", *["deliver"] * 6])

fewer = settings(rich, max_examples=EXAMPLES * 2 // 3)
questions = st.lists(st.tuples(moments, st.floats(0, 1)), min_size=2, max_size=5)
Questions = list[tuple[datetime | None, float]]


@fewer
@given(steps=OFFERING, questions=questions)
def test_offers_and_first_days_wait_as_a_plain_fold_says(
    hireledger: Hireledger, steps: list[Step], questions: Questions
) -> None:
    same(hireledger, steps, questions)


@fewer
@given(steps=MEETING, questions=questions)
def test_interviews_and_what_applicants_bring_wait_as_a_plain_fold_says(
    hireledger: Hireledger, steps: list[Step], questions: Questions
) -> None:
    same(hireledger, steps, questions)


@fewer
@given(steps=CORRESPONDING, questions=questions)
def test_mail_waits_as_a_plain_fold_says(
    hireledger: Hireledger, steps: list[Step], questions: Questions
) -> None:
    same(hireledger, steps, questions)


@fewer
@given(steps=histories, questions=questions)
def test_whatever_happened_what_waits_is_that_of_a_plain_fold(
    hireledger: Hireledger, steps: list[Step], questions: Questions
) -> None:
    same(hireledger, steps, questions)


def same(hireledger: Hireledger, steps: list[Step], questions: Questions) -> None:
    """Today as of these times, and now, known at these places, is as folded."""
    log, _ = lived(hireledger, steps)
    with projected(log) as (connection, rows):
        for t, share in [*questions, (day(50), 1.0), (None, 1.0)]:
            p = round(share * len(rows))
            asked = Asked(as_of=t, log_position=p)
            streams = {row.position: row.stream_id for row in rows}
            expected = fold.today(plain_fold.known(rows, t, p), t or datetime.now(UTC), streams)
            found = today(connection, asked, limit=1000)
            assert sorted(map(told, found)) == sorted(map(comparable, expected))
            assert found == sorted(found, key=place)
            for member in OWNERS:
                mine = today(connection, asked, member_id=member, for_anyone=(), limit=1000)
                assert sorted(map(told, mine)) == sorted(
                    comparable(item) for item in expected if member in item[-1]
                )


def told(row: TodayRow) -> tuple[object, ...]:
    about = row.application_id or row.requisition_id or row.candidate_id
    assert about
    return comparable((row.kind, about, row.due_at, row.since, tuple(row.for_ids)))


def comparable(item: fold.Item) -> tuple[object, ...]:
    kind, about, due_at, since, for_ids = item
    return kind, about, due_at is not None, due_at or since, since, sorted(for_ids)


def place(row: TodayRow) -> tuple[bool, datetime, datetime, int]:
    return row.due_at is None, row.due_at or row.since, row.since, row.position
