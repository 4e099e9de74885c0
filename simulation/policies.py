"""How the organisation counts and decides: policies, chains of approval, plans to copy."""

from datetime import datetime, timedelta
from uuid import UUID

from commands import organisation
from domain.approval import ApprovalChain, ApprovalSubject, ChainStep
from simulation.actions import Action, Name, colleague
from simulation.dates import office
from simulation.jobs import ENGINEERING_PLAN, TWO_ROUNDS

TIME_TO_HIRE = (("applied-hired", 520), ("applied-accepted", 230))
"""Which policy, and how many days ago."""

ORGANISATION = Name("the organisation")
HEAD, FINANCE = colleague("head of recruiting"), colleague("finance director")
DEAR = 80_000
CHAIN = ApprovalChain(
    steps=(
        ChainStep(id="recruiting", name="Head of recruiting", approver_ids=(HEAD,)),
        ChainStep(
            id="finance",
            name="Finance director",
            approver_ids=(FINANCE,),
            from_amount=f"{DEAR}.00",
            currency="EUR",
        ),
    )
)


def approvers(yearly_pay: int) -> list[UUID]:
    """Who has to agree, in order."""
    return [step.approver_ids[0] for step in CHAIN.steps_at(f"{yearly_pay}.00", "EUR")]


def governed(began: datetime) -> list[Action]:
    """Who approves, and the plan that engineering copies; before anything else."""
    at = office(began)
    chains = [
        Action(
            command=organisation.define_approval_chain,
            by=HEAD,
            at=at,
            arguments={"subject": subject, "chain": CHAIN},
            changes=(ORGANISATION,),
        )
        for subject in ApprovalSubject
    ]
    template = Action(
        command=organisation.save_plan_template,
        by=HEAD,
        at=at,
        arguments={"template": ENGINEERING_PLAN, "title": "Two interviews", "plan": TWO_ROUNDS},
        changes=(ORGANISATION,),
    )
    return [*chains, template]


def adopted(until: datetime) -> list[Action]:
    """Time to hire ends with the hire at first, later with the acceptance as elsewhere."""
    return [
        Action(
            command=organisation.adopt_policy,
            by=HEAD,
            at=office(until - timedelta(days=days_ago)),
            arguments={"metric": "time-to-hire", "policy": policy},
            changes=(ORGANISATION,),
        )
        for policy, days_ago in TIME_TO_HIRE
    ]
