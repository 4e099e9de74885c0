"""What it costs: agencies and advertising, open days, and the time of colleagues."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta
from random import Random
from typing import Any
from uuid import UUID

from commands import costs
from domain.cost import CostScope
from simulation.actions import Action, Name, colleague
from simulation.candidacies import Candidacy
from simulation.dates import days, office
from simulation.jobs import CURRENCY

ADVERTISING = {"linkedin": (700, 1500), "university": (100, 320), "event": (150, 600)}
SOFTWARE = (520, 560)
BILLED_ON = 25
AGENCY_TAKES, REFERRAL_BONUS = 0.22, 1500
OPEN_DAY = (280, 650)
AN_HOUR_OF = {"recruiter_time": 46, "interviewer_time": 71}


class Spending:
    """All costs, each an entry of its own, made when the bill has come."""

    def __init__(self, dice: Random) -> None:
        self.dice = dice
        self.by = colleague("recruiting operations")
        self.story: list[Action] = []

    def on_hires(self, requisition: Name, candidacies: Sequence[Candidacy]) -> None:
        """What brought those who were hired may ask for its share."""
        for candidacy in candidacies:
            if not candidacy.hired or candidacy.ended is None:
                continue
            due = candidacy.ended + days(self.dice, 10, 30)
            match candidacy.source:
                case "agency":
                    fee = AGENCY_TAKES * candidacy.salary
                    self._on_requisition(requisition, due, "agency_fee", fee, internal=False)
                case "referral":
                    self._on_requisition(requisition, due, "referral_bonus", REFERRAL_BONUS)

    def on_time(self, requisition: Name, candidacies: Sequence[Candidacy], ended: datetime) -> None:
        """Hours of colleagues; organisations that compare their costs leave interviewers out."""
        interviews = sum(len(candidacy.interviewed) for candidacy in candidacies)
        hours = {
            "recruiter_time": 12 + 0.2 * len(candidacies) + 1.5 * interviews,
            "interviewer_time": 3 * interviews,
        }
        for category, spent in hours.items():
            self._on_requisition(
                requisition,
                ended + days(self.dice, 0.1, 4),
                category,
                spent * AN_HOUR_OF[category],
                comparable=category == "recruiter_time",
            )

    def _on_requisition(
        self,
        requisition: Name,
        at: datetime,
        category: str,
        amount: float,
        *,
        internal: bool = True,
        comparable: bool = True,
    ) -> None:
        self._spend(
            CostScope.REQUISITION,
            at,
            category,
            amount,
            internal=internal,
            comparable=comparable,
            requisition_id=requisition,
        )

    def every_month(self, begins: datetime, until: datetime) -> None:
        """Bills that come whoever is hired: advertising by source, and the software for it all."""
        month = _month_after(begins.date())
        while (billed := _billed(month)) < until:
            for source, price in ADVERTISING.items():
                self._spend(
                    CostScope.SOURCE,
                    billed,
                    "advertising",
                    self.dice.uniform(*price),
                    source_code=source,
                )
            self._spend(
                CostScope.PERIOD,
                billed,
                "software",
                self.dice.uniform(*SOFTWARE),
                starts_on=month,
                ends_on=_month_after(month) - timedelta(days=1),
            )
            month = _month_after(month)

    def on_open_days(self, open_days: Sequence[tuple[UUID, datetime]]) -> None:
        for campaign_id, evening in open_days:
            amount = self.dice.uniform(*OPEN_DAY)
            self._spend(CostScope.CAMPAIGN, evening, "open_day", amount, campaign_id=campaign_id)

    def _spend(
        self,
        scope: CostScope,
        at: datetime,
        category: str,
        amount: float,
        *,
        internal: bool = False,
        **spent_on: Any,
    ) -> None:
        self.story.append(
            Action(
                command=costs.record,
                by=self.by,
                at=office(at),
                late=timedelta(days=self.dice.randint(0, 9)),
                arguments={
                    "scope": scope,
                    "category": category,
                    "internal": internal,
                    "amount": f"{amount:.2f}",
                    "currency": CURRENCY,
                    **spent_on,
                },
            )
        )


def _month_after(day: date) -> date:
    return (day.replace(day=1) + timedelta(days=31)).replace(day=1)


def _billed(month: date) -> datetime:
    return datetime.combine(month.replace(day=BILLED_ON), time(10), UTC)
