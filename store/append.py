"""The append: concurrent commands of a process share one transaction, and one fsync.

Positions are given out under the gate's lock, which is held through commit: what a reader sees
of the log has no gaps and never grows in the middle.
"""

import threading
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import psycopg

from domain.errors import Conflict, HappensInTheFuture, Refusal
from store.database import Database, Organisation
from store.mapper import as_json

MOST_EVENTS = 5_000
GATHER_SECONDS = 0.002
FINGERPRINTS_KEPT = timedelta(days=7)
EPOCHS = "vault_keys_epoch"
"""The constraint that refuses keys of an epoch that was replaced."""

LOCK_THE_GATE = "SELECT id FROM gate FOR UPDATE"

INSERT_EVENTS = """
WITH incoming AS MATERIALIZED (
    SELECT *
    FROM jsonb_to_recordset(%(events)s::jsonb) AS incoming(
        seq int,
        event_id uuid,
        stream_type text,
        stream_id uuid,
        version int,
        type text,
        schema_version int,
        envelope_version int,
        subject_id uuid,
        occurred_at timestamptz,
        occurred_precision text,
        actor_type text,
        actor_id uuid,
        on_behalf_of uuid,
        authority text,
        source text,
        command_id uuid,
        command_seq int,
        correlation_id uuid,
        causation_id uuid,
        reason_code text,
        data jsonb,
        sealed jsonb
    )
),
last AS MATERIALIZED (
    SELECT
        position,
        GREATEST(recorded_at, (SELECT clock_timestamp())) AS now
    FROM events
    ORDER BY position DESC
    LIMIT 1
),
refused AS (
    SELECT relied.command_id
    FROM jsonb_to_recordset(%(relied)s::jsonb) AS relied(
        command_id uuid,
        stream_id uuid,
        version int
    )
    WHERE relied.version <> COALESCE(
        (SELECT max(head.version) FROM events head WHERE head.stream_id = relied.stream_id), 0
    )
    UNION
    SELECT incoming.command_id
    FROM incoming, last
    WHERE incoming.occurred_at > last.now
    UNION
    SELECT incoming.command_id
    FROM incoming
    WHERE (
        SELECT done.position FROM events done
        WHERE done.command_id = incoming.command_id
        LIMIT 1
    ) IS NOT NULL
)
INSERT INTO events (
    position,
    event_id,
    stream_type,
    stream_id,
    version,
    type,
    schema_version,
    envelope_version,
    subject_id,
    occurred_at,
    occurred_precision,
    recorded_at,
    actor_type,
    actor_id,
    on_behalf_of,
    authority,
    source,
    command_id,
    command_seq,
    correlation_id,
    causation_id,
    reason_code,
    data,
    sealed
)
SELECT
    last.position + row_number() OVER (ORDER BY incoming.seq),
    incoming.event_id,
    incoming.stream_type,
    incoming.stream_id,
    incoming.version,
    incoming.type,
    incoming.schema_version,
    incoming.envelope_version,
    incoming.subject_id,
    COALESCE(incoming.occurred_at, last.now),
    incoming.occurred_precision,
    last.now,
    incoming.actor_type,
    incoming.actor_id,
    incoming.on_behalf_of,
    incoming.authority,
    incoming.source,
    incoming.command_id,
    incoming.command_seq,
    incoming.correlation_id,
    incoming.causation_id,
    incoming.reason_code,
    incoming.data,
    incoming.sealed
FROM incoming, last
WHERE incoming.command_id NOT IN (SELECT command_id FROM refused)
RETURNING
    position,
    command_id,
    command_seq
"""

INSERT_FINGERPRINTS = """
INSERT INTO request_fingerprints (
    command_id,
    fingerprint,
    expires_at
)
SELECT
    incoming.command_id,
    decode(incoming.fingerprint, 'hex'),
    %(expires_at)s
FROM jsonb_to_recordset(%(fingerprints)s::jsonb) AS incoming(
    command_id uuid,
    fingerprint text
)
WHERE (
    SELECT done.position FROM events done
    WHERE done.command_id = incoming.command_id
    LIMIT 1
) IS NOT NULL
ON CONFLICT DO NOTHING
"""

