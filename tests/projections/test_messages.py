"""The correspondence about an application, at any time, equals a plain fold."""

from datetime import datetime
from typing import Any
from uuid import UUID

from hypothesis import given, settings
from hypothesis import strategies as st

from app import Hireledger
from projections.asked import Asked
from projections.messages import messages
from store.database import Connection
from tests import plain_fold
from tests.plain_fold import Row
from tests.projections.test_against_a_plain_fold import EXAMPLES, lived, moments, projected, rich
from tests.strategies import Step, histories


@settings(rich, max_examples=EXAMPLES * 2 // 3)
@given(
    steps=histories, questions=st.lists(st.tuples(moments, st.floats(0, 1)), min_size=4, max_size=8)
)
def test_every_message_stands_as_in_a_plain_fold(
    hireledger: Hireledger, steps: list[Step], questions: list[tuple[datetime | None, float]]
) -> None:
    log, world = lived(hireledger, steps)
    with projected(log) as (connection, rows):
        for t, share in [*questions, (None, 1.0)]:
            asked = Asked(as_of=t, log_position=round(share * len(rows)))
            expected = fold(plain_fold.known(rows, t, asked.log_position))
            assert stated(connection, asked, expected) == expected
    now = fold(plain_fold.known(rows, None, len(rows)))
    decided = {id: m.state for c in world.candidates for id, m in c.messages.items()}
    assert {id: state for (_, id), state in now.items()} == decided


def stated(
    connection: Connection, asked: Asked, expected: dict[tuple[UUID, UUID], Any]
) -> dict[tuple[UUID, UUID], Any]:
    return {
        (application_id, row.message_id): row.state
        for application_id in {application_id for application_id, _ in expected}
        for row in messages(connection, asked, application_id)
    }


def fold(history: list[Row]) -> dict[tuple[UUID, UUID], str]:
    """How each message stands, by application and message."""
    begun = {}
    about: dict[UUID, set[str]] = {}
    for row in history:
        if not row.type.startswith("message."):
            continue
        message_id, kind = UUID(row.data["message_id"]), row.type.removeprefix("message.")
        if kind in ("requested", "received"):
            begun[UUID(row.data["application_id"]), message_id] = kind
        if kind == "received":
            about.setdefault(UUID(row.data["in_reply_to"]), set()).add("answered")
        elif kind != "bounced" or row.data["permanent"]:
            about.setdefault(message_id, set()).add(kind)
    return {
        (application_id, id): kind if kind == "received" else standing(about.get(id, set()))
        for (application_id, id), kind in begun.items()
    }


def standing(kinds: set[str]) -> str:
    for state in ("bounced", "cancelled", "sent"):
        if state in kinds:
            return state
    return "sent" if "answered" in kinds else "waiting"
