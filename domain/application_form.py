"""What applicants are asked, and which answers do not meet a basic qualification.

A form is about no person; what somebody answered is sealed with their application.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from enum import StrEnum
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, model_validator

from domain.event import Code, Count, Words

YES, NO = "yes", "no"
LONGEST_NUMBER = 12
LONGEST = {"short_text": 300, "long_text": 10_000}
"""Characters of an answer in words."""

Answers = Mapping[str, str | list[str]]
"""By the question's id: words, yes or no, a choice, a number or a date as text; or choices."""


class QuestionKind(StrEnum):
    """What kind of answer a question wants."""

    SHORT_TEXT = "short_text"
    LONG_TEXT = "long_text"
    YES_NO = "yes_no"
    SINGLE_CHOICE = "single_choice"
    MULTIPLE_CHOICE = "multiple_choice"
    NUMBER = "number"
    DATE = "date"


CHOOSING = (QuestionKind.SINGLE_CHOICE, QuestionKind.MULTIPLE_CHOICE)


class KnockOut(BaseModel):
    """The answers that do not meet a basic qualification."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    answers: Annotated[
        tuple[Words, ...],
        Field(max_length=50, description="These do not; of yes/no questions, yes or no."),
    ] = ()
    below: Annotated[Count | None, Field(description="Numbers below this do not.")] = None
    above: Annotated[Count | None, Field(description="Numbers above this do not.")] = None


class Question(BaseModel):
    """One question of an application form."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    id: Code
    label: Words
    kind: QuestionKind
    required: bool = False
    choices: Annotated[tuple[Words, ...], Field(max_length=50)] = ()
    knock_out: KnockOut | None = None

    @model_validator(mode="after")
    def _consistent(self) -> "Question":
        chooses = self.kind in CHOOSING
        if chooses and not len(self.choices) == len(set(self.choices)) > 1:
            raise ValueError(f"{self.id} needs two choices or more, none twice")
        if self.choices and not chooses:
            raise ValueError(f"{self.id} has choices, but is no choice")
        rule = self.knock_out
        if rule is not None:
            if not set(rule.answers) <= set(self._possible):
                raise ValueError(f"{self.id} is knocked out by what cannot be answered")
            if (rule.below, rule.above) != (None, None) and self.kind != QuestionKind.NUMBER:
                raise ValueError(f"{self.id} is no number, and so never below or above one")
            if rule == KnockOut():
                raise ValueError(f"{self.id} has a rule that names no answer")
        return self

    @property
    def options(self) -> list[tuple[str, str]]:
        """What can be chosen: as it is kept, and as it is shown."""
        if self.kind == QuestionKind.YES_NO:
            return [(YES, "Yes"), (NO, "No")]
        return [(choice, choice) for choice in self.choices]

    @property
    def _possible(self) -> tuple[str, ...]:
        return (YES, NO) if self.kind == QuestionKind.YES_NO else self.choices

    def problem(self, given: Sequence[str]) -> str | None:
        """What is wrong with an answer, in words for who gave it; None if nothing is."""
        if not given:
            return "Please answer this question." if self.required else None
        if self.kind == QuestionKind.MULTIPLE_CHOICE:
            return None if set(given) <= set(self.choices) else "Please choose from the list."
        if len(given) > 1:
            return "Please give one answer."
        return self._problem_of(given[0])

    def _problem_of(self, answer: str) -> str | None:
        match self.kind:
            case QuestionKind.YES_NO | QuestionKind.SINGLE_CHOICE:
                return None if answer in self._possible else "Please choose from the list."
            case QuestionKind.NUMBER:
                fits = answer.isascii() and answer.isdigit() and len(answer) <= LONGEST_NUMBER
                return None if fits else "Please write a whole number in digits."
            case QuestionKind.DATE:
                return None if _is_date(answer) else "Please write a date, as in 2026-03-31."
        longest = LONGEST[self.kind]
        return None if len(answer) <= longest else f"Please use at most {longest} characters."

    def knocks_out(self, answer: str | list[str] | None) -> bool:
        """Whether an answer does not meet the qualification. Where there is none, people judge."""
        rule = self.knock_out
        if rule is None or answer is None:
            return False
        said = [answer] if isinstance(answer, str) else answer
        if set(said) & set(rule.answers):
            return True
        if self.kind != QuestionKind.NUMBER:
            return False
        number = int(said[0])
        too_few = rule.below is not None and number < rule.below
        return too_few or (rule.above is not None and number > rule.above)


class ApplicationForm(BaseModel):
    """The questions asked beside who someone is, in order."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    questions: Annotated[tuple[Question, ...], Field(max_length=50)] = ()

    @model_validator(mode="after")
    def _told_apart(self) -> "ApplicationForm":
        if len({question.id for question in self.questions}) < len(self.questions):
            raise ValueError("two questions have the same id")
        return self

    def problems(self, given: Mapping[str, Sequence[str]]) -> dict[str, str]:
        """What is wrong with answers, by question."""
        found = ((q.id, q.problem(given.get(q.id, ()))) for q in self.questions)
        return {id: problem for id, problem in found if problem is not None}

    def answers(self, given: Mapping[str, Sequence[str]]) -> dict[str, str | list[str]]:
        """Answers without problems, as they are kept: only those given, in the form's order."""
        return dict(self._answers(given))

    def _answers(self, given: Mapping[str, Sequence[str]]) -> Iterator[tuple[str, str | list[str]]]:
        for question in self.questions:
            said = given.get(question.id)
            if said:
                several = question.kind == QuestionKind.MULTIPLE_CHOICE
                yield question.id, list(said) if several else said[0]

    def knocked_out_by(self, answers: Answers) -> list[str]:
        """The questions whose answers do not meet a basic qualification."""
        return [q.id for q in self.questions if q.knocks_out(answers.get(q.id))]


NO_QUESTIONS = ApplicationForm()


def _is_date(text: str) -> bool:
    try:
        return date.fromisoformat(text).isoformat() == text
    except ValueError:
        return False
