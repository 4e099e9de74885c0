"""Talent pools: who is met and joins, what they are sent, how they respond, and who leaves."""

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from itertools import count, takewhile
from random import Random
from typing import Any
from uuid import UUID

from commands import candidates, consents, outreach, owners, pools
from domain.outreach import (
    TouchpointBounced,
    TouchpointClicked,
    TouchpointDelivered,
    TouchpointEvent,
    TouchpointOpened,
    TouchpointReplied,
)
from simulation import words
from simulation.actions import Action, Name, colleague
from simulation.dates import days, office
from simulation.people import Crowd, Person, Source
from store.ids import derived_id
from store.log import Recorded

OWNED, CONSENTS, RENEWS, LEAVES = 0.5, 0.88, 0.5, 0.3
CALLED, BOUNCES, OPENS, CLICKS, SCANS, REPLIES, ATTENDS = 0.04, 0.03, 0.4, 0.11, 0.05, 0.07, 0.1
CONSENT_LASTS = (timedelta(days=182), timedelta(days=365), timedelta(days=730))
MAILED_EVERY = timedelta(days=63)
RESPONSE_TAKES = timedelta(days=20)
INVITATION = 1
"""Which of the mailings, by turns, invites to an open day."""


class Pool:
    """A talent pool and the mailings to it."""

    def __init__(self, title: str, purpose: str, created: datetime, dice: Random) -> None:
        self.id = Name(title)
        self.title = title
        self.purpose = purpose
        self.created = office(created)
        self.dice = dice
        self.owner = colleague("sourcer")

    @property
    def story(self) -> list[Action]:
        return [
            Action(
                command=pools.create,
                by=self.owner,
                at=self.created,
                arguments={"title": self.title, "purpose": self.purpose},
                makes={"id": self.id},
            )
        ]

    def meet(
        self, crowd: Crowd, source: Source, department: str, event: str, at: datetime
    ) -> Person:
        """Somebody leaves their details at an event."""
        person = crowd.person(source, department, at)
        person.does(candidates.register, at, self.owner, makes={"id": person.id}, **person.details)
        self._does(person, outreach.attend, at, event_code=event)
        if self.dice.random() < OWNED:
            self._does(person, owners.assign, person.after(0, 2), owner_id=self.owner)
        self.welcome(person, "met_at_event")
        return person

    def welcome(self, person: Person, reason_code: str) -> None:
        """Asks whether we may keep in touch, and makes them a member."""
        if self.dice.random() < CONSENTS:
            self._consent(person, person.after(0.2, 4))
        self._does(
            person,
            pools.add_member,
            person.after(0.1, 2),
            pool_id=self.id,
            reason_code=reason_code,
        )
        person.pool = self.id

    def _consent(self, person: Person, at: datetime) -> None:
        person.consent_until = at + self.dice.choice(CONSENT_LASTS)
        self._does(
            person,
            consents.grant,
            at,
            purpose="contact",
            text_version="v2",
            expires_at=person.consent_until,
        )

    def leave(self, person: Person, at: datetime, reason_code: str) -> None:
        self._does(person, pools.remove_member, at, pool_id=self.id, reason_code=reason_code)
        person.pool, person.consent_until = None, None

    def keep_in_touch(self, person: Person, until: datetime) -> None:
        """Every mailing that reaches them from where they are, and what becomes of it."""
        for number in self._mailings(until):
            at = self._mailed(number) + days(self.dice, 0, 0.1)
            if at > person.now and person.pool == self.id:
                self._mind_consent(person, at)
                if person.reachable and person.can_come_back(at):
                    self._contact(person, number, at)

    def _mailings(self, until: datetime) -> Iterator[int]:
        """The numbers of those that people have had the time to respond to."""
        had_time = until - RESPONSE_TAKES
        return takewhile(lambda number: self._mailed(number) < had_time, count(1))

    def _mailed(self, number: int) -> datetime:
        return office(self.created + number * MAILED_EVERY)

    def open_days(self, until: datetime) -> list[tuple[UUID, datetime]]:
        """The evenings people were invited to, each with the mailing that did so."""
        return [
            (self._campaign(number), self._evening_after(number))
            for number in self._mailings(until)
            if number % len(words.MAILINGS) == INVITATION
        ]

    def _campaign(self, number: int) -> UUID:
        return derived_id(b"simulation", self.title, str(number))

    def _evening_after(self, number: int) -> datetime:
        return office(self._mailed(number) + timedelta(days=14)).replace(hour=16, minute=0)

    def _mind_consent(self, person: Person, at: datetime) -> None:
        """A consent about to end is renewed, or the person is let go, or just not written to."""
        ends = person.consent_until
        if ends is None or ends > at + MAILED_EVERY or ends < person.now:
            return
        fate = self.dice.random()
        if fate < RENEWS:
            self._consent(person, max(person.now, min(ends, at) - timedelta(days=9)))
        elif fate < RENEWS + LEAVES and ends < at:
            self.leave(person, ends, "consent_expired")

    def _contact(self, person: Person, number: int, at: datetime) -> None:
        touchpoint = Name(f"{person.id.of}, {self.title}, contact {number}")
        if self.dice.random() < CALLED:
            self._nurture(person, touchpoint, at, words.CALL, channel="phone", logged_by_hand=True)
            self._reply(person, touchpoint)
            return
        mailing = number % len(words.MAILINGS)
        self._nurture(
            person,
            touchpoint,
            at,
            words.MAILINGS[mailing],
            channel="email",
            campaign_id=self._campaign(number),
            step=number,
        )
        if self.dice.random() < BOUNCES:
            bounce = self.dice.choice(("hard", "soft"))
            person.reachable = bounce == "soft"
            self._outcome(person, touchpoint, TouchpointBounced, minutes=3, bounce=bounce)
            return
        self._outcome(person, touchpoint, TouchpointDelivered, minutes=1)
        self._response(person, touchpoint)
        if mailing == INVITATION and self.dice.random() < ATTENDS:
            evening = self._evening_after(number)
            code = f"open_day_{evening:%Y_%m}"
            self._does(person, outreach.attend, evening, event_code=code, touchpoint_id=touchpoint)

    def _response(self, person: Person, touchpoint: Name) -> None:
        if self.dice.random() < SCANS:
            self._outcome(person, touchpoint, TouchpointClicked, minutes=1, by_scanner=True)
        if self.dice.random() > OPENS:
            return
        self._outcome(person, touchpoint, TouchpointOpened, minutes=900)
        if self.dice.random() < CLICKS / OPENS:
            self._outcome(person, touchpoint, TouchpointClicked, minutes=9)
        if self.dice.random() < REPLIES / OPENS:
            self._reply(person, touchpoint)

    def _reply(self, person: Person, touchpoint: Name) -> None:
        """An answer; who is annoyed is left alone from then on."""
        [sentiment] = self.dice.choices(list(words.REPLIES), (4, 3, 3))
        self._outcome(
            person,
            touchpoint,
            TouchpointReplied,
            minutes=1500,
            sentiment=sentiment,
            text=words.REPLIES[sentiment],
        )
        if sentiment != "negative":
            return
        person.reachable = False
        match self.dice.randrange(3):
            case 0:
                self._does(person, consents.opt_out, person.after(0, 1), channel="all")
                self.leave(person, person.after(0, 1), "opted_out")
            case 1:
                self._does(person, consents.opt_out, person.after(0, 1), channel="email")
            case _:
                self._does(person, consents.withdraw, person.now, purpose="contact")
                person.consent_until = None

    def _nurture(
        self, person: Person, touchpoint: Name, at: datetime, text: tuple[str, str], **by: Any
    ) -> None:
        subject, body = text
        self._does(
            person,
            outreach.nurture,
            at,
            makes={"touchpoint_id": touchpoint},
            pool_id=self.id,
            subject=subject,
            body=body,
            **by,
        )

    def _outcome(
        self,
        person: Person,
        touchpoint: Name,
        outcome: type[TouchpointEvent],
        minutes: int,
        **about: Any,
    ) -> None:
        at = person.now + timedelta(minutes=self.dice.uniform(0, minutes))
        self._does(
            person,
            outreach.touchpoint_outcome,
            at,
            touchpoint_id=touchpoint,
            outcome=outcome,
            **about,
        )

    def _does(
        self, person: Person, command: Callable[..., Recorded], at: datetime, **more: Any
    ) -> None:
        person.does(command, at, self.owner, candidate_id=person.id, **more)
