"""Knock-outs: answers that do not meet a basic qualification. A person decides what follows,
unless the organisation has chosen that a rejection does."""

from dataclasses import field
from enum import StrEnum
from uuid import UUID

from domain.application import ApplicationEvent
from domain.errors import Refusal
from domain.event import Code
from domain.tag import Tags

BASIC_QUALIFICATIONS = "basic_qualifications"
"""The reason code of a rejection by such a rule."""


class KnockOutPolicy(StrEnum):
    """What follows when an answer does not meet a basic qualification."""

    REVIEW = "review"
    REJECT = "reject"


class KnockedOut(ApplicationEvent, name="application.knocked_out"):
    """The rule is the question's id, in the form that was posted."""

    sentence = "An answer does not meet a basic qualification: {rule}"
    rule: Code


class KnockOutWaived(ApplicationEvent, name="application.knock_out_waived"):
    sentence = "Considered nevertheless: {reason_code}"
    reason_code: Code


class NotKnockedOut(Refusal):
    """No answer of application {application_id} waits for a review."""

    status = 409


class KnockOuts(Tags):
    """The decisions about answers that do not meet a basic qualification."""

    knock_outs: dict[UUID, list[str]] = field(default_factory=dict)
    """The rules that nobody has waived, by application."""

    def knock_out(self, application_id: UUID, rules: list[str], policy: KnockOutPolicy) -> None:
        """Records the rules an application does not meet; rejects it if that is the policy."""
        self.guard_begun(self.application(application_id))
        for rule in rules:
            self.happened(KnockedOut, application_id=application_id, rule=rule)
        if rules and policy == KnockOutPolicy.REJECT:
            self.reject(application_id, BASIC_QUALIFICATIONS, rule=rules[0])

    def waive_knock_out(self, application_id: UUID, reason_code: str) -> None:
        """Lets an application go on as if every rule had been met."""
        self._open(application_id)
        self._knocked_out(application_id)
        self.happened(KnockOutWaived, application_id=application_id, reason_code=reason_code)

    def confirm_knock_out(self, application_id: UUID, notes: str | None = None) -> None:
        """Rejects an application for the rule it does not meet: a person has looked at it."""
        [rule, *_] = self._knocked_out(application_id)
        self.reject(application_id, BASIC_QUALIFICATIONS, notes=notes, rule=rule)

    def _knocked_out(self, application_id: UUID) -> list[str]:
        rules = self.knock_outs.get(application_id)
        if not rules:
            raise NotKnockedOut(application_id=application_id)
        return rules

    def note_knock_out(self, event: KnockedOut | KnockOutWaived) -> None:
        """Notes which rules were not met, or do not matter."""
        if isinstance(event, KnockedOut):
            self.knock_outs.setdefault(event.application_id, []).append(event.rule)
        else:
            self.knock_outs.pop(event.application_id, None)
