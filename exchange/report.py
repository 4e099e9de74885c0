"""What an import tells: how it comes along, and what it did in the end."""

from collections.abc import Callable
from typing import Annotated

from pydantic import BaseModel, Field

from exchange.refusal import Printable

MOST_DETAILS = 100

Progress = Callable[[str, int, int], None]
"""Hears what is going on, how much of it is done, and of how much."""


def quiet(what: str, done: int, total: int) -> None:
    """Progress that nobody watches."""


class Anomaly(BaseModel):
    """A rule that the imported history broke; it was recorded all the same."""

    event: Annotated[Printable, Field(description="The source's id of the event.")]
    application: Annotated[Printable, Field(description="The source's id of the application.")]
    rule: Annotated[str, Field(examples=["ApplicationClosed"])]
    words: Printable


class ImportReport(BaseModel):
    """What an import did."""

    applications: Annotated[int, Field(description="Applications that were not known before.")]
    events: Annotated[int, Field(description="Events it appended to the log.")]
    skipped: Annotated[int, Field(description="Events of the source that were in already.")]
    left_out: Annotated[
        int, Field(description="Applications of people who were erased; they are not brought back.")
    ] = 0
    anomalies: Annotated[int, Field(description="Rules that the history broke.")]
    anomaly_details: Annotated[
        list[Anomaly], Field(description=f"The first {MOST_DETAILS} of them.")
    ] = []
