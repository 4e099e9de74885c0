"""One organisation's log, as commands use it: get an aggregate, decide, save."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import groupby
from typing import Any, TypeVar, cast
from uuid import UUID

import psycopg
from eventsourcing.application import AggregateNotFoundError, Application
from eventsourcing.domain import DomainEventProtocol
from eventsourcing.persistence import InfrastructureFactory, Mapper, Recording
from eventsourcing.utils import Environment

from domain import catalogue
from domain.agency import Agency
from domain.aggregate import Aggregate
from domain.api_key import ApiKey
from domain.bulk_action import BulkAction
from domain.campaign import Campaign
from domain.candidate import Candidate
from domain.cost import Cost
from domain.errors import NotFound, VersionMismatch
from domain.event import Category, Event
from domain.legal_hold import LegalHolds
from domain.member import Member
from domain.message_template import MessageTemplate
from domain.organisation import Organisation as OrganisationItself
from domain.pool import TalentPool
from domain.requisition import Requisition
from domain.tracking_link import TrackingLink
from domain.webhook import Webhook
from store import interviewer_times, suppression
from store.access_log import Access
from store.append import Effects
from store.database import Database, Organisation
from store.envelope import Attribution, Fact
from store.ids import derived_id
from store.interviewer_times import TimeTaken
from store.mapper import FactMapper
from store.recorder import LogFactory, LogRecorder
from store.vault import Vault

CANDIDATE_OF = """
SELECT stream_id
FROM events
WHERE (data ->> 'application_id')::uuid = %(application)s
  AND type IN ('application.applied', 'application.reengaged')
"""

CANDIDATE_OF_MESSAGE = """
SELECT stream_id
FROM events
WHERE (data ->> 'message_id')::uuid = %(message)s
  AND type IN ('message.requested', 'message.received')
"""

CANDIDATE_OF_INTERVIEW = """
SELECT stream_id
FROM events
WHERE (data ->> 'interview_id')::uuid = %(interview)s
  AND type = 'interview.scheduled'
"""

CANDIDATE_OF_INVITATION = """
SELECT stream_id
FROM events
WHERE (data ->> 'invitation_id')::uuid = %(invitation)s
  AND type = 'interview.slots_offered'
"""

CANDIDATE_OF_ENROLMENT = """
SELECT stream_id
FROM events
WHERE (data ->> 'enrolment_id')::uuid = %(enrolment)s
  AND type = 'enrolment.begun'
"""

CANDIDATE_OF_STEP = """
SELECT stream_id
FROM events
WHERE (data ->> 'touchpoint_id')::uuid = %(touchpoint)s
  AND type = 'enrolment.step_planned'
"""

EVER_IN_POOL = """
SELECT DISTINCT stream_id
FROM events
WHERE (data ->> 'pool_id')::uuid = %(pool)s
  AND type = 'pool.member_added'
ORDER BY stream_id
"""

EVER_ENROLLED = """
SELECT DISTINCT stream_id
FROM events
WHERE (data ->> 'campaign_id')::uuid = %(campaign)s
  AND type = 'enrolment.begun'
"""

INTERVIEW_OF_MAIL = """
SELECT
    (data ->> 'interview_id')::uuid AS interview_id,
    (data ->> 'interviewer_id')::uuid AS interviewer_id
FROM events
WHERE (data ->> 'mail_id')::uuid = %(mail)s
  AND type = 'interview.invitation_sent'
"""

INTERVIEWED_BY = """
SELECT DISTINCT (data ->> 'application_id')::uuid AS application_id
FROM events
WHERE data -> 'interviewer_ids' ? %(member)s
  AND type IN ('interview.scheduled', 'interview.rescheduled', 'interview.changed')
"""

CANDIDATES_FOR = """
SELECT DISTINCT stream_id
FROM events
WHERE (data ->> 'requisition_id')::uuid = %(requisition)s
  AND type IN (
    'application.applied',
    'application.reengaged',
    'application.assigned_to_requisition',
    'application.transferred'
  )
ORDER BY stream_id
"""

HELD = """
SELECT
    stream_type,
    stream_id
FROM events
WHERE (data ->> 'hold_id')::uuid = %(hold)s
  AND type IN ('candidate.legal_hold_placed', 'requisition.legal_hold_placed')
