"""One application on its way: what recruiters do about it, step by step."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from commands import applications, candidates, interviews, offers, outreach, starts
from simulation import words
from simulation.actions import Name
from simulation.dates import days, office
from simulation.diary import Diary
from simulation.jobs import CURRENCY
from simulation.people import Person
from simulation.policies import approvers
from store.log import Recorded

HOUR = timedelta(hours=1)
NOTED, ENTERED_LATE = 0.3, 0.06
OFFER_STANDS = timedelta(days=10)


@dataclass(eq=False)
class Candidacy:
    """A person's application, from its beginning to its end."""

    person: Person
    id: Name
    by: UUID
    began: datetime
    source: str
    ended: datetime | None = None
    salary: int = 0
    """What was offered for the first year."""
    starts_on: date | None = None
    """The first day at work of somebody hired."""

    @property
    def hired(self) -> bool:
        return self.starts_on is not None

    def does(self, command: Callable[..., Recorded], at: datetime, **more: Any) -> None:
        """The next step of this application."""
        self.person.does(command, at, self.by, application_id=self.id, **more)

    def screen(self, outcome: str) -> None:
        notes = self.person.dice.choice(words.SCREENING)
        self.does(applications.screen, self.person.after(1, 6), outcome=outcome, notes=notes)

    def interview(self, stage: str, interviewers: list[UUID], diary: Diary) -> Name:
        """Arranges an interview and holds it, now and then to be entered days later."""
        person, interview = self.person, Name(f"{self.id.of}, {stage}")
        arranged = person.after(0.3, 2)
        starts_at = diary.book(interviewers, office(arranged + days(person.dice, 2, 7)))
        self.does(
            interviews.schedule,
            arranged,
            makes={"interview_id": interview},
            starts_at=starts_at,
            ends_at=starts_at + HOUR,
            time_zone="Europe/Berlin",
            stage=stage,
            interviewer_ids=tuple(interviewers),
            location="Video call",
        )
        is_late = person.dice.random() < ENTERED_LATE
        self.does(
            interviews.hold,
            starts_at + HOUR,
            late=timedelta(days=person.dice.randint(3, 9)) if is_late else timedelta(0),
            interview_id=interview,
        )
        if person.dice.random() < NOTED:
            self._note(person.dice.choice(words.INTERVIEWING))
        return interview

    def _note(self, text: str) -> None:
        self.does(
            candidates.add_note,
            self.person.after(0.01, 0.2),
            candidate_id=self.person.id,
            topic="interview",
            text=text,
        )

    @property
    def interviewed(self) -> list[datetime]:
        """When interviews were held so far."""
        return [
            action.at
            for action in self.person.story
            if action.command is interviews.hold and action.arguments["application_id"] == self.id
        ]

    def reject(self, reason_code: str, at: datetime) -> None:
        notes = self.person.dice.choice(words.REJECTING) if self.interviewed else None
        self.does(applications.reject, at, reason_code=reason_code, notes=notes)
        self.ended = self.person.now

    def reconsider(self, at: datetime, *, entered_in_error: bool = False) -> None:
        """Takes the rejection back."""
        self.does(
            applications.reverse_rejection,
            at,
            reason_code="wrong_person" if entered_in_error else "reconsidered",
            entered_in_error=entered_in_error,
        )
        self.ended = None

    def withdraw(self, at: datetime, reason_code: str | None = None) -> None:
        reason_code = reason_code or self.person.dice.choice(words.WITHDREW)
        self.does(applications.withdraw, at, reason_code=reason_code)
        self.ended = self.person.now

    def extend_offer(self, at: datetime, salary: int) -> None:
        """Drafts an offer, has everyone approve it who is asked at this pay, and makes it."""
        self.salary = salary
        self.does(
            offers.draft,
            at - 3 * HOUR,
            makes={"offer_id": self.offer},
            terms=f"{salary:,} {CURRENCY} a year, permanent, 30 days of leave",
            first_year_pay=f"{salary}.00",
            currency=CURRENCY,
            expires_at=at + OFFER_STANDS,
        )
        self.does(offers.request_approval, at - 2 * HOUR, offer_id=self.offer)
        for approver in approvers(salary):
            self.person.does(
                offers.approve,
                at - HOUR,
                approver,
                application_id=self.id,
                offer_id=self.offer,
            )
        self.does(offers.extend_draft, at, offer_id=self.offer)

    def accept_offer(self, at: datetime) -> None:
        self.does(offers.accept, at, offer_id=self.offer)

    def decline_offer(self, at: datetime) -> None:
        """Says no to the offer, and so to the job."""
        reason_code = self.person.dice.choice(words.DECLINED)
        self.does(offers.decline, at, offer_id=self.offer, reason_code=reason_code)
        self.withdraw(at + HOUR, reason_code)

    def let_offer_expire(self) -> None:
        """Says nothing until the offer no longer stands."""
        self.does(offers.expire, self.person.now + OFFER_STANDS, offer_id=self.offer)
        self.withdraw(self.person.after(0.1, 1), "no_answer")

    def rescind_offer(self, at: datetime, reason_code: str) -> None:
        self.does(offers.rescind, at, offer_id=self.offer, reason_code=reason_code)

    @property
    def offer(self) -> Name:
        return Name(f"{self.id.of}, offer")

    def hire(self, at: datetime, requisition: Name) -> None:
        self.starts_on = (at + timedelta(days=45)).date().replace(day=1)
        self.does(applications.hire, at, also_changes=(requisition,), start_date=self.starts_on)
        self.ended = self.person.now

    def does_not_come(self, at: datetime) -> None:
        """Tells us, before the first day, that there will be none."""
        self.does(starts.miss, at, reason_code="other_job")

    def reverse_hire(self, at: datetime, requisition: Name, reason_code: str) -> None:
        """Undoes the hire of somebody who then did not come."""
        self.does(
            applications.reverse_hire, at, also_changes=(requisition,), reason_code=reason_code
        )
        self.starts_on = None
        self.withdraw(at + HOUR, reason_code)


def applies(person: Person, at: datetime, by: UUID, requisition: Name | None) -> Candidacy:
    """Somebody new comes and applies, for a requisition or for whatever there may be."""
    began = at + timedelta(minutes=5)
    source = person.details["source"]
    candidacy = Candidacy(person, _application(person, requisition), by, began, source)
    person.does(candidates.register, at, by, makes={"id": person.id}, **person.details)
    person.does(
        applications.apply,
        began,
        by,
        makes={"application_id": candidacy.id},
        candidate_id=person.id,
        requisition_id=requisition,
        source=source,
        origin=person.details["origin"],
        answers=person.dice.choice(words.ANSWERS),
    )
    return candidacy


def comes_back(person: Person, at: datetime, by: UUID, requisition: Name) -> Candidacy:
    """A member of a pool is brought back."""
    candidacy = Candidacy(person, _application(person, requisition), by, at, "reengaged")
    person.does(
        outreach.reengage,
        at,
        by,
        makes={"application_id": candidacy.id},
        candidate_id=person.id,
        requisition_id=requisition,
        pool_id=person.pool,
        previous_application_id=person.previous,
    )
    return candidacy


def is_assigned(general: Candidacy, at: datetime, by: UUID, requisition: Name) -> Candidacy:
    """A general application finds its requisition."""
    general.by = by
    general.does(applications.assign, at, requisition_id=requisition)
    return general


def _application(person: Person, requisition: Name | None) -> Name:
    return Name(f"{person.id.of}, {requisition.of if requisition else 'general application'}")
