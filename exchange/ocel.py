"""Imports recruiting logs in OCEL 1.0 JSON, through our own domain events."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import cached_property
from pathlib import Path
from uuid import UUID

from commands.plans import plan_of, requisition_of
from domain.candidate import Candidate
from domain.errors import Conflict, NotFound
from domain.requisition import Requisition
from exchange import json_file, ocel_log
from exchange.ocel_history import ACTIVITY_BEHIND, SYSTEM, ApplicationHistory
from exchange.ocel_log import Activity, SourceEvent
from exchange.refusal import ImportRefused, Problem
from exchange.report import MOST_DETAILS, Anomaly, ImportReport, Progress, quiet
from store.append import AlreadyDone
from store.envelope import Attribution
from store.ids import derived_id
from store.log import Log

NAME = "OCEL 1.0 JSON"
MOST_RECORDED = 300_000
"""PostgreSQL takes 256 MiB of JSON at once, which about 330,000 events fill."""
ATTEMPTS = 5
STEP = 50

HISTORIES = """
SELECT
    stream_id,
    version,
    type,
    data ->> 'topic' AS topic,
    (data ->> 'application_id')::uuid AS application_id,
    occurred_at
FROM events
WHERE stream_id = ANY(%(candidates)s)
"""


def recognise(path: Path) -> bool:
    """Whether a file looks like OCEL in JSON. Raises ImportRefused where it cannot be read."""
    return b'"ocel:' in json_file.head(path)


def import_file(log: Log, path: Path, by: Attribution, progress: Progress = quiet) -> ImportReport:
    """Imports a file: in one append, all of it or, with ImportRefused, nothing.

    A source event that is in already is known by what it left in the log: an event of that kind,
    of that application, at that time, and as many of them as the source has. This needs no id
    that would have to be stored, holds for a file exported anew with other event numbers, and
    takes what a person has entered meanwhile for what it is: the same fact.
    """
    progress("reading", 0, 1)
    events = ocel_log.read(path)
    for _ in range(ATTEMPTS):
        try:
            return _Import(log, events, progress).run(by)
        except (AlreadyDone, Conflict):
            # Somebody recorded something meanwhile. The next look takes it into account.
            continue
    raise Conflict


@dataclass
class _Known:
    """What the log holds of an application before the import."""

    version: int = 0
    """How far its candidate's stream has come."""
    events: Counter[tuple[Activity, datetime]] = field(default_factory=Counter)

    def holds(self, event: SourceEvent) -> bool:
        """Whether the event is in; each one in the log answers for one of the source."""
        self.events[event.activity, event.at] -= 1
        return self.events[event.activity, event.at] >= 0