FORGET_FINGERPRINTS = "DELETE FROM request_fingerprints WHERE expires_at < clock_timestamp()"

IS_DONE = "SELECT 1 FROM events WHERE command_id = %(command)s"
CLOCK = "SELECT clock_timestamp()"


class AlreadyDone(Exception):
    """The log already holds this command; its answer can be read from there."""


class AppendUncertain(Exception):
    """The database went away during the append; whether it was recorded is not known.

    Repeating the command with the same idempotency key is safe.
    """


@dataclass(frozen=True)
class Effect:
    """A change beside the log, which takes place if and only if its command is recorded.

    The statement finds its rows in the JSON parameter `name`. Each carries the command_id, and the
    event_id of the command's first event: a repeated command would bring another one.
    """

    name: str
    statement: str


RECORDED = """incoming.event_id = (
    SELECT first.event_id FROM events first
    WHERE first.command_id = incoming.command_id
      AND first.command_seq = 0
)"""
"""The condition of every effect: the event it comes with is in the log."""

Effects = Sequence[tuple[Effect, Sequence[dict[str, Any]]]]
"""What takes place beside the log, and its rows."""


class EpochReplaced(Exception):
    """A key was wrapped by an epoch that was replaced meanwhile; it must be wrapped anew."""


@dataclass(eq=False)
class Append:
    """What one command wants recorded, whole or not at all."""

    command_id: UUID
    events: Sequence[dict[str, Any]]
    relied: Sequence[tuple[UUID, int]]
    """Streams the command read or writes, each at the version it saw."""
    effects: Effects = ()
    fingerprint: bytes | None = None

    done: bool = field(default=False, init=False)
    has_pen: bool = field(default=False, init=False)
    asleep: threading.Lock = field(default_factory=threading.Lock, init=False)
    """Held while it waits; let go when it is done, or when it is its turn to write.

    A lock and not an event, which takes forty times as long to make.
    """
    positions: list[int] = field(default_factory=list, init=False)
    error: BaseException | None = field(default=None, init=False)

    @property
    def written(self) -> set[UUID]:
        return {event["stream_id"] for event in self.events}


