"""Commands about who is one person with whom."""

from uuid import UUID

from domain.candidate import Candidate
from store.envelope import Attribution
from store.log import Log, Recorded


def merge(
    log: Log, by: Attribution, candidate_id: UUID, survivor_id: UUID, reason_code: str
) -> Recorded:
    """Makes two candidates one person, for whom the survivor stands."""
    candidate, survivor = log.candidate(candidate_id), log.candidate(survivor_id)
    twice = _applied_for(candidate) & _applied_for(survivor)
    candidate.merge_into(survivor, reason_code, open_twice=tuple(sorted(twice)))
    return log.record(candidate, survivor, by=by)


def unmerge(log: Log, by: Attribution, candidate_id: UUID, reason_code: str) -> Recorded:
    """Makes them two people again, each with their own history."""
    candidate = log.candidate(candidate_id)
    survivor = candidate.unmerge(reason_code)
    return log.record(candidate, survivor, by=by)


def dismiss_duplicate(log: Log, by: Attribution, candidate_id: UUID, other_id: UUID) -> Recorded:
    """Says that two candidates are not one person, however similar."""
    candidate, other = log.candidate(candidate_id), log.candidate(other_id)
    candidate.dismiss_duplicate(other)
    return log.record(candidate, by=by)


def _applied_for(candidate: Candidate) -> set[UUID]:
    """The requisitions a person has an open application for."""
    applications = candidate.person.open_applications()
    return {one.requisition_id for one in applications if one.requisition_id is not None}
