"""Tags: short codes put on a candidate, or on one of their applications, and taken off again.

A tag is a code of the organisation's vocabulary and says nothing personal in words.
"""

from bisect import insort
from dataclasses import field
from datetime import datetime
from operator import itemgetter
from uuid import UUID

from domain.check import Checks
from domain.errors import Refusal
from domain.event import Code
from domain.merging import CandidateEvent

OnWhat = tuple[UUID | None, str]
"""The application a tag is on, None for the person; and the tag."""


class TagEvent(CandidateEvent):
    """Something that happened to a tag of a candidate."""

    tag: Code
    application_id: UUID | None = None


class Tagged(TagEvent, name="candidate.tagged"):
    sentence = "Tagged {tag}"


class Untagged(TagEvent, name="candidate.untagged"):
    sentence = "Tag {tag} taken off"


class AlreadyTagged(Refusal):
    """The tag {tag} is there already."""

    status = 409


class NotTagged(Refusal):
    """There is no tag {tag} to take off."""

    status = 409


class Tags(Checks):
    """The decisions about a candidate's tags."""

    tag_changes: list[tuple[datetime, int, OnWhat, bool]] = field(default_factory=list)
    """When a tag was put on or taken off, in the world's order."""

    def tag(self, tag: str, application_id: UUID | None = None) -> None:
        """Puts a tag on the person, or on an application. Raises AlreadyTagged."""
        self._guard_known(application_id)
        self.guard(not self.has_tag(tag, application_id), AlreadyTagged(tag=tag))
        self.happened(Tagged, tag=tag, application_id=application_id)

    def untag(self, tag: str, application_id: UUID | None = None) -> None:
        """Takes a tag off. Raises NotTagged."""
        self._guard_known(application_id)
        self.guard(self.has_tag(tag, application_id), NotTagged(tag=tag))
        self.happened(Untagged, tag=tag, application_id=application_id)

    def has_tag(self, tag: str, application_id: UUID | None = None) -> bool:
        """Whether a tag is there, in any history of the person, when the next thing happens."""
        on_what, at = (application_id, tag), self.occurring
        changes = self.person.tag_changes
        said = [on for since, _, what, on in changes if what == on_what and since <= at]
        return bool(said) and said[-1]

    def _guard_known(self, application_id: UUID | None) -> None:
        if application_id is not None:
            self.application(application_id)

    def note_tag(self, event: TagEvent) -> None:
        """Notes that a tag was put on or taken off."""
        change = (
            event.timestamp,
            event.originator_version,
            (event.application_id, event.tag),
            isinstance(event, Tagged),
        )
        insort(self.tag_changes, change, key=itemgetter(0, 1))
