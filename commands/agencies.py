"""Commands about agencies, and about whom somebody brings: agencies, and members who refer."""

from uuid import UUID

from commands.candidates import guard_not_suppressed
from domain.agency import AGENCY
from domain.candidate import Candidate
from store.envelope import Attribution
from store.ids import new_id
from store.log import Log, Recorded

REFERRED, REFERRAL = "referred", "referral"


def agree(
    log: Log,
    by: Attribution,
    agency: str,
    title: str,
    ownership_days: int,
    terms: str | None = None,
) -> Recorded:
    """Agrees on terms with an agency, in place of those before."""
    partner = log.agency(agency)
    partner.agree(agency, title, ownership_days, terms)
    return log.record(partner, by=by)


def end(log: Log, by: Attribution, agency: str) -> Recorded:
    """Takes nobody from an agency any more. Raises AgencyNotAgreed."""
    partner = log.agency(agency)
    partner.end(agency)
    return log.record(partner, by=by)


def submit(
    log: Log, by: Attribution, agency: str, requisition_id: UUID, **person: str | None
) -> Recorded:
    """Takes somebody an agency brings for a requisition. Raises AgencyNotAgreed, Suppressed."""
    partner, requisition = log.agency(agency), log.requisition(requisition_id)
    partner.guard_agreed(agency)
    candidate = _brought(log, AGENCY, source_of(agency), person)
    candidate.apply_for(
        new_id(), requisition, source=source_of(agency), origin=AGENCY, agency=agency
    )
    return log.record(candidate, by=by, relying_on=[requisition, partner])


def refer(
    log: Log,
    by: Attribution,
    requisition_id: UUID,
    referrer_id: UUID,
    **person: str | None,
) -> Recorded:
    """Takes somebody a member refers for a requisition. Raises Suppressed."""
    requisition = log.requisition(requisition_id)
    candidate = _brought(log, REFERRED, REFERRAL, person)
    candidate.apply_for(
        new_id(), requisition, source=REFERRAL, origin=REFERRED, referrer_id=referrer_id
    )
    return log.record(candidate, by=by, relying_on=[requisition])


def source_of(agency: str) -> str:
    """The source of whom an agency brings; what is longer than a code may be is cut off."""
    return f"{AGENCY}:{agency}"[:64]


def _brought(log: Log, origin: str, source: str, person: dict[str, str | None]) -> Candidate:
    guard_not_suppressed(log, person)
    candidate = Candidate.begin(new_id())
    given = {name: value for name, value in person.items() if value is not None}
    candidate.register(origin=origin, source=source, **given)
    return candidate
