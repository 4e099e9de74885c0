"""What is said of pools, consent and contacts."""

from benchmarks.history.clock import text
from benchmarks.history.diary import NONE, Fact, truth


def pool_created(title: str) -> Fact:
    return ("pool.created", f'{{"title": "{title}"}}', NONE, "", None)


def member(change: str, pool: str, reason: str) -> Fact:
    return (f"pool.member_{change}", f'{{"pool_id": "{pool}"}}', reason, "", None)


def consent_granted(expires: int) -> Fact:
    data = f'{{"purpose": "contact", "text_version": "v2", "expires_at": "{text(expires)}"}}'
    return ("consent.granted", data, NONE, "", None)


def consent_withdrawn() -> Fact:
    return ("consent.withdrawn", '{"purpose": "contact"}', NONE, "", None)


def opted_out(channel: str) -> Fact:
    return ("candidate.opted_out", f'{{"channel": "{channel}"}}', NONE, "", None)


def nurtured(
    touchpoint: str, pool: str, channel: str, campaign: str = "", sequence: str = "", step: int = 0
) -> Fact:
    part_of = f'"campaign_id": "{campaign}", ' if campaign else ""
    if sequence:
        part_of = f'"sequence_id": "{sequence}", "step": {step}, '
    data = (
        f'{{"touchpoint_id": "{touchpoint}", "pool_id": "{pool}", {part_of}'
        f'"channel": "{channel}", "logged_by_hand": {truth(channel == "phone")}}}'
    )
    return ("candidate.nurtured", data, NONE, "communication", None)


def delivered(touchpoint: str) -> Fact:
    return ("touchpoint.delivered", f'{{"touchpoint_id": "{touchpoint}"}}', NONE, "", None)


def opened(touchpoint: str) -> Fact:
    return ("touchpoint.opened", f'{{"touchpoint_id": "{touchpoint}"}}', NONE, "", None)


def clicked(touchpoint: str, by_scanner: bool) -> Fact:
    data = f'{{"touchpoint_id": "{touchpoint}", "by_scanner": {truth(by_scanner)}}}'
    return ("touchpoint.clicked", data, NONE, "", None)


def replied(touchpoint: str, sentiment: str) -> Fact:
    data = f'{{"touchpoint_id": "{touchpoint}", "sentiment": "{sentiment}"}}'
    return ("touchpoint.replied", data, NONE, "communication", None)


def bounced(touchpoint: str) -> Fact:
    data = f'{{"touchpoint_id": "{touchpoint}", "bounce": "hard"}}'
    return ("touchpoint.bounced", data, NONE, "", None)


def attended(event: str, touchpoint: str = "") -> Fact:
    invited = f', "touchpoint_id": "{touchpoint}"' if touchpoint else ""
    return ("candidate.attended_event", f'{{"event_code": "{event}"{invited}}}', NONE, "", None)
