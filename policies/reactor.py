"""The reactor: lets one policy follow one organisation's log, and do what has become due.

Following writes what was decided and how far the log was read in one transaction, so nothing is
decided twice. Doing is in three steps: the effect is noted as being attempted, then it leaves the
house, then the log and the outbox learn how that ended. Whoever holds the lock of the policy's
row works; what a killed one had begun is found as `attempting`, and then is in doubt.
"""

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta

import psycopg

from domain.erasure import PersonErased
from domain.errors import Conflict, Refusal
from policies.faults import where
from policies.mail.composing import CannotBeMailed, Mail
from policies.mail.handover import NOT_SET, Answer, Delivered, Postman, Refused, Unreachable
from policies.policy import Again, CommandPolicy, Decision, MailPolicy, Policy, Settled
from policies.standing import is_paused, is_resumed
from store import outbox
from store.access_log import AccessNotRecorded
from store.append import AlreadyDone, AppendUncertain
from store.database import Connection
from store.envelope import Attribution
from store.feed import LoggedEvent, feed
from store.log import Log
from store.outbox import Effect

logger = logging.getLogger(__name__)

FOLLOW_AT_ONCE = 1_000
DO_AT_ONCE = 50
TRIES = 20
FIRST_RETRY = timedelta(minutes=1)
LAST_RETRY = timedelta(hours=2)
MOST_ATTEMPTS = 54
"""At that pace four days, as long as mail servers try (RFC 5321 section 4.5.4.1)."""
TOO_LATE = "4.4.7"
HISTORICAL = frozenset({"import", "simulation"})
"""Sources of events that tell of a past; nobody is to be written to because of them."""

BEGIN = """
INSERT INTO policy_positions (
    policy,
    position
)
SELECT
    %(policy)s,
    max(position)
FROM events
ON CONFLICT (policy) DO NOTHING
"""
TAKE = """
SELECT
    position,
    error IS NOT NULL AS stopped
FROM policy_positions
WHERE policy = %(policy)s
FOR UPDATE SKIP LOCKED
"""
LOOK = """
SELECT
    standing.position < (SELECT max(position) FROM events) AS behind,
    standing.error IS NOT NULL AS stopped,
    EXISTS (
        SELECT
        FROM outbox
        WHERE policy = %(policy)s
          AND (state = 'attempting' OR (state = 'waiting' AND due_at <= clock_timestamp()))
    ) AS due
FROM policy_positions standing
WHERE standing.policy = %(policy)s
"""
ADVANCE = "UPDATE policy_positions SET position = %(position)s WHERE policy = %(policy)s"
STOP = """
UPDATE policy_positions
SET failed_position = %(failed)s,
    error = %(error)s,
    stopped_since = clock_timestamp()
WHERE policy = %(policy)s
"""
GO_ON = """
UPDATE policy_positions
SET failed_position = NULL,
    error = NULL,
    stopped_since = NULL
WHERE policy = %(policy)s
"""
WAIT_FOR = """
UPDATE policy_positions
SET waiting_for = %(what)s
WHERE policy = %(policy)s
  AND waiting_for IS DISTINCT FROM %(what)s
"""
CAUSE = "SELECT event_id FROM events WHERE position = %(position)s"


