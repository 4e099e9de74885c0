"""Which formats can be imported. A file is known by what it holds, never by its name."""

from collections.abc import Sequence
from pathlib import Path
from typing import Protocol

from exchange import ocel
from exchange.refusal import ImportRefused, Problem
from exchange.report import ImportReport, Progress, quiet
from store.envelope import Attribution
from store.log import Log


class Format(Protocol):
    """A module that imports files of one format."""

    NAME: str

    def recognise(self, path: Path) -> bool:
        """Whether a file looks like this format, be it well-formed or not."""

    def import_file(
        self, log: Log, path: Path, by: Attribution, progress: Progress = quiet
    ) -> ImportReport:
        """Imports the whole file or, with ImportRefused, nothing."""


FORMATS: Sequence[Format] = (ocel,)


def import_file(log: Log, path: Path, by: Attribution, progress: Progress = quiet) -> ImportReport:
    """Imports a file of any format we know: all of it or, with ImportRefused, nothing."""
    for known in FORMATS:
        if known.recognise(path):
            return known.import_file(log, path, by, progress)
    names = ", ".join(known.NAME for known in FORMATS)
    raise ImportRefused([Problem(words=f"the file is in no format known here ({names})")])
