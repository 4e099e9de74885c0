"""Commands about what people say of themselves for statistics."""

from collections.abc import Mapping
from uuid import UUID

from domain.self_identification import VoluntaryForm
from store.envelope import Attribution
from store.log import Log, Recorded


def self_identify(
    log: Log, by: Attribution, application_id: UUID, form: VoluntaryForm, given: Mapping[str, str]
) -> Recorded:
    """Keeps the answers to voluntary questions, once for an application."""
    candidate = log.candidate_of(application_id)
    candidate.self_identify(application_id, form, given)
    return log.record(candidate, by=by)
