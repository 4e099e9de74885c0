"""What a read model is: tables, and the statements that turn a range of the log into their rows."""

from dataclasses import dataclass


@dataclass(frozen=True)
class ReadModel:
    """Tables that answer questions, computed from the log alone.

    Each statement takes the range (after, upto] of positions and reads only `facts`; running
    them over the log in any split of ranges gives the same rows. Raise `version` when what they
    compute changes: the new version is then built beside the old one (projections/rebuild.py).
    """

    name: str
    version: int
    tables: tuple[str, ...]
    statements: tuple[str, ...]
    told_anew: bool = True
    """Whether a correction supersedes rows: they then carry `position` and `superseded_at`."""
    derived_tables: tuple[str, ...] = ()
    derived: tuple[str, ...] = ()
    """Statements that fold rows of `tables` into `derived_tables`, and supersede there themselves.

    They run after the others over the same range, and need the indexes.
    """

    latest_tables: tuple[str, ...] = ()
    """Derived tables of one row a thing, as it stands by now: the first column says of which, and
    `position` where it last changed. They keep nothing of what was known before."""

    @property
    def all_tables(self) -> tuple[str, ...]:
        """Every table of the model."""
        return self.tables + self.derived_tables + self.latest_tables
