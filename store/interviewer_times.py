"""When interviewers have interviews to come: kept beside the log, by the appends themselves.

So two who book the same interviewer at the same time cannot both succeed, whichever process each
is in: the second append breaks the rule `interviewer_free`, and records nothing. A time taken
despite a known conflict is not `alone`, and bothers nobody.
"""

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import psycopg

from domain.errors import Refusal
from domain.event import Event
from domain.interview import (
    InterviewArranged,
    InterviewArrangedAnew,
    InterviewCancelled,
    Interviewed,
    InterviewNoShow,
)
from store.append import RECORDED, Effect, Effects
from store.database import Database, Organisation

CONSTRAINT = "interviewer_free"
SECONDS_EACH = 10**11
"""How many numbers each interviewer has; more than there are seconds in our calendar."""

RELEASE = Effect(
    "released_times",
    f"""
DELETE FROM interviewer_times
USING jsonb_to_recordset(%(released_times)s::jsonb) AS incoming(
    command_id uuid,
    event_id uuid,
    interview_id uuid
)
WHERE interviewer_times.interview_id = incoming.interview_id
  AND interviewer_times.command_id <> incoming.command_id
  AND {RECORDED}
""",  # noqa: S608  # composed of constants
)

TAKE = Effect(
    "taken_times",
    f"""
INSERT INTO interviewer_times (
    interview_id,
    interviewer_id,
    command_id,
    starts_at,
    ends_at,
    taken,
    alone
)
SELECT
    incoming.interview_id,
    incoming.interviewer_id,
    incoming.command_id,
    incoming.starts_at,
    incoming.ends_at,
    numrange(incoming.from_number, incoming.to_number),
    incoming.alone
FROM jsonb_to_recordset(%(taken_times)s::jsonb) AS incoming(
    command_id uuid,
    event_id uuid,
    interview_id uuid,
    interviewer_id uuid,
    starts_at timestamptz,
    ends_at timestamptz,
    from_number numeric,
    to_number numeric,
    alone boolean
)
WHERE {RECORDED}
""",  # noqa: S608  # composed of constants
)

TAKEN = """
SELECT
    interviewer_id,
    interview_id,
    starts_at,
    ends_at
FROM interviewer_times
WHERE interviewer_id = ANY(%(interviewers)s)
  AND starts_at < %(until)s
  AND ends_at > %(since)s
  AND interview_id IS DISTINCT FROM %(but)s
ORDER BY starts_at, interview_id
"""


class TimeTaken(Refusal):
    """An interviewer has another interview then; choose another time."""

    status = 409


def is_taken(error: psycopg.Error) -> bool:
    """Whether an append was refused because somebody was faster with a time."""
    return error.diag.constraint_name == CONSTRAINT


def effects_of(events: Iterable[Event]) -> Effects:
    """What becomes of interviewers' times with these events. What is over takes no time."""
    released: dict[UUID, dict[str, Any]] = {}
    taken: dict[UUID, list[dict[str, Any]]] = {}
    for event in events:
        match event:
            case InterviewArranged():
                taken[event.interview_id] = list(_taken(event))
                if isinstance(event, InterviewArrangedAnew):
                    released[event.interview_id] = {"interview_id": event.interview_id}
            case InterviewCancelled() | InterviewNoShow():
                taken.pop(event.interview_id, None)
                released[event.interview_id] = {"interview_id": event.interview_id}
            case Interviewed():
                taken.pop(event.interview_id, None)
    rows = [row for of_one in taken.values() for row in of_one]
    return [
        *([(RELEASE, list(released.values()))] if released else []),
        *([(TAKE, rows)] if rows else []),
    ]


def _taken(event: InterviewArranged) -> Iterator[dict[str, Any]]:
    starts_at, ends_at = event.starts_at, event.ends_at
    if starts_at is None or ends_at is None or ends_at <= datetime.now(UTC):
        return
    for id in event.interviewer_ids:
        first = id.int * SECONDS_EACH
        yield {
            "interview_id": event.interview_id,
            "interviewer_id": id,
            "starts_at": starts_at,
            "ends_at": ends_at,
            # As text: JSON readers hold no numbers that large.
            "from_number": str(first + int(starts_at.timestamp())),
            "to_number": str(first + int(ends_at.timestamp())),
            "alone": not event.despite_conflicts,
        }


def taken_times(
    database: Database,
    organisation: Organisation,
    interviewer_ids: list[UUID],
    since: datetime,
    until: datetime,
    but: UUID | None = None,
) -> list[dict[str, Any]]:
    """Who has which interview when; `but` leaves one interview out."""
    return database.read(
        organisation,
        TAKEN,
        {"interviewers": interviewer_ids, "since": since, "until": until, "but": but},
    )
