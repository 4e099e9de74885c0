"""The first day at work: whether somebody who was hired came."""

from dataclasses import field
from datetime import date
from enum import StrEnum
from uuid import UUID

from domain.application import Application, ApplicationEvent, Status
from domain.errors import Refusal
from domain.event import Code
from domain.offer import Offers


class StartEvent(ApplicationEvent):
    """Says whether somebody came."""


class Started(StartEvent, name="application.started"):
    sentence = "Started on {start_date}"
    start_date: date


class StartNoShow(StartEvent, name="application.start_no_show"):
    sentence = "Did not come to start: {reason_code}"
    reason_code: Code


class Start(StrEnum):
    """What became of the first day."""

    STARTED = "started"
    NO_SHOW = "no_show"


class OnlyHiredStart(Refusal):
    """The application is {standing}; only somebody hired starts, or does not."""

    status = 409


class StartAlreadyKnown(Refusal):
    """It is already known that the start was: {start}."""

    status = 409


class StartBeforeHire(Refusal):
    """That would have been known before the hire on {hired}."""


class Starts(Offers):
    """What is known of first days."""

    starts: dict[tuple[UUID, int], Start] = field(default_factory=dict)
    """By application and the version of the hire, for who is hired again may start again."""

    def start(self, application_id: UUID, start_date: date) -> None:
        """Records that somebody hired came; also somebody who did not come at first."""
        application = self._hired(application_id, Start.STARTED)
        self.happened(Started, application_id=application.id, start_date=start_date)

    def miss_start(self, application_id: UUID, reason_code: str) -> None:
        """Records that somebody hired did not come. The hire stands until it is reversed."""
        application = self._hired(application_id, Start.STARTED, Start.NO_SHOW)
        self.happened(StartNoShow, application_id=application.id, reason_code=reason_code)

    def _hired(self, application_id: UUID, *excluded: Start) -> Application:
        application = self.application(application_id)
        hire = application.now
        self.guard(hire.status == Status.HIRED, OnlyHiredStart(standing=hire.status))
        known = self.starts.get((application_id, hire.version))
        self.guard(known not in excluded, StartAlreadyKnown(start=known))
        self.guard(self.occurring >= hire.since, StartBeforeHire(hired=hire.since.isoformat()))
        return application

    def note_start(self, event: StartEvent) -> None:
        """Notes whether somebody came."""
        hire = self.application(event.application_id).now.version
        came = Start.STARTED if isinstance(event, Started) else Start.NO_SHOW
        self.starts[event.application_id, hire] = came
