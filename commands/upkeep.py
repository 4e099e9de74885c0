"""Commands about the machinery's upkeep: what is asked for, and how it ended, is on the record."""

from collections.abc import Sequence

from store.envelope import Attribution
from store.log import Log, Recorded


def request_rebuild(log: Log, by: Attribution, read_models: Sequence[str] = ()) -> Recorded:
    """Has read models built anew; all of them if none are named. Raises UpkeepUnderWay."""
    organisation = log.organisation_itself()
    organisation.request_rebuild(read_models)
    return log.record(organisation, by=by)


def end_rebuild(
    log: Log, by: Attribution, outcome: str, differences: int = 0, detail: str | None = None
) -> Recorded:
    """Says how a rebuild ended."""
    organisation = log.organisation_itself()
    organisation.end_rebuild(outcome, differences, detail)
    return log.record(organisation, by=by)


def request_verification(log: Log, by: Attribution) -> Recorded:
    """Has the whole ledger computed anew. Raises UpkeepUnderWay."""
    organisation = log.organisation_itself()
    organisation.request_verification()
    return log.record(organisation, by=by)


def end_verification(
    log: Log,
    by: Attribution,
    outcome: str,
    entries: int,
    faults: int = 0,
    detail: str | None = None,
) -> Recorded:
    """Says how a verification ended."""
    organisation = log.organisation_itself()
    organisation.end_verification(outcome, entries, faults, detail)
    return log.record(organisation, by=by)
