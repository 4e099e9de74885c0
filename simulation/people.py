"""Made-up people, each with a story that only goes forward."""

import unicodedata
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from random import Random
from typing import Any
from uuid import UUID

from faker import Faker

from simulation.actions import Action, Name
from simulation.dates import days, office
from simulation.jobs import FINANCE
from store.log import Recorded

JURISDICTIONS = {
    "de_DE": "de",
    "en_GB": "gb",
    "pl_PL": "pl",
    "fr_FR": "fr",
    "it_IT": "it",
    "es_ES": "es",
    "nl_NL": "nl",
    "tr_TR": "tr",
}
MAILBOXES = ("example.org", "example.net", "example.com")
ASCII = str.maketrans({"ł": "l", "Ł": "L", "ß": "ss", "\u0131": "i", "ø": "o"})


@dataclass(frozen=True)
class Source:
    """A channel people come by: how many of a hundred, and how far above the usual they are."""

    code: str
    origin: str
    share: int
    quality: float

    def share_in(self, department: str) -> int:
        """Agencies are asked to look for finance people."""
        return 10 * self.share if (self.code, department) == ("agency", FINANCE) else self.share


SOURCES = (
    Source("careers_page", "applied", 40, 0.0),
    Source("linkedin", "applied", 28, 0.1),
    Source("referral", "referred", 10, 0.8),
    Source("agency", "agency", 8, 0.8),
    Source("university", "university", 8, -0.1),
    Source("event", "sourced", 6, 0.3),
)


@dataclass(eq=False)
class Person:
    """Somebody and what they do. Whoever plans for them goes on from `now`."""

    id: Name
    dice: Random
    details: Mapping[str, Any]
    """What they registered with."""
    department: str
    """Where they would like to work."""
    strength: float
    now: datetime
    story: list[Action] = field(default_factory=list)
    busy: bool = False
    """In an application that nobody has ended yet."""
    pool: Name | None = None
    consent_until: datetime | None = None
    reachable: bool = True
    previous: Name | None = None
    """Their last application that ended."""

    def does(
        self,
        command: Callable[..., Recorded],
        at: datetime,
        by: UUID,
        *,
        makes: Mapping[str, Name] | None = None,
        also_changes: tuple[Name, ...] = (),
        late: timedelta = timedelta(0),
        aside: bool = False,
        **arguments: Any,
    ) -> None:
        """Goes on with the story. What is entered late belongs to a time that has passed by.

        What happens aside holds nobody up; the story goes on from where it was.
        """
        at = at.replace(microsecond=0)
        if not aside:
            self.now = at = max(self.now, at)
        self.story.append(
            Action(
                command=command,
                by=by,
                at=at,
                late=late,
                arguments=arguments,
                makes=makes or {},
                changes=(self.id, *also_changes),
            )
        )

    def after(self, shortest: float, longest: float) -> datetime:
        """A moment at work so many days on."""
        return office(self.now + days(self.dice, shortest, longest))

    def cut(self, at: datetime) -> None:
        """Takes back whatever would happen from a moment on."""
        self.story = [action for action in self.story if action.at < at]
        self.now = min(self.now, at)

    def can_come_back(self, at: datetime) -> bool:
        """Whether they may be brought back into a requisition then."""
        consents = self.consent_until is not None and self.consent_until > at
        return self.pool is not None and not self.busy and consents and self.now < at


class Crowd:
    """Everybody there could be."""

    def __init__(self, seed: int) -> None:
        self.dice = Random(seed)
        self.fakers = {locale: Faker(locale) for locale in JURISDICTIONS}
        for faker in self.fakers.values():
            faker.seed_instance(seed)
        self.mailboxes: Counter[str] = Counter()
        self.count = 0

    def applicant(self, department: str, at: datetime) -> Person:
        """Somebody who comes by themselves, by any of the channels."""
        shares = [source.share_in(department) for source in SOURCES]
        [source] = self.dice.choices(SOURCES, shares)
        return self.person(source, department, at)

    def person(self, source: Source, department: str, at: datetime) -> Person:
        """Somebody new."""
        self.count += 1
        locale = self.dice.choice(list(JURISDICTIONS))
        faker = self.fakers[locale]
        first, last = faker.first_name(), faker.last_name()
        return Person(
            id=Name(f"person {self.count}"),
            dice=self.dice,
            details={
                "full_name": f"{first} {last}",
                "email": self._email(first, last),
                "phone": faker.phone_number(),
                "location": faker.city(),
                "source": source.code,
                "origin": source.origin,
                "jurisdiction": JURISDICTIONS[locale],
            },
            department=department,
            strength=self.dice.gauss(source.quality, 1),
            now=at,
        )

    def _email(self, first: str, last: str) -> str:
        name = f"{first}.{last}".lower().translate(ASCII).replace(" ", "")
        plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode()
        self.mailboxes[plain] += 1
        again = self.mailboxes[plain]
        return f"{plain}{again if again > 1 else ''}@{self.dice.choice(MAILBOXES)}"
