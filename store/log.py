"""One organisation's log, as commands use it: get an aggregate, decide, save."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, TypeVar, cast
from uuid import UUID

from eventsourcing.application import AggregateNotFoundError, Application
from eventsourcing.domain import DomainEventProtocol
from eventsourcing.persistence import InfrastructureFactory, Mapper, Recording
from eventsourcing.utils import Environment

from domain import catalogue
from domain.aggregate import Aggregate
from domain.candidate import Candidate
from domain.cost import Cost
from domain.errors import NotFound, VersionMismatch
from domain.message_template import MessageTemplate
from domain.organisation import Organisation as OrganisationItself
from domain.pool import TalentPool
from domain.requisition import Requisition
from store.database import Database, Organisation
from store.envelope import Attribution, Fact
from store.mapper import FactMapper
from store.recorder import LogFactory, LogRecorder
from store.vault import Vault

CANDIDATE_OF = """
SELECT stream_id
FROM events
WHERE (data ->> 'application_id')::uuid = %(application)s
  AND type IN ('application.applied', 'application.reengaged')
"""

CANDIDATE_WITH = """
SELECT stream_id
FROM events
WHERE (data ->> 'message_id')::uuid = %(message)s
  AND type IN ('message.requested', 'message.received')
"""

CANDIDATES_FOR = """
SELECT DISTINCT stream_id
FROM events
WHERE (data ->> 'requisition_id')::uuid = %(requisition)s
  AND type IN (
    'application.applied',
    'application.reengaged',
    'application.assigned_to_requisition'
  )
ORDER BY stream_id
"""

AnyAggregate = TypeVar("AnyAggregate", bound=Aggregate)


@dataclass(frozen=True)
class Recorded:
    """What a command recorded, and how far the log has come with it."""

    facts: tuple[Fact, ...]

    @property
    def position(self) -> int:
        return self.facts[-1].position or 0


class Log(Application[UUID]):
    """The log of one organisation."""

    name = "hireledger"

    def __init__(self, database: Database, organisation: Organisation) -> None:
        self.database = database
        self.organisation = organisation
        super().__init__()

    def construct_factory(self, env: Environment) -> InfrastructureFactory[Any]:
        return LogFactory(env, self.database, self.organisation)

    def construct_mapper(self) -> Mapper[UUID]:
        return FactMapper(transcoder=self.construct_transcoder())

    def save(self, *objs: Any, **kwargs: Any) -> list[Recording[UUID]]:
        """Records the pending events of aggregates.

        The library asks every object which protocol it follows, which takes longer than deciding.
        """
        changed = [aggregate for aggregate in objs if aggregate is not None]
        events = [event for aggregate in changed for event in aggregate.collect_events()]
        return self.events.put(events, **kwargs)

    @property
    def facts(self) -> LogRecorder:
        """The recorder, by its own type."""
        return cast("LogRecorder", self.recorder)

    @property
    def vault(self) -> Vault:
        """What opens personal data."""
        return self.facts.vault

    def candidate(self, id: UUID) -> Candidate:
        """A candidate. Raises NotFound."""
        return self._get(Candidate, id)

    def candidate_of(self, application_id: UUID) -> Candidate:
        """The candidate an application belongs to. Raises NotFound."""
        rows = self.database.read(self.organisation, CANDIDATE_OF, {"application": application_id})
        if not rows:
            raise NotFound(what="application", id=application_id)
        return self.candidate(rows[0]["stream_id"])

    def candidate_with(self, message_id: UUID) -> Candidate:
        """The candidate a message was written to, or came from. Raises NotFound."""
        rows = self.database.read(self.organisation, CANDIDATE_WITH, {"message": message_id})
        if not rows:
            raise NotFound(what="message", id=message_id)
        return self.candidate(rows[0]["stream_id"])

    def candidates_for(self, requisition_id: UUID) -> list[Candidate]:
        """Everyone who ever applied for a requisition."""
        rows = self.database.read(
            self.organisation, CANDIDATES_FOR, {"requisition": requisition_id}
        )
        return [self.candidate(row["stream_id"]) for row in rows]

    def requisition(self, id: UUID) -> Requisition:
        """A requisition. Raises NotFound."""
        return self._get(Requisition, id)

    def pool(self, id: UUID) -> TalentPool:
        """A talent pool. Raises NotFound."""
        return self._get(TalentPool, id)

    def cost(self, id: UUID) -> Cost:
        """A cost. Raises NotFound."""
        return self._get(Cost, id)

    def message_template(self, id: UUID) -> MessageTemplate:
        """A message template. Raises NotFound."""
        return self._get(MessageTemplate, id)

    def organisation_itself(self) -> OrganisationItself:
        """The organisation whose log this is."""
        return self._get(OrganisationItself, self.organisation.id)

    def entry(self, position: int) -> tuple[Aggregate, int]:
        """Whose history the event at a position is part of, and its version there.

        Raises NotFound.
        """
        for fact in self.facts.at_positions([position]):
            kind = next(k for k in catalogue.aggregates if k.stream_type == fact.stream_type)
            return self._get(kind, cast("UUID", fact.originator_id)), fact.originator_version
        raise NotFound(what="event", id=position)

    def _get(self, kind: type[AnyAggregate], id: UUID) -> AnyAggregate:
        try:
            found = self.repository.get(id, projector_func=cast("Any", kind.replay))
        except AggregateNotFoundError:
            raise NotFound(what=kind.stream_type, id=id) from None
        return cast("AnyAggregate", found)

    def record(
        self,
        *changed: Aggregate | None,
        by: Attribution,
        relying_on: Sequence[Aggregate | None] = (),
    ) -> Recorded:
        """Saves what was decided, in one append, if nothing it relied on has moved meanwhile.

        Raises VersionMismatch, Conflict, AlreadyDone, AppendUncertain (see store.append).
        """
        _check_version(changed[0], by.expected_version)
        reads = [(other.id, other.version) for other in relying_on if other is not None]
        recordings = self.save(*changed, by=by, reads=reads)
        return Recorded(
            tuple(
                replace(self._fact(recording.domain_event), position=recording.notification.id)
                for recording in recordings
            )
        )

    def _fact(self, event: DomainEventProtocol[UUID]) -> Fact:
        return cast("FactMapper", self.mapper).to_stored_event(event)

    def recorded(self, command_id: UUID) -> Recorded:
        """What a command recorded. Raises NotFound if it never did."""
        facts = self.facts.of_command(command_id)
        if not facts:
            raise NotFound(what="command", id=command_id)
        return Recorded(tuple(facts))


def _check_version(changed: Aggregate | None, expected: int | None) -> None:
    if changed is None or expected is None or not changed.pending_events:
        return
    actual = changed.pending_events[0].originator_version - 1
    if actual not in (0, expected):
        raise VersionMismatch(expected=expected, actual=actual)
