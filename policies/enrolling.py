"""Enrols the audience of a campaign when it is started: each member for themselves, once."""

from collections import Counter
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import datetime
from functools import partial
from uuid import UUID

from commands import enrolments
from commands.deciding import decided_anew
from domain.campaign import CampaignStarted, RefusedRule
from domain.enrolment import EnrolledAlready
from domain.errors import Refusal
from domain.outreach import NotInPool
from policies.policy import CommandPolicy, Decision, on_behalf
from store.append import AlreadyDone
from store.envelope import Attribution
from store.feed import LoggedEvent
from store.ids import derived_id
from store.log import Log
from store.outbox import Effect

THREADS = 8
"""People at a time, so that their appends share transactions (store/append.py)."""
TRIES = 20
TWICE = EnrolledAlready(kind="campaign").rule
"""Somebody who was met before, by another history of theirs."""


class EnrolAudiences(CommandPolicy):
    """Campaign started → the members of its pool enrolled, but for those who must not be."""

    name = "enrol-audiences"
    says = "Enrols the members of a campaign's pool when it is started."
    follows = (CampaignStarted.name,)

    def decide(self, event: LoggedEvent) -> Sequence[Decision]:
        about = event.stream_id
        return [Effect(self.name, event.position, "enrol", about, None, event.recorded_at)]

    def act(self, log: Log, effect: Effect, by: Attribution) -> str | datetime:
        """Enrols each on behalf of whoever started it; what was begun before counts as done."""
        campaign = log.campaign(effect.about)
        if campaign.said.pool_id is None:
            return "sequence"
        enrol = partial(_enrolled, log, campaign.id, on_behalf(log, effect, by))
        done = log.ever_enrolled(campaign.id)
        waiting = [id for id in log.ever_in_pool(campaign.said.pool_id) if id not in done]
        with ThreadPoolExecutor(THREADS, "enrol") as threads:
            outcomes = Counter(threads.map(enrol, waiting))
        for nobody in (TWICE, NotInPool(pool_id=campaign.said.pool_id).rule):
            del outcomes[nobody]
        enrolled = outcomes.pop("", 0) + len(done)
        rules = tuple(RefusedRule(rule=rule, people=n) for rule, n in sorted(outcomes.items()))
        campaign = log.campaign(campaign.id)
        campaign.tally(enrolled, rules)
        if campaign.pending_events:
            log.record(campaign, by=by)
        return "done"


def _enrolled(log: Log, campaign_id: UUID, by: Attribution, candidate_id: UUID) -> str:
    """Enrols one member; the rule that was in the way, or nothing."""
    person_id = log.candidate(candidate_id).survivor_id
    secret = log.database.keyring.secret("enrolments")
    parts = (str(log.organisation.id), str(campaign_id), str(person_id))
    by = replace(by, command_id=derived_id(secret, *parts))
    try:
        decided_anew(partial(enrolments.enrol, log, by, campaign_id, person_id), TRIES)
    except AlreadyDone:
        return TWICE
    except Refusal as refusal:
        return refusal.rule
    return ""
