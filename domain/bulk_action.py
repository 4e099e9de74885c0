"""Bulk actions: one decision about many applications, carried out one by one behind the request.

What becomes of each application is a decision of its own: some may be refused by a rule, and none
holds up another.
"""

from collections.abc import Mapping, Sequence
from dataclasses import field
from enum import StrEnum
from typing import Any
from uuid import UUID

from pydantic import BaseModel, ConfigDict

from domain.aggregate import Aggregate
from domain.errors import NotFound, Refusal
from domain.event import Code, Count, Event, Words

MOST_ITEMS = 500


class BulkKind(StrEnum):
    """What is to be done with each application."""

    REJECT = "reject"
    REVERSE_REJECTION = "reverse_rejection"
    MOVE = "move"
    TAG = "tag"
    UNTAG = "untag"
    ASSIGN_OWNER = "assign_owner"
    MESSAGE = "message"
    TRANSFER = "transfer"
    ASSIGN = "assign"


class RefusedItem(BaseModel):
    """An application that a rule kept as it was."""

    model_config = ConfigDict(frozen=True)

    application_id: UUID
    rule: Code
    words: Words


class BulkEvent(Event):
    """Something that happened to a bulk action."""


class BulkActionRequested(BulkEvent, name="bulk_action.requested"):
    sentence = "Asked for several applications: {kind}"
    kind: BulkKind
    requested_by: UUID
    application_ids: tuple[UUID, ...]
    expected_versions: tuple[Count, ...] = ()
    """Of each application's candidate, in the same order; 0 where it does not matter."""
    reason_code: Code | None = None
    stage: Code | None = None
    tag: Code | None = None
    owner_id: UUID | None = None
    requisition_id: UUID | None = None
    template_id: UUID | None = None
    undo_seconds: Count | None = None


class BulkActionAdvanced(BulkEvent, name="bulk_action.advanced"):
    sentence = "Some of the applications were dealt with"
    done: tuple[UUID, ...] = ()
    refused: tuple[RefusedItem, ...] = ()


class BulkActionIncomplete(Refusal):
    """{field}: a bulk action of kind {kind} needs it."""


class BulkActionHasNo(Refusal):
    """{field}: a bulk action of kind {kind} does not have it."""


class BulkActionTooLarge(Refusal):
    """application_ids: name 1 to {most} applications."""


class NamedTwice(Refusal):
    """application_ids: {application_id} is named twice."""


_may_say: Mapping[BulkKind, tuple[frozenset[str], frozenset[str]]] = {
    BulkKind.REJECT: (
        frozenset({"reason_code"}),
        frozenset({"template_id", "undo_seconds"}),
    ),
    BulkKind.REVERSE_REJECTION: (frozenset({"reason_code"}), frozenset()),
    BulkKind.MOVE: (frozenset({"stage"}), frozenset()),
    BulkKind.TAG: (frozenset({"tag"}), frozenset()),
    BulkKind.UNTAG: (frozenset({"tag"}), frozenset()),
    BulkKind.ASSIGN_OWNER: (frozenset({"owner_id"}), frozenset()),
    BulkKind.MESSAGE: (frozenset({"template_id"}), frozenset({"undo_seconds"})),
    BulkKind.TRANSFER: (frozenset({"requisition_id"}), frozenset({"stage"})),
    BulkKind.ASSIGN: (frozenset({"requisition_id"}), frozenset()),
}
"""What each kind has to say, and what it may."""


class BulkAction(Aggregate):
    """One bulk action, and how far it has come."""

    stream_type = "bulk_action"
    event_class = BulkEvent

    requested: BulkActionRequested | None = None
    done: set[UUID] = field(default_factory=set)
    refused: dict[UUID, RefusedItem] = field(default_factory=dict)

    def request(
        self,
        kind: BulkKind,
        requested_by: UUID,
        application_ids: Sequence[UUID],
        expected_versions: Mapping[UUID, int],
        **said: Any,
    ) -> None:
        """Asks for something to be done with each application; `said` is what the kind needs.

        Raises BulkActionIncomplete, BulkActionHasNo, BulkActionTooLarge, NamedTwice, NotFound.
        """
        self._guard_said(kind, said)
        self.guard(0 < len(application_ids) <= MOST_ITEMS, BulkActionTooLarge(most=MOST_ITEMS))
        named: set[UUID] = set()
        for id in application_ids:
            self.guard(id not in named, NamedTwice(application_id=id))
            named.add(id)
        for id in expected_versions.keys() - named:
            raise NotFound(what="such application among application_ids", id=id)
        self.happened(
            BulkActionRequested,
            kind=kind,
            requested_by=requested_by,
            application_ids=tuple(application_ids),
            expected_versions=tuple(expected_versions.get(id, 0) for id in application_ids)
            if expected_versions
            else (),
            **said,
        )

    def _guard_said(self, kind: BulkKind, said: Mapping[str, Any]) -> None:
        given = {name for name, value in said.items() if value is not None}
        needed, allowed = _may_say[kind]
        for name in sorted(needed - given):
            self.guard(False, BulkActionIncomplete(field=name, kind=kind))
        for name in sorted(given - needed - allowed):
            self.guard(False, BulkActionHasNo(field=name, kind=kind))

    def advance(self, done: Sequence[UUID], refused: Sequence[RefusedItem]) -> None:
        """Notes what became of some of the applications."""
        self.happened(BulkActionAdvanced, done=tuple(done), refused=tuple(refused))

    @property
    def asked(self) -> BulkActionRequested:
        """What was asked for. Raises NotFound."""
        if self.requested is None:
            raise NotFound(what=self.stream_type, id=self.id)
        return self.requested

    @property
    def waiting(self) -> list[UUID]:
        """The applications that were not dealt with yet, in the order they were named."""
        dealt_with = self.done | self.refused.keys()
        return [id for id in self.asked.application_ids if id not in dealt_with]

    def expected_version(self, application_id: UUID) -> int | None:
        """The version that a candidate must have, if whoever asked cares."""
        asked = self.asked
        if not asked.expected_versions:
            return None
        return asked.expected_versions[asked.application_ids.index(application_id)] or None

    def note(self, event: Event) -> None:
        match event:
            case BulkActionRequested():
                self.requested = event
            case BulkActionAdvanced():
                self.done.update(event.done)
                self.refused.update({item.application_id: item for item in event.refused})
