"""How a metric is to be computed, where products disagree: a policy, by name."""

from typing import Any, ClassVar, Literal, Self, get_args, get_origin

from pydantic import BaseModel, ConfigDict, ValidationError
from pydantic.fields import FieldInfo

from domain.errors import Refusal
from projections.asked import Asked
from projections.metrics.question import Question
from store.database import Connection


class UnknownPolicy(Refusal):
    """{metric} has no policy {policy!r}: {problem}."""


class Policy(BaseModel):
    """A choice for each question a metric leaves open; the first choice is the default.

    Its name is the chosen words in order, joined by hyphens, and what is not one of a few words
    as `name:value`: `applied-hired`, `first_touch-accepted-business`, `half_life_days:90`,
    `currency:EUR`. What is not said keeps its default, so every single word is a policy too.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    spoken: ClassVar[frozenset[str]] = frozenset()
    """Choices that are named even where they are the default."""

    @property
    def name(self) -> str:
        """The policy's name; parsing it gives the policy back."""
        said = [
            str(getattr(self, name)) if _is_word(field) else f"{name}:{getattr(self, name)}"
            for name, field in type(self).model_fields.items()
            if name in self.spoken or getattr(self, name) != field.default
        ]
        return "-".join(said) or "standard"

    @classmethod
    def parse(cls, metric: str, text: str) -> Self:
        """The policy of this name. Raises UnknownPolicy."""
        chosen: dict[str, Any] = {}
        for word in text.split("-"):
            if word == "standard":
                continue
            name, value = cls._choice(word)
            if name is None or name in chosen:
                problem = f"{word!r} is not one of {cls.choices()}"
                raise UnknownPolicy(metric=metric, policy=text, problem=problem)
            chosen[name] = value
        try:
            return cls(**chosen)
        except ValidationError as error:
            problem = "; ".join(f"{e['loc'][0]}: {e['msg']}" for e in error.errors())
            raise UnknownPolicy(metric=metric, policy=text, problem=problem) from None

    @classmethod
    def _choice(cls, word: str) -> tuple[str | None, Any]:
        if ":" in word:
            name, _, value = word.partition(":")
            return (name if name in cls.model_fields else None), value
        for name, field in cls.model_fields.items():
            if _is_word(field) and word in get_args(field.annotation):
                return name, word
        return None, None

    @classmethod
    def choices(cls) -> str:
        """All choices, in words."""
        said = []
        for name, field in cls.model_fields.items():
            value = "NUMBER" if field.annotation is int else name.upper()
            words = get_args(field.annotation)
            said.append(" | ".join(words) if _is_word(field) else f"{name}:{value}")
        return ", ".join(said) or "standard"

    def settled(self, connection: Connection, asked: Asked, question: Question) -> Self:  # noqa: ARG002
        """The policy with what it leaves to the data decided, once for a whole answer."""
        return self


def _is_word(field: FieldInfo) -> bool:
    return get_origin(field.annotation) is Literal


Days = Literal["elapsed", "calendar", "business"]
"""How time is counted: hours / 24; differences of dates; weekdays after the first date."""


class DaysPolicy(Policy):
    """How days are counted, where nothing else is left open."""

    days: Days = "elapsed"
