"""What the places of a template stand for, in one application."""

from uuid import UUID

from domain.message_template import PLACE, MessageTemplate, Variable
from domain.organisation import Created
from policies.people import said_of
from store.access_log import Access
from store.database import Connection
from store.log import Log


def filled_in(
    log: Log,
    connection: Connection,
    template: MessageTemplate,
    application_id: UUID,
    access: Access,
) -> tuple[str, str]:
    """A template's subject and body for an application.

    A name is opened, on the record, only where the template has a place for it.
    Raises NotFound, VariableMissing, TemplateIsArchived.
    """
    candidate = log.candidate_of(application_id)
    places = {name.strip() for name in PLACE.findall(template.subject + template.body)}
    known: dict[str, str | None] = {}
    if Variable.CANDIDATE_NAME in places:
        known[Variable.CANDIDATE_NAME] = said_of(log, connection, candidate.id, "full_name", access)
    if Variable.JOB_TITLE in places:
        requisition_id = candidate.application(application_id).requisition_id
        known[Variable.JOB_TITLE] = _title(log, requisition_id) if requisition_id else None
    if Variable.ORGANISATION in places:
        (first, *_) = log.organisation_itself().history
        known[Variable.ORGANISATION] = first.title if isinstance(first, Created) else None
    return template.filled_in(known)


def _title(log: Log, requisition_id: UUID) -> str | None:
    titles = [getattr(event, "title", None) for event in log.requisition(requisition_id).history]
    return next((title for title in reversed(titles) if title), None)
