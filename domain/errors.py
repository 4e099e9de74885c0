"""Refusals: each is an error with a name of its own, and its docstring is its message."""

import re


class Refusal(Exception):
    """Not allowed."""

    status = 422

    def __init__(self, **about: object) -> None:
        self.about = {name: str(value) for name, value in about.items()}
        super().__init__(self.message)

    @property
    def rule(self) -> str:
        """The rule's name, as a code: AlreadyApplied is already-applied."""
        return re.sub(r"(?<!^)(?=[A-Z])", "-", type(self).__name__).lower()

    @property
    def message(self) -> str:
        """The docstring, with what it is about put in."""
        return (type(self).__doc__ or "").strip().format(**self.about)


class NotFound(Refusal):
    """There is no {what} {id}."""

    status = 404


class Conflict(Refusal):
    """What this relied on has changed meanwhile; look again and repeat."""

    status = 409


class VersionMismatch(Refusal):
    """The change was meant for version {expected}, but the stream is at version {actual}."""

    status = 412


class HappensInTheFuture(Refusal):
    """occurred_at {occurred_at} is in the future; only what has happened can be recorded."""
