"""What the places of a template stand for, in one application."""

from uuid import UUID

from domain.message_template import PLACE, MessageTemplate, Variable
from domain.organisation import Created
from policies.people import said_of
from policies.settings import MailSettings
from store import sealed_tokens
from store.access_log import Access
from store.database import Connection
from store.links import booking_token
from store.log import Log

OWN_PAGE = "own page"
"""The purpose of the links that lead there."""


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
        known[Variable.JOB_TITLE] = title_of(log, requisition_id) if requisition_id else None
    if Variable.ORGANISATION in places:
        known[Variable.ORGANISATION] = organisation_title(log)
    if Variable.BOOKING_LINK in places:
        invitation_id = candidate.bookable(application_id)
        known[Variable.BOOKING_LINK] = booking_url(log, invitation_id) if invitation_id else None
    if Variable.OWN_PAGE in places:
        known[Variable.OWN_PAGE] = own_page_url(log, application_id)
    return template.filled_in(known)


def booking_url(log: Log, invitation_id: UUID) -> str | None:
    """The candidate's link to times that were offered; None if nobody said where we are."""
    public_url = MailSettings().public_url
    if public_url is None:
        return None
    token = booking_token(log.database.keyring, log.organisation.id, invitation_id)
    return f"{public_url.rstrip('/')}/self-scheduling?token={token}"


def own_page_url(log: Log, application_id: UUID) -> str | None:
    """The candidate's own page; None where nothing is public, or nobody said where we are."""
    public_url, careers = MailSettings().public_url, log.organisation_itself().careers_page
    if public_url is None or careers is None:
        return None
    said = {"organisation": str(log.organisation.id), "application": str(application_id)}
    token = sealed_tokens.seal(log.database.keyring, OWN_PAGE, **said)
    return f"{public_url.rstrip('/')}/careers/{careers.slug}/mine/{token}"


def organisation_title(log: Log) -> str | None:
    """What the organisation is called."""
    (first, *_) = log.organisation_itself().history
    return first.title if isinstance(first, Created) else None


def title_of(log: Log, requisition_id: UUID) -> str | None:
    """What a requisition's job is called."""
    titles = [getattr(event, "title", None) for event in log.requisition(requisition_id).history]
    return next((title for title in reversed(titles) if title), None)
