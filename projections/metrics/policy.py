"""How a metric is to be computed, where products disagree: a policy, by name."""

from typing import Any, ClassVar, Literal, Self, get_args, get_origin

from pydantic import BaseModel, ConfigDict, ValidationError

from domain.errors import Refusal


class UnknownPolicy(Refusal):
    """{metric} has no policy {policy!r}: {problem}."""


class Policy(BaseModel):
    """A choice for each question a metric leaves open; the first choice is the default.

    Its name is the chosen words in order, joined by hyphens, and numbers as `name:number`:
    `applied-hired`, `first_touch-accepted-business`, `half_life_days:90`. What is not said keeps
    its default, so every single word is a policy too.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    spoken: ClassVar[frozenset[str]] = frozenset()
    """Choices that are named even where they are the default."""

    @property
    def name(self) -> str:
        """The policy's name; parsing it gives the policy back."""
        said = [
            _word(name, getattr(self, name))
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
            name, _, number = word.partition(":")
            return (name if name in cls.model_fields else None), number
        for name, field in cls.model_fields.items():
            if get_origin(field.annotation) is Literal and word in get_args(field.annotation):
                return name, word
        return None, None

    @classmethod
    def choices(cls) -> str:
        """All choices, in words."""
        said = []
        for name, field in cls.model_fields.items():
            literal = get_origin(field.annotation) is Literal
            said.append(" | ".join(get_args(field.annotation)) if literal else f"{name}:NUMBER")
        return ", ".join(said) or "standard"


def _word(name: str, value: Any) -> str:
    return value if isinstance(value, str) else f"{name}:{value}"


Days = Literal["elapsed", "calendar", "business"]
"""How time is counted: hours / 24; differences of dates; weekdays after the first date."""
