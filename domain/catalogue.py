"""Every event there is: importing this module makes all stored type names known."""

from domain import candidate, organisation, pool, requisition
from domain.aggregate import Aggregate
from domain.application import CandidateEvent
from domain.event import Event, type_names

events: dict[str, type[Event]] = type_names

stream_types: dict[type[Event], str] = {
    CandidateEvent: candidate.Candidate.stream_type,
    requisition.RequisitionEvent: requisition.Requisition.stream_type,
    pool.PoolEvent: pool.TalentPool.stream_type,
    organisation.OrganisationEvent: "organisation",
}

aggregates: tuple[type[Aggregate], ...] = (
    candidate.Candidate,
    requisition.Requisition,
    pool.TalentPool,
)


def stream_type(event_class: type[Event]) -> str:
    """The kind of stream an event belongs to."""
    return next(name for base, name in stream_types.items() if issubclass(event_class, base))
