"""What people say afterwards: interviewers, candidates, and the managers of those hired."""

from collections.abc import Sequence
from datetime import UTC, datetime, time, timedelta
from random import Random
from typing import Any
from uuid import UUID

from commands import feedback, interviews
from commands import starts as starting
from domain.feedback import SurveyMoment
from simulation import words
from simulation.actions import Name
from simulation.candidacies import Candidacy
from simulation.dates import days, office
from simulation.people import Person

SUBMITS, SUBMITS_LATE = 0.93, 0.3
AFTER_APPLYING, AFTER_INTERVIEWS, AFTER_ALL, AFTER_HIRE = 0.18, 0.34, 0.2, 0.6
"""Which share of those asked then answers."""
COMMENTS = 0.25
OUTCOME_DAYS, STAYS = (90, 180, 365), 0.94


def assess(candidacy: Candidacy, interview: Name, interviewers: Sequence[UUID]) -> None:
    """Most interviewers write down what they think, within hours or days; nobody waits for it."""
    person, dice = candidacy.person, candidacy.person.dice
    for interviewer_id in interviewers:
        if dice.random() > SUBMITS:
            continue
        takes = days(dice, 1, 5) if dice.random() < SUBMITS_LATE else days(dice, 0.03, 0.4)
        person.does(
            interviews.submit_scorecard,
            office(person.now + takes),
            interviewer_id,
            aside=True,
            application_id=candidacy.id,
            interview_id=interview,
            interviewer_id=interviewer_id,
            overall=_grade(person.strength + dice.gauss(-0.4, 0.7)),
            notes=dice.choice(words.INTERVIEWING),
        )


def _grade(impression: float) -> str:
    [*_, grade] = [grade for grade, least in words.GRADES.items() if impression >= least]
    return grade


def survey(candidacy: Candidacy) -> None:
    """Asks how it was after applying, after the last interview and after the end, whatever it was.

    Some answer; what they say depends on how it went.
    """
    interviewed, ended = candidacy.interviewed, candidacy.ended
    if _answers(candidacy, AFTER_APPLYING):
        _answer(candidacy, SurveyMoment.APPLICATION, candidacy.began, expected=8)
    if interviewed and _answers(candidacy, AFTER_INTERVIEWS):
        expected = 7.8 + 0.4 * candidacy.person.strength
        _answer(candidacy, SurveyMoment.INTERVIEW, interviewed[-1], expected)
    if ended and _answers(candidacy, AFTER_HIRE if candidacy.hired else AFTER_ALL):
        expected = 9.4 if candidacy.hired else 6.8 if interviewed else 6.1
        _answer(candidacy, SurveyMoment.OUTCOME, ended, expected)


def _answers(candidacy: Candidacy, share: float) -> bool:
    return candidacy.person.dice.random() < share


def _answer(candidacy: Candidacy, moment: SurveyMoment, after: datetime, expected: float) -> None:
    dice = candidacy.person.dice
    score = _within(0, dice.gauss(expected, 1.7), 10)
    candidacy.does(
        feedback.answer_survey,
        after + days(dice, 0.1, 6),
        aside=True,
        candidate_id=candidacy.person.id,
        moment=moment,
        score=score,
        comment=_comment(dice, score) if dice.random() < COMMENTS else None,
    )


def _comment(dice: Random, score: int) -> str:
    [*_, comments] = [said for least, said in words.COMMENTS.items() if score >= least]
    return dice.choice(comments)


def starts(candidacy: Candidacy) -> None:
    """Somebody hired comes on the first day at work from then on."""
    if candidacy.starts_on is None:
        return
    came = office(datetime.combine(candidacy.starts_on, time(9), UTC))
    candidacy.does(starting.start, came, aside=True, start_date=came.date())


def report_outcomes(candidacy: Candidacy, manager: UUID) -> None:
    """The manager of somebody hired tells how it goes, as long as they stay."""
    if candidacy.starts_on is None:
        return
    starts = datetime.combine(candidacy.starts_on, time(9), UTC)
    person, dice, stays = candidacy.person, candidacy.person.dice, True
    for day in OUTCOME_DAYS:
        if stays:
            stays = dice.random() < STAYS
            person.does(
                feedback.record_outcome,
                office(starts + timedelta(days=day) + days(dice, 0, 8)),
                manager,
                aside=True,
                application_id=candidacy.id,
                day=day,
                retained=stays,
                **(_marks(person, day) if stays else {}),
            )


def _marks(person: Person, day: int) -> dict[str, Any]:
    """From 0 to 100; they grow with time."""
    level = 62 + 5 * person.strength + day / 40
    marks = ("performance", "ramp_up", "manager_satisfaction")
    return {mark: _within(0, person.dice.gauss(level, 8), 100) for mark in marks}


def _within(least: int, value: float, most: int) -> int:
    return min(most, max(least, round(value)))
