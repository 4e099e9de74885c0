"""Webhooks: an address of another system that is told of events as they are recorded."""

from domain.aggregate import Aggregate
from domain.errors import Refusal
from domain.event import Code, Count, Event, Words


class WebhookEvent(Event):
    """Something that happened to a webhook."""


class Created(WebhookEvent, name="webhook.created"):
    sentence = "Webhook {label} created"
    label: Words
    url: Words
    types: tuple[Code, ...] = ()
    """Which events it is told of; none named: of all."""
    after: Count | None = None
    """Of those after this log position; omitted: of those after this one."""


class SecretRotated(WebhookEvent, name="webhook.secret_rotated"):
    sentence = "Secret of the webhook rotated"
    generation: Count


class Stopped(WebhookEvent, name="webhook.stopped"):
    """It keeps its place in the log, and goes on from there when it is resumed."""

    sentence = "Webhook stopped: {reason_code}"
    reason_code: Code


class Resumed(WebhookEvent, name="webhook.resumed"):
    sentence = "Webhook resumed"


class Removed(WebhookEvent, name="webhook.removed"):
    sentence = "Webhook removed: {reason_code}"
    reason_code: Code


class WebhookRemoved(Refusal):
    """The webhook was removed."""

    status = 409


class AlreadyStopped(Refusal):
    """The webhook is stopped already."""

    status = 409


class NotStopped(Refusal):
    """The webhook is not stopped."""

    status = 409


class Webhook(Aggregate):
    """A webhook from its making to its removal; its secret is never part of its history."""

    stream_type = "webhook"
    event_class = WebhookEvent

    generation: int = 1
    stopped: bool = False
    removed: bool = False

    def create(
        self, label: str, url: str, types: tuple[str, ...] = (), after: int | None = None
    ) -> None:
        """Tells an address of what is recorded from now on, or was after a log position."""
        self.happened(Created, label=label, url=url, types=types, after=after)

    def rotate_secret(self) -> None:
        """Signs by a new secret from now on, and for a day by the old one, too."""
        self._guard_there()
        self.happened(SecretRotated, generation=self.generation + 1)

    def stop(self, reason_code: str) -> None:
        """Tells it nothing until it is resumed; nothing is skipped."""
        self._guard_there()
        self.guard(not self.stopped, AlreadyStopped())
        self.happened(Stopped, reason_code=reason_code)

    def resume(self) -> None:
        """Goes on with the event after the last one it took."""
        self._guard_there()
        self.guard(self.stopped, NotStopped())
        self.happened(Resumed)

    def remove(self, reason_code: str) -> None:
        """Tells it nothing any more."""
        self._guard_there()
        self.happened(Removed, reason_code=reason_code)

    def _guard_there(self) -> None:
        self.guard(not self.removed, WebhookRemoved())

    def note(self, event: Event) -> None:
        match event:
            case SecretRotated():
                self.generation = event.generation
            case Stopped() | Resumed():
                self.stopped = isinstance(event, Stopped)
            case Removed():
                self.removed = True
