"""Commands about message templates."""

from datetime import datetime
from uuid import UUID

from domain.message_template import MessageTemplate
from store.envelope import Attribution
from store.ids import new_id
from store.log import Log, Recorded


def create(
    log: Log,
    by: Attribution,
    *,
    title: str,
    subject: str,
    body: str,
    occurred_at: datetime | None = None,
) -> Recorded:
    """Starts a template."""
    template = MessageTemplate.begin(new_id()).at(occurred_at)
    template.create(title, subject, body)
    return log.record(template, by=by)


def revise(
    log: Log,
    by: Attribution,
    template_id: UUID,
    *,
    title: str,
    subject: str,
    body: str,
    occurred_at: datetime | None = None,
) -> Recorded:
    """Gives a template other words."""
    template = log.message_template(template_id).at(occurred_at)
    template.revise(title, subject, body)
    return log.record(template, by=by)


def archive(
    log: Log, by: Attribution, template_id: UUID, *, occurred_at: datetime | None = None
) -> Recorded:
    """Lets nobody use a template any more."""
    template = log.message_template(template_id).at(occurred_at)
    template.archive()
    return log.record(template, by=by)
