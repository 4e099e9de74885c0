"""What documents suggest, as of any date and as known at any place, is that of a plain fold."""

from datetime import datetime

from hypothesis import given, settings
from hypothesis import strategies as st

from app import Hireledger
from projections.asked import Asked
from projections.profile_suggestions import suggestions
from tests import fold_of_suggestions, plain_fold
from tests.projections.test_against_a_plain_fold import EXAMPLES, lived, moments, projected, rich
from tests.strategies import Step, histories

COMPARED = {"document_id", "candidate_id", "application_id", "kind", "outcome", "state"}


@settings(rich, max_examples=EXAMPLES * 2 // 3)
@given(steps=histories, questions=st.lists(st.tuples(moments, st.floats(0, 1)), min_size=4))
def test_suggestions_are_those_of_a_plain_fold(
    hireledger: Hireledger, steps: list[Step], questions: list[tuple[datetime | None, float]]
) -> None:
    log, _ = lived(hireledger, steps)
    with projected(log) as (connection, rows):
        for t, share in [*questions, (None, 1.0)]:
            asked = Asked(as_of=t, log_position=round(share * len(rows)))
            said = suggestions(connection, asked, limit=1000)
            streams = {row.position: row.stream_id for row in rows}
            expected = fold_of_suggestions.suggestions(
                plain_fold.known(rows, t, asked.log_position), streams
            )
            assert [row.model_dump(include=COMPARED) for row in said] == [
                {name: row[name] for name in COMPARED} for row in expected
            ]
            waiting = suggestions(connection, asked, waiting=True, limit=1000)
            assert [row.document_id for row in waiting] == [
                row["document_id"] for row in expected if row["state"] == "waiting"
            ]
            after = waiting[0].document_id if waiting else None
            page = suggestions(connection, asked, waiting=True, cursor=after, limit=1)
            assert page == waiting[1:2]
