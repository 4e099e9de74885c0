"""What documents suggest, as of any date and as known at any place, is that of a plain fold."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from hypothesis import given, settings
from hypothesis import strategies as st

from app import Hireledger
from projections.asked import Asked
from projections.profile_suggestions import suggestions
from tests import plain_fold
from tests.plain_fold import Row
from tests.projections.test_against_a_plain_fold import lived, moments, projected, rich
from tests.strategies import Step, histories

COMPARED = {"document_id", "candidate_id", "application_id", "kind", "outcome", "state"}


@settings(rich, max_examples=12)
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
            expected = fold(plain_fold.known(rows, t, asked.log_position), streams)
            assert [row.model_dump(include=COMPARED) for row in said] == expected
            waiting = suggestions(connection, asked, waiting=True, limit=1000)
            assert [row.document_id for row in waiting] == [
                row["document_id"] for row in expected if row["state"] == "waiting"
            ]
            after = waiting[0].document_id if waiting else None
            page = suggestions(connection, asked, waiting=True, cursor=after, limit=1)
            assert page == waiting[1:2]


def fold(history: Sequence[Row], streams: Mapping[int, UUID]) -> list[dict[str, Any]]:
    """The documents that were read and are kept; history names who stands for each person."""
    attached: dict[Any, Row] = {}
    read: dict[Any, Row] = {}
    settled: dict[tuple[Any, UUID], str] = {}
    for row in history:
        id = row.id("document_id") or row.id("from_document")
        match row.type:
            case "candidate.document_attached":
                attached[id] = row
            case "candidate.document_read":
                read[id] = row
            case "candidate.profile_updated" if id:
                settled[id, row.stream_id] = "confirmed"
            case "candidate.profile_suggestion_dismissed":
                settled[id, row.stream_id] = "dismissed"
    for id in gone(history, streams):
        read.pop(id, None)
    return [
        {
            "document_id": id,
            "candidate_id": row.stream_id,
            "application_id": row.id("application_id"),
            "kind": attached[id].data["kind"],
            "outcome": row.data["outcome"],
            "state": settled.get(
                (id, row.stream_id), "waiting" if row.data.get("suggests") else "none"
            ),
        }
        for id, row in sorted(read.items())
        if id in attached
    ]


def gone(history: Sequence[Row], streams: Mapping[int, UUID]) -> set[UUID | None]:
    """The documents that were destroyed, or whose history was; `streams` tells which it is."""
    removed = {row.id("document_id") for row in history if row.type == "candidate.document_removed"}
    return removed | {
        row.id("document_id")
        for erased in history
        if erased.type == "candidate.personal_data_erased" and erased.data["whole"]
        for row in history
        if row.type == "candidate.document_attached"
        and streams[row.position] == streams[erased.position]
        and row.position < erased.position
    }