@dataclass
class _Import:
    log: Log
    events: Sequence[SourceEvent]
    progress: Progress

    new: list[tuple[str, SourceEvent]] = field(default_factory=list)
    """What is told, with the application it is told of."""
    left_out: dict[str, set[str]] = field(default_factory=dict)
    """What the source has of people who were erased here, by application."""
    begun: list[Candidate] = field(default_factory=list)
    continued: list[Candidate] = field(default_factory=list)
    vacancy: Requisition | None = None
    reads: list[tuple[UUID, int]] = field(default_factory=list)
    """What was known; the append holds only if that is still all there is."""
    anomalies: list[Anomaly] = field(default_factory=list)

    def run(self, by: Attribution) -> ImportReport:
        by_application = defaultdict(list)
        for event in self.events:
            for external_id in event.applications:
                by_application[external_id].append(event)
        known = self._known(by_application)
        for done, (external_id, events) in enumerate(by_application.items()):
            if done % STEP == 0:
                self.progress("deciding", done, len(by_application))
            self._take_in(external_id, events, known[external_id])
        self.progress("deciding", len(by_application), len(by_application))
        return ImportReport(
            applications=len(self.begun),
            events=self._save(by) if self.new else 0,
            skipped=len(self.events) - len(self._not_skipped()),
            left_out=len(self.left_out),
            anomalies=len(self.anomalies),
            anomaly_details=self.anomalies[:MOST_DETAILS],
        )

    def _not_skipped(self) -> set[str]:
        """The source's events that were not in already."""
        return {event.id for _, event in self.new}.union(*self.left_out.values())

    def _known(self, external_ids: Iterable[str]) -> dict[str, _Known]:
        known = {id: _Known() for id in external_ids}
        external = {self._id("candidate", id): id for id in known}
        with self.log.database.transaction(self.log.organisation) as connection:
            rows = connection.execute(HISTORIES, {"candidates": list(external)})
            for candidate_id, version, type, topic, application_id, occurred_at in rows:
                external_id = external[candidate_id]
                held = known[external_id]
                held.version = max(held.version, version)
                activity = ACTIVITY_BEHIND.get((type, topic))
                if activity and application_id == self._id("application", external_id):
                    held.events[activity, occurred_at] += 1
        return known

    def _take_in(self, external_id: str, events: list[SourceEvent], known: _Known) -> None:
        new = [event for event in events if not known.holds(event)]
        if not new:
            return
        history = self._history(external_id, known)
        if history.candidate.erased:
            self.left_out[external_id] = {event.id for event in new}
            return
        for event in new:
            self.new.append((external_id, event))
            self.anomalies += [
                Anomaly(
                    event=event.id,
                    application=external_id,
                    rule=type(broken).__name__,
                    words=broken.message,
                )
                for broken in history.tell(event, self._unnamed_vacancy)
            ]

    def _history(self, external_id: str, known: _Known) -> ApplicationHistory:
        candidate_id = self._id("candidate", external_id)
        application_id = self._id("application", external_id)
        if known.version == 0:
            self.begun.append(Candidate.begin(candidate_id))
            return ApplicationHistory(external_id, application_id, self.begun[-1], self._id)
        self.reads.append((candidate_id, known.version))
        self.continued.append(self.log.candidate(candidate_id))
        plan = plan_of(requisition_of(self.log, self.continued[-1], application_id))
        return ApplicationHistory(external_id, application_id, self.continued[-1], self._id, plan)

    def _unnamed_vacancy(self) -> Requisition:
        """The one requisition that stands for all vacancies, because the source names none."""
        if self.vacancy is None:
            id = self._id("requisition", "unnamed")
            try:
                self.vacancy = self.log.requisition(id)
                self.reads.append((id, self.vacancy.version))
            except NotFound:
                self.vacancy = Requisition.begin(id).at(self.events[0].at)
                self.vacancy.draft("OCEL", "Vacancies that the imported log does not name")
                self.vacancy.request_approval()
                self.vacancy.approve()
                self.vacancy.open()
        return self.vacancy

    def _save(self, by: Attribution) -> int:
        """Records everything in one append, as one command that is known by what it says."""
        changed = [*self.begun, *self.continued]
        if sum(len(candidate.pending_events) for candidate in changed) > MOST_RECORDED:
            words = f"comes to more than {MOST_RECORDED:,} events here; import it in parts"
            raise ImportRefused([Problem(words=words)])
        said = [f"{id}\x1f{event.activity}\x1f{event.at}" for id, event in self.new]
        command_id = self._id("import", *said)
        self.progress("recording", 0, 1)
        recorded = self.log.save(
            self.vacancy,
            *changed,
            by=replace(by, command_id=command_id),
            reads=self.reads,
        )
        self.progress("recording", 1, 1)
        return len(recorded)

    def _id(self, kind: str, *parts: str) -> UUID:
        """The id that something of the source has in this organisation, file for file."""
        return derived_id(self._secret, str(self.log.organisation.id), SYSTEM, kind, *parts)

    @cached_property
    def _secret(self) -> bytes:
        return self.log.database.keyring.secret("import ocel")
