"""Commands about sequences and campaigns."""

from datetime import datetime
from uuid import UUID

from domain.campaign import Campaign, CampaignKind, Step
from store.envelope import Attribution
from store.ids import new_id
from store.log import Log, Recorded


def draft(
    log: Log,
    by: Attribution,
    *,
    kind: CampaignKind,
    title: str,
    steps: tuple[Step, ...],
    pool_id: UUID | None = None,
    sender_id: UUID | None = None,
    tracks_opens: bool = False,
    tracks_clicks: bool = True,
    occurred_at: datetime | None = None,
) -> Recorded:
    """Puts a sequence or campaign together."""
    pool = None if pool_id is None else log.pool(pool_id)
    sender = None if sender_id is None else log.member(sender_id)
    campaign = Campaign.begin(new_id()).at(occurred_at)
    campaign.draft(
        kind,
        title,
        steps,
        pool_id=pool_id,
        sender_id=sender_id,
        tracks_opens=tracks_opens,
        tracks_clicks=tracks_clicks,
    )
    return log.record(campaign, by=by, relying_on=[pool, sender])


def change_steps(
    log: Log,
    by: Attribution,
    campaign_id: UUID,
    steps: tuple[Step, ...],
    *,
    occurred_at: datetime | None = None,
) -> Recorded:
    """Gives it other steps."""
    campaign = log.campaign(campaign_id).at(occurred_at)
    campaign.change_steps(steps)
    return log.record(campaign, by=by)


def start(
    log: Log, by: Attribution, campaign_id: UUID, *, occurred_at: datetime | None = None
) -> Recorded:
    """Lets it run; a campaign's audience is then enrolled."""
    campaign = log.campaign(campaign_id).at(occurred_at)
    campaign.start()
    return log.record(campaign, by=by)


def pause(
    log: Log, by: Attribution, campaign_id: UUID, *, occurred_at: datetime | None = None
) -> Recorded:
    """Keeps every step back."""
    campaign = log.campaign(campaign_id).at(occurred_at)
    campaign.pause()
    return log.record(campaign, by=by)


def resume(
    log: Log, by: Attribution, campaign_id: UUID, *, occurred_at: datetime | None = None
) -> Recorded:
    """Lets it go on."""
    campaign = log.campaign(campaign_id).at(occurred_at)
    campaign.resume()
    return log.record(campaign, by=by)


def finish(
    log: Log, by: Attribution, campaign_id: UUID, *, occurred_at: datetime | None = None
) -> Recorded:
    """Ends it: nothing more goes out."""
    campaign = log.campaign(campaign_id).at(occurred_at)
    campaign.finish()
    return log.record(campaign, by=by)
