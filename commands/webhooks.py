"""Commands about webhooks. What is in force stands beside the log; the log says who decided it."""

from uuid import UUID

from domain.webhook import Webhook
from store import webhooks
from store.envelope import Attribution
from store.ids import new_id
from store.log import Log, Recorded

Secret = str


def create(
    log: Log,
    by: Attribution,
    label: str,
    url: str,
    *,
    types: tuple[str, ...] = (),
    after: int | None = None,
) -> tuple[Recorded, Secret]:
    """Tells an address of events; the log learns of it first, so that none goes out unrecorded."""
    webhook = Webhook.begin(new_id())
    webhook.create(label, url, types)
    recorded = log.record(webhook, by=by)
    webhooks.add(log.database, log.organisation, webhook.id, label, url, types, after)
    return recorded, _secret(log, webhook)


def rotate_secret(log: Log, by: Attribution, id: UUID) -> tuple[Recorded, Secret]:
    """Signs by a new secret; for a day the old one signs, too."""
    webhook = log.webhook(id)
    webhook.rotate_secret()
    recorded = log.record(webhook, by=by)
    webhooks.rotate(log.database, log.organisation, id, webhook.generation)
    return recorded, _secret(log, webhook)


def stop(log: Log, by: Attribution, id: UUID, reason_code: str = "by_hand") -> Recorded:
    """Tells it nothing until it is resumed."""
    webhook = log.webhook(id)
    webhook.stop(reason_code)
    recorded = log.record(webhook, by=by)
    webhooks.stop(log.database, log.organisation, id, reason_code)
    return recorded


def resume(log: Log, by: Attribution, id: UUID) -> Recorded:
    """Goes on with the event after the last one it took."""
    webhook = log.webhook(id)
    webhook.resume()
    recorded = log.record(webhook, by=by)
    webhooks.resume(log.database, log.organisation, id)
    return recorded


def remove(log: Log, by: Attribution, id: UUID, reason_code: str) -> Recorded:
    """Tells it nothing any more."""
    webhook = log.webhook(id)
    webhook.remove(reason_code)
    recorded = log.record(webhook, by=by)
    webhooks.remove(log.database, log.organisation, id)
    return recorded


def _secret(log: Log, webhook: Webhook) -> Secret:
    keyring, organisation = log.database.keyring, log.organisation
    return webhooks.as_text(
        webhooks.secret(keyring, organisation.id, webhook.id, webhook.generation)
    )
