"""What needs a person, as the log tells it, in plain Python, event by event."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

from tests import fold_of_interviews, fold_of_offers, fold_of_suggestions
from tests.fold_of_reviews import ACTS
from tests.plain_fold import STARTS, Row, assignments, knocked_out, standings

Item = tuple[str, UUID, datetime | None, datetime, tuple[UUID, ...]]
"""Kind, application or requisition, due at, since, whom it asks for."""
Waits = tuple[str, datetime | None, datetime]
"""Kind, due at, since."""

WAITING_OFFERS = {
    "offer.approval_refused": "offer_to_revise",
    "offer.approved": "offer_to_extend",
    "offer.extended": "offer_expiring",
    "offer.accepted": "hire",
}


def today(history: Sequence[Row], now: datetime, streams: Mapping[int, UUID]) -> list[Item]:
    """Everything that needs a person, in no order; `streams` tells which history a row is of."""
    live = {id for id, state in fold_of_offers.states(history).items() if state != "closed"}
    assigned = assignments(history)
    running = {
        id
        for id, standing in standings(history).items()
        if standing.status == "open"
        and id in assigned
        and (assigned[id] is None or assigned[id] in live)
    }
    found: list[Item] = []
    knock_outs = {id: since for id, (_, _, since) in knocked_out(history).items() if id in running}
    for id in running:
        mine = [row for row in history if row.id("application_id") == id]
        review = [("knock_out", None, knock_outs[id])] if id in knock_outs else _reviews(mine)
        for kind, due_at, since in (*review, *_mail(mine), *_offers(mine, now)):
            found.append((kind, id, due_at, since, _asked(history, kind, id, assigned[id])))
    for interview in fold_of_interviews.interviews(history, now):
        if interview["application_id"] in running:
            found += _interviews(history, interview)
    found += _mentions(history)
    found += _profiles(history, {id: assigned[id] for id in running}, streams)
    for about, waits in fold_of_offers.waiting(history).items():
        offered = {
            application_id
            for row in history
            if row.id("offer_id") == about and (application_id := row.id("application_id"))
        }
        who = tuple(UUID(text) for text in waits.approver_ids)
        found.append(("approval", next(iter(offered), about), None, waits.since, who))
    for id, hire in _hired(history).items():
        starts_on = hire.data.get("start_date")
        if starts_on and now.date() - timedelta(365) < date.fromisoformat(starts_on) <= now.date():
            due_at = datetime.combine(date.fromisoformat(starts_on), datetime.min.time(), UTC)
            team = _asked(history, "start", id, hire.id("requisition_id"))
            found.append(("start", id, due_at, hire.occurred_at, team))
    return found


def _reviews(mine: Sequence[Row]) -> Iterator[Waits]:
    begun = next((nth for nth, row in enumerate(mine) if row.type in STARTS), None)
    if begun is not None and not any(
        row.type in ACTS and "rule" not in row.data for row in mine[begun + 1 :]
    ):
        yield "review", None, mine[begun].occurred_at


def _interviews(history: Sequence[Row], interview: dict[str, Any]) -> Iterator[Item]:
    id, ends_at = interview["application_id"], interview["ends_at"]
    for need in interview["needs"]:
        kind = "scorecard" if need == "scorecards" else f"interview_{need}"
        over = need in ("scorecards", "outcome")
        since = ends_at or interview["held_at"] if over else interview["arranged_at"]
        team = _asked(history, kind, id, interview["requisition_id"])
        who = tuple(interview["unassessed"]) if need == "scorecards" else team
        yield kind, id, ends_at if over else interview["starts_at"], since, who


def _mentions(history: Sequence[Row]) -> Iterator[Item]:
    seen = {
        (row.stream_id, row.data["note_position"])
        for row in history
        if row.type == "member.mention_acknowledged"
    }
    for row in history:
        if row.type == "candidate.note_added":
            for member in map(UUID, row.data["mentions"]):
                if (member, row.position) not in seen:
                    about = row.id("application_id") or row.stream_id
                    yield "mention", about, None, row.occurred_at, (member,)


def _profiles(
    history: Sequence[Row], running: Mapping[UUID, UUID | None], streams: Mapping[int, UUID]
) -> Iterator[Item]:
    """What a document suggests is about the first application of its history that runs."""
    first: dict[UUID, UUID] = {}
    for row in history:
        id = row.id("application_id")
        if id and id in running and row.type in STARTS:
            stream = streams[row.position]
            first[stream] = min(id, first.get(stream, id))
    for said in fold_of_suggestions.suggestions(history, streams):
        id = first.get(streams[said["position"]])
        if said["state"] == "waiting" and id:
            team = _asked(history, "profile", id, running[id])
            yield "profile", id, None, said["read_at"], team


def _mail(mine: Sequence[Row]) -> Iterator[Waits]:
    told = fold_of_offers.in_log_order(mine)
    cancelled = {row.id("message_id") for row in told if row.type == "message.cancelled"}
    replies = [
        nth
        for nth, row in enumerate(told)
        if row.type == "message.received" and not row.data["automatic"]
    ]
    if replies and not any(
        row.type == "message.requested" and row.id("message_id") not in cancelled
        for row in told[replies[-1] :]
    ):
        yield "reply", None, told[replies[-1]].occurred_at
    returned = [
        nth
        for nth, row in enumerate(told)
        if row.type == "message.bounced" and row.data["permanent"]
    ]
    settles = ("message.requested", "message.resend_decided", "message.received")
    if returned and not any(row.type in settles for row in told[returned[-1] :]):
        yield "returned_mail", None, told[returned[-1]].occurred_at


def _offers(mine: Sequence[Row], now: datetime) -> Iterator[Waits]:
    latest = {
        row.id("offer_id"): row
        for row in fold_of_offers.in_log_order(mine)
        if row.type.startswith("offer.")
    }
    for row in latest.values():
        kind, said = WAITING_OFFERS.get(row.type), row.data.get("expires_at")
        expires_at = datetime.fromisoformat(said) if said else None
        if kind == "offer_expiring" and (
            expires_at is None or expires_at > now + timedelta(days=7)
        ):
            continue
        if kind:
            yield kind, expires_at if kind == "offer_expiring" else None, row.occurred_at


def _hired(history: Sequence[Row]) -> dict[UUID, Row]:
    """Applications whose hire is the last that was said of it and the first day."""
    last = {
        id: row
        for row in history
        if row.type in fold_of_offers.HIRES and (id := row.id("application_id"))
    }
    return {id: row for id, row in last.items() if row.type == "application.hired"}


def _asked(
    history: Sequence[Row], kind: str, application_id: UUID, requisition_id: UUID | None
) -> tuple[UUID, ...]:
    """The owner, else the recruiters; for a first review the hiring manager, too."""
    owners: list[UUID | None] = [None]
    recruiters: list[UUID] = []
    manager = None
    for row in history:
        if row.type == "candidate.owner_assigned" and row.id("application_id") == application_id:
            owners.append(row.id("owner_id"))
        if row.stream_id == requisition_id and "recruiter_ids" in row.data:
            recruiters = [UUID(text) for text in row.data["recruiter_ids"]]
        if row.stream_id == requisition_id:
            manager = row.id("hiring_manager_id") or manager
    team = [owners[-1]] if owners[-1] else recruiters
    return (*team, *([manager] if kind == "review" and manager else []))
