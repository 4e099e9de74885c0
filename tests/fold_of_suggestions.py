"""Profiles that documents suggest, as the log tells them, in plain Python, event by event."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from tests.plain_fold import Row


def suggestions(history: Sequence[Row], streams: Mapping[int, UUID]) -> list[dict[str, Any]]:
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
    for id in _gone(history, streams):
        read.pop(id, None)
    return [
        {
            "document_id": id,
            "position": row.position,
            "read_at": row.occurred_at,
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


def _gone(history: Sequence[Row], streams: Mapping[int, UUID]) -> set[UUID | None]:
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
