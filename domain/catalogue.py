"""Every event there is: importing this module makes all stored type names known."""

from domain import (
    agency,
    api_key,
    bulk_action,
    campaign,
    candidate,
    cost,
    member,
    message_template,
    organisation,
    pool,
    requisition,
    tracking_link,
    webhook,
)
from domain.aggregate import Aggregate
from domain.event import Event, type_names

events: dict[str, type[Event]] = type_names

aggregates: tuple[type[Aggregate], ...] = (
    candidate.Candidate,
    requisition.Requisition,
    pool.TalentPool,
    cost.Cost,
    message_template.MessageTemplate,
    organisation.Organisation,
    member.Member,
    api_key.ApiKey,
    tracking_link.TrackingLink,
    agency.Agency,
    bulk_action.BulkAction,
    campaign.Campaign,
    webhook.Webhook,
)

stream_types: dict[type[Event], str] = {kind.event_class: kind.stream_type for kind in aggregates}


def stream_type(event_class: type[Event]) -> str:
    """The kind of stream an event belongs to."""
    return next(name for base, name in stream_types.items() if issubclass(event_class, base))
