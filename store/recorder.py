"""The recorder: the eventsourcing library's interface to our log."""

from collections.abc import Sequence
from typing import Any, cast
from uuid import UUID

from eventsourcing.persistence import (
    AggregateRecorder,
    ApplicationRecorder,
    InfrastructureFactory,
    Notification,
    StoredEvent,
    Subscription,
)

from store.append import Append, Appender, Effects, EpochReplaced
from store.database import Database, Organisation
from store.envelope import ENVELOPE_VERSION, EXACT, Attribution, Fact
from store.ids import new_id
from store.mapper import as_json
from store.vault import NEW_KEYS, Vault

FACT = """
SELECT
    position,
    stream_type,
    stream_id,
    version,
    type,
    schema_version,
    subject_id,
    occurred_at,
    reason_code,
    data,
    sealed
FROM events
"""

STREAM = (
    FACT
    + """
WHERE stream_id = %(stream)s
  AND version > %(gt)s
  AND version <= %(lte)s
ORDER BY version
"""
)

AT_POSITIONS = (
    FACT
    + """
WHERE position = ANY(%(positions)s)
ORDER BY position
"""
)

OF_COMMAND = (
    FACT
    + """
WHERE command_id = %(command)s
ORDER BY command_seq
"""
)

OF_MEMBERS = (
    FACT
    + """
WHERE stream_type = 'member'
ORDER BY stream_id, version
"""
)

NOTIFICATIONS = (
    FACT
    + """
WHERE position >= %(start)s
  AND position <= %(stop)s
  AND (%(topics)s::text[] IS NULL OR type = ANY(%(topics)s))
ORDER BY position
LIMIT %(limit)s
"""
)

NEWEST = "SELECT max(position) AS position FROM events"
FOREVER = 2**31 - 1
EVERYTHING = 2**63 - 1


class LogRecorder(ApplicationRecorder):
    """Records facts in one organisation's log, and finds them again."""

    def __init__(self, database: Database, organisation: Organisation) -> None:
        self.database = database
        self.organisation = organisation
        self.vault = Vault(database, organisation)
        self.appender = Appender(database, organisation)

    def insert_events(
        self,
        stored_events: Sequence[StoredEvent],
        **kwargs: Any,
    ) -> Sequence[int]:
        """Records the events of one command, and gives their positions.

        `by` says who asks; `reads` are other streams the command relied on, at the versions it
        saw; `effects` take place beside the log. Raises Conflict, AlreadyDone, AppendUncertain
        (see store.append).
        """
        facts = cast("Sequence[Fact]", stored_events)
        try:
            return self._append(facts, **kwargs)
        except EpochReplaced:
            # Keys were rotated between sealing and appending. Nothing was stored.
            self.vault.look_for_epoch()
            return self._append(facts, **kwargs)

    def _append(
        self,
        facts: Sequence[Fact],
        *,
        by: Attribution,
        reads: Sequence[tuple[UUID, int]] = (),
        effects: Effects = (),
    ) -> list[int]:
        sealed, keys = self.vault.seal(facts)
        heads: dict[UUID, int] = {}
        for fact in facts:
            heads.setdefault(cast("UUID", fact.originator_id), fact.originator_version - 1)
        return self.appender.append(
            Append(
                command_id=by.command_id,
                events=[
                    _row(fact, boxes, by, seq)
                    for seq, (fact, boxes) in enumerate(zip(facts, sealed, strict=True))
                ],
                relied=[*heads.items(), *reads],
                effects=[(NEW_KEYS, [key.row() for key in keys]), *effects],
                fingerprint=by.fingerprint,
            )
        )

    def select_events(
        self,
        originator_id: UUID | str,
        *,
        gt: int | None = None,
        lte: int | None = None,
        desc: bool = False,
        limit: int | None = None,
    ) -> Sequence[Fact]:
        facts = self._select(
            STREAM, {"stream": originator_id, "gt": gt or 0, "lte": lte or FOREVER}
        )
        return (facts[::-1] if desc else facts)[:limit]

    def of_command(self, command_id: UUID) -> Sequence[Fact]:
        """What a command recorded, in order; nothing if it never did."""
        return self._select(OF_COMMAND, {"command": command_id})

    def of_members(self) -> Sequence[Fact]:
        """What happened to members, one after the other."""
        return self._select(OF_MEMBERS, {})

    def at_positions(self, positions: Sequence[int]) -> Sequence[Fact]:
        """The facts at these places of the log, in order."""
        return self._select(AT_POSITIONS, {"positions": list(positions)})

    def _select(self, query: str, parameters: dict[str, Any]) -> list[Fact]:
        return [fact(row) for row in self.database.read(self.organisation, query, parameters)]

    def max_notification_id(self) -> int | None:
        position: int | None = self.database.read(self.organisation, NEWEST, {})[0]["position"]
        return position

    def select_notifications(
        self,
        start: int | None,
        limit: int,
        stop: int | None = None,
        topics: Sequence[str] = (),
        *,
        inclusive_of_start: bool = True,
    ) -> Sequence[Notification]:
        facts = self._select(
            NOTIFICATIONS,
            {
                "start": (start or 0) + (0 if inclusive_of_start else 1),
                "stop": stop or EVERYTHING,
                "topics": list(topics) or None,
                "limit": limit,
            },
        )
        return [
            Notification(
                originator_id=fact.originator_id,
                originator_version=fact.originator_version,
                topic=fact.topic,
                state=as_json(fact.data).encode(),
                id=fact.position or 0,
            )
            for fact in facts
        ]

    def subscribe(
        self, gt: int | None = None, topics: Sequence[str] = ()
    ) -> Subscription[ApplicationRecorder]:
        raise NotImplementedError("followers of this log are projections (projections/engine.py)")


