"""What will go to whom and when, if nobody replies, leaves or applies and no rule changes."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from uuid import UUID

from domain.campaign import Campaign, first_step, following
from domain.candidate import Candidate
from domain.errors import Refusal
from domain.organisation import Organisation
from domain.outreach import TooManyContacts
from policies.mail.steps import Way, way_of
from store import outbox
from store.database import Connection
from store.log import Log

WAITING = """
SELECT
    about,
    due_at
FROM outbox
WHERE policy = %(policy)s
  AND about = ANY(%(enrolments)s)
  AND state <> 'done'
"""


@dataclass(frozen=True)
class ComingStep:
    """A step that will go out."""

    step: int
    due_at: datetime


@dataclass(frozen=True)
class Outlook:
    """What somebody will get; or the rule by which they will get nothing."""

    steps: tuple[ComingStep, ...] = ()
    refused_by: str | None = None


def to_come(
    candidate: Candidate, campaign: Campaign, organisation: Organisation, sender_id: UUID | None
) -> Outlook:
    """What somebody will get who is enrolled now."""
    sender_id = campaign.said.sender_id or sender_id
    way = Way(
        candidate, campaign, organisation, sender_id, first_step(campaign.steps), campaign.steps
    )
    return _outlook(way, way.hours(candidate.occurring + _wait(way)))


def going_on(log: Log, connection: Connection, enrolment_ids: list[UUID]) -> dict[UUID, Outlook]:
    """What those who are enrolled will still get."""
    known = {"policy": outbox.NURTURING, "enrolments": enrolment_ids}
    due: Mapping[UUID, datetime] = dict(connection.execute(WAITING, known).fetchall())
    outlooks = {}
    for id in enrolment_ids:
        way = way_of(log, id)
        planned = way.candidate.enrolment(id).due_at
        outlooks[id] = _outlook(way, due.get(id) or planned or way.candidate.occurring)
    return outlooks


def _outlook(way: Way, due_at: datetime) -> Outlook:
    try:
        way.guard()
    except TooManyContacts as refusal:
        due_at = max(due_at, way.hours(datetime.fromisoformat(refusal.about["next_on"])))
    except Refusal as refusal:
        return Outlook(refused_by=refusal.rule)
    coming, here = [ComingStep(way.number, due_at)], way
    while after := following(here.steps, here.number, replied=here.step.after_reply):
        here = replace(here, number=after)
        coming.append(ComingStep(after, here.hours(coming[-1].due_at + _wait(here))))
    return Outlook(tuple(coming))


def _wait(way: Way) -> timedelta:
    return timedelta(days=way.step.days, hours=way.step.hours)