class Reactor:
    """Runs one policy for one organisation."""

    def __init__(self, log: Log, policy: Policy, postman: Postman | None = None) -> None:
        self.log = log
        self.policy = policy
        self.postman = postman
        self._name = {"policy": policy.name}

    def step(self) -> bool:
        """Follows the log a stretch and does some of what is due; whether there was anything."""
        with self._transaction() as connection:
            row = connection.execute(LOOK, self._name).fetchone()
            if row is None:
                connection.execute(BEGIN, self._name)
                return True
            behind, stopped, due = row
            if stopped and not self._may_go_on(connection):
                return False
        if behind:
            self._follow()
        return (due and self._do_what_is_due()) or behind

    @contextmanager
    def _transaction(self) -> Iterator[Connection]:
        with self.log.database.transaction(self.log.organisation) as connection:
            yield connection

    def _may_go_on(self, connection: Connection) -> bool:
        """Whether someone resumed the policy since it was stopped."""
        row = connection.execute(
            "SELECT stopped_since FROM policy_positions WHERE policy = %(policy)s", self._name
        ).fetchone()
        resumed = row and is_resumed(connection, self.policy.name, row[0])
        if resumed:
            connection.execute(GO_ON, self._name)
        return bool(resumed)

    def _follow(self) -> None:
        with self._transaction() as connection:
            row = connection.execute(TAKE, self._name).fetchone()
            if row is None or row[1]:
                return
            page = feed(connection, row[0], FOLLOW_AT_ONCE, list(self.policy.follows))
            position = page.next_after
            for event in page.items:
                try:
                    decisions = self._decisions(event)
                except Exception as error:  # whatever it is, the others go on
                    self._stop(connection, event.position, error)
                    position = event.position - 1
                    break
                for decision in decisions:
                    self._keep(connection, decision)
            connection.execute(ADVANCE, {**self._name, "position": position})

    def _decisions(self, event: LoggedEvent) -> list[Decision]:
        decided = list(self.policy.decide(event))
        if event.source in HISTORICAL:
            return [one for one in decided if not isinstance(one, Effect)]
        return decided

    def _keep(self, connection: Connection, decision: Decision) -> None:
        match decision:
            case Effect():
                outbox.add(connection, decision)
            case Settled():
                outbox.settle(
                    connection,
                    self.policy.name,
                    decision.about,
                    decision.outcome,
                    decision.effect,
                    leaves_doubt=decision.leaves_doubt,
                )
            case Again():
                outbox.revive(connection, self.policy.name, decision.about)

    def _stop(self, connection: Connection, position: int, error: Exception) -> None:
        logger.error("%s stops at position %s: %s", self.policy.name, position, where(error))
        parameters = {**self._name, "failed": position, "error": type(error).__name__}
        connection.execute(STOP, parameters)

    def _do_what_is_due(self) -> bool:
        """Does a number of due effects; whether any was done."""
        with self._transaction() as lease:
            row = lease.execute(TAKE, self._name).fetchone()
            if row is None or row[1]:
                return False
            with self._transaction() as connection:
                outbox.doubt(connection, self.policy.name)
            done, waits_for = 0, None
            while done < DO_AT_ONCE and (effect := self._next()):
                try:
                    self._do(effect)
                except Unreachable as error:
                    waits_for = error.what
                    break
                except (psycopg.OperationalError, AppendUncertain, AccessNotRecorded):
                    raise
                except Exception as error:  # whatever it is, the others go on
                    self._stop(lease, effect.position, error)
                    break
                done += 1
            lease.execute(WAIT_FOR, {**self._name, "what": waits_for})
            return done > 0

    def _next(self) -> Effect | None:
        with self._transaction() as connection:
            if is_paused(connection, self.policy.name):
                return None
            return outbox.next_due(connection, self.policy.name)

    def _do(self, effect: Effect) -> None:
        with self._transaction() as connection:
            cause = connection.execute(CAUSE, {"position": effect.position}).fetchone()
        by = self.policy.by(self.log, effect, cause[0] if cause else None)
        if isinstance(self.policy, CommandPolicy):
            self._act(self.policy, effect, by)
        elif isinstance(self.policy, MailPolicy):
            self._mail(self.policy, effect, by)

    def _act(self, policy: CommandPolicy, effect: Effect, by: Attribution) -> None:
        outcome: str | datetime = "done"

        def act() -> None:
            nonlocal outcome
            outcome = policy.act(self.log, effect, by)

        try:
            self._recorded(act)
        except Conflict:
            outcome = datetime.now(UTC) + FIRST_RETRY
        except Refusal as refusal:
            outcome = type(refusal).__name__
        with self._transaction() as connection:
            if isinstance(outcome, datetime):
                outbox.postpone(connection, effect.key, outcome, "postponed")
            else:
                outbox.finish(connection, effect.key, outcome)

    def _mail(self, policy: MailPolicy, effect: Effect, by: Attribution) -> None:
        if self.postman is None:
            raise Unreachable(NOT_SET)
        self.postman.connect()
        mail = self._begin(policy, effect)
        if isinstance(mail, CannotBeMailed):
            self._end_refused(policy, effect, mail.code, by)
        elif mail is not None:
            answer = self._deliver(self.postman, effect, mail)
            self._conclude(policy, effect, mail, answer, by)

    def _begin(self, policy: MailPolicy, effect: Effect) -> Mail | CannotBeMailed | None:
        """Notes that the mail is being attempted; None where there is nothing to send any more."""
        with self._transaction() as connection:
            if outbox.hold(connection, effect.key) != "waiting":
                return None
            try:
                mail = policy.prepare(self.log, connection, effect)
            except CannotBeMailed as error:
                # Not raised further: what was opened in vain was opened on the record all the same.
                return error
            if isinstance(mail, str):
                outbox.finish(connection, effect.key, mail)
                return None
            if isinstance(mail, datetime):
                outbox.postpone(connection, effect.key, mail, "postponed")
                return None
            outbox.attempt(connection, effect.key, mail.provider_id)
            return mail

    def _deliver(self, postman: Postman, effect: Effect, mail: Mail) -> Answer:
        try:
            return postman.deliver(mail)
        except Unreachable as error:
            self._postpone(effect, error.what)
            raise

    def _conclude(
        self, policy: MailPolicy, effect: Effect, mail: Mail, answer: Answer, by: Attribution
    ) -> None:
        match answer:
            case Delivered():
                self._recorded(lambda: policy.sent(self.log, effect, mail, by))
                self._finish(effect, "sent")
            case Refused(code, permanent=True):
                self._end_refused(policy, effect, code, by)
            case Refused(code) if effect.attempts + 1 >= MOST_ATTEMPTS:
                self._end_refused(policy, effect, TOO_LATE, by)
            case Refused(code):
                self._postpone(effect, code)
            case _:
                with self._transaction() as connection:
                    outbox.doubt(connection, self.policy.name)

    def _end_refused(self, policy: MailPolicy, effect: Effect, code: str, by: Attribution) -> None:
        self._recorded(lambda: policy.refused(self.log, effect, code, by))
        self._finish(effect, code)

    def _recorded(self, command: Callable[[], object]) -> None:
        """Runs a command that the log takes once, again where someone else was faster."""
        for attempt in range(1, TRIES + 1):
            try:
                command()
            except (AlreadyDone, PersonErased):
                # To the history of someone erased meanwhile nothing is added; the outbox tells it.
                return
            except (Conflict, AppendUncertain):
                if attempt == TRIES:
                    raise
            else:
                return

    def _finish(self, effect: Effect, outcome: str) -> None:
        with self._transaction() as connection:
            outbox.finish(connection, effect.key, outcome)

    def _postpone(self, effect: Effect, outcome: str) -> None:
        wait = min(FIRST_RETRY * 2**effect.attempts, LAST_RETRY)
        with self._transaction() as connection:
            outbox.postpone(connection, effect.key, datetime.now(UTC) + wait, outcome)
