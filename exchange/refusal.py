"""Why a file is not imported: every problem with its line, its field and words."""

from collections.abc import Sequence
from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict

from domain.errors import Refusal

MOST_PROBLEMS = 20
MOST_CHARACTERS = 300


def printable(text: str) -> str:
    """What a foreign file says, fit for a terminal: no control characters, not without end."""
    if len(text) > MOST_CHARACTERS:
        text = text[:MOST_CHARACTERS] + "…"
    return "".join(c if c.isprintable() else ascii(c)[1:-1] for c in text)


Printable = Annotated[str, AfterValidator(printable)]


class Problem(BaseModel):
    """One thing that is wrong with a file."""

    model_config = ConfigDict(frozen=True)

    words: Printable
    line: int | None = None
    field: Printable = ""
    """The way to it, like ocel:events/1234/ocel:timestamp; empty for the file as a whole."""

    def __str__(self) -> str:
        place = [f"line {self.line}"] if self.line else []
        place += [self.field] if self.field else []
        return f"{', '.join(place)}: {self.words}" if place else self.words


class ImportRefused(Refusal):
    """Nothing was imported: {problems}"""

    def __init__(self, problems: Sequence[Problem], more: int = 0) -> None:
        self.problems = list(problems)
        self.more = more
        """How many other problems the file has."""
        said = [str(problem) for problem in self.problems]
        said += [f"and {more} more"] if more else []
        super().__init__(problems="\n".join(said))
