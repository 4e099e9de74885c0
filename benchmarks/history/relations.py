"""Talent pools: who is met and joins, what they are sent, how they respond, and who leaves."""

from benchmarks.history import relation_facts as facts
from benchmarks.history.application_facts import owner_assigned, registered
from benchmarks.history.clock import DAY, HOUR, MINUTE, day
from benchmarks.history.company import DEPARTMENTS, id_of
from benchmarks.history.costs import Costs
from benchmarks.history.diary import Stream
from benchmarks.history.people import NEVER, Acquaintances, Person
from benchmarks.history.world import World

GENERAL = ("Silver medalists", "Graduates")
CONSENT_LASTS = (182, 365, 365, 730)
RENEWED_BEFORE = 30 * DAY
RENEWS = 0.5
MET = (("linkedin", "sourced", 6), ("event", "sourced", 3), ("referral", "referred", 1))
CALLED, IN_SEQUENCE = 0.05, 0.2
BOUNCES, OPENS, CLICKS, SCANS, REPLIES, ATTENDS = 0.015, 0.4, 0.11, 0.04, 0.07, 0.02
SENTIMENTS = ("positive", "positive", "positive", "neutral", "neutral", "neutral", "negative")
CAMPAIGN_LASTS = 4
"""Weeks."""


class Pool(Stream):
    """A talent pool, who looks after it, and the mailings it is in."""

    __slots__ = ("campaign", "department", "owner", "sequence")

    def __init__(self, world: World, department: str, at: int) -> None:
        super().__init__("pool", world.new_id(at))
        self.department = department
        self.owner = world.pick(world.company.sourcers)
        self.campaign = ""
        self.sequence = world.new_id(at)