def fact(row: dict[str, Any]) -> Fact:
    """A row of the log as a fact."""
    return Fact(
        originator_id=row["stream_id"],
        originator_version=row["version"],
        topic=row["type"],
        state=b"",
        stream_type=row["stream_type"],
        schema_version=row["schema_version"],
        subject_id=row["subject_id"],
        application_id=None,
        occurred_at=row["occurred_at"],
        reason_code=row["reason_code"],
        data=row["data"],
        sealed=row["sealed"] or {},
        position=row["position"],
    )


def _row(fact: Fact, sealed: dict[str, Any], by: Attribution, seq: int) -> dict[str, Any]:
    return {
        "event_id": new_id(),
        "stream_type": fact.stream_type,
        "stream_id": fact.originator_id,
        "version": fact.originator_version,
        "type": fact.topic,
        "schema_version": fact.schema_version,
        "envelope_version": ENVELOPE_VERSION,
        "subject_id": fact.subject_id,
        "occurred_at": fact.occurred_at,
        "occurred_precision": EXACT,
        "actor_type": by.actor_type,
        "actor_id": by.actor_id,
        "on_behalf_of": by.on_behalf_of,
        "authority": by.authority,
        "source": by.source,
        "command_id": by.command_id,
        "command_seq": seq,
        "correlation_id": by.causation_id or by.command_id,
        "causation_id": by.causation_id,
        "reason_code": fact.reason_code,
        "data": fact.data,
        "sealed": sealed or None,
    }


class LogFactory(InfrastructureFactory[Any]):
    """What the library asks for when it builds an application."""

    def __init__(self, env: Any, database: Database, organisation: Organisation) -> None:
        super().__init__(env)
        self.database = database
        self.organisation = organisation

    def application_recorder(self) -> LogRecorder:
        return LogRecorder(self.database, self.organisation)

    def aggregate_recorder(self, purpose: str = "events") -> AggregateRecorder:
        raise NotImplementedError(f"streams are short; there is no separate recorder for {purpose}")

    def tracking_recorder(self, tracking_recorder_class: Any = None) -> Any:
        raise NotImplementedError("read models keep their own position (projections/engine.py)")

    def process_recorder(self) -> Any:
        raise NotImplementedError("read models keep their own position (projections/engine.py)")
