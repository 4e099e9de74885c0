"""Commands about webhooks: which there are, only the log says."""

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
    """Tells an address of events: those after a log position, if one is named, or from now on."""
    webhook = Webhook.begin(new_id())
    webhook.create(label, url, types, after)
    recorded = log.record(webhook, by=by)
    return recorded, _secret(log, webhook)


def rotate_secret(log: Log, by: Attribution, id: UUID) -> tuple[Recorded, Secret]:
    """Signs by a new secret; for a day the old one signs, too."""
    webhook = log.webhook(id)
    webhook.rotate_secret()
    recorded = log.record(webhook, by=by)
    return recorded, _secret(log, webhook)


def stop(log: Log, by: Attribution, id: UUID, reason_code: str = "by_hand") -> Recorded:
    """Tells it nothing until it is resumed."""
    webhook = log.webhook(id)
    webhook.stop(reason_code)
    return log.record(webhook, by=by)


def resume(log: Log, by: Attribution, id: UUID) -> Recorded:
    """Goes on with the event after the last one it took."""
    webhook = log.webhook(id)
    webhook.resume()
    return log.record(webhook, by=by)


def remove(log: Log, by: Attribution, id: UUID, reason_code: str) -> Recorded:
    """Tells it nothing any more."""
    webhook = log.webhook(id)
    webhook.remove(reason_code)
    return log.record(webhook, by=by)


def _secret(log: Log, webhook: Webhook) -> Secret:
    keyring, organisation = log.database.keyring, log.organisation
    return webhooks.as_text(
        webhooks.secret(keyring, organisation.id, webhook.id, webhook.generation)
    )