class Relations:
    """The pools and their members, to whom somebody writes every few weeks."""

    def __init__(
        self, world: World, costs: Costs, acquaintances: Acquaintances, begins: int
    ) -> None:
        self.world = world
        self.put = world.diary.put
        self.dice = world.dice
        self.costs = costs
        self.acquaintances = acquaintances
        self.members: list[Person] = []
        self.turn = 0
        self.met_by = [s for *s, share in MET for _ in range(share)]
        self.pools: dict[str, Pool] = {}
        for number, title in enumerate((*DEPARTMENTS, *GENERAL)):
            at = begins + (number + 1) * MINUTE
            pool = Pool(world, title if title in DEPARTMENTS else "", at)
            self.pools[pool.id] = pool
            self.put(at, pool.owner, pool, facts.pool_created(title))
        self._by_department = {
            department: [
                pool for pool in self.pools.values() if pool.department in ("", department)
            ]
            for department in DEPARTMENTS
        }

    def source(self, at: int) -> None:
        """A sourcer finds somebody for a pool."""
        world, pool = self.world, self.world.pick(list(self.pools.values()))
        person, (source, origin) = Person(world.new_id(at)), world.pick(self.met_by)
        person.known = True
        self.put(at, pool.owner, person, registered(origin, source))
        at += 1 + int(self.dice.random() * HOUR)
        self.put(at, pool.owner, person, owner_assigned(id_of(pool.owner)))
        if source == "event":
            at += 1 + int(self.dice.random() * HOUR)
            fact = facts.attended(f"meetup_{day(at)[:7]}")
            happened = at - int(2 * DAY * self.dice.random()) if world.happens(0.3) else at
            self.put(at, pool.owner, person, fact, happened)
        self._join(person, pool, at, "sourced")

    def welcome(self, person: Person, department: str, at: int) -> None:
        """Keeps somebody who nearly was hired."""
        self._join(person, self.world.pick(self._by_department[department]), at, "finalist")

    def _join(self, person: Person, pool: Pool, at: int, reason: str) -> None:
        at = self.world.later(at, 0.05, 2)
        self._consent(person, pool, at)
        at += 1 + int(self.dice.random() * HOUR)
        self.put(at, pool.owner, person, facts.member("added", pool.id, reason))
        person.member_of, person.busy_until = pool.id, at
        self.members.append(person)

    def _consent(self, person: Person, pool: Pool, at: int) -> None:
        person.consent_until = at + self.world.pick(CONSENT_LASTS) * DAY
        self.put(at, pool.owner, person, facts.consent_granted(person.consent_until))

    def leave(self, person: Person, at: int, reason: str) -> None:
        """Ends a membership; the list of members forgets them by and by."""
        pool = self.pools[person.member_of]
        self.put(at, pool.owner, person, facts.member("removed", pool.id, reason))
        person.member_of, person.busy_until = "", at
        self.acquaintances.remember(person)

    def bring_back(self, department: str, at: int) -> Person | None:
        """A member who can be asked to apply then; None if chance finds nobody."""
        for _ in range(8 if self.members else 0):
            person = self.world.pick(self.members)
            free = person.member_of and person.busy_until < at < person.consent_until
            if free and self.pools[person.member_of].department in ("", department):
                person.busy_until = NEVER
                return person
        return None

    def begin_campaigns(self, at: int) -> None:
        """A new mailing for each pool."""
        for pool in self.pools.values():
            pool.campaign = self.world.new_id(at)
            self.costs.of_campaign(pool.campaign, at)

    def keep_in_touch(self, week: int, begins: int, events: int) -> None:
        """Writes to members in turn, each at most once, until the week has as many events."""
        planned = self.world.diary.events
        for _ in range(len(self.members)):
            if planned[week] >= events:
                return
            self.turn = self.turn + 1 if self.turn + 1 < len(self.members) else 0
            person = self.members[self.turn]
            if not person.member_of:
                self.members[self.turn] = self.members[-1]
                self.members.pop()
                if not self.members:
                    return
                continue
            at = self.world.later(begins, 0, 5)
            if person.busy_until < at:
                self._mind_consent(person, at)

    def _mind_consent(self, person: Person, at: int) -> None:
        """Writes to somebody, if their consent is valid or they renew it."""
        pool = self.pools[person.member_of]
        if person.consent_until < at + RENEWED_BEFORE and self.dice.random() < RENEWS:
            self._consent(person, pool, at)
            at += 1 + int(self.dice.random() * DAY)
        if person.consent_until > at:
            person.busy_until = at
            self._contact(person, pool, at)
        else:
            self.leave(person, at, "consent_expired")

    def _contact(self, person: Person, pool: Pool, at: int) -> None:
        dice, touchpoint = self.dice, self.world.new_id(at)
        if dice.random() < CALLED:
            happened = at - int(2 * DAY * dice.random()) if dice.random() < 0.3 else at
            self.put(at, pool.owner, person, facts.nurtured(touchpoint, pool.id, "phone"), happened)
            self._reply(person, pool, touchpoint, at + 1)
            return
        if dice.random() < IN_SEQUENCE:
            step = 1 + int(dice.random() * 4)
            fact = facts.nurtured(touchpoint, pool.id, "email", sequence=pool.sequence, step=step)
        else:
            fact = facts.nurtured(touchpoint, pool.id, "email", campaign=pool.campaign)
        self.put(at, pool.owner, person, fact)
        if dice.random() < BOUNCES:
            at += 1 + int(dice.random() * MINUTE)
            self.put(at, self.world.company.mail_server, person, facts.bounced(touchpoint))
            person.reachable = False
            self.leave(person, self.world.later(at, 0.1, 2), "unreachable")
            return
        self._respond(person, pool, touchpoint, at)

    def _respond(self, person: Person, pool: Pool, touchpoint: str, at: int) -> None:
        dice, server = self.dice, self.world.company.mail_server
        at += 1 + int(dice.random() * MINUTE)
        self.put(at, server, person, facts.delivered(touchpoint))
        if dice.random() < SCANS:
            at += 1 + int(dice.random() * MINUTE)
            self.put(at, server, person, facts.clicked(touchpoint, by_scanner=True))
        if dice.random() < OPENS:
            at += 1 + int(dice.random() * 2 * DAY)
            self.put(at, server, person, facts.opened(touchpoint))
            if dice.random() < CLICKS / OPENS:
                at += 1 + int(dice.random() * 10 * MINUTE)
                self.put(at, server, person, facts.clicked(touchpoint, by_scanner=False))
            if dice.random() < ATTENDS / OPENS:
                at = self.world.later(at, 2, 12)
                fact = facts.attended(f"open_day_{day(at)[:7]}", touchpoint)
                self.put(at, pool.owner, person, fact)
            if dice.random() < REPLIES / OPENS:
                self._reply(person, pool, touchpoint, at + 1 + int(dice.random() * DAY))
                return
        person.busy_until = at

    def _reply(self, person: Person, pool: Pool, touchpoint: str, at: int) -> None:
        """An answer; who is annoyed is left alone from then on."""
        sentiment = self.world.pick(SENTIMENTS)
        self.put(at, self.world.company.mail_server, person, facts.replied(touchpoint, sentiment))
        person.busy_until = at
        if sentiment == "negative":
            person.reachable = False
            at = self.world.later(at, 0.01, 1)
            fact = facts.opted_out("all" if self.dice.random() < 0.6 else "email")
            if self.dice.random() < 0.3:
                fact = facts.consent_withdrawn()
            self.put(at, pool.owner, person, fact)
            self.leave(person, at + 1 + int(self.dice.random() * HOUR), "opted_out")
