"""How many go through a campaign and what came of it, in plain Python: see tests/plain_fold.py."""

from collections import Counter, defaultdict
from collections.abc import Sequence
from uuid import UUID

from projections.campaigns import CampaignNumbers, StepNumbers
from tests.plain_fold import Row

OUTCOMES = {
    "candidate.nurtured": "sent",
    "touchpoint.delivered": "delivered",
    "touchpoint.opened": "opened",
    "touchpoint.clicked": "clicked",
    "touchpoint.replied": "replied",
    "touchpoint.bounced": "bounced",
}


def numbers(history: Sequence[Row], campaign_id: UUID) -> CampaignNumbers:
    """What the read model should say."""
    ours = [row for row in history if row.id("campaign_id") == campaign_id]
    ended = Counter(row.reason_code or "" for row in ours if row.type == "enrolment.ended")
    held = Counter(row.data["rule"] for row in ours if row.type == "enrolment.step_held_back")
    enrolled = sum(row.type == "enrolment.begun" for row in ours)
    step_of = {
        row.data["touchpoint_id"]: row.data["step"]
        for row in ours
        if row.type == "enrolment.step_planned"
    }
    came: dict[str, set[str]] = defaultdict(set)
    for row in history:
        touchpoint = str(row.data.get("touchpoint_id"))
        if row.type in OUTCOMES and touchpoint in step_of and not row.data.get("by_scanner"):
            came[touchpoint].add(OUTCOMES[row.type])
    steps = []
    for step in sorted(set(step_of.values())):
        theirs = [came[touchpoint] for touchpoint, number in step_of.items() if number == step]
        counted = Counter(outcome for outcomes in theirs for outcome in outcomes)
        counted["delivered"] = sum("delivered" in o and "bounced" not in o for o in theirs)
        known = {name: counted[name] for name in OUTCOMES.values()}
        steps.append(StepNumbers(step=step, planned=len(theirs), **known))
    return CampaignNumbers(
        enrolled=enrolled,
        going_on=enrolled - ended.total(),
        ended=dict(ended),
        held_back=dict(held),
        steps=steps,
    )
