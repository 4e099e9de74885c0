"""How a requisition is filled: who gets how far, and what becomes of the requisition itself."""

from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from random import Random
from typing import Any
from uuid import UUID

from commands import requisitions
from domain.plan import StageKind
from simulation import words
from simulation.actions import Action, Name, colleague
from simulation.candidacies import Candidacy
from simulation.dates import days, office
from simulation.diary import Diary
from simulation.feedback import assess
from simulation.jobs import CURRENCY, DESCRIPTIONS, LOCATIONS, Ending, Job, Surprise
from simulation.policies import HEAD, ORGANISATION, approvers
from store.log import Recorded

APPROVAL_TAKES = timedelta(days=10)
FIRST_OFFERS_AFTER = timedelta(days=28)
GIVEN_UP_AFTER = timedelta(days=38)
DETAILS_CHANGE_AFTER = timedelta(days=9)
CHANNELS = ("careers_page", "linkedin")
NOT_READ_ON, WITHDRAWS, DECLINES, GOES_ON = 0.14, 0.05, 0.06, 0.45
INTERVIEWED, INTERVIEWED_OF_MANY, MANY = 0.22, 0.12, 150
INTERVIEWERS = [colleague("interviewer", number) for number in range(1, 7)]


class Hiring:
    """One requisition from its draft on."""

    def __init__(self, job: Job, dice: Random, until: datetime, diary: Diary) -> None:
        self.job = job
        self.dice = dice
        self.diary = diary
        self.now = office(until - timedelta(days=job.days_ago) - APPROVAL_TAKES)
        self.opened = self.now
        self.ended = self.now
        self.seats = job.openings
        self.story: list[Action] = []

    def prepare(self) -> None:
        """Everything before the first application."""
        self._draft()
        self._next(requisitions.request_approval)
        if self.job.ending == Ending.NOT_APPROVED_YET:
            return
        if self.job.surprise == Surprise.APPROVAL_REFUSED:
            self._next(requisitions.refuse_approval, by=HEAD, reason_code="budget")
            self._next(requisitions.request_approval)
        self.now = office(self.now + days(self.dice, 0.8, 2.5))
        self._is_approved(self.now)
        self._next(requisitions.open)
        if self.job.surprise == Surprise.PAUSED:
            self._next(requisitions.put_on_hold, reason_code="budget")
            self._next(requisitions.resume)
        self._does(requisitions.change_form, self.now, id=self.job.id, form=self.job.form)
        self._next(requisitions.post, channel=CHANNELS[0])
        self._does(requisitions.post, self.now, id=self.job.id, channel=CHANNELS[1])
        self.opened = self.now
        if self.job.surprise == Surprise.OPENING_ADDED:
            self.seats += 1
            self._next(requisitions.add_opening)
            self._is_approved(self.now)
        if self.job.changed:
            changed = office(self.opened + DETAILS_CHANGE_AFTER)
            self._does(requisitions.change_details, changed, id=self.job.id, **self.job.changed)
            if "level" in self.job.changed:
                self._is_approved(changed)

    def _is_approved(self, at: datetime) -> None:
        """Everyone asked agrees within the minute: they sit at one table."""
        for approver in approvers(self.job.budget):
            self._does(requisitions.approve, at, by=approver, id=self.job.id)

    def _draft(self) -> None:
        job = self.job
        self._does(
            requisitions.draft,
            self.now,
            makes={"id": job.id},
            relies_on=(ORGANISATION,),
            number=job.number,
            title=job.title,
            openings=job.openings,
            plan=None if job.plan_template else job.plan,
            plan_template=job.plan_template,
            budget_amount=f"{job.budget}.00",
            currency=CURRENCY,
            department=job.department,
            location=LOCATIONS[job.department],
            level=job.level,
            jurisdiction="gb" if LOCATIONS[job.department] == "London" else "eu",
            hiring_manager_id=job.hiring_manager,
            recruiter_ids=(job.recruiter,),
            description=DESCRIPTIONS[job.department],
            basic_qualifications=job.qualifications,
        )

    def _next(self, command: Callable[..., Recorded], **arguments: Any) -> None:
        """A step in the requisition's own life, a few days after the one before."""
        self.now = office(self.now + days(self.dice, 0.8, 2.5))
        self._does(command, self.now, id=self.job.id, **arguments)

    def arrival(self) -> datetime:
        """When somebody comes: most in the first two weeks, at any hour."""
        return self.opened + timedelta(days=35 * self.dice.betavariate(1.1, 2.4), hours=1)

    def run(self, candidacies: list[Candidacy]) -> None:
        """Everybody's way, up to the day the requisition ends."""
        finalists = self._interviews(self._screenings(candidacies))
        self.ended = self._ends(finalists)
        for candidacy in candidacies:
            self._cut(candidacy, self.ended)
        self._end(self.ended, [candidacy.person.id for candidacy in candidacies])

    def _screenings(self, candidacies: list[Candidacy]) -> list[Candidacy]:
        """Who is to be interviewed; the others are turned down, or go."""
        screened = [candidacy for candidacy in candidacies if self._is_read(candidacy)]
        share = INTERVIEWED_OF_MANY if len(screened) > MANY else INTERVIEWED
        chosen = _strongest(screened, share, self.job.openings + 3)
        for candidacy in screened[:1]:
            candidacy.reject("skills", candidacy.person.after(0.5, 1))
            candidacy.reconsider(candidacy.person.after(0.1, 1), entered_in_error=True)
        for candidacy in screened:
            candidacy.screen("passed" if candidacy in chosen else "failed")
            if candidacy not in chosen:
                reason_code = self.dice.choice(words.SCREENED_OUT)
                candidacy.reject(reason_code, candidacy.person.after(0.1, 3))
        for candidacy in chosen[-1:]:
            candidacy.reject("experience", candidacy.person.after(0.5, 1))
            candidacy.reconsider(candidacy.person.after(2, 5))
        return chosen

    def _is_read(self, candidacy: Candidacy) -> bool:
        fate = self.dice.random()
        if fate < NOT_READ_ON:
            reason_code = self.dice.choice(words.NOT_READ_ON)
            candidacy.reject(reason_code, candidacy.person.after(0.5, 4))
        elif fate < NOT_READ_ON + WITHDRAWS:
            candidacy.withdraw(candidacy.person.after(1, 8))
        return candidacy.ended is None

    def _interviews(self, running: list[Candidacy]) -> list[Candidacy]:
        """Who is left after all rounds."""
        for stage in self._rounds:
            for candidacy in running:
                interviewers = self.dice.sample(INTERVIEWERS, self.dice.randint(1, 3))
                interview = candidacy.interview(stage, interviewers, self.diary)
                assess(candidacy, interview, interviewers)
            going_on = _strongest(running, GOES_ON, self.job.openings + 3)
            for candidacy in running:
                if candidacy not in going_on:
                    self._turn_down(candidacy)
            running = going_on
        return running

    @property
    def _rounds(self) -> list[str]:
        return [stage.id for stage in self.job.plan.stages if stage.kind == StageKind.INTERVIEW]

    def is_finalist(self, candidacy: Candidacy) -> bool:
        """Whether somebody came through to the last interview."""
        return len(candidacy.interviewed) == len(self._rounds)

    def _turn_down(self, candidacy: Candidacy) -> None:
        at = candidacy.person.after(1, 4)
        if self.dice.random() < 2 * WITHDRAWS:
            candidacy.withdraw(at)
        else:
            candidacy.reject(self.dice.choice(words.INTERVIEWED_OUT), at)

    def _ends(self, finalists: list[Candidacy]) -> datetime:
        """When the requisition ends, after the offers made until then."""
        given_up = office(self.opened + GIVEN_UP_AFTER)
        if self.job.ending == Ending.HELD:
            return given_up
        if self.job.ending == Ending.CANCELLED:
            self._offer_in_vain(finalists, given_up)
            return given_up
        turn = self._offers(finalists)
        return office(turn + days(self.dice, 6, 10))

    def _offer_in_vain(self, finalists: list[Candidacy], given_up: datetime) -> None:
        for candidacy in finalists:
            if candidacy.person.now < given_up - timedelta(days=3):
                self._extend(candidacy, given_up - timedelta(days=2))
                candidacy.rescind_offer(given_up - timedelta(hours=1), "position_cancelled")
                return

    def _offers(self, finalists: list[Candidacy]) -> datetime:
        """Offers, one after the other, while there are seats; when the last one was answered."""
        turn = self.opened + FIRST_OFFERS_AFTER
        waiting = sorted(finalists, key=lambda candidacy: candidacy.person.now)
        surprise = self.job.surprise
        while self.seats and waiting:
            candidacy = waiting.pop(0)
            self._extend(candidacy, office(max(turn, candidacy.person.now) + timedelta(days=1)))
            answered = candidacy.person.after(1, 5)
            declines = surprise is None and self.dice.random() < DECLINES
            if surprise == Surprise.FIRST_OFFER_EXPIRED:
                candidacy.let_offer_expire()
            elif declines or surprise == Surprise.FIRST_OFFER_DECLINED:
                candidacy.decline_offer(answered)
            else:
                candidacy.accept_offer(answered)
                candidacy.hire(candidacy.person.after(0.2, 2), self.job.id)
                self.seats -= 1
            if surprise == Surprise.FIRST_HIRE_UNDONE:
                undone = candidacy.person.after(14, 20)
                candidacy.does_not_come(undone - timedelta(hours=1))
                candidacy.reverse_hire(undone, self.job.id, "did_not_start")
                self.seats += 1
            turn, surprise = candidacy.person.now, None
        for candidacy in waiting:
            told = office(max(turn, candidacy.person.now) + days(self.dice, 1, 5))
            candidacy.reject("stronger_candidates", told)
        return turn

    def _extend(self, candidacy: Candidacy, at: datetime) -> None:
        salary = self.job.salary * self.dice.uniform(0.94, 1.08)
        candidacy.extend_offer(at, round(salary / 100) * 100)

    def _cut(self, candidacy: Candidacy, ends: datetime) -> None:
        """Nobody goes on after the end; whoever is left then is told so when it closes."""
        person = candidacy.person
        person.cut(ends)
        if candidacy.ended is None or candidacy.ended >= ends:
            person.now, person.busy = ends, self.job.ending == Ending.HELD
            candidacy.ended = None if person.busy else ends
        person.previous = candidacy.id

    def _end(self, at: datetime, people: Iterable[Name]) -> None:
        for channel in CHANNELS:
            self._does(requisitions.unpost, at, id=self.job.id, channel=channel)
        if self.job.ending == Ending.HELD:
            self._does(requisitions.put_on_hold, at, id=self.job.id, reason_code="reorganisation")
            return
        cancelled = self.job.ending == Ending.CANCELLED or self.seats
        self._does(
            requisitions.close,
            at,
            also_changes=people,
            id=self.job.id,
            reason_code="cancelled" if cancelled else "filled",
            disposition="position_cancelled" if cancelled else "position_filled",
        )

    def _does(
        self,
        command: Callable[..., Recorded],
        at: datetime,
        *,
        by: UUID | None = None,
        makes: dict[str, Name] | None = None,
        also_changes: Iterable[Name] = (),
        relies_on: tuple[Name, ...] = (),
        **arguments: Any,
    ) -> None:
        self.story.append(
            Action(
                command=command,
                by=by or self.job.recruiter,
                at=at,
                arguments=arguments,
                makes=makes or {},
                changes=(self.job.id, *also_changes),
                relies_on=relies_on,
            )
        )


def _strongest(candidacies: list[Candidacy], share: float, at_least: int) -> list[Candidacy]:
    by_strength = sorted(candidacies, key=lambda c: c.person.strength, reverse=True)
    return by_strength[: max(at_least, round(share * len(candidacies)))]
