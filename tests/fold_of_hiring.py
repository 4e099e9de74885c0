"""What the metrics of hiring should answer, in plain Python: see tests/plain_fold.py."""

from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime, time, timedelta
from fractions import Fraction
from uuid import UUID

from tests.plain_fold import STARTS, Row, within

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


LAST_WORDS = (
    "application.hired",
    "application.hire_reversed",
    "application.rejected",
    "application.withdrawn",
    "offer.rescinded",
)


def hires(history: Iterable[Row]) -> dict[UUID, Row]:
    """Application: the hire that stands, for nothing later undid it."""
    last = {}
    for row in history:
        id = row.id("application_id")
        if id and row.type in LAST_WORDS:
            last[id] = row
    return {id: row for id, row in last.items() if row.type == "application.hired"}


def hires_within(history: Iterable[Row], since: datetime | None, until: datetime | None) -> int:
    return sum(within(row.occurred_at, since, until) for row in hires(history).values())


def costs(
    history: Iterable[Row],
    since: datetime | None,
    until: datetime | None,
    t: datetime | None,
    basis: str,
) -> dict[str, list[Fraction]]:
    """Currency: what each of its entries cost in the window, of a UTC organisation."""
    spent: dict[str, list[Fraction]] = {}
    for row in history:
        if row.type != "cost.recorded" or (basis == "comparable" and not row.data["comparable"]):
            continue
        days = [midnight for midnight in _days(row) if t is None or midnight <= t]
        share = Fraction(sum(within(day, since, until) for day in days), len(_days(row)))
        if share:
            spent.setdefault(row.data["currency"], []).append(share * Fraction(row.data["amount"]))
    return spent


def _days(cost: Row) -> list[datetime]:
    """The beginnings of the days a cost is spread over; when it was made, if it is not."""
    if "starts_on" not in cost.data:
        return [cost.occurred_at]
    first, last = (date.fromisoformat(cost.data[name]) for name in ("starts_on", "ends_on"))
    return [
        datetime.combine(first + timedelta(days=n), time.min, UTC)
        for n in range((last - first).days + 1)
    ]


def main_currency(spent: dict[str, list[Fraction]]) -> str | None:
    """The one with most entries; of equals, the first."""
    return min(spent, key=lambda currency: (-len(spent[currency]), currency), default=None)


def pay(
    history: Iterable[Row],
    opened: Mapping[int, str],
    since: datetime | None,
    until: datetime | None,
) -> list[tuple[str | None, str | None]]:
    """Pay and its currency, of each hire of the window; `opened` says what was sealed where."""
    found = []
    rows = list(history)
    for id, hire in hires(rows).items():
        if not within(hire.occurred_at, since, until):
            continue
        mine = [row for row in rows if row.id("application_id") == id]
        versions = [row for row in mine if row.type == "offer.extended"]
        answers = {
            row.id("offer_id"): row.type
            for row in mine
            if row.type in OFFER_WORDS and row.type != "offer.extended"
        }
        accepted = [v for v in versions if answers.get(v.id("offer_id")) == "offer.accepted"]
        said = accepted or versions
        found.append(
            (opened.get(said[-1].position), said[-1].data.get("currency")) if said else NO_PAY
        )
    return found


NO_PAY = (None, None)


WEIGHTS = {"performance": 40, "retained": 30, "ramp_up": 15, "manager_satisfaction": 15}


def quality(
    history: Iterable[Row],
    since: datetime | None,
    until: datetime | None,
    weights: Mapping[str, int],
) -> dict[int, list[float]]:
    """Day: how each hire that stands turned out, by the last answer, if that is of the window."""
    rows = list(history)
    answers = {
        (row.id("application_id"), row.data["day"]): row
        for row in rows
        if row.type == "hire.outcome_recorded"
    }
    found: dict[int, list[float]] = {}
    for (application_id, day), row in answers.items():
        given = {
            name: {True: 100, False: 0}[row.data[name]] if name == "retained" else row.data[name]
            for name in weights
            if name in row.data and weights[name]
        }
        if given and application_id in hires(rows) and within(row.occurred_at, since, until):
            weighed = sum(value * weights[name] for name, value in given.items())
            found.setdefault(day, []).append(weighed / sum(weights[name] for name in given))
    return found


def sources(
    history: Iterable[Row], since: datetime | None, until: datetime | None, touch: str
) -> dict[str, list[int]]:
    """Source: applications of the window, those hired since, hires of the window."""
    rows = list(history)
    starts = {row.id("application_id"): row for row in rows if row.type in STARTS}
    registered: dict[UUID, Row] = {}
    for row in rows:
        if row.type == "candidate.registered":
            registered.setdefault(row.stream_id, row)
    standing = hires(rows)
    found: dict[str, list[int]] = {}

    def count(application_id: UUID | None, row: Row, *numbers: int) -> None:
        first, last = registered.get(row.stream_id), starts.get(application_id)
        said = first if touch == "first_touch" else last
        source = said.data["source"] if said else "not stated"
        before = found.get(source, [0, 0, 0])
        found[source] = [sum(pair) for pair in zip(before, numbers, strict=True)]

    for id, start in starts.items():
        if within(start.occurred_at, since, until):
            hire = standing.get(id) if id else None
            count(id, start, 1, int(hire is not None and hire.occurred_at >= start.occurred_at), 0)
    for id, hire in standing.items():
        if within(hire.occurred_at, since, until):
            count(id, hire, 0, 0, 1)
    return found