class Appender:
    """Coalesces the appends of one organisation's commands in this process.

    Whoever finds nobody writing writes, and takes along everyone who waits. While it waits for
    the disk, the others gather; when it is done it hands the pen to one of them.
    """

    def __init__(self, database: Database, organisation: Organisation) -> None:
        self.database = database
        self.organisation = organisation
        self._waiting: list[Append] = []
        self._lock = threading.Lock()
        self._someone_writes = False
        self._expected = 1
        self._gathered = threading.Event()

    def append(self, append: Append) -> list[int]:
        """Records the events and gives their positions.

        Raises Conflict where a stream relied on has moved on, AlreadyDone for a repeated command.
        """
        append.asleep.acquire()
        with self._lock:
            self._waiting.append(append)
            if len(self._waiting) >= self._expected:
                self._gathered.set()
            writes, self._someone_writes = not self._someone_writes, True
        if not writes:
            append.asleep.acquire()
        while not append.done:
            self._gather()
            self._write(self._take())
        if writes or append.has_pen:
            self._hand_over()
        if append.error is not None:
            raise append.error
        return append.positions

    def _hand_over(self) -> None:
        with self._lock:
            if self._waiting:
                self._waiting[0].has_pen = True
                self._waiting[0].asleep.release()
            else:
                self._someone_writes = False

    def _gather(self) -> None:
        """Waits for as many as came last time, who are likely to come again, but not for long.

        A transaction costs much the same for one command as for many.
        """
        if self._expected > 1:
            self._gathered.wait(GATHER_SECONDS)

    def _take(self) -> list[Append]:
        """The next batch: in order of arrival, never two that touch what another one writes."""
        batch: list[Append] = []
        left: list[Append] = []
        written: set[UUID] = set()
        touched: set[UUID] = set()
        commands: set[UUID] = set()
        size = 0
        with self._lock:
            self._expected = len(self._waiting)
            self._gathered.clear()
            for append in self._waiting:
                touches = {stream_id for stream_id, _ in append.relied}
                entangled = (
                    append.command_id in commands
                    or touches & written
                    or append.written & touched
                    or (batch and size + len(append.events) > MOST_EVENTS)
                )
                # Whoever is passed over holds back all that come after it on the same streams.
                written |= append.written
                touched |= touches
                commands.add(append.command_id)
                if entangled:
                    left.append(append)
                else:
                    batch.append(append)
                    size += len(append.events)
            self._waiting = left
        return batch

    def _write(self, batch: list[Append]) -> None:
        try:
            self._record(batch)
        except (
            psycopg.DataError,
            psycopg.IntegrityError,
            psycopg.errors.ProgramLimitExceeded,
        ) as error:
            # One of them cannot be stored; nothing was, so each may try alone.
            if len(batch) > 1:
                for append in batch:
                    self._write([append])
                return
            batch[0].error = EpochReplaced() if _of_replaced_epoch(error) else error
        except psycopg.OperationalError as error:
            for append in batch:
                append.error = AppendUncertain(str(error))
        except BaseException as error:  # whatever it is, the commands must hear of it
            for append in batch:
                append.error = error
        for append in batch:
            append.done = True
            append.asleep.release()

    def _record(self, batch: list[Append]) -> None:
        by_command = {append.command_id: append for append in batch}
        rows = sorted(self._send(batch), key=lambda row: row["position"])
        for row in rows:
            by_command[row["command_id"]].positions.append(row["position"])
        for append in batch:
            if not append.positions:
                append.error = self._why_refused(append)

    def _send(self, batch: list[Append]) -> list[dict[str, Any]]:
        statements = [LOCK_THE_GATE, INSERT_EVENTS]
        parameters: dict[str, Any] = _events(batch)
        for effect, rows in _effects(batch).items():
            statements.append(effect.statement)
            parameters[effect.name] = as_json(rows)
        if fingerprints := [
            {"command_id": append.command_id, "fingerprint": append.fingerprint.hex()}
            for append in batch
            if append.fingerprint is not None
        ]:
            statements += [FORGET_FINGERPRINTS, INSERT_FINGERPRINTS]
            parameters["fingerprints"] = as_json(fingerprints)
            parameters["expires_at"] = datetime.now(UTC) + FINGERPRINTS_KEPT
        results = self.database.send(self.organisation, statements, parameters, wake_followers=True)
        return results[statements.index(INSERT_EVENTS)]

    def _why_refused(self, append: Append) -> Refusal | AlreadyDone:
        with self.database.transaction(self.organisation) as connection:
            if connection.execute(IS_DONE, {"command": append.command_id}).fetchone():
                return AlreadyDone(append.command_id)
            clock = connection.execute(CLOCK).fetchone()
        times = [event["occurred_at"] for event in append.events if event["occurred_at"]]
        if clock and times and max(times) > clock[0]:
            return HappensInTheFuture(occurred_at=max(times).isoformat())
        return Conflict()


def _of_replaced_epoch(error: psycopg.Error) -> bool:
    return error.diag.constraint_name == EPOCHS


def _effects(batch: list[Append]) -> dict[Effect, list[dict[str, Any]]]:
    effects: dict[Effect, list[dict[str, Any]]] = {}
    for append in batch:
        known = {"command_id": append.command_id, "event_id": append.events[0]["event_id"]}
        for effect, rows in append.effects:
            effects.setdefault(effect, []).extend({**known, **row} for row in rows)
    return effects


def _events(batch: list[Append]) -> dict[str, str]:
    events = [event for append in batch for event in append.events]
    return {
        "events": as_json([{**event, "seq": seq} for seq, event in enumerate(events)]),
        "relied": as_json(
            [
                {"command_id": append.command_id, "stream_id": stream_id, "version": version}
                for append in batch
                for stream_id, version in append.relied
            ]
        ),
    }