"""

CANDIDATE_WITH = "SELECT candidate_id FROM documents WHERE document_id = %(document)s AND attached"

SUPPRESSED = "SELECT 1 FROM suppressions WHERE hash = ANY(%(hashes)s) LIMIT 1"

DECIDED_BY = """
SELECT DISTINCT stream_id
FROM events
WHERE actor_id = %(actor)s
  AND type IN (
    'requisition.approval_given',
    'requisition.approved',
    'requisition.approval_refused'
  )
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
        """A candidate, who knows the other histories of the same person. Raises NotFound."""
        return self._history(id).knowing_others(self._history)

    def _history(self, id: UUID) -> Candidate:
        return self._get(Candidate, id)

    def candidate_of(self, application_id: UUID) -> Candidate:
        """The candidate an application belongs to. Raises NotFound."""
        rows = self.database.read(self.organisation, CANDIDATE_OF, {"application": application_id})
        if not rows:
            raise NotFound(what="application", id=application_id)
        return self.candidate(rows[0]["stream_id"])

    def candidate_of_message(self, message_id: UUID) -> Candidate:
        """The candidate a message was written to, or came from. Raises NotFound."""
        rows = self.database.read(self.organisation, CANDIDATE_OF_MESSAGE, {"message": message_id})
        if not rows:
            raise NotFound(what="message", id=message_id)
        return self.candidate(rows[0]["stream_id"])

    def candidate_of_interview(self, interview_id: UUID) -> Candidate:
        """The candidate an interview is with. Raises NotFound."""
        rows = self.database.read(
            self.organisation, CANDIDATE_OF_INTERVIEW, {"interview": interview_id}
        )
        if not rows:
            raise NotFound(what="interview", id=interview_id)
        return self.candidate(rows[0]["stream_id"])

    def candidate_of_invitation(self, invitation_id: UUID) -> Candidate:
        """The candidate who may choose one of the times offered. Raises NotFound."""
        rows = self.database.read(
            self.organisation, CANDIDATE_OF_INVITATION, {"invitation": invitation_id}
        )
        if not rows:
            raise NotFound(what="invitation", id=invitation_id)
        return self.candidate(rows[0]["stream_id"])

    def candidate_of_enrolment(self, enrolment_id: UUID) -> Candidate:
        """The candidate who goes, or went, through a sequence or campaign. Raises NotFound."""
        rows = self.database.read(
            self.organisation, CANDIDATE_OF_ENROLMENT, {"enrolment": enrolment_id}
        )
        if not rows:
            raise NotFound(what="enrolment", id=enrolment_id)
        return self.candidate(rows[0]["stream_id"])

    def candidate_of_step(self, touchpoint_id: UUID) -> Candidate:
        """The candidate whom a step of a sequence or campaign goes to. Raises NotFound."""
        rows = self.database.read(
            self.organisation, CANDIDATE_OF_STEP, {"touchpoint": touchpoint_id}
        )
        if not rows:
            raise NotFound(what="touchpoint", id=touchpoint_id)
        return self.candidate(rows[0]["stream_id"])

    def ever_in_pool(self, pool_id: UUID) -> list[UUID]:
        """The histories that were ever put into a pool."""
        rows = self.database.read(self.organisation, EVER_IN_POOL, {"pool": pool_id})
        return [row["stream_id"] for row in rows]

    def ever_enrolled(self, campaign_id: UUID) -> set[UUID]:
        """The histories in which somebody was ever enrolled in a sequence or campaign."""
        known = {"campaign": campaign_id}
        rows = self.database.read(self.organisation, EVER_ENROLLED, known)
        return {row["stream_id"] for row in rows}

    def interview_of_mail(self, mail_id: UUID) -> tuple[UUID, UUID | None]:
        """The interview a mail was about, and the interviewer it went to. Raises NotFound."""
        rows = self.database.read(self.organisation, INTERVIEW_OF_MAIL, {"mail": mail_id})
        if not rows:
            raise NotFound(what="mail", id=mail_id)
        return rows[0]["interview_id"], rows[0]["interviewer_id"]

    def interviewed_by(self, member_id: UUID) -> set[UUID]:
        """The applications that someone was ever to interview for."""
        rows = self.database.read(self.organisation, INTERVIEWED_BY, {"member": str(member_id)})
        return {row["application_id"] for row in rows}

    def candidates_for(self, requisition_id: UUID) -> list[Candidate]:
        """Everyone who ever applied for a requisition, each with what stands in their history."""
        rows = self.database.read(
            self.organisation, CANDIDATES_FOR, {"requisition": requisition_id}
        )
        return [self._history(row["stream_id"]) for row in rows]

    def requisition(self, id: UUID) -> Requisition:
        """A requisition. Raises NotFound."""
        return self._get(Requisition, id)

    def pool(self, id: UUID) -> TalentPool:
        """A talent pool. Raises NotFound."""
        return self._get(TalentPool, id)

    def cost(self, id: UUID) -> Cost:
        """A cost. Raises NotFound."""
        return self._get(Cost, id)

    def candidate_with(self, document_id: UUID) -> Candidate:
        """The candidate a document is attached to. Raises NotFound."""
        rows = self.database.read(self.organisation, CANDIDATE_WITH, {"document": document_id})
        if not rows:
            raise NotFound(what="document", id=document_id)
        return self.candidate(rows[0]["candidate_id"])

    def held(self, hold_id: UUID) -> LegalHolds:
        """What a legal hold is on. Raises NotFound."""
        rows = self.database.read(self.organisation, HELD, {"hold": hold_id})
        if not rows:
            raise NotFound(what="legal hold", id=hold_id)
        kind = Candidate if rows[0]["stream_type"] == Candidate.stream_type else Requisition
        return self._get(kind, rows[0]["stream_id"])

    def suppressed(self, email: str | None, phone: str | None) -> bool:
        """Whether someone with this address or number was erased here."""
        hashes = suppression.hashes(self.database.keyring, self.organisation.id, email, phone)
        known = {"hashes": list(hashes)}
        return bool(known["hashes"] and self.database.read(self.organisation, SUPPRESSED, known))

    def member(self, id: UUID) -> Member:
        """A member. Raises NotFound."""
        return self._get(Member, id)

    def members(self) -> list[Member]:
        """Everyone who was ever invited, oldest first."""
        facts = self.facts.of_members()
        return [
            cast("Member", Member.replay(None, [self._event(fact) for fact in of_one]))
            for _, of_one in groupby(facts, key=lambda fact: fact.originator_id)
        ]

    def _event(self, fact: Fact) -> Event:
        return cast("Event", cast("FactMapper", self.mapper).to_domain_event(fact))

    def api_key(self, id: UUID) -> ApiKey:
        """An API key. Raises NotFound."""
        return self._get(ApiKey, id)

    def webhook(self, id: UUID) -> Webhook:
        """A webhook. Raises NotFound."""
        return self._get(Webhook, id)

    def bulk_action(self, id: UUID) -> BulkAction:
        """A bulk action. Raises NotFound."""
        return self._get(BulkAction, id)

    def campaign(self, id: UUID) -> Campaign:
        """A sequence or campaign. Raises NotFound."""
        return self._get(Campaign, id)

    def decided_by(self, approver_id: UUID) -> set[UUID]:
        """The requisitions someone has approved, or refused to."""
        rows = self.database.read(self.organisation, DECIDED_BY, {"actor": approver_id})
        return {row["stream_id"] for row in rows}

    def message_template(self, id: UUID) -> MessageTemplate:
        """A message template. Raises NotFound."""
        return self._get(MessageTemplate, id)

    def tracking_link(self, link: str) -> TrackingLink:
        """The tracking link of this code, which may not have been made yet."""
        return self._of_code(TrackingLink, link)

    def agency(self, agency: str) -> Agency:
        """The agency of this code, with which nothing may have been agreed yet."""
        return self._of_code(Agency, agency)

    def _of_code(self, kind: type[AnyAggregate], code: str) -> AnyAggregate:
        """Codes are given once: the stream's id follows from the code."""
        secret = self.database.keyring.secret("codes")
        id = derived_id(secret, str(self.organisation.id), kind.stream_type, code)
        try:
            return self._get(kind, id)
        except NotFound:
            return kind.begin(id)

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

    def opened(
        self, stream_id: UUID, version: int, category: Category, access: Access
    ) -> dict[str, Any]:
        """The personal fields that one event says, in the clear, on the record.

        For decisions that depend on them, or say them again. Raises AccessNotRecorded, SealBroken.
        """
        facts = self.facts.select_events(stream_id, gt=version - 1, lte=version)
        with self.database.transaction(self.organisation) as connection:
            return self.vault.open(connection, facts, [category], access)[0]

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
        effects: Effects = (),
    ) -> Recorded:
        """Saves what was decided, in one append, if nothing it relied on has moved meanwhile.

        What concerns a person relies on all their histories. What is to change beside the log
        changes in the same transaction.

        Raises VersionMismatch, TimeTaken, and what store.append does: Conflict, AlreadyDone,
        AppendUncertain.
        """
        _check_version(changed[0], by.expected_version)
        people = [one for one in changed if isinstance(one, Candidate)]
        others = [*relying_on, *(other for one in people for other in one.others)]
        saved = {one.id for one in changed if one is not None}
        reads = {o.id: o.version for o in others if o is not None and o.id not in saved}
        pending = (cast("Event", event) for one in people for event in one.pending_events)
        effects = [*effects, *interviewer_times.effects_of(pending)]
        try:
            recordings = self.save(*changed, by=by, reads=list(reads.items()), effects=effects)
        except psycopg.IntegrityError as error:
            if not interviewer_times.is_taken(error):
                raise
            raise TimeTaken from None
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
