"""Upkeep that somebody asked for: read models built anew, the whole ledger verified."""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from threading import Event as Flag

from commands import upkeep as commands
from policies.policy import CommandPolicy, Decision
from policies.settings import MailSettings
from projections.generations import RebuildCancelled
from projections.indexer import renew
from projections.rebuild import (
    Progress,
    ReadersInTheWay,
    Rebuild,
    RebuildRunning,
    RebuildStopped,
)
from projections.search import READ_MODEL as SEARCH
from store.envelope import Attribution
from store.feed import LoggedEvent
from store.ledger.verification import Verification, verify
from store.log import Log
from store.outbox import Effect
from store.upkeep import Noting

LATER = timedelta(seconds=10)
AGAIN = timedelta(seconds=1)
MOST_WORDS = 300


class BrokenOff(Exception):
    """This process is to end; another goes on."""


class Upkeep(CommandPolicy):
    """Something that takes long, and can be broken off."""

    def __init__(self, settings: MailSettings) -> None:
        super().__init__(settings)
        self.stopping = Flag()

    def decide(self, event: LoggedEvent) -> Sequence[Decision]:
        return [Effect(self.name, event.position, "do", event.stream_id, None, event.recorded_at)]

    def stop(self) -> None:
        self.stopping.set()

    def _noting(self, log: Log, effect: Effect) -> Callable[[str, int, int], None]:
        """Keeps how far it has come. Raises BrokenOff."""
        noting = Noting(log.database, log.organisation, effect.position)

        def note(doing: str, done: int, total: int) -> None:
            if self.stopping.is_set():
                raise BrokenOff(BrokenOff.__doc__)
            noting.note(doing, done, total)

        return note


class RebuildReadModels(Upkeep):
    """Rebuild asked for → read models built anew beside those that answer."""

    name = "rebuild-read-models"
    says = "Builds read models anew where somebody asked for it, and records how that ended."
    follows = ("organisation.rebuild_requested",)

    def act(self, log: Log, effect: Effect, by: Attribution) -> str | datetime:
        [asked] = log.facts.at_positions([effect.position])
        names: list[str] | None = asked.data["read_models"] or None
        note = self._noting(log, effect)

        def tell(at: Progress) -> None:
            note(at.doing, at.done, at.total)

        try:
            done = Rebuild(log.database, log.organisation, names, progress=tell).run()
            if names is None or SEARCH.name in names:
                note(f"building {SEARCH.name}", done.events, done.events)
                renew(log.database, log.organisation)
        except BrokenOff:
            return datetime.now(UTC) + AGAIN
        except (RebuildRunning, ReadersInTheWay):
            return datetime.now(UTC) + LATER
        except RebuildCancelled:
            commands.end_rebuild(log, by, "cancelled")
        except RebuildStopped as stopped:
            commands.end_rebuild(log, by, "stopped", detail=str(stopped)[:MOST_WORDS])
        else:
            differences = sum(one.extra + one.missing for one in done.differences)
            commands.end_rebuild(log, by, "rebuilt", differences)
        return "done"


class VerifyLedger(Upkeep):
    """Verification asked for → the whole ledger computed anew."""

    name = "verify-ledger"
    says = "Verifies the whole ledger where somebody asked for it, and records what it found."
    follows = ("organisation.verification_requested",)

    def act(self, log: Log, effect: Effect, by: Attribution) -> str | datetime:
        note = self._noting(log, effect)
        try:
            found = verify(
                log.database,
                log.organisation,
                lambda done, total: note("verifying", done, total),
            )
        except BrokenOff:
            return datetime.now(UTC) + AGAIN
        _record(log, by, found)
        return "done"


def _record(log: Log, by: Attribution, found: Verification) -> None:
    commands.end_verification(
        log,
        by,
        "whole" if found.whole else "damaged",
        sum(tree.entries for tree in found.trees),
        len(found.faults),
        f"{found.faults[0].tree}: {found.faults[0].words}"[:MOST_WORDS] if found.faults else None,
    )
