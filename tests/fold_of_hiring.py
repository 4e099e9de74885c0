"""What the metrics of hiring should answer, in plain Python: see tests/plain_fold.py."""

from collections import Counter
from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from tests.plain_fold import Row, within

OFFER_WORDS = {
    "offer.extended": "pending",
    "offer.accepted": "accepted",
    "offer.declined": "declined",
    "offer.expired": "expired",
    "offer.rescinded": "rescinded",
}


def offers(
    history: Iterable[Row], since: datetime | None, until: datetime | None, window: str
) -> Counter[str]:
    """How many offers of the window stand how."""
    words: dict[UUID | None, list[Row]] = {}
    for row in history:
        if row.type in OFFER_WORDS:
            words.setdefault(row.id("offer_id"), []).append(row)
    found: Counter[str] = Counter()
    for said in words.values():
        extended = [row.occurred_at for row in said if row.type == "offer.extended"]
        standing = OFFER_WORDS[said[-1].type]
        if window == "extended":
            counts = bool(extended) and within(extended[0], since, until)
        else:
            counts = standing != "pending" and within(said[-1].occurred_at, since, until)
        found[standing] += counts
    return +found
