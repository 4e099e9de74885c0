"""Offers, approvals, hires and plans as the log tells them, in plain Python, event by event."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from uuid import UUID

from tests.plain_fold import CORRECTIONS, Row, known, standings

ANSWERS = ("accepted", "declined", "expired", "rescinded")
UNEXTENDED = ("drafted", "awaiting_approval", "approved", "approval_refused")
SAYS = {
    "approval_requested": "awaiting_approval",
    "approval_given": "awaiting_approval",
}


@dataclass
class Version:
    """One version of an offer."""

    state: str
    extended: bool = False
    start_date: str | None = None
    told_at: int = 0


def versions(history: Sequence[Row]) -> dict[tuple[UUID, int], tuple[str, str | None, int]]:
    """Offer and version: (state, start date, where its terms are said)."""
    found: dict[UUID, dict[int, Version]] = {}
    for row in in_log_order(history):
        kind, _, what = row.type.partition(".")
        offer_id = row.id("offer_id")
        if kind != "offer" or offer_id is None:
            continue
        mine = found.setdefault(offer_id, {})
        if what in ANSWERS:
            extended = [number for number, version in mine.items() if version.extended]
            if extended:
                mine[max(extended)].state = what
            continue
        version = mine.setdefault(row.data["offer_version"], Version(what))
        version.state = SAYS.get(what, what)
        if what in ("drafted", "extended"):
            version.start_date, version.told_at = row.data.get("start_date"), row.position
        if what == "extended":
            version.extended = True
    return {
        (offer_id, number): (_state(mine, number), version.start_date, version.told_at)
        for offer_id, mine in found.items()
        for number, version in mine.items()
        if version.told_at
    }


def _state(mine: dict[int, Version], number: int) -> str:
    version = mine[number]
    later = [other for n, other in mine.items() if n > number]
    replaced = (version.state in UNEXTENDED and not version.extended and later) or (
        version.state == "extended" and any(other.extended for other in later)
    )
    return "replaced" if replaced else version.state


def in_log_order(history: Iterable[Row]) -> list[Row]:
    return sorted(history, key=lambda row: row.position)


@dataclass
class Waiting:
    """An approval that waits."""

    step: str | None
    approver_ids: list[str]
    steps_left: int
    asked_at: datetime
    since: datetime


SETTLES = (
    "requisition.approved",
    "requisition.approval_refused",
    "requisition.closed",
    "offer.drafted",
    "offer.approved",
    "offer.approval_refused",
    "offer.extended",
    "offer.accepted",
)


def waiting(history: Sequence[Row]) -> dict[UUID, Waiting]:
    """Requisition or offer: what it waits for."""
    asked: dict[UUID, tuple[Row, list[Any], datetime]] = {}
    for row in in_log_order(history):
        about = row.id("offer_id") or row.stream_id
        if row.type.endswith(".approval_requested"):
            asked[about] = row, list(row.data["steps"]), row.occurred_at
        elif row.type.endswith(".approval_given") and about in asked:
            request, steps, since = asked[about]
            asked[about] = request, steps[1:], max(since, row.occurred_at)
        elif row.type in SETTLES:
            asked.pop(about, None)
    standing = standings(history)
    found = {}
    for about, (request, steps, since) in asked.items():
        application_id = request.id("application_id")
        if application_id is None or standing[application_id].status == "open":
            found[about] = Waiting(
                steps[0]["id"] if steps else None,
                steps[0]["approver_ids"] if steps else [],
                max(len(steps), 1),
                request.occurred_at,
                since,
            )
    return found


HIRES = {
    "application.hired": "hired",
    "application.hire_reversed": "hire_reversed",
    "application.started": "started",
    "application.start_no_show": "no_show",
}


def hires(
    log: Sequence[Row], t: datetime | None, p: int
) -> list[tuple[int, str, str | None, bool]]:
    """(position, kind, start date, entered in error) of everything an HR system has to hear."""
    at = {(row.stream_id, row.version): row for row in log}
    found = []
    for row in log:
        if row.position > p:
            continue
        told, in_error = row, bool(row.data.get("entered_in_error"))
        if row.type in CORRECTIONS:
            target = at[row.stream_id, row.data["corrects"]]
            [said] = [
                one for one in known(log, None, row.position) if one.position == target.position
            ] or [target]
            if said.corrected_by != row.position:
                continue
            told = replace(said, position=row.position)
        kind = HIRES.get(told.type)
        if told.type == "candidate.personal_data_erased":
            hired = any(hire.stream_id == row.stream_id for hire in _entries(log, row.position))
            kind = "erased" if hired else None
        if kind and (t is None or told.occurred_at <= t):
            start = told.data.get("start_date")
            if kind != "erased" and (kind == "hire_reversed" or start is None):
                before = [
                    e
                    for e in _entries(log, row.position)
                    if e.data.get("application_id") == told.data["application_id"]
                ]
                start = before[-1].data.get("start_date") if before and kind != "hired" else start
            found.append((row.position, kind, start, in_error))
    return found


def _entries(log: Sequence[Row], before: int) -> list[Row]:
    """The hires told of before a position, corrections included, in the order of the log."""
    told = []
    for row in log:
        if row.position >= before:
            break
        if row.type == "application.hired":
            told.append(row)
        elif row.type in CORRECTIONS:
            said = [r for r in known(log, None, row.position) if r.corrected_by == row.position]
            told += [one for one in said if one.type == "application.hired"]
    return told


def plans(history: Sequence[Row]) -> dict[UUID, list[str]]:
    """The stages of each requisition's plan."""
    return {
        row.stream_id: [stage["id"] for stage in row.data["plan"]["stages"]]
        for row in history
        if row.type in ("requisition.drafted", "requisition.plan_changed")
    }


DETAILS = ("title", "department", "level", "budget_amount", "currency")


def details(history: Sequence[Row]) -> dict[UUID, dict[str, Any]]:
    """What each requisition is about."""
    found: dict[UUID, dict[str, Any]] = {}
    for row in history:
        if row.type in ("requisition.drafted", "requisition.details_changed"):
            said = {name: row.data[name] for name in DETAILS if row.data.get(name) is not None}
            found.setdefault(row.stream_id, {}).update(said)
    return found


STATES = {
    "drafted": "draft",
    "approval_requested": "awaiting_approval",
    "approval_refused": "draft",
    "approved": "approved",
    "opened": "open",
    "put_on_hold": "on_hold",
    "resumed": "open",
    "closed": "closed",
    "reopened": "open",
}


def states(history: Sequence[Row]) -> dict[UUID, str]:
    """Where each requisition is in its life."""
    return {
        row.stream_id: STATES[what]
        for row in history
        for kind, _, what in [row.type.partition(".")]
        if kind == "requisition" and what in STATES
    }


def templates(history: Sequence[Row]) -> dict[str, str]:
    """The titles of the plan templates in use."""
    found: dict[str, str] = {}
    for row in history:
        if row.type == "organisation.plan_template_saved":
            found[row.data["template"]] = row.data["title"]
        if row.type == "organisation.plan_template_retired":
            found.pop(row.data["template"], None)
    return found


def chains(history: Sequence[Row]) -> dict[str, list[str]]:
    """The steps of each chain of approval."""
    return {
        row.data["subject"]: [step["id"] for step in row.data["steps"]]
        for row in history
        if row.type == "organisation.approval_chain_defined"
    }
